"""受理争议 (信访工作条例 24): organs that do not agree whose matter it is, and who decides that."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.domain.directory import Directory
from services.domain.organ import Organ
from services.domain.refusal import Refusal
from services.domain.region import Region
from services.domain.statute import RulePack

RETURNS = 2
"""An organ may be wrong once: what was handed back so often is a dispute."""
BINDING_RULE = "R8b"


class Forum(StrEnum):
    """共同的上一级机关、单位; with none, the 信访工作联席会议 that they have in common."""

    SUPERIOR = "superior"
    JOINT_CONFERENCE = "joint_conference"

    @property
    def chinese(self) -> str:
        return _FORUM_NAMES[self]


class DisputeGround(StrEnum):
    RETURNED_TWICE = "returned_twice"
    CONTESTED = "contested"


class DisputeState(StrEnum):
    OPEN = "open"
    RULED = "ruled"
    CEASED = "ceased"  # withdrawn, ended or taken back: nothing is left to decide


_FORUM_NAMES = {Forum.SUPERIOR: "共同的上一级机关、单位", Forum.JOINT_CONFERENCE: "信访工作联席会议"}


@dataclass(slots=True)
class Dispute:
    """``organ_id`` decides: the common superior, or the petition office that is the conference's office.

    ``party_ids`` are the organs that do not agree. ``raised_by`` is the organ that brought it; None: the
    second return did. ``sat_on`` is the day on which the conference agreed.
    """

    id: UUID
    petition_id: UUID
    ground: DisputeGround
    forum: Forum
    organ_id: UUID
    party_ids: tuple[UUID, ...]
    raised_on: date
    raised_by: UUID | None = None
    reason: str | None = None
    state: DisputeState = DisputeState.OPEN
    decided_on: date | None = None
    decision_reason: str | None = None
    assigned_organ_id: UUID | None = None
    sat_on: date | None = None


@dataclass(frozen=True, slots=True)
class Arbiter:
    """Who decides, and as what."""

    forum: Forum
    organ: Organ


class NotDisputed(Refusal):
    """受理争议应当涉及两个以上机关、单位(信访工作条例 24)。"""

    english = "A dispute over competence is between two organs or more (art. 24)."


class NobodyDecides(Refusal):
    """机构目录中没有可以决定受理机关的共同上级,也没有可以召集联席会议的信访部门。"""

    english = "The directory has no common superior, and no petition office to convene the conference."


class DisputeDecided(Refusal):
    """该争议已经决定,或者已随信访件收回、终止。"""

    english = "The dispute was decided already, or ceased with the petition."


class RuledByAnother(Refusal):
    """受理机关由{organ}决定,因新的事实需要变更的,由其决定(信访工作条例 24)。"""

    english = "{organ} named the organ; on new facts it is for that one to name another (art. 24)."


class SittingDay(Refusal):
    """由信访工作联席会议决定的,应当写明会议日期,不早于提交之日、不晚于今天。"""

    english = "A conference's decision names the day it sat, from the day of referral to today."


class CircularSuperiors(ValueError):
    """The directory's superiors form a circle: who decides cannot be said."""


def arbiter(
    directory: Directory, parties: Iterable[UUID], *, on: date, hidden: Collection[UUID] = ()
) -> Arbiter:
    """Who decides a dispute of these organs on that day; never one that must not see the petition (30).

    Raises :class:`NobodyDecides`, :class:`CircularSuperiors`.
    """
    organs = tuple(dict.fromkeys(present(directory, each, on=on) for each in parties))
    superior = common_superior(directory, organs, on=on, hidden=hidden)
    if superior is not None:
        return Arbiter(Forum.SUPERIOR, superior)
    convener = _convener(directory, organs, on=on, hidden=hidden)
    if convener is None:
        raise NobodyDecides()
    return Arbiter(Forum.JOINT_CONFERENCE, convener)


def common_superior(
    directory: Directory, organs: Iterable[Organ], *, on: date, hidden: Collection[UUID] = ()
) -> Organ | None:
    """The nearest organ above them all on that day; None leaves it to the joint conference (24.1)."""
    chains = [superiors_on(directory, organ, on=on) for organ in organs]
    if not chains:
        return None
    common = set.intersection(*({each.id for each in chain} for chain in chains))
    return next((each for each in chains[0] if each.id in common and each.id not in hidden), None)


def superiors_on(directory: Directory, organ: Organ, *, on: date) -> tuple[Organ, ...]:
    """The chain above an organ as it stood on that day, nearest first.

    A superior that was abolished is replaced by who exercises its powers now (24.2); without one, the next
    above it takes its place. Raises :class:`CircularSuperiors`.
    """
    passed, chain = {organ.id}, list[Organ]()
    above = organ.superior_id
    while above is not None:
        superior = present(directory, above, on=on)
        if above in passed or superior.id in passed:
            raise CircularSuperiors(f"{organ.name}({organ.code}) stands above itself: {superior.name}")
        passed |= {above, superior.id}
        if superior.in_force(on):
            chain.append(superior)
        above = superior.superior_id
    return tuple(chain)


def present(directory: Directory, organ_id: UUID, *, on: date) -> Organ:
    """The organ, or who exercises its powers on that day; itself where nobody does (24.2)."""
    organ = directory.organ(organ_id)
    return organ if organ.in_force(on) else directory.successor(organ, on) or organ


def binds(pack: RulePack) -> bool:
    """Whether, under this pack, who was named may not object again (a setting: the 条例 does not say)."""
    return any(rule.id == BINDING_RULE for rule in pack.routing)


def _convener(
    directory: Directory, organs: Iterable[Organ], *, on: date, hidden: Collection[UUID]
) -> Organ | None:
    """The petition office of the narrowest region that they share, in which the conference has its office.

    The 条例 says so of the central one (11); local ones follow it.
    """
    for region in _common_regions(directory, organs):
        office = directory.by_function("petition_office", region.code, on=on)
        if office is not None and office.id not in hidden:
            return office
    return None


def _common_regions(directory: Directory, organs: Iterable[Organ]) -> list[Region]:
    """The regions in which all of them are, the narrowest first."""
    lineages = [directory.gazetteer.lineage(organ.region_code) for organ in organs]
    common = set.intersection(*({region.code for region in lineage} for lineage in lineages))
    return [region for region in lineages[0] if region.code in common]
