"""A draft: files with other organs, powers, places, words, cues or another threshold; what it would make.

Pure: nothing is stored here. With problems there is no result; it is all or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.domain.directory import Directory
from services.domain.directory_check import Problem
from services.domain.directory_load import LoadPlan, OrganRow, PowerPlan, plan_load, plan_powers
from services.domain.matter import LexiconEntry
from services.domain.organ import Organ
from services.domain.organ_template import OrganFunction
from services.domain.own_place import OwnPlace, PlacePlan, plan_places
from services.domain.power import Power
from services.domain.rule_set import CueTables, RuleSet

Plan = LoadPlan | PowerPlan | PlacePlan


@dataclass(frozen=True, slots=True)
class DraftFile:
    """One file as it was read: its rows of one kind, and what is wrong in its cells."""

    name: str
    problems: Sequence[Problem] = ()
    organs: Sequence[OrganRow] | None = None
    powers: Sequence[tuple[int, Power]] | None = None
    places: Sequence[tuple[int, OwnPlace]] | None = None
    lexicon: tuple[LexiconEntry, ...] | None = None
    cues: CueTables | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    files: tuple[DraftFile, ...] = ()
    threshold: float | None = None

    @property
    def of_directory(self) -> bool:
        """Whether it changes organs, powers or places."""
        return any(file.lexicon is None and file.cues is None for file in self.files)

    @property
    def of_rules(self) -> bool:
        """Whether it changes words, cues or the threshold."""
        return self.threshold is not None or any(
            file.lexicon is not None or file.cues is not None for file in self.files
        )


@dataclass(slots=True)
class DraftPlan:
    """What a draft would make of a directory. ``problems`` with their file; ``plans`` say what changes."""

    organs: list[Organ]
    powers: list[Power]
    places: list[OwnPlace]
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        return any(
            plan.added or plan.changed or (isinstance(plan, LoadPlan) and plan.closed) for plan in self.plans
        )


def plan_draft(
    directory: Directory,
    draft: Draft,
    *,
    functions: Mapping[str, OrganFunction],
    new_id: Callable[[str], UUID],
) -> DraftPlan:
    """What the files would make of the directory, in their order. ``new_id``: of a new organ, by its code."""
    made = DraftPlan(list(directory.organs), list(directory.powers), list(directory.places))
    for file in draft.files:
        plan = _planned(made, file, directory, functions, new_id)
        found = sorted({*file.problems, *(plan.problems if plan is not None else ())})
        made.problems += [(file.name, problem) for problem in found]
        if plan is None or found:
            continue
        made.plans.append(plan)
        match plan:
            case LoadPlan():
                made.organs = list(plan.organs)
            case PowerPlan():
                made.powers = list(plan.powers)
            case PlacePlan():
                made.places = list(plan.places)
    return made


def _planned(
    made: DraftPlan,
    file: DraftFile,
    directory: Directory,
    functions: Mapping[str, OrganFunction],
    new_id: Callable[[str], UUID],
) -> Plan | None:
    gazetteer = directory.gazetteer
    if file.organs is not None:
        return plan_load(made.organs, file.organs, gazetteer=gazetteer, functions=functions, new_id=new_id)
    if file.powers is not None:
        return plan_powers(
            made.powers,
            file.powers,
            gazetteer=gazetteer,
            functions=functions.keys(),
            categories=directory.categories,
            whole=not file.problems,
        )
    if file.places is not None:
        return plan_places(made.places, file.places, gazetteer=gazetteer)
    return None


def drafted_rules(rules: RuleSet, draft: Draft) -> RuleSet:
    """The rules as the draft leaves them: of words and of cues the last file counts, and counts alone."""
    made = rules.changed(threshold=draft.threshold)
    for file in draft.files:
        made = made.changed(lexicon=file.lexicon, cues=file.cues)
    return replace(made, version=rules.version + 1)
