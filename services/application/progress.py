"""The petitioner's side: progress by number and code, the next tier, evaluation (信访工作条例 18, 21)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.application import on_the_spot, procedure, review_request
from services.application.acts import hold
from services.application.ports import Work, World
from services.domain.access import Call
from services.domain.deadline import Deadline, DeadlineState, ran_out
from services.domain.execution import Execution
from services.domain.ledger import Event
from services.domain.number import normalise_query_code, parse_number
from services.domain.opinion import Notice, Opinion
from services.domain.organ import Organ
from services.domain.own_limit import is_own
from services.domain.petition import Evaluation, Petition
from services.domain.recommendation import RULE as RECOMMENDATION
from services.domain.refusal import InvalidField, NotFound
from services.domain.review import NEXT_TIER, Review
from services.domain.steps import STEPS, Act, step

# What of the ledger a petitioner is shown, in words; the rest is the organs' own business.
STEP_WORDS = {
    "registered": "登记",
    "routed": "确定责任单位",
    "held_for_triage": "人工分流",
    "triage_decided": "确定责任单位",
    "dispatched": "转送、交办",
    "referred": "转送下级单位",
    "redirected": "改派责任单位",
    "dispute_raised": "受理有争议,报请决定受理机关",
    "dispute_ruled": "决定受理机关",
    "transferred": "移交其他单位办理",
    "received": "责任单位签收",
    "accepted": "受理",
    "refused": "不予受理",
    "declined": "不予受理",
    "turned_ordinary": "转为普通程序办理",
    "answered_on_the_spot": "当场答复",
    "written_answer_requested": "要求书面答复",
    "extended": "延长办理期限",
    "opinion_issued": "出具处理意见",
    "served": "送达",
    "served_and_concluded": "送达并办结",
    "paper_served": "送达文书",
    "review_requested": "申请复查、复核",
    "review_accepted": "受理复查、复核申请",
    "review_declined": "不予受理复查、复核申请",
    "review_extended": "延长复查、复核期限",
    "review_moved": "变更复查、复核机关",
    "hearing_announced": "通知听证",
    "hearing_held": "听证",
    "review_decided": "出具复查、复核意见",
    "remanded": "责令重新作出处理意见",
    "lapsed": "申请期限届满",
    "closed_without_successor": "终结(信访人死亡或者终止,无人继续)",
    "became_final": "三级终结",
    "reopened": "逾期有正当理由,恢复申请复查",
    "review_reopened": "逾期有正当理由,恢复申请复核",
    "withdrawn": "撤回",
    "supplemented": "补充材料",
    "evaluated": "评价",
    "execution_opened": "督促执行",
    "execution_ceased": "停止执行(意见已变更或者撤销)",
    "carried_out": "报告执行完毕",
    "recusal_requested": "申请回避",
    "recused": "有关人员回避",
    "recusal_refused": "决定不予回避",
}
KEPT = "由收到信访事项的机关、单位办理"


@dataclass(frozen=True, slots=True)
class PublicStep:
    at: datetime
    what: str
    organ: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a petitioner may know: served opinions only.

    ``may_request`` is the next tier or None, ``review_organs`` whom to ask within ``window``.
    """

    petition: Petition
    organ: str | None
    steps: list[PublicStep]
    opinions: list[Opinion]
    executions: list[Execution]
    notices: list[Notice]
    deadlines: list[Deadline]
    may_evaluate: bool
    may_request_ordinary: bool
    may_request_written: bool
    may_request: str | None
    window: Deadline | None
    review_organs: tuple[Organ, ...]

    @property
    def request_by(self) -> date | None:
        return self.window.due_on if self.window else None


def unknown() -> NotFound:
    """Number or code is wrong; which of them is told to nobody."""
    return NotFound("信访件", "petition", by="编号和查询码", by_en="number and the query code")


async def find(world: World, work: Work, number: str, query_code: str) -> Petition:
    """The petition of a number and its code; a wrong number and a wrong code answer alike (NotFound)."""
    missing = unknown()
    try:
        wanted, code = str(parse_number(number)), normalise_query_code(query_code)
    except InvalidField:
        raise missing from None
    given = world.codes.code_hash(code)
    found = await work.petitions.find(number=wanted)
    stored = found[0].query_code_hash if found else bytes(len(given))
    if not hmac.compare_digest(stored, given) or not found:
        raise missing
    return found[0]


async def progress(world: World, number: str, query_code: str) -> Progress:
    async with world.read() as work:
        petition = await find(world, work, number, query_code)
        return await _progress(world, work, petition)


async def _progress(world: World, work: Work, petition: Petition) -> Progress:
    directory = await world.directory()
    events = sorted(await work.events.find(petition_id=petition.id), key=lambda event: event.seq)
    names = {organ_id: directory.organ(UUID(organ_id)).name for organ_id in _organs_named(events)}
    steps = [
        PublicStep(event.at, words_of(event), names.get(str(event.data.get("organ_id"))))
        for event in events
        if event.kind in STEP_WORDS
    ]
    clocks = await work.deadlines.find(petition_id=petition.id)
    opinions = [each for each in await work.opinions.find(petition_id=petition.id) if each.served_on]
    tier = NEXT_TIER.get(petition.state)
    window = next((c for c in clocks if c.rule in ("D7", "D9") and c.state is DeadlineState.RUNNING), None)
    organs: tuple[Organ, ...] = ()
    if window is not None and not ran_out(window, now=world.clock.now()):
        organs = await review_request.organs_to_ask(world, work, petition)
    holder = directory.organ(petition.holder_id).name if petition.holder_id else None
    return Progress(
        petition=petition,
        organ=holder,
        steps=steps,
        opinions=opinions,
        executions=await work.executions.find(petition_id=petition.id),
        notices=[each for each in await work.notices.find(petition_id=petition.id) if each.kind != "report"],
        deadlines=[clock for clock in clocks if not (is_own(clock) or clock.rule == RECOMMENDATION)],
        may_evaluate=_may(petition, Act.EVALUATE),
        may_request_ordinary=await _is_handled_simply(work, petition),
        may_request_written=await on_the_spot.answered_on_the_spot(work, petition) is not None,
        may_request=tier.value if tier and organs else None,
        window=window if organs else None,
        review_organs=organs,
    )


def words_of(event: Event) -> str:
    """What happened; an organ that keeps what was brought to it was sent nothing (信访工作条例 23)."""
    return KEPT if event.data.get("kept") else STEP_WORDS[event.kind]


def _organs_named(events: list[Event]) -> set[str]:
    return {str(event.data["organ_id"]) for event in events if event.data.get("organ_id")}


async def _is_handled_simply(work: Work, petition: Petition) -> bool:
    simple = _may(petition, Act.TURN_ORDINARY) and await procedure.handled_simply(work, petition)
    return bool(simple)


def _may(petition: Petition, act: Act) -> bool:
    return (petition.state, act) in STEPS


async def request_review(
    world: World, number: str, query_code: str, wanted: review_request.Request, *, call: Call
) -> Review:
    """Ask for the next tier, by number and query code. Asked again the same, it answers the same."""
    async with world.begin(call) as work:
        petition = await work.lock((await find(world, work, number, query_code)).id)
        await work.petitions.refresh(petition)
        petition, repeated = await hold(work, petition.id, call, anew=Act.REQUEST_REVIEW)
        if repeated and not petition.state.ended:  # after the end it is a new request, and told why not
            return await review_request.requested_then(work, petition, call)
        return await review_request.request(world, work, petition, wanted, actor="petitioner")


async def request_ordinary(world: World, number: str, query_code: str, *, call: Call) -> None:
    """Ask for the ordinary way instead of the simple one (国信发〔2016〕8号)."""
    async with world.begin(call) as work:
        petition, repeated = await _held(world, work, number, query_code, call)
        if not repeated:
            await procedure.turn(work, petition, actor="petitioner")


async def request_written(world: World, number: str, query_code: str, *, call: Call) -> None:
    """Ask for the written answer where the matter was settled on the spot (信访工作条例 31, 32)."""
    async with world.begin(call) as work:
        petition, repeated = await _held(world, work, number, query_code, call)
        if not repeated:
            await on_the_spot.reopen(world, work, petition, actor="petitioner")


async def _held(world: World, work: Work, number: str, query_code: str, call: Call) -> tuple[Petition, bool]:
    petition = await work.lock((await find(world, work, number, query_code)).id)
    await work.petitions.refresh(petition)
    return await hold(work, petition.id, call)


@dataclass(frozen=True, slots=True)
class Rating:
    """``subject`` is petition_office or organ; ``rating`` satisfied, fairly_satisfied or dissatisfied."""

    subject: str
    rating: str
    reason: str | None


async def evaluate(
    world: World, number: str, query_code: str, ratings: list[Rating], *, call: Call
) -> list[Evaluation]:
    """群众评价, once a subject; given again it replaces the earlier one, which the ledger still tells."""
    async with world.begin(call) as work:
        petition = await work.lock((await find(world, work, number, query_code)).id)
        await work.petitions.refresh(petition)
        step(petition.state, Act.EVALUATE)
        given = {each.subject: each for each in await work.evaluations.find(petition_id=petition.id)}
        for rating in ratings:
            await _rate(world, work, petition, given, rating)
        return list(given.values())


async def _rate(
    world: World, work: Work, petition: Petition, given: dict[str, Evaluation], rating: Rating
) -> None:
    earlier = given.get(rating.subject)
    if earlier and (earlier.rating, earlier.reason) == (rating.rating, rating.reason):
        return
    if earlier is None:
        earlier = Evaluation(
            id=world.codes.new_id(),
            petition_id=petition.id,
            subject=rating.subject,
            organ_id=petition.first_handler_id if rating.subject == "organ" else None,
            rating=rating.rating,
            reason=rating.reason,
            given_at=world.clock.now(),
        )
        given[rating.subject] = earlier
        await work.evaluations.add(earlier)
    else:
        earlier.rating, earlier.reason = rating.rating, rating.reason
        earlier.given_at = world.clock.now()
        await work.evaluations.save(earlier)
    data = {"subject": rating.subject, "rating": rating.rating}
    work.record(petition, Act.EVALUATE.value, actor="petitioner", data=data)
