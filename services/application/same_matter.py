"""A petition on the same facts and reasons as an earlier one (信访工作条例 19, 36): recognised, linked, told.

What follows from it a person decides: :mod:`services.application.repetition`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from services.application.acts import ensure_visible, shielded
from services.application.ports import Work, World
from services.domain.access import Client
from services.domain.deadline import Deadline
from services.domain.petition import Petition, State
from services.domain.refusal import NotFound
from services.domain.registration import Registration
from services.domain.same_matter import (
    SAME_PERSON,
    Evidence,
    Likeness,
    Link,
    LinkState,
    People,
    Person,
    Standing,
    best_match,
    comparable,
    compare,
    open_to_readers,
    quoted_numbers,
    standing,
    words_of,
)
from services.domain.text import similarity

TOLD_TO_SOURCE = 0.5


@dataclass(frozen=True, slots=True)
class SameMatter:
    """An earlier petition of the same people; ``score`` from 0 to 1 is the likeness of the texts."""

    id: UUID
    number: str
    relation: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """An earlier petition that was recognised; ``standing``: why its repetition is not to be accepted."""

    earlier: Petition
    likeness: Likeness
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Related:
    """Another petition that a reader may see: an ``earlier`` one that this may repeat, or a ``later`` one."""

    relation: str
    petition: Petition
    link: Link


async def told_to_source(
    work: Work, registration: Registration, petition: Petition, client: Client
) -> list[SameMatter]:
    """What the source of a registration is told: earlier petitions of its own, most alike first.

    Two people may share a phone, and a joint petition may name others: so all who bring this one must have
    brought the earlier one, each known by an identity document. No source learns of anybody else's case, and
    no organ of a denunciation that it took down (30).
    """
    documents = [person.document_number for person in registration.petitioners if person.document_number]
    if not documents or len(documents) < len(registration.petitioners):
        return []
    people = [work.identity_of_document(number) for number in dict.fromkeys(documents)]
    theirs = await work.brought_by(people, before=petition.id)
    own = [
        earlier
        for earlier in (await work.petitions.find(id=tuple(theirs)) if theirs else [])
        if earlier.client_id == client.id and (client.organ_id is None or open_to_readers(earlier))
    ]
    if not own:
        return []
    known: defaultdict[UUID, set[bytes | None]] = defaultdict(set)
    for petition_id, those in (await work.identities(*(earlier.id for earlier in own))).items():
        known[petition_id] = {each.document for each in those}
    text = f"{petition.title}\n{petition.content}"
    matches = [
        SameMatter(earlier.id, earlier.number, "repeat", round(score, 3))
        for earlier in own
        if {each.document for each in people} <= known[earlier.id]
        and (score := similarity(text, f"{earlier.title}\n{earlier.content}")) >= TOLD_TO_SOURCE
    ]
    return sorted(matches, key=lambda match: -match.score)


async def recognise(
    world: World, work: Work, petition: Petition, people: People, *, desk_id: UUID | None
) -> Link | None:
    """Link a petition to the earlier one that it most likely repeats; None where there is none.

    The link is ``proposed`` where the law bars a repetition of that one and the petition office of the desk
    may see it: then a person decides. ``people`` are those of the petition.
    """
    found = await _recognised(world, work, petition, people)
    if not found:
        return None
    best = max(found, key=lambda each: (each.standing is not None, each.likeness.score, each.earlier.id))
    barred = best.standing if await _may_know(world, work, desk_id, best.earlier) else None
    link = linked(world, petition, best, state=LinkState.PROPOSED if barred else LinkState.NOTED)
    await work.links.add(link)
    if open_to_readers(petition) and open_to_readers(best.earlier):
        petition.repeat_of = best.earlier.id
    return link


async def compared(world: World, work: Work, petition: Petition, earlier: Petition) -> Found:
    """Two petitions that a person names."""
    people = await work.identities(petition.id, earlier.id)
    person = best_match(people.get(petition.id, []), people.get(earlier.id, []))
    quoted = earlier.number in quoted_numbers(words_of(petition))
    clocks = await work.deadlines.find(petition_id=earlier.id)
    pack, now = world.law.pack(petition.office_region), world.clock.now()
    barred = standing(earlier, clocks, pack, now=now) if comparable(petition, earlier) else None
    return Found(earlier, compare(petition, earlier, person, quoted=quoted), barred)


def linked(world: World, petition: Petition, found: Found, *, state: LinkState) -> Link:
    evidence = list(found.likeness.evidence)
    if found.standing is not None:
        evidence.append(Evidence("standing", 0.0, found.standing.text))
    return Link(
        id=world.codes.new_id(),
        petition_id=petition.id,
        earlier_id=found.earlier.id,
        state=state,
        ground=found.standing.ground if found.standing and state is not LinkState.NOTED else None,
        score=found.likeness.score,
        same_person=found.likeness.same_person,
        evidence=tuple(each.as_json() for each in evidence),
        found_at=world.clock.now(),
    )


async def related(world: World, work: Work, petition: Petition, client: Client) -> list[Related]:
    """The petitions linked with this one that an organ may see, earlier ones first.

    Sources are told at registration what they may know; two people may stand behind one of theirs.
    """
    if client.organ_id is None:
        return []
    earlier = [("earlier", each.earlier_id, each) for each in await work.links.find(petition_id=petition.id)]
    later = [("later", each.petition_id, each) for each in await work.links.find(earlier_id=petition.id)]
    found: list[Related] = []
    for relation, other_id, link in (*earlier, *later):
        other = await work.petitions.get(other_id)
        if await visible_to(world, work, other, client):
            found.append(Related(relation, other, link))
    return found


async def visible_to(world: World, work: Work, petition: Petition, client: Client) -> bool:
    """See :func:`ensure_visible`."""
    try:
        await ensure_visible(world, work, petition, client)
    except NotFound:
        return False
    return True


async def _recognised(world: World, work: Work, petition: Petition, people: People) -> list[Found]:
    like = [
        (earlier, likeness)
        for earlier, person, quoted in await _candidates(work, petition, people)
        if (likeness := compare(petition, earlier, person, quoted=quoted)).recognised
    ]
    if not like:
        return []
    clocks: defaultdict[UUID, list[Deadline]] = defaultdict(list)
    for clock in await work.deadlines.find(petition_id=tuple(earlier.id for earlier, _ in like)):
        clocks[clock.petition_id].append(clock)
    pack, now = world.law.pack(petition.office_region), world.clock.now()
    return [
        Found(
            earlier,
            likeness,
            standing(earlier, clocks[earlier.id], pack, now=now) if comparable(petition, earlier) else None,
        )
        for earlier, likeness in like
    ]


async def _candidates(
    work: Work, petition: Petition, people: People
) -> list[tuple[Petition, Person | None, bool]]:
    """Earlier petitions of the same people, and those whose number this one writes down (True).

    Who is the same is known from the indexes alone: what merely shares a phone is not read.
    """
    mine = people.identities
    ids = await work.brought_by(mine, before=petition.id) if people.known else []
    theirs = await work.identities(*ids) if ids else {}
    matches = {each: best_match(mine, theirs[each]) for each in ids}
    same = tuple(each for each, person in matches.items() if person in SAME_PERSON)
    found = await work.petitions.find(id=same) if same else []
    named = await _named(work, petition)
    if named:
        theirs = await work.identities(*(earlier.id for earlier in named))
        matches |= {earlier.id: best_match(mine, theirs.get(earlier.id, [])) for earlier in named}
    quoted = {earlier.id for earlier in named}
    return [
        (earlier, matches[earlier.id], earlier.id in quoted)
        for earlier in {each.id: each for each in (*found, *named)}.values()
        if earlier.id < petition.id and earlier.state is not State.REGISTERED
    ]


async def _named(work: Work, petition: Petition) -> list[Petition]:
    numbers = quoted_numbers(words_of(petition))
    return await work.petitions.find(number=numbers) if numbers else []


async def _may_know(world: World, work: Work, desk_id: UUID | None, earlier: Petition) -> bool:
    """Whether the office of a desk may see a petition: of its own region, and not kept from it (30)."""
    directory = await world.directory()
    office = directory.find(desk_id) if desk_id else None
    if office is None or not directory.gazetteer.contains(office.region_code, earlier.office_region):
        return False
    return office.id not in await shielded(world, work, earlier)
