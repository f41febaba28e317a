"""A person sought by name, document number or phone: read as whichever of them it is."""

from __future__ import annotations

from services.domain.identity import normalise_phone
from services.domain.refusal import InvalidField
from services.domain.text import clean, fold_identifier


def normalised_person(text: str | None) -> str | None:
    """The spelling under which the blind indexes have it. Raises ``InvalidField`` for what is no text."""
    if text is None or not text.strip():
        return None
    try:
        return normalise_phone(text)
    except InvalidField:
        name = clean(text, max_chars=60, single_line=True)
        return fold_identifier(name) if any(char.isdigit() for char in name) else name
