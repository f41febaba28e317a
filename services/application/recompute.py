"""Make decisions of routing again from what they name: the facts, the directory's and the rules' versions."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.application.lists import PetitionFilter
from services.application.ports import Work, World
from services.application.routing import SYSTEM
from services.domain.calendar import local_date
from services.domain.decision import DecisionRecord
from services.domain.petition import Petition, Respondent, Supplement
from services.domain.refusal import NotFound, Refusal
from services.domain.router import Router
from services.domain.routing import Matter

RouterOf = Callable[[int, str], Awaitable[Router | None]]
"""The router that decided under a directory version and rules version; None when the rules are gone."""
PAGE = 200


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Recomputed:
    """``differs``: the fields of the answer that came out otherwise.

    ``note``: why it could not be made again, or that the system is of another edition now, so that it need
    not come out the same.
    """

    number: str
    record: DecisionRecord
    verdict: Verdict
    differs: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A petition with the texts around it, and the decisions that the router made."""

    petition: Petition
    respondents: Sequence[Respondent]
    supplements: Sequence[Supplement]
    decisions: Sequence[DecisionRecord]

    def matter(self, record: DecisionRecord) -> Matter | None:
        """What the router was given for that decision; None where its facts were not kept."""
        if record.facts is None:
            return None
        texts = [added.content for added in self.supplements]
        return Matter.as_known(self.petition, self.respondents, texts, record.facts)


@dataclass(slots=True)
class Recomputer:
    """Keeps the routers of the versions it has met."""

    router_of: RouterOf
    _routers: dict[tuple[int, str], Router | str] = field(default_factory=dict)

    async def recompute(self, known: Known, record: DecisionRecord) -> Recomputed:
        """Decide again, and compare with what is stored."""
        number = known.petition.number
        matter = known.matter(record)
        router = await self._router(record)
        if matter is None or isinstance(router, str):
            note = router if isinstance(router, str) else "作出决定时的事实没有保存"
            return Recomputed(number, record, Verdict.IMPOSSIBLE, note=note)
        again = router.decide(matter, on=local_date(record.decided_at))
        note = ""
        if again.rules_version != record.rules_version:
            note = f"当时的系统版本已不在本机(当时 {record.rules_version},现为 {again.rules_version})"
        answer = json.loads(json.dumps(again.as_json()))
        fields = sorted(answer.keys() | record.body.keys())
        differs = tuple(name for name in fields if answer.get(name) != record.body.get(name))
        return Recomputed(number, record, Verdict.DIFFERENT if differs else Verdict.SAME, differs, note)

    async def _router(self, record: DecisionRecord) -> Router | str:
        """The router, or why there is none."""
        key = (record.directory_version, record.rules_version)
        if key not in self._routers:
            try:
                found = await self.router_of(*key)
                self._routers[key] = found or f"本机没有规则 {record.rules_version}"
            except Refusal as refusal:
                self._routers[key] = str(refusal)
        return self._routers[key]


async def of_petition(world: World, number: str, router_of: RouterOf) -> list[Recomputed]:
    """Every decision that the router made on a petition. Raises ``NotFound``."""
    petitions = await world.lists.petitions(PetitionFilter(number=number), after=None, limit=1)
    if not petitions:
        raise NotFound("信访件", "petition")
    async with world.read() as work:
        [known] = await _known(work, petitions)
    recomputer = Recomputer(router_of)
    return [await recomputer.recompute(known, record) for record in known.decisions]


async def of_span(
    world: World, router_of: RouterOf, *, since: date | None, until: date | None
) -> AsyncIterator[Recomputed]:
    """Every decision that the router made on the petitions received in a span."""
    recomputer = Recomputer(router_of)
    async for known in petitions_of(world, since=since, until=until):
        for record in known.decisions:
            yield await recomputer.recompute(known, record)


async def petitions_of(
    world: World, *, since: date | None, until: date | None, limit: int | None = None
) -> AsyncIterator[Known]:
    """The petitions received in a span, newest first, at most ``limit``."""
    wanted = PetitionFilter(received_from=since, received_to=until)
    after: UUID | None = None
    left = limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        petitions = await world.reports.petitions(wanted, after=after, limit=size)
        if not petitions:
            return
        async with world.read() as work:
            page = await _known(work, petitions)
        for known in page:
            yield known
        after = petitions[-1].id
        left = None if left is None else left - len(petitions)


async def _known(work: Work, petitions: Sequence[Petition]) -> list[Known]:
    ids = tuple(petition.id for petition in petitions)
    respondents = await work.respondents.find(petition_id=ids)
    supplements = await work.supplements.find(petition_id=ids)
    decisions = await work.decisions.find(petition_id=ids, decided_by=SYSTEM)
    return [
        Known(
            petition,
            [each for each in respondents if each.petition_id == petition.id],
            [each for each in supplements if each.petition_id == petition.id],
            [each for each in decisions if each.petition_id == petition.id],
        )
        for petition in petitions
    ]
