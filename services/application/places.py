"""A city's own places as its past petitions name them, for a person to review and load."""

from __future__ import annotations

from uuid import UUID

from services.application.lists import PetitionFilter
from services.application.ports import Work, World
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch, DispatchState, Role
from services.domain.petition import Petition, Purpose
from services.domain.place_learning import LearntPlace, PlaceLearner, SettledMatter
from services.domain.same_matter import Identity

PAGE = 500
SETTLED = (DispatchState.ACCEPTED.value, DispatchState.ANSWERED.value)


async def learn(world: World) -> list[LearntPlace]:
    """Names proposed from the petitions that an organ accepted: it did not contest the place (23, 24).

    Denunciations and confidential petitions are left out (30): nothing is learnt from who accuses whom.
    """
    directory = await world.directory()
    learner = PlaceLearner(directory.gazetteer, (place.name for place in directory.places))
    after: UUID | None = None
    while True:
        petitions = await world.reports.petitions(PetitionFilter(), after=after, limit=PAGE)
        if not petitions:
            return learner.proposals()
        async with world.read() as work:
            await _hear(work, directory, petitions, learner)
        after = petitions[-1].id


async def _hear(work: Work, directory: Directory, petitions: list[Petition], learner: PlaceLearner) -> None:
    open_ones = [
        each for each in petitions if not each.confidential and each.purpose is not Purpose.DENUNCIATION
    ]
    ids = tuple(petition.id for petition in open_ones)
    if not ids:
        return
    leads = {
        dispatch.petition_id: dispatch
        for dispatch in await work.dispatches.find(petition_id=ids, state=SETTLED, role=Role.LEAD.value)
    }
    people = await work.identities(*leads)
    for petition in open_ones:
        lead = leads.get(petition.id)
        if lead is not None:
            text = "\n".join(filter(None, (petition.title, petition.address, petition.content)))
            who = frozenset(filter(None, map(_token, people.get(petition.id, ()))))
            learner.hear(SettledMatter(text, who, _place(directory, petition, lead)))


def _token(person: Identity) -> bytes | None:
    return person.document or person.phone or person.name


def _place(directory: Directory, petition: Petition, lead: Dispatch) -> str:
    """Where it lay: the region on the petition if it is within that of the organ, else the organ's own."""
    own = directory.organ(lead.organ_id).region_code
    given = petition.region_code
    return given if given is not None and directory.gazetteer.contains(own, given) else own
