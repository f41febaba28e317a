"""Recusals in a simulated city: officers with names of their own, who recuse themselves or are asked to.

Its chances are its own, so that a year with recusals is otherwise lived as one without.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

from bench.year_people import People
from services.application import dispatch, recusal, recusal_move
from services.application.recusal import Decision, Finding, Request, Ruling
from services.cli.demo import words
from services.domain.dispatch import Dispatch
from services.domain.organ import Organ
from services.domain.petition import Petition
from services.domain.recusal import HeadRecused, Officer, OfficerRecused, Recusal, RecusalGround, RecusalState
from services.domain.refusal import NotFound

POSTS = ("局长", "副局长", "科长")


def officers(organ: Organ) -> list[Officer]:
    """The head, a deputy, a chief of section; no two organs have anybody of one name."""
    return [
        Officer(f"{post[0]}氏{organ.code}", post, is_head=number == 0) for number, post in enumerate(POSTS)
    ]


class Recusals:
    """Who takes no part in a petition, who approves in their place, and who has the case then."""

    def __init__(self, people: People, chance: random.Random, refused: Counter[str] | None = None) -> None:
        """``refused`` counts who was turned away because they are recused, before somebody else did it."""
        self._people = people
        self._chance = chance
        self._refused = Counter[str]() if refused is None else refused

    def day(self) -> int | None:
        """The day after registration on which somebody's interest shows, if it ever does."""
        return self._chance.randint(2, 75) if self._chance.random() < 0.25 else None

    async def befall(self, of: Petition) -> None:
        """An organ finds it of one of its own, or the petitioner asks for it and the organ decides."""
        if of.holder_id is None:
            return  # ended, or with the petitioner
        if self._chance.random() < 0.4:
            await self.ask(of)
            await self.decide(of)
        else:
            await self.recuse(of)
        if self._chance.random() < 0.5 and await self._standing(of, head=True):
            await self.move_up(of)

    async def recuse(self, of: Petition) -> None:
        organ = self._holder(of)
        whom = self._chance.choice(officers(organ))
        ground = self._chance.choice(list(RecusalGround))
        finding = Finding(whom, ground, "有直接利害关系。", self._ruling(organ, whom))
        await recusal.record(self._people.world, of.id, finding, call=self._people.of(organ.id))

    async def ask(self, of: Petition) -> None:
        whom = self._chance.choice(officers(self._holder(of)))
        request = Request(whom, "信访人认为其有直接利害关系。")
        office = self._people.of(self._people.office.id)
        await recusal.request(self._people.world, of.id, request, call=office)

    async def decide(self, of: Petition) -> None:
        async with self._people.world.read() as work:
            state = RecusalState.REQUESTED.value
            asked = await work.recusals.find(petition_id=of.id, state=state)
        if not asked:
            raise NotFound()
        organ = self._people.directory.organ(asked[-1].organ_id)
        granted = self._chance.random() < 0.6
        decision = Decision(granted, "经核实。", self._ruling(organ, asked[-1].whom))
        call = self._people.of(asked[-1].decider_id)
        await recusal.decide(self._people.world, asked[-1].id, decision, call=call)

    async def move_up(self, of: Petition) -> None:
        found = await self._standing(of, head=True)
        if not found:
            raise NotFound()
        office = self._people.of(self._people.office.id)
        await recusal_move.move_up(self._people.world, found[-1].id, "负责人回避,无法办理。", call=office)

    async def extend(self, held: Dispatch, days: int) -> None:
        """Whoever may approve it does: one of the organ's own, of a recused head the superior."""
        organ = self._people.directory.organ(held.organ_id)

        async def by(line: str, above: UUID | None) -> None:
            reason = str(words.EXTENSION["reason"])
            extension = dispatch.Extension(days, line, reason, approving_organ_id=above)
            await dispatch.extend(self._people.world, held.id, extension, call=self._people.of(organ.id))

        await self._by_whoever_may(organ, by)

    async def _by_whoever_may(self, organ: Organ, by: Callable[[str, UUID | None], Awaitable[None]]) -> None:
        lines = [whom.name + (whom.post or "") for whom in officers(organ)]
        self._chance.shuffle(lines)
        above: UUID | None = None
        for line in lines[:-1]:
            try:
                return await by(line, above)
            except OfficerRecused:
                self._refused["OfficerRecused"] += 1
            except HeadRecused:
                self._refused["HeadRecused"] += 1
                superior = self._people.directory.superiors(organ.id)[0]
                above, line = superior.id, officers(superior)[1].name
                return await by(line, above)
        return await by(lines[-1], above)

    def _holder(self, of: Petition) -> Organ:
        if of.holder_id is None:
            raise NotFound()
        return self._people.directory.organ(of.holder_id)

    def _ruling(self, organ: Organ, whom: Officer) -> Ruling:
        """The deputy decides on others, the head on the deputy; on the head the superior's deputy."""
        today = self._people.world.clock.today()
        above = self._people.directory.superiors(organ.id)
        if whom.is_head and above:
            return Ruling(officers(above[0])[1].name, today, above[0].id)
        return Ruling("主持工作的负责人" + organ.code, today)

    async def _standing(self, of: Petition, *, head: bool) -> list[Recusal]:
        async with self._people.world.read() as work:
            found = await work.recusals.find(petition_id=of.id, state=RecusalState.GRANTED.value)
        return [each for each in found if each.is_head is head]
