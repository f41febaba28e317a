"""R11: staff with a direct interest recuse themselves, and appear in no later act (信访工作条例 28.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.application import (
    dispatch,
    hearing,
    opinion,
    recusal,
    recusal_move,
    registration,
    review,
    review_request,
    routing,
    withdrawal,
)
from services.application.dispatch import Extension
from services.application.recusal import Decision, Finding, OnRecord, Request, Ruling
from services.application.review_request import Late
from services.domain.access import Call, ClientRole, NotCompetent
from services.domain.deadline import DeadlineState
from services.domain.inbox import EntryType
from services.domain.opinion import Outcome, ServiceMethod
from services.domain.outbox import Topic
from services.domain.paper_opinion import HearingDay
from services.domain.paper_service import ServiceProof
from services.domain.petition import Channel, Petition, State
from services.domain.recusal import (
    AlreadyRecused,
    DecidesOnOwn,
    HeadDecidedAbove,
    HeadRecused,
    NoHeadRecused,
    Officer,
    OfficerRecused,
    RecusalDecided,
    RecusalGround,
    RecusalState,
)
from services.domain.refusal import InvalidField, NotFound
from services.domain.registration import PetitionerDraft, Registration
from services.domain.steps import StepNotAllowed
from tests.fakes import FakeWorld
from tests.unit.lives import (
    MORNING,
    PORTAL,
    accepted,
    clock_of,
    entries,
    organ_call,
    read,
    review_now,
    served,
    told,
    under_review,
    waiting,
    world_under,
    writ,
)
from tests.worlds import CITY, city_directory

ORGANS = {each.name: each.id for each in city_directory().organs}
LAND, OFFICE, TAX = "南县自然资源局", "益阳市信访局", "国家税务总局南县税务局"
BUREAU, COUNTY = "益阳市自然资源局", "南县人民政府"
ABOVE = {each.name: each.id for each in city_directory().superiors(ORGANS[LAND])}
SUPERIOR = city_directory().superiors(ORGANS[LAND])[0]
DEPUTY, HEAD = Officer("王建国", "副局长"), Officer("周正", "局长", is_head=True)
MORE = Extension(days=20, approved_by="周正", reason="需要重新勘测。")


@pytest.fixture
def world() -> FakeWorld:
    return world_under("national-2022", MORNING)


def office(name: str = OFFICE) -> Call:
    client = replace(PORTAL, id="office", role=ClientRole.PETITION_OFFICE, organ_id=ORGANS[name])
    return Call(replace(client, region_code=CITY))


def found(world: FakeWorld, officer: Officer, **ruling: Any) -> Finding:
    decided = {"by": "李副局长", "on": world.clock.today(), **ruling}
    return Finding(officer, RecusalGround.PETITIONER, "系信访人的近亲属。", Ruling(**decided))


async def recused(
    world: FakeWorld, petition_id: UUID, officer: Officer = DEPUTY, *, of: str = LAND
) -> OnRecord:
    above = city_directory().superiors(ORGANS[of])[0].id if officer.is_head else None
    finding = found(world, officer, organ_id=above)
    return await recusal.record(world, petition_id, finding, call=organ_call(ORGANS[of]))


async def open_petition(world: FakeWorld, *, accept: bool = True) -> Petition:
    """Not confidential, by somebody known, sent to the land bureau, and accepted by it."""
    brought = Registration(
        channel=Channel.ONLINE,
        received_on=world.clock.today(),
        title="征地补偿没有发放",
        content="征地补偿款至今没有发放。",
        address="南县茅草街镇",
        petitioners=(PetitionerDraft("罗大江", phone="13900001000"),),
    )
    made = await registration.register(world, brought, call=Call(PORTAL))
    await routing.route(world, waiting(world, Topic.ROUTE))
    [held] = world.store.rows["dispatches"].values()
    if accept:
        await dispatch.accept(world, held.id, dispatch.Acceptance(), call=organ_call(held.organ_id))
    return await read(world, made.petition.id)


# -- the teeth --------------------------------------------------------------------------------------------


async def test_r11_who_is_recused_approves_no_extension(world: FakeWorld) -> None:
    petition = await accepted(world)
    [held] = world.store.rows["dispatches"].values()
    await recused(world, petition.id)
    call = organ_call(held.organ_id)
    with pytest.raises(OfficerRecused, match="信访工作条例第二十八条第三款"):
        await dispatch.extend(world, held.id, replace(MORE, approved_by="王建国副局长"), call=call)
    await dispatch.extend(world, held.id, MORE, call=call)
    assert clock_of(world, "D5").state is DeadlineState.RUNNING


async def test_r11_of_a_recused_head_the_superior_approves(world: FakeWorld) -> None:
    petition = await open_petition(world)
    [held] = world.store.rows["dispatches"].values()
    await recused(world, petition.id, HEAD)
    call = organ_call(held.organ_id)
    with pytest.raises(HeadRecused, match=SUPERIOR.name):
        await dispatch.extend(world, held.id, replace(MORE, approved_by="李副局长"), call=call)
    by = replace(MORE, approved_by="郭县长", approving_organ_id=ORGANS[TAX])
    with pytest.raises(InvalidField):  # no superior
        await dispatch.extend(world, held.id, by, call=call)
    by = replace(by, approving_organ_id=SUPERIOR.id)
    with pytest.raises(OfficerRecused):
        await dispatch.extend(world, held.id, replace(by, approved_by="周正"), call=call)
    await dispatch.extend(world, held.id, by, call=call)
    notice = next(each for each in world.store.rows["notices"].values() if each.kind == "extension")
    assert f"批准人:{SUPERIOR.name}郭县长" in notice.text
    [paper] = [each for each in world.store.rows["papers"].values() if each.kind.value == "extension"]
    assert f"经上级机关{SUPERIOR.name}负责人批准" in str(paper.content)


async def test_r11_who_is_recused_confirms_no_difference_and_serves_nothing(world: FakeWorld) -> None:
    asked_for = await under_review(world)
    call = organ_call(asked_for.organ_id)
    _, revoked = await review.decide(world, asked_for.id, writ(Outcome.REVOKED, "撤销。"), call=call)
    await served(world, revoked)
    await recused(world, asked_for.petition_id)
    [held] = world.store.rows["dispatches"].values()
    again = replace(writ(), difference=opinion.Difference("补充了测绘。", "王建国"))
    with pytest.raises(OfficerRecused):
        await opinion.issue(world, held.id, again, call=organ_call(ORGANS[LAND]))
    again = replace(again, difference=opinion.Difference("补充了测绘。", "李明"))
    issued = await opinion.issue(world, held.id, again, call=organ_call(ORGANS[LAND]))
    proof = ServiceProof(world.clock.today(), ServiceMethod.IN_PERSON, signed=True, served_by="王建国")
    with pytest.raises(OfficerRecused):
        await opinion.serve(world, issued.subject.id, proof, call=organ_call(ORGANS[LAND]))
    await opinion.serve(
        world, issued.subject.id, replace(proof, served_by="李明"), call=organ_call(ORGANS[LAND])
    )


async def test_r11_who_is_recused_admits_no_late_request(world: FakeWorld) -> None:
    asked_for = await under_review(world)
    petition_id = asked_for.petition_id
    await review.decline(
        world,
        asked_for.id,
        review.Declination("not_an_opinion", "不是意见。"),
        call=organ_call(asked_for.organ_id),
    )
    await recusal.record(world, petition_id, found(world, Officer("周科", "科长")), call=office())
    world.clock.pass_days(60)
    late = review_request.Request("不服。", late=Late("住院。", "周科长"))
    with pytest.raises(OfficerRecused):
        await review_request.request_by_desk(world, petition_id, late, call=office())
    other = replace(late, late=Late("住院。", "彭科长"))
    case = await review_request.request_by_desk(world, petition_id, other, call=office())
    assert case.subject.late_approved_by == "彭科长"


async def test_r11_who_is_recused_leads_no_hearing_and_extends_no_review() -> None:
    world = world_under("beijing-2006")
    asked_for = await under_review(world)
    await recused(world, asked_for.petition_id, of=BUREAU)
    call, today = organ_call(asked_for.organ_id), world.clock.today()
    day = HearingDay("上午9时", "三楼", chair="王建国")
    with pytest.raises(OfficerRecused):
        await hearing.convene(world, asked_for.id, today, today, notice=day, call=call)
    among = replace(day, chair="李明", attending=("南县人民政府", "王副局长"))
    with pytest.raises(OfficerRecused):
        await hearing.convene(world, asked_for.id, today, today, notice=among, call=call)
    with pytest.raises(OfficerRecused, match="北京市信访条例"):
        await review.extend(world, asked_for.id, replace(MORE, approved_by="王建国"), call=call)
    await review.extend(world, asked_for.id, MORE, call=call)


async def test_a_recusal_binds_the_organ_whose_officer_it_is(world: FakeWorld) -> None:
    """A namesake of another organ is another person."""
    asked_for = await under_review(world)
    await recused(world, asked_for.petition_id)
    day = HearingDay("上午9时", "三楼", chair="王建国")
    today = world.clock.today()
    await hearing.convene(world, asked_for.id, today, today, notice=day, call=organ_call(asked_for.organ_id))


# -- what is recorded, and who decides --------------------------------------------------------------------


async def test_a_recusal_is_recorded_once_and_the_ledger_names_nobody(world: FakeWorld) -> None:
    petition = await accepted(world)
    first = await recused(world, petition.id)
    assert (first.recusal.state, first.recusal.decided_by) == (RecusalState.GRANTED, "李副局长")
    [event] = told(world, "recused")
    assert event == {
        "recusal_id": str(first.recusal.id), "organ_id": str(ORGANS[LAND]), "state": "accepted",
        "article": "信访工作条例第二十八条第三款",
    }  # fmt: skip
    with pytest.raises(AlreadyRecused):
        await recused(world, petition.id, Officer("王建国", "办公室主任"))


async def test_nobody_decides_on_a_recusal_of_his_own(world: FakeWorld) -> None:
    petition = await accepted(world)
    call = organ_call(ORGANS[LAND])
    with pytest.raises(DecidesOnOwn):
        await recusal.record(world, petition.id, found(world, DEPUTY, by="王局长"), call=call)
    await recused(world, petition.id)
    with pytest.raises(OfficerRecused):  # and who is recused decides on nobody else
        await recusal.record(world, petition.id, found(world, Officer("李明"), by="王建国"), call=call)


async def test_of_a_head_the_superior_decides(world: FakeWorld) -> None:
    petition = await accepted(world)
    call = organ_call(ORGANS[LAND])
    with pytest.raises(HeadDecidedAbove, match=SUPERIOR.name):
        await recusal.record(world, petition.id, found(world, HEAD), call=call)
    with pytest.raises(InvalidField):
        await recusal.record(world, petition.id, found(world, HEAD, organ_id=ORGANS[TAX]), call=call)
    kept = await recused(world, petition.id, HEAD)
    assert kept.recusal.deciding_organ_id == SUPERIOR.id


async def test_only_who_has_a_part_recuses_its_own(world: FakeWorld) -> None:
    petition = await accepted(world)
    finding = found(world, DEPUTY)
    with pytest.raises(NotFound):
        await recusal.record(world, petition.id, finding, call=organ_call(ORGANS[TAX]))
    with pytest.raises(NotCompetent):
        await recusal.record(world, petition.id, finding, call=Call(PORTAL))


async def test_a_recusal_is_read_by_its_organ_and_the_petition_office_alone(world: FakeWorld) -> None:
    asked_for = await under_review(world)
    kept = await recused(world, asked_for.petition_id)
    for reader, seen in ((organ_call(ORGANS[LAND]), 1), (office(), 1), (organ_call(asked_for.organ_id), 0)):
        _, listed = await recusal.of_petition(world, asked_for.petition_id, client=reader.client)
        assert len(listed) == seen
    with pytest.raises(NotFound):
        await recusal.read(world, kept.recusal.id, client=organ_call(asked_for.organ_id).client)
    with pytest.raises(NotFound):
        await recusal.read(world, kept.recusal.id, client=PORTAL)
    assert (await recusal.read(world, kept.recusal.id, client=office().client)).recusal.officer == "王建国"


# -- asked for by the petitioner --------------------------------------------------------------------------

WANTED = Request(Officer("王副局长"), "其亲属承包了该工程。")


async def requested(world: FakeWorld, petition_id: UUID) -> OnRecord:
    return await recusal.request(world, petition_id, WANTED, call=Call(PORTAL))


def decision(world: FakeWorld, *, granted: bool = True) -> Decision:
    ruling = Ruling("李局长", world.clock.today())
    return Decision(granted, "经核实属实。", ruling, DEPUTY, RecusalGround.MATTER if granted else None)


async def test_r11_the_petitioner_asks_and_the_organ_decides_with_reasons(world: FakeWorld) -> None:
    petition = await open_petition(world)
    kept = await requested(world, petition.id)
    assert entries(world, ORGANS[LAND])[-1].type is EntryType.RECUSAL_REQUESTED
    with pytest.raises(NotFound):
        await recusal.decide(world, kept.recusal.id, decision(world), call=office())
    call = organ_call(ORGANS[LAND])
    ruled = await recusal.decide(world, kept.recusal.id, decision(world), call=call)
    assert (ruled.recusal.officer, ruled.recusal.state) == ("王建国", RecusalState.GRANTED)
    notice = next(each for each in world.store.rows["notices"].values() if each.kind == "recusal")
    assert notice.text == recusal.TOLD[True]
    [held] = world.store.rows["dispatches"].values()
    with pytest.raises(OfficerRecused):
        await dispatch.extend(
            world, held.id, replace(MORE, approved_by="王建国"), call=organ_call(ORGANS[LAND])
        )


async def test_a_request_that_is_refused_binds_nobody(world: FakeWorld) -> None:
    petition = await open_petition(world)
    kept = await requested(world, petition.id)
    refused = decision(world, granted=False)
    ruled = await recusal.decide(world, kept.recusal.id, refused, call=organ_call(ORGANS[LAND]))
    assert (ruled.recusal.state, ruled.recusal.decision_reason) == (RecusalState.REFUSED, "经核实属实。")
    assert told(world, "recusal_refused")
    [held] = world.store.rows["dispatches"].values()
    await dispatch.extend(world, held.id, replace(MORE, approved_by="王建国"), call=organ_call(ORGANS[LAND]))
    with pytest.raises(RecusalDecided):
        await recusal.decide(world, kept.recusal.id, decision(world), call=organ_call(ORGANS[LAND]))


async def test_of_what_is_confidential_the_desk_decides(world: FakeWorld) -> None:
    """The words may accuse those who would read them (30): the organ learns what binds it, once it does."""
    petition = await accepted(world)
    kept = await requested(world, petition.id)
    assert kept.recusal.decider_id == ORGANS[OFFICE]
    assert entries(world, ORGANS[LAND])[-1].type is not EntryType.RECUSAL_REQUESTED
    _, seen = await recusal.of_petition(world, petition.id, client=organ_call(ORGANS[LAND]).client)
    assert seen == []
    await recusal.decide(world, kept.recusal.id, decision(world), call=office())
    assert entries(world, ORGANS[LAND])[-1].type is EntryType.RECUSAL_DECIDED
    _, seen = await recusal.of_petition(world, petition.id, client=organ_call(ORGANS[LAND]).client)
    assert [each.officer for each in seen] == ["王建国"]


async def test_a_request_ceases_with_the_petition(world: FakeWorld) -> None:
    petition = await open_petition(world)
    kept = await requested(world, petition.id)
    await withdrawal.withdraw(world, petition.id, withdrawal.Withdrawal(), call=Call(PORTAL))
    assert world.store.rows["recusals"][kept.recusal.id].state is RecusalState.CEASED
    with pytest.raises(NotFound):
        await recusal.decide(world, kept.recusal.id, decision(world), call=organ_call(ORGANS[LAND]))
    with pytest.raises(StepNotAllowed):
        await recusal.request(world, petition.id, WANTED, call=Call(PORTAL))


async def test_a_request_names_an_organ_that_has_the_petition(world: FakeWorld) -> None:
    petition = await open_petition(world)
    with pytest.raises(InvalidField):
        await recusal.request(world, petition.id, replace(WANTED, organ_id=ORGANS[TAX]), call=Call(PORTAL))


# -- when the organ cannot act ----------------------------------------------------------------------------


async def test_r11_the_case_of_a_recused_head_goes_to_the_superior(world: FakeWorld) -> None:
    petition = await open_petition(world)
    before = clock_of(world, "D5").due_on
    plain = await recused(world, petition.id)
    with pytest.raises(NoHeadRecused):
        await recusal_move.move_up(world, plain.recusal.id, "无法办理。", call=office())
    kept = await recused(world, petition.id, HEAD)
    with pytest.raises(NotCompetent):
        await recusal_move.move_up(world, kept.recusal.id, "无法办理。", call=organ_call(ORGANS[LAND]))
    await recusal_move.move_up(world, kept.recusal.id, "无法办理。", call=office())
    moved, clock = await read(world, petition.id), clock_of(world, "D5")
    assert (moved.state, moved.holder_id) == (State.DISPATCHED, SUPERIOR.id)
    assert (clock.due_on, clock.owner_id) == (before, SUPERIOR.id)
    [event] = told(world, "transferred")
    assert event["article"] == "信访工作条例第二十八条第三款"
    notice = next(each for each in world.store.rows["notices"].values() if each.kind == "transfer")
    assert "无法办理" not in notice.text
    with pytest.raises(NoHeadRecused):
        await recusal_move.move_up(world, kept.recusal.id, "再次移交。", call=office())


async def test_r11_the_review_of_a_recused_head_goes_to_the_next_organ(world: FakeWorld) -> None:
    asked_for = await under_review(world)
    kept = await recused(world, asked_for.petition_id, HEAD, of=BUREAU)
    await recusal_move.move_up(world, kept.recusal.id, "无法复查。", call=office())
    moved = await review_now(world, asked_for.id)
    assert moved.organ_id == ORGANS[COUNTY]
    assert clock_of(world, "D8").owner_id == moved.organ_id
    assert told(world, "review_moved")[0]["article"] == "信访工作条例第二十八条第三款"
    assert entries(world, ORGANS[BUREAU])[-1].type is EntryType.REVIEW_CEASED
