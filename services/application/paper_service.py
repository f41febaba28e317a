"""Recording that a paper was served on the petitioner (送达): notices here, opinions as their own act."""

from __future__ import annotations

from uuid import UUID

from services.application import opinion, paper, recusal_check
from services.application.acts import carried_out, is_shielded
from services.application.ports import Work, World
from services.domain.access import Call
from services.domain.issued_paper import IssuedPaper
from services.domain.opinion import check_served
from services.domain.paper_service import ServiceProof
from services.domain.refusal import NotFound


async def serve(world: World, paper_id: UUID, proof: ServiceProof, *, call: Call) -> IssuedPaper:
    """Record the service of a paper by the organ that issued it; of an opinion, with all that follows."""
    async with world.read() as work:
        given = await _own(work, paper_id, call)
    if given.kind.served and given.subject_id is not None:
        await opinion.serve(world, given.subject_id, proof, call=call)
        async with world.read() as work:
            return await _own(work, paper_id, call)
    async with world.begin(call) as work:
        petition = await work.lock(given.petition_id)
        given = await _own(work, paper_id, call)
        if await is_shielded(work, petition, given.organ_id):
            raise _missing()
        if await carried_out(work, petition, call):
            return given
        proof.ensure_credible()
        check_served(given.issued_on, given.served_on, proof.served_on, today=world.clock.today())
        await recusal_check.ensure_takes_part(world, work, petition, given.organ_id, named=proof.by_the_organ)
        await paper.put_on_file(world, work, petition, given, proof)
        data = {
            "paper_id": str(given.id),
            "paper_number": given.number,
            "organ_id": str(given.organ_id),
            "served_on": proof.served_on.isoformat(),
            "method": proof.method.value,
            "signed": proof.signed,
        }
        work.record(petition, "paper_served", actor=call.actor, data=data)
        return given


async def _own(work: Work, paper_id: UUID, call: Call) -> IssuedPaper:
    found = await work.papers.find(id=paper_id)
    if not found or found[0].organ_id != call.client.organ_id or found[0].kind.kept_on_file:
        raise _missing()
    return found[0]


def _missing() -> NotFound:
    return NotFound("送达信访人的文书", "paper to be served on the petitioner")
