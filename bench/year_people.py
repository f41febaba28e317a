"""The people of a simulated city: each act as its organ would call it, in the words of the demo's play."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from services.application import (
    care,
    closure,
    dispatch,
    dispute,
    execution,
    hearing,
    objection,
    opinion,
    petition,
    procedure,
    progress,
    registration,
    review,
    review_request,
    transfer,
    triage,
    withdrawal,
)
from services.application.acts import Case
from services.application.ports import World
from services.cli.demo import words
from services.cli.demo.casting import Part
from services.domain.access import Call, Client, ClientRole
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch, Procedure, Role
from services.domain.dispute import Forum
from services.domain.execution import Execution
from services.domain.finality import ClosureGround
from services.domain.opinion import Opinion, Outcome, ServiceMethod
from services.domain.organ import Organ, OrganKind
from services.domain.paper_service import ServiceProof
from services.domain.petition import CareKind, Petition, State
from services.domain.refusal import NotFound
from services.domain.registration import Registration
from services.domain.review import Review


class People:
    """Acts on petitions through the use cases. ``source`` registers, organs act by their ids."""

    def __init__(self, world: World, directory: Directory, city: str) -> None:
        self.world = world
        self.directory = directory
        self.city = city
        self._made = world.clock.now()
        office = directory.petition_office(city, on=world.clock.today())
        assert office is not None, "a city without a petition office"
        self.office = office

    def of(self, organ_id: UUID) -> Call:
        organ = self.directory.organ(organ_id)
        is_office = organ.kind is OrganKind.PETITION_OFFICE
        role = ClientRole.PETITION_OFFICE if is_office else ClientRole.ORGAN
        return Call(self._client(f"organ-{organ.code}", role, organ.region_code, organ_id))

    def source(self, role: ClientRole, region_code: str) -> Call:
        return Call(self._client(f"{role.value}-{region_code}", role, region_code, None))

    def _client(self, id: str, role: ClientRole, region_code: str, organ_id: UUID | None) -> Client:
        return Client(id, b"", id, role, region_code, organ_id, (), self._made)

    async def register(self, brought: Registration, call: Call) -> registration.Registered:
        return await registration.register(self.world, brought, call=call)

    async def state(self, petition_id: UUID) -> State:
        async with self.world.read() as work:
            return (await work.petitions.get(petition_id)).state

    async def look(self, petition_id: UUID) -> tuple[Petition, Dispatch | None]:
        """The petition, and the dispatch under which its lead has it."""
        async with self.world.read() as work:
            found = await work.petitions.get(petition_id)
            leads = await work.dispatches.find(petition_id=petition_id, open=True, role=Role.LEAD.value)
        return found, leads[-1] if leads else None

    # -- the desk -----------------------------------------------------------------------------------------

    async def decide_at_desk(self, held: Petition, organ_id: UUID, report_due: date | None) -> None:
        choice = triage.Choice(organ_id, words.TRIAGE_REASON, report_due)
        await triage.decide(self.world, held.id, choice, call=self.of(held.holder_id or self.office.id))

    async def decline_at_desk(self, held: Petition, ground: str = "A4") -> None:
        refusal = dispatch.NonAcceptance(**{**words.GUIDANCE, "ground": ground})
        call = self.of(held.holder_id or self.office.id)
        await triage.decline(self.world, held.id, refusal, call=call)

    async def close(self, of: Petition, on: date) -> None:
        found = closure.Closure(ClosureGround.NO_SUCCESSOR, on, "信访人去世,无继承人继续提出。")
        await closure.close(self.world, of.id, found, call=self.of(self.office.id))

    async def give_care(self, of: Petition) -> None:
        given = care.Given(CareKind.RELIEF, self.world.clock.today(), "送去临时救助金,并由村里定期走访。")
        await care.record(self.world, of.id, given, call=self.of(self.office.id))

    # -- the organ ----------------------------------------------------------------------------------------

    async def receive(self, held: Dispatch) -> None:
        await dispatch.receive(self.world, held.id, call=self.of(held.organ_id))

    async def accept(self, held: Dispatch, *, simple: bool = False) -> None:
        how = dispatch.Acceptance(procedure=Procedure.SIMPLE if simple else Procedure.ORDINARY)
        await dispatch.accept(self.world, held.id, how, call=self.of(held.organ_id))

    async def refuse(self, held: Dispatch, ground: str) -> None:
        given = words.REFUSAL[Part.REPEATED if ground in ("A1", "A2", "A3") else Part.REFUSED]
        refusal = dispatch.NonAcceptance(**{**given, "ground": ground})
        await dispatch.refuse(self.world, held.id, refusal, call=self.of(held.organ_id))

    async def object_to(self, held: Dispatch) -> objection.Contest:
        return await objection.raise_objection(
            self.world, held.id, reason=words.OBJECTION, suggested_organ_id=None, call=self.of(held.organ_id)
        )

    async def withdraw_objection(self, held: Dispatch) -> None:
        async with self.world.read() as work:
            raised = await work.objections.find(dispatch_id=held.id)
        if not raised:
            raise NotFound("异议", "objection")
        await objection.withdraw(self.world, raised[-1].id, call=self.of(held.organ_id))

    async def rule_on(self, held: Dispatch, *, upheld: bool, organ_id: UUID | None = None) -> None:
        async with self.world.read() as work:
            raised = await work.objections.find(dispatch_id=held.id)
        ruling = objection.Ruling(upheld, organ_id if upheld else None, words.RULING[upheld])
        call = self.of(held.sender_id or self.office.id)
        await objection.decide(self.world, raised[-1].id, ruling, call=call)

    async def dispute(self, of: Petition, party_id: UUID) -> None:
        wanted = dispute.Referral("有关单位对由谁受理协商不一致。", (party_id,))
        await dispute.raise_by_hand(self.world, of.id, wanted, call=self.of(self.office.id))

    async def rule_dispute(self, of: Petition, organ_id: UUID | None = None) -> None:
        """Who decides names this organ if it may, or else a party, or else the first beneath it."""
        async with self.world.read() as work:
            raised = await work.disputes.find(petition_id=of.id)
        if not raised:
            raise NotFound()
        by, parties = raised[-1].organ_id, raised[-1].party_ids
        superior = raised[-1].forum is Forum.SUPERIOR
        line = self.beneath(by) if superior else list(parties)
        named = next((each for each in (organ_id, *parties) if each in line), line[0])
        sat_on = None if superior else self.world.clock.today()
        ruling = dispute.Ruling(named, words.RULING[True], sat_on=sat_on)
        await dispute.rule(self.world, raised[-1].id, ruling, call=self.of(by))

    async def transfer(self, of: Petition, organ_id: UUID) -> None:
        wanted = transfer.Transfer(organ_id, "现场核实,有新的事实。")
        await transfer.transfer(self.world, of.id, wanted, call=self.of(self.office.id))

    async def refer(self, held: Dispatch, organ_id: UUID) -> None:
        await dispatch.refer(self.world, held.id, organ_id, call=self.of(held.organ_id))

    async def report(self, held: Dispatch) -> None:
        await dispatch.report(self.world, held.id, words.REPORT, call=self.of(held.organ_id))

    async def answer(self, held: Dispatch, outcome: Outcome, *, anew: bool = False) -> Case[Opinion]:
        writ = opinion.Writ(**{**words.opinion(outcome.value, anew=anew), "outcome": outcome})
        return await opinion.issue(self.world, held.id, writ, call=self.of(held.organ_id))

    async def serve(self, issued: Opinion, served_on: date) -> Case[Opinion]:
        proof = ServiceProof(served_on, ServiceMethod.POST, signed=True)
        return await opinion.serve(self.world, issued.id, proof, call=self.of(issued.organ_id))

    async def carry_out(self, open: Execution, on: date) -> None:
        done = execution.CarriedOut(on, "已经落实到位,信访人签字确认。")
        await execution.carry_out(self.world, open.opinion_id, done, call=self.of(open.organ_id))

    # -- the petitioner -----------------------------------------------------------------------------------

    async def withdraw(self, of: Petition, call: Call) -> None:
        await withdrawal.withdraw(self.world, of.id, withdrawal.Withdrawal(words.WITHDRAWAL), call=call)

    async def supplement(self, of: Petition, call: Call, text: str = words.SUPPLEMENT) -> None:
        await petition.supplement(self.world, of.id, text, call=call)

    async def ask_for_the_ordinary_way(self, of: Petition, call: Call) -> None:
        await procedure.turn_ordinary(self.world, of.id, call=call)

    async def request_review(self, of: Petition, *, late: bool = False) -> Case[Review]:
        cause = review_request.Late("住院治疗,出院后即提出。", "分管副局长") if late else None
        wanted = review_request.Request(words.request(of.tier.value), late=cause)
        return await review_request.request_by_desk(self.world, of.id, wanted, call=self.of(self.office.id))

    async def evaluate(self, number: str, query_code: str, call: Call, *, happy: bool) -> None:
        given = progress.Rating("organ", "satisfied" if happy else "dissatisfied", None)
        await progress.evaluate(self.world, number, query_code, [given], call=call)

    # -- the reviewing organ ------------------------------------------------------------------------------

    async def accept_review(self, asked: Review) -> None:
        await review.accept(self.world, asked.id, call=self.of(asked.organ_id))

    async def decline_review(self, asked: Review) -> None:
        why = review.Declination(**words.REVIEW_REFUSAL)
        await review.decline(self.world, asked.id, why, call=self.of(asked.organ_id))

    async def hear(self, asked: Review, first: date, last: date) -> None:
        await hearing.hold(self.world, asked.id, first, last, call=self.of(asked.organ_id))

    async def decide_review(self, asked: Review, outcome: Outcome, redo_by: date | None = None) -> None:
        body = {**words.review_opinion(outcome.value, None), "outcome": outcome, "redo_by": redo_by}
        await review.decide(self.world, asked.id, opinion.Writ(**body), call=self.of(asked.organ_id))

    # -- what there is ------------------------------------------------------------------------------------

    async def opinions(self, of: Petition) -> Sequence[Opinion]:
        async with self.world.read() as work:
            return await work.opinions.find(petition_id=of.id)

    async def reviews(self, of: Petition) -> Sequence[Review]:
        async with self.world.read() as work:
            return await work.reviews.find(petition_id=of.id)

    async def executions(self, of: Petition) -> Sequence[Execution]:
        async with self.world.read() as work:
            return await work.executions.find(petition_id=of.id, state="open")

    def others(self, organ_id: UUID) -> list[UUID]:
        """Organs of the same region that one may think competent instead, in the order of their codes."""
        region = self.directory.organ(organ_id).region_code
        return [each for each in self.in_region(region) if each != organ_id]

    def in_region(self, region_code: str) -> list[UUID]:
        return _in_order(self.directory.in_region(region_code))

    def beneath(self, organ_id: UUID) -> list[UUID]:
        return _in_order(self.directory.subordinates(organ_id))

    def in_days(self, days: int) -> date:
        return self.world.clock.today() + timedelta(days=days)


def _in_order(organs: Iterable[Organ]) -> list[UUID]:
    """By their codes, which are the same in every run, as ids are not."""
    return [each.id for each in sorted(organs, key=lambda each: each.code)]
