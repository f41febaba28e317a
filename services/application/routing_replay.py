"""Run past petitions against a draft and against what is in force. Nothing is written."""

from __future__ import annotations

from datetime import date

from services.application.ports import World
from services.application.recompute import petitions_of
from services.domain.petition import State
from services.domain.router import Router
from services.domain.routing import Matter
from services.domain.routing_replay import Replay


async def replay(
    world: World,
    draft: Router,
    *,
    on: date,
    since: date | None = None,
    until: date | None = None,
    limit: int | None = None,
) -> Replay:
    """Decide the petitions received in the span by both, as if they had come on the day ``on``.

    Each with the facts that were known when it was first decided; one that was decided before these were
    kept is left out, and counted.
    """
    router, tally = await world.router(), Replay()
    async for known in petitions_of(world, since=since, until=until, limit=limit):
        petition = known.petition
        first = next(iter(known.decisions), None)
        if first is not None:
            matter = known.matter(first)
        elif petition.state is State.REGISTERED:
            matter = Matter.of(petition, known.respondents)
        else:
            matter = None
        if matter is None:
            tally.unknown += 1
            continue
        before, after = router.decide(matter, on=on), draft.decide(matter, on=on)
        tally.add(petition.number, before, after, confidential=petition.confidential)
    return tally
