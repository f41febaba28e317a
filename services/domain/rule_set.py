"""The rules of routing that a city may set itself, in versions: words, cues, the threshold of triage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.domain.matter import LexiconEntry
from services.domain.refusal import Refusal

CueTables = Mapping[str, Mapping[str, float]]
_NAMED = re.compile(
    r"(?P<pack>[^/]+)/(?P<edition>[0-9a-f]{8})/r(?P<rules>\d+)@(?P<threshold>[0-9.]+)"
    r"(?:/(?:matter-(?P<matter>\d+))?\+?(?:precedent-(?P<precedent>\d+))?)?"
)


class RulesPending(Refusal):
    """规则第{version}版已定于{day}起施行,新的一版不能早于这一天施行。"""

    english = "Version {version} of the rules takes force on {day}; a new one cannot do so before."


class NotBefore(Refusal):
    """施行日期{day}早于今天:已经作出的决定依据的是当时的版本。"""

    english = "It cannot take force on {day}, before today: decisions were made by the version of their day."


@dataclass(frozen=True, slots=True)
class RuleSet:
    """``version`` 0 is what comes with the system; ``lexicon`` and ``cues`` None are the ones that do.

    ``threshold`` None leaves it to the deployment's setting. ``in_force_from``: the first day; None for 0.
    """

    version: int = 0
    threshold: float | None = None
    lexicon: tuple[LexiconEntry, ...] | None = None
    cues: CueTables | None = None
    in_force_from: date | None = None

    def changed(
        self,
        *,
        threshold: float | None = None,
        lexicon: tuple[LexiconEntry, ...] | None = None,
        cues: CueTables | None = None,
    ) -> RuleSet:
        """With what is given in place of what it has."""
        return replace(
            self,
            threshold=self.threshold if threshold is None else threshold,
            lexicon=self.lexicon if lexicon is None else lexicon,
            cues=self.cues if cues is None else cues,
        )


@dataclass(frozen=True, slots=True)
class RulesName:
    """What a decision's ``rules_version`` says: rule pack, edition of the system, own rules, threshold.

    ``matter`` and ``precedent``: the versions of the trained models that were heard, None where none was.
    """

    pack: str
    edition: str
    rules: int
    threshold: float
    matter: int | None = None
    precedent: int | None = None


def edition_name(edition: str, rules: int, threshold: float, models: str = "") -> str:
    """The part of a decision's ``rules_version`` that is the same in every region."""
    return f"{edition}/r{rules}@{threshold}" + (f"/{models}" if models else "")


def read_name(rules_version: str) -> RulesName | None:
    """None when it was written by a system that named less."""
    found = _NAMED.match(rules_version)
    if found is None:
        return None
    matter, precedent = (int(number) if number else None for number in found.group("matter", "precedent"))
    return RulesName(
        found["pack"],
        found["edition"],
        int(found["rules"]),
        float(found["threshold"]),
        matter=matter,
        precedent=precedent,
    )
