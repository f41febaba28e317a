"""A model of a city's own past: the petitions that the use case found settled."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from services.adapters.classifier.features import Columns, Row
from services.adapters.classifier.model import About
from services.adapters.classifier.places import county_names
from services.adapters.classifier.training import Trained, train
from services.adapters.directory_files import load_categories
from services.application.classifier import Lesson
from services.domain.category import Categories

COLUMNS = Columns(text=("title", "text"), heading="title")


def train_on_lessons(lessons: Sequence[Lesson], *, kind: str, trained_at: str) -> Trained:
    """Raises ``NothingToLearn``."""
    rows: list[Row] = [{"title": lesson.title, "text": lesson.text} for lesson in lessons]
    days = [lesson.received_on.isoformat() for lesson in lessons]
    about = About(
        kind,
        len(rows),
        trained_at,
        first=min(days, default=None),
        last=max(days, default=None),
        classification=fingerprint(load_categories()),
    )
    return train(rows, [lesson.label for lesson in lessons], COLUMNS, about, places=county_names())


def fingerprint(categories: Categories) -> str:
    """Which classification it was: a mark of all its codes and names."""
    said = "\n".join(f"{category.code} {category.name}" for category in categories)
    return hashlib.sha256(said.encode()).hexdigest()[:12]
