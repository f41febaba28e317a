"""The organ's acts on a dispatch: receipt, acceptance, refusal, extension, referral, report."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.application import clocks, direct, paper, procedure, recusal_check, release, repetition
from services.application.acts import (
    Case,
    case,
    drop_recusal_requests,
    ensure_visible,
    named_organ,
    notify,
    own_dispatch,
    shielded,
    take,
    take_back,
    told_then,
)
from services.application.petition import Dossier, dossier
from services.application.ports import Work, World
from services.application.routing import Target, dispatch_to
from services.domain import deadline as rules
from services.domain.access import Call, Client
from services.domain.dispatch import (
    Dispatch,
    DispatchState,
    Mode,
    NotSubordinate,
    OutsidePowersIsObjection,
    Procedure,
    ReportNotDue,
    Role,
)
from services.domain.organ import Organ
from services.domain.own_limit import HANDLING, ORGAN
from services.domain.petition import Attachment, Path, Petition, Purpose
from services.domain.procedure import DECIDE
from services.domain.refusal import InvalidField, NotFound, Refusal
from services.domain.sorting import way_told
from services.domain.statute import Answer, Ground, RulePack
from services.domain.steps import Act


class LeadOnly(Refusal):
    """本单位为协办单位,此项操作由主办单位进行(信访工作条例 24)。"""

    english = "This organ co-handles; the act belongs to the lead (art. 24)."


class NotReceiptable(Refusal):
    """该转交办件当前状态为{state},无需签收。"""

    english = "The dispatch is in state {state}; there is nothing to receive."


class GroundUnknown(Refusal):
    """不予受理的理由{ground}不在规则库中,请选用:{known}。"""

    english = "Ground {ground} is not in the rule pack; use one of {known}."


@dataclass(frozen=True, slots=True)
class Acceptance:
    """``path`` corrects the sorting of 信访工作条例 31 when the organ, having looked, finds another.

    ``directed_to``: where the petitioner turns, of a matter that another procedure decides.
    """

    path: Path | None = None
    note: str | None = None
    procedure: Procedure = Procedure.ORDINARY
    directed_to: str | None = None


@dataclass(frozen=True, slots=True)
class NonAcceptance:
    """``ground`` is a rule id of the pack (A1–A6); ``directed_to`` says where the petitioner may turn.

    ``earlier_number``: of the petition that this one repeats (A1–A3); None: the one that was recognised.
    """

    ground: str
    explanation: str
    directed_to: str | None = None
    earlier_number: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """``days`` on top of the period; ``approved_by`` is the organ's head who approved (信访工作条例 34).

    Where that head is recused, it is the head of the superior ``approving_organ_id`` (28).
    """

    days: int
    approved_by: str
    reason: str
    approving_organ_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A dispatch with all of its petition that the organ needs."""

    dispatch: Dispatch
    dossier: Dossier
    attachments: list[Attachment]


async def read(world: World, dispatch_id: UUID, *, client: Client) -> Folder:
    """For the organ that holds it, and for the office that sent it; ``NotFound`` for anyone else."""
    async with world.read() as work:
        missing = NotFound("转交办件", "dispatch")
        found = await work.dispatches.find(id=dispatch_id)
        if not found or client.organ_id not in (found[0].organ_id, found[0].sender_id):
            raise missing
        dispatch = found[0]
        petition = await work.petitions.get(dispatch.petition_id)
        await ensure_visible(world, work, petition, client, missing=missing)
        attachments = await work.attachments.find(petition_id=petition.id)
        return Folder(dispatch, await dossier(world, work, petition, client), attachments)


async def receive(world: World, dispatch_id: UUID, *, call: Call) -> Case[Dispatch]:
    """签收. It moves no clock: an electronic dispatch was received when it entered the inbox."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated or dispatch.received_on is not None:
            return await case(work, petition, dispatch)
        if dispatch.state is not DispatchState.SENT:
            raise NotReceiptable(state=dispatch.state.value)
        dispatch.move(DispatchState.RECEIVED)
        dispatch.received_on = world.clock.today()
        data = _told(dispatch)
        if dispatch.role is Role.LEAD:
            take(work, petition, Act.RECEIVE, actor=call.actor, data=data)
        else:
            work.record(petition, Act.RECEIVE.value, actor=call.actor, data={**data, "role": "co"})
        await work.dispatches.save(dispatch)
        return await case(work, petition, dispatch)


async def accept(world: World, dispatch_id: UUID, acceptance: Acceptance, *, call: Call) -> Case[Dispatch]:
    """受理告知 (23): ends the notice and objection clocks, starts the 60 days (34), if they run not yet."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return await case(work, petition, dispatch)
        _lead(dispatch)
        today = world.clock.today()
        petition.path = _path(petition, acceptance)
        notices = await clocks.meet(work, petition, "D2", "D3", on=today)
        await clocks.cease(work, petition, "D4")
        handling = await clocks.handle(
            world, work, petition, owner_id=dispatch.organ_id, subject_id=dispatch.id
        )
        beside = await procedure.decide(world, work, petition, dispatch, acceptance.procedure)
        path = petition.path.value if petition.path else None
        data = {**_told(dispatch), "path": path, "clocks": clocks.told(handling, *beside)}
        if acceptance.procedure is Procedure.SIMPLE:
            data["procedure"] = acceptance.procedure.value
        take(work, petition, Act.ACCEPT, actor=call.actor, data=data)
        if petition.first_handler_id is None:
            petition.first_handler_id = dispatch.organ_id  # 首办责任 stays on record through every later hand
        dispatch.move(DispatchState.ACCEPTED)
        dispatch.received_on = dispatch.received_on or today
        dispatch.accepted_on = today
        await work.dispatches.save(dispatch)
        await _tell_accepted(world, work, petition, dispatch, acceptance)
        duty = next((notice.rule for notice in notices), "D3")
        await paper.accepted(world, work, petition, dispatch, handling, duty=duty)
        return await case(work, petition, dispatch)


async def _tell_accepted(
    world: World, work: Work, petition: Petition, dispatch: Dispatch, acceptance: Acceptance
) -> None:
    """处理途径和程序 (23): of what another procedure decides, they are told which, and where (31)."""
    organ = (await world.directory()).organ(dispatch.organ_id).name
    article = world.law.pack(petition.office_region).routing_rule("R7").article
    way = way_told(petition.path, article=article, organ=organ, directed_to=acceptance.directed_to)
    text = acceptance.note or "您反映的信访事项已收到并受理,将按规定期限办理并书面答复。"
    await notify(
        world, work, petition, "acceptance", text + way,
        organ_id=dispatch.organ_id, directed_to=(acceptance.directed_to or organ) if way else None,
    )  # fmt: skip


def _path(petition: Petition, acceptance: Acceptance) -> Path | None:
    """The six ways are for redress alone; suggestions and denunciations have none (29, 30, 31)."""
    if acceptance.path is None:
        return petition.path
    if petition.purpose is not Purpose.REDRESS:
        raise InvalidField(
            code="path_for_redress_only",
            zh="依法分类处理的途径只适用于申诉求决类事项(信访工作条例第三十一条)。",
            en="The six ways of art. 31 are for petitions for redress alone.",
            pointer="/path",
        )
    return acceptance.path


async def refuse(world: World, dispatch_id: UUID, refusal: NonAcceptance, *, call: Call) -> Case[Dispatch]:
    """不予受理: reasoned, in writing, on the record (19, 31, 36)."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return await case(work, petition, dispatch)
        _lead(dispatch)
        ground = stated_ground(world.law.pack(petition.office_region), refusal)
        if ground.id == "A5" and not await direct.still_to_tell(world, work, petition, dispatch.organ_id):
            raise OutsidePowersIsObjection()  # what it received itself it may send elsewhere (23.1)
        shown = await repetition.refused_on(world, work, petition, ground, refusal.earlier_number, call=call)
        data = {**_told(dispatch), "ground": ground.id, "ground_article": str(ground.citation), **shown}
        take(work, petition, Act.REFUSE, actor=call.actor, data=data)
        await clocks.meet(work, petition, "D2", "D3", DECIDE, on=world.clock.today())
        dispatch.move(DispatchState.DECLINED)
        await work.dispatches.save(dispatch)
        await release.release(work, petition)
        await notify(
            world, work, petition, "non_acceptance", refusal.explanation,
            organ_id=dispatch.organ_id, ground=ground.id, directed_to=refusal.directed_to,
        )  # fmt: skip
        await paper.refused(
            world, work, petition, ground, refusal.explanation,
            organ_id=dispatch.organ_id, directed_to=refusal.directed_to, subject_id=dispatch.id,
        )  # fmt: skip
        return await case(work, petition, dispatch)


def stated_ground(pack: RulePack, refusal: NonAcceptance) -> Ground:
    """The ground of the pack that is stated; where the law says so, with the organ to turn to instead."""
    usable = {ground.id: ground for ground in pack.grounds if ground.answer is not Answer.ASK}
    ground = usable.get(refusal.ground)
    if ground is None:
        raise GroundUnknown(ground=refusal.ground, known="、".join(usable))
    if ground.names_organ and not refusal.directed_to:
        raise InvalidField(
            code="directed_to_needed",
            zh=f"以“{ground.title}”不予受理的,应当告知信访人向何处提出({ground.citation})。",
            en=f"On ground {ground.id} the petitioner is told where to turn: give directed_to.",
            pointer="/directed_to",
        )
    return ground


async def extend(world: World, dispatch_id: UUID, extension: Extension, *, call: Call) -> Case[Dispatch]:
    """延期 (34): within the limit, before the due date, approved by the head, the petitioner told why."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            return await case(work, petition, dispatch)
        _lead(dispatch)
        above = await recusal_check.approved(
            world, work, petition,
            organ_id=dispatch.organ_id, by=extension.approved_by, above_id=extension.approving_organ_id,
        )  # fmt: skip
        take(work, petition, Act.EXTEND, actor=call.actor, data={**_told(dispatch), "days": extension.days})
        clock = next(iter(await clocks.running(work, petition, HANDLING)), None)
        if clock is None:
            period = world.law.pack(petition.office_region).period(HANDLING, on=world.clock.today())
            raise rules.ExtensionNotAllowed(rule=HANDLING, title=period.title, article=period.article)
        before = clock.due_on
        await clocks.extend(world, work, petition, clock, days=extension.days, actor=call.actor)
        text = told_extension(extension, above)
        await notify(world, work, petition, "extension", text, organ_id=dispatch.organ_id)
        await paper.extended(
            world, work, petition, dispatch, clock,
            days=extension.days, reason=extension.reason, due_before=before, above=above,
        )  # fmt: skip
        return await case(work, petition, dispatch)


def told_extension(extension: Extension, above: Organ | None = None) -> str:
    """What the petitioner is told of it: why, by how much, and who approved."""
    approved = (above.name if above else "") + extension.approved_by
    return f"{extension.reason}(批准人:{approved};延长{extension.days}日)"


async def refer(world: World, dispatch_id: UUID, organ_id: UUID, *, call: Call) -> Case[Dispatch]:
    """Pass a case on to a subordinate organ with the power to decide, and tell the petitioner where (23.1).

    Returns the new dispatch.
    """
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call)
        if repeated:
            onward_id = await told_then(work, petition, call, "dispatch_id", kind="dispatched")
            return await case(work, petition, await work.dispatches.get(onward_id))
        _lead(dispatch)
        directory = await world.directory()
        target = named_organ(directory, organ_id, on=world.clock.today())
        if not directory.is_subordinate(organ_id, of=dispatch.organ_id):
            raise NotSubordinate(organ=target.name, article="信访工作条例第二十三条")
        data = {"dispatch_id": str(dispatch.id), "from": str(dispatch.organ_id), "to": str(organ_id)}
        take(work, petition, Act.REFER, actor=call.actor, data=data)
        # It has told the petitioner where the case went (23.1); whoever was to report still does (22.1.3).
        await clocks.meet(work, petition, "D2", "D3", on=world.clock.today())
        await clocks.cease(work, petition, "D4", DECIDE)
        if dispatch.procedure is Procedure.SIMPLE:  # proposed from above: each level passes it on in a day
            await procedure.pass_on(
                world, work, petition, mode=dispatch.mode, owner_id=dispatch.organ_id, since=dispatch.sent_on
            )
        await clocks.cease(work, petition, ORGAN, subject_id=dispatch.id)
        await drop_recusal_requests(work, petition, dispatch.organ_id)
        dispatch.move(DispatchState.REFERRED)
        await work.dispatches.save(dispatch)
        for beside in await work.dispatches.find(petition_id=petition.id, organ_id=organ_id, open=True):
            await take_back(work, petition, beside)  # who helped with it now has it
        await work.flush()  # the old lead is closed before the new one opens
        onward = Target(
            organ_id, dispatch.organ_id, dispatch.mode, dispatch.report_due, procedure=dispatch.procedure
        )
        hidden = await shielded(world, work, petition)
        following = await dispatch_to(world, work, petition, onward, actor=call.actor, shielded=hidden)
        text = f"您反映的信访事项已转送{target.name}办理。"
        await notify(
            world, work, petition, "referral", text, organ_id=dispatch.organ_id, directed_to=target.name
        )
        return await case(work, petition, following)


async def report(world: World, dispatch_id: UUID, text: str, *, call: Call) -> Case[Dispatch]:
    """办结报告 of an assignment, to the organ that assigned it (22), whoever handled it in the end."""
    async with world.begin(call) as work:
        dispatch, petition, repeated = await own_dispatch(work, dispatch_id, call, though_handed_on=True)
        if repeated:
            return await case(work, petition, dispatch)
        if dispatch.mode is not Mode.ASSIGN and dispatch.role is Role.LEAD:
            raise ReportNotDue()
        today = world.clock.today()
        take(work, petition, Act.REPORT, actor=call.actor, data=_told(dispatch))
        if dispatch.mode is Mode.ASSIGN:
            await clocks.meet(work, petition, "D11", on=today, subject_id=dispatch.id)
        dispatch.reported_on = today
        await work.dispatches.save(dispatch)
        await notify(world, work, petition, "report", text, organ_id=dispatch.organ_id)
        return await case(work, petition, dispatch)


def _lead(dispatch: Dispatch) -> None:
    if dispatch.role is not Role.LEAD:
        raise LeadOnly()


def _told(dispatch: Dispatch) -> dict[str, object]:
    return {"dispatch_id": str(dispatch.id), "organ_id": str(dispatch.organ_id)}
