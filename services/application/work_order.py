"""A hotline's work order: one petition under the hotline's own number, however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.application import own_limit
from services.application import petition as petitions
from services.application.lists import PetitionFilter
from services.application.ports import Conflict, World
from services.application.registration import ExternalRefExists, Once, Registered, register_once
from services.domain.access import Call, Client
from services.domain.petition import Petition, Supplement
from services.domain.refusal import NotFound
from services.domain.registration import Registration


@dataclass(frozen=True, slots=True)
class Put:
    """What came of it: registered now, or there before, with what was new in it added as a supplement.

    ``query_code`` comes back to a hotline that sends the same again because it lost the first answer, as
    long as idempotent answers are kept (30 days).
    """

    petition: Petition
    registered: Registered | None = None
    supplement: Supplement | None = None
    query_code: str | None = None


async def find(world: World, number: str, *, client: Client) -> Petition:
    """The petition of a work order of this client's own; ``NotFound`` when it sent none of this number."""
    wanted = PetitionFilter(client_id=client.id, external_ref=number)
    found = await world.lists.petitions(wanted, after=None, limit=1)
    if not found:
        raise NotFound("热线工单", "work order")
    return found[0]


async def put(world: World, registration: Registration, *, call: Call) -> Put:
    """Register a work order by its ``external_ref``; to one that is known, add what has changed."""
    number = registration.external_ref or ""
    try:
        known = await find(world, number, client=call.client)
    except NotFound:
        try:
            return await _register(world, registration, number, call=call)
        except (ExternalRefExists, Conflict):  # sent twice at the same time: the other one was first
            known = await find(world, number, client=call.client)
    done = await _compare(world, known, registration, call=call)
    return done if registration.own_limit is None else await _limited(world, done, registration, call=call)


async def _register(world: World, registration: Registration, number: str, *, call: Call) -> Put:
    _, registered = await register_once(world, registration, Once(_key(number), "", _code), call=call)
    if registered is None:  # kept for this number, though its petition is not found: the other one was first
        raise ExternalRefExists(external_ref=number, number="", petition_id=None)
    return Put(registered.petition, registered=registered, query_code=registered.query_code)


def _code(registered: Registered) -> bytes:
    return registered.query_code.encode()


def _key(number: str) -> str:
    """No header can carry this key: it begins with a control character."""
    return f"\x1fwork-order {number}"


async def _compare(world: World, known: Petition, registration: Registration, *, call: Call) -> Put:
    said = words(registration)
    async with world.read() as work:
        supplements = await work.supplements.find(petition_id=known.id)
        kept = await work.kept_answer(call.client.id, _key(registration.external_ref or ""))
    if said == words(known):
        return Put(known, query_code=kept.answer.decode() if kept else None)
    if any(said == each.content for each in supplements):
        return Put(known)
    added = await petitions.supplement(world, known.id, said, call=call)
    return Put(await find(world, registration.external_ref or "", client=call.client), supplement=added)


async def _limited(world: World, done: Put, registration: Registration, *, call: Call) -> Put:
    """The limit that the order bears now. Not told by the call's hash: that is the supplement's."""
    async with world.begin(replace(call, fingerprint=None)) as work:
        petition = await work.lock(done.petition.id)
        await own_limit.of_work_order(world, work, petition, registration.own_limit, actor=call.actor)
    return replace(done, petition=petition)


def words(said: Petition | Registration) -> str:
    """What a work order says, in one text: what a change in it is told by."""
    return "\n".join(part for part in (said.title, said.content, said.requests, said.address) if part)
