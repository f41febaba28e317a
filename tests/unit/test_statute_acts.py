"""The law row by row at work: periods, refusals, outcomes and ends as they befall a petition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.application import (
    closure,
    dispatch,
    execution,
    opinion,
    registration,
    review,
    routing,
    timers,
    triage,
    withdrawal,
)
from services.application.dispatch import NonAcceptance
from services.application.repetition import OnlyForVisits
from services.cli.statutes import due_facts
from services.domain.access import Call, ClientRole
from services.domain.deadline import DeadlineState
from services.domain.dispatch import Dispatch, Mode, OutsidePowersIsObjection, ReportNotDue
from services.domain.finality import ClosureGround
from services.domain.opinion import Outcome
from services.domain.outbox import Topic
from services.domain.petition import Channel, Petition, Purpose, State
from services.domain.registration import PetitionerDraft, Registration
from services.domain.review import Review
from services.domain.same_matter import standing
from tests.fakes import FakeWorld
from tests.unit.cases import petition as some_petition
from tests.unit.lives import (
    MORNING,
    PORTAL,
    answered,
    asked,
    clock_of,
    organ_call,
    read,
    served,
    told,
    under_review,
    waiting,
    world_under,
    writ,
)
from tests.unit.test_statute_rows import CALENDAR, PACKS
from tests.worlds import CITY, city_directory

ORGANS = {each.name: each.id for each in city_directory().organs}
LAND = "南县茅草街镇八百弓村去年征地,征地补偿款至今没有发放。"
VAGUE = "请领导帮帮我们,谢谢。"


@pytest.fixture
def world() -> FakeWorld:
    return world_under("national-2022", MORNING)


async def brought(world: FakeWorld, content: str = LAND, **more: object) -> Petition:
    """By somebody whose name and address are known, and routed."""
    people = (PetitionerDraft("罗大江", phone="13900001000", address="南县茅草街镇八百弓村3组"),)
    given = Registration(Channel.LETTER, world.clock.today(), "来信", content, petitioners=people)
    made = await registration.register(world, replace(given, **more), call=Call(PORTAL))  # type: ignore[arg-type]  # any field
    await routing.route(world, waiting(world, Topic.ROUTE))
    return await read(world, made.petition.id)


def office() -> Call:
    client = replace(PORTAL, id="office", role=ClientRole.PETITION_OFFICE, organ_id=ORGANS["益阳市信访局"])
    return Call(replace(client, region_code=CITY))


def lead(world: FakeWorld) -> Dispatch:
    found: list[Dispatch] = [each for each in world.store.rows["dispatches"].values() if each.open]
    return found[-1]


async def settled(world: FakeWorld, outcome: Outcome, **more: object) -> Petition:
    """Handled to the service of an opinion with that outcome."""
    await brought(world, **more)  # type: ignore[arg-type]  # any field
    held = lead(world)
    call = organ_call(held.organ_id)
    await dispatch.accept(world, held.id, dispatch.Acceptance(), call=call)
    issued = await opinion.issue(world, held.id, writ(outcome), call=call)
    return await served(world, issued.subject)


async def re_reviewed(world: FakeWorld) -> Review:
    """The review was decided and served, and re-review is asked for."""
    first = await under_review(world)
    call = organ_call(first.organ_id)
    _, decided = await review.decide(world, first.id, writ(Outcome.UPHELD, "维持。"), call=call)
    await served(world, decided)
    return await asked(world, first.petition_id)


# ── §2 Periods ───────────────────────────────────────────────────────────────────────────────────


async def test_d1_is_met_by_sending_it_on_and_missed_by_leaving_it(world: FakeWorld) -> None:
    left = await brought(world, VAGUE)
    assert (left.state, clock_of(world, "D1").due_on) == (State.TRIAGE, date(2026, 3, 17))
    world.clock.pass_days(16)
    await timers.catch_up(world)
    assert clock_of(world, "D1").state is DeadlineState.OVERDUE
    await brought(world)
    assert clock_of(world, "D1").state is DeadlineState.MET


async def test_d3_is_met_by_telling_the_petitioner_that_it_is_accepted(world: FakeWorld) -> None:
    await brought(world)
    clock = clock_of(world, "D3")
    assert (clock.owner_id, clock.due_on - clock.starts_on) == (lead(world).organ_id, timedelta(days=15))
    await dispatch.accept(world, lead(world).id, dispatch.Acceptance(), call=organ_call(clock.owner_id))
    assert clock_of(world, "D3").state is DeadlineState.MET


async def test_d8_and_d10_run_from_the_request_and_are_met_by_the_decision(world: FakeWorld) -> None:
    last = await re_reviewed(world)
    assert clock_of(world, "D8").state is DeadlineState.MET
    clock = clock_of(world, "D10")
    assert (clock.owner_id, clock.raw_last_day) == (last.organ_id, last.requested_on + timedelta(days=30))
    call = organ_call(last.organ_id)
    await review.decide(world, last.id, writ(Outcome.UPHELD, "维持。"), call=call)
    assert clock_of(world, "D10").state is DeadlineState.MET


async def test_d11_is_met_by_the_report_and_by_nothing_else(world: FakeWorld) -> None:
    petition = await brought(world, VAGUE)
    due = world.clock.today() + timedelta(days=40)
    choice = triage.Choice(ORGANS["南县自然资源局"], "系征地补偿。", report_due=due)
    sent = (await triage.decide(world, petition.id, choice, call=office())).subject
    call = organ_call(sent.organ_id)
    await dispatch.accept(world, sent.id, dispatch.Acceptance(), call=call)
    await opinion.issue(world, sent.id, writ(), call=call)
    clock = clock_of(world, "D11")
    assert (clock.state, clock.due_on) == (DeadlineState.RUNNING, due)
    await dispatch.report(world, sent.id, "已办结。", call=call)
    assert clock_of(world, "D11").state is DeadlineState.MET


@pytest.mark.parametrize("pack", ["shandong-2015", "shanghai-2018"])
def test_d12_is_thirty_days_where_a_regulation_says_so(pack: str) -> None:
    facts = due_facts(PACKS[pack], CALENDAR, rule="D12", on=date(2026, 3, 2))
    assert facts["due_on"] == "2026-04-01"


# ── §3 Whom it goes to ───────────────────────────────────────────────────────────────────────────


async def test_r3_important_matter_is_assigned_with_a_date_and_the_rest_referred(world: FakeWorld) -> None:
    """重要情况交办: whoever gets it owes a report by that day (22.1.3); of what is referred none is owed."""
    plain = await brought(world)
    referred = lead(world)
    assert (plain.state, referred.mode, referred.report_due) == (State.DISPATCHED, Mode.REFER, None)
    assert "D11" not in {each.rule for each in world.store.rows["deadlines"].values()}
    await dispatch.accept(world, referred.id, dispatch.Acceptance(), call=organ_call(referred.organ_id))
    with pytest.raises(ReportNotDue):
        await dispatch.report(world, referred.id, "已办结。", call=organ_call(referred.organ_id))

    important = await brought(world, VAGUE)
    due = world.clock.today() + timedelta(days=40)
    choice = triage.Choice(ORGANS["南县自然资源局"], "情况重要,需要反馈结果。", report_due=due)
    assigned = (await triage.decide(world, important.id, choice, call=office())).subject
    assert (assigned.mode, assigned.report_due, clock_of(world, "D11").due_on) == (Mode.ASSIGN, due, due)
    letters = {each.kind.value for each in world.store.rows["papers"].values()}
    assert letters >= {"referral", "assignment"}


# ── §4 What is not accepted ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ground", "state", "final_ground"),
    [("A2", State.FINAL, "re_review_served"), ("A3", State.FINAL, "time_lapsed")],
)
def test_a2_and_a3_rest_on_how_the_earlier_petition_ended(
    ground: str, state: State, final_ground: str
) -> None:
    earlier = some_petition(state=state, final_ground=final_ground)
    found = standing(earlier, [], PACKS["national-2022"], now=MORNING)
    assert found is not None
    assert found.ground == ground


async def test_a1_bars_while_the_earlier_one_is_handled_in_time(world: FakeWorld) -> None:
    earlier = await brought(world)
    clocks = list(world.store.rows["deadlines"].values())
    found = standing(earlier, clocks, PACKS["national-2022"], now=MORNING)
    assert found is not None
    assert found.ground == "A1"
    late = MORNING + timedelta(days=40)
    assert standing(earlier, clocks, PACKS["national-2022"], now=late) is None


async def test_a4_and_a5_tell_where_it_belongs_and_what_was_referred_is_objected_to(world: FakeWorld) -> None:
    await brought(world)
    call = organ_call(lead(world).organ_id)
    for ground in ("A4", "A5"):
        with pytest.raises(ValueError, match="告知信访人向何处提出"):
            await dispatch.refuse(world, lead(world).id, NonAcceptance(ground, "不属于本机关。"), call=call)
    away = NonAcceptance("A5", "不属于本机关。", "南县林业局")
    with pytest.raises(OutsidePowersIsObjection):
        await dispatch.refuse(world, lead(world).id, away, call=call)


async def test_a6_guides_visitors_alone(world: FakeWorld) -> None:
    guided = NonAcceptance("A6", "请到南县信访局接待场所提出。", "南县信访局")
    by_letter = await brought(world, VAGUE)
    with pytest.raises(OnlyForVisits):
        await triage.decline(world, by_letter.id, guided, call=office())
    visitor = await brought(world, VAGUE, channel=Channel.VISIT)
    assert (await triage.decline(world, visitor.id, guided, call=office())).state is State.DECLINED


# ── §5 Outcomes ──────────────────────────────────────────────────────────────────────────────────

HANDLED = {  # the state after service, and whether it is followed until carried out
    Outcome.SUPPORTED: (State.ANSWERED, True),
    Outcome.PARTLY_SUPPORTED: (State.ANSWERED, True),
    Outcome.EXPLAINED: (State.ANSWERED, False),
    Outcome.NOT_SUPPORTED: (State.ANSWERED, False),
    Outcome.SETTLED: (State.ANSWERED, True),
    Outcome.SUGGESTION_ADOPTED: (State.CONCLUDED, True),
    Outcome.SUGGESTION_PARTLY_ADOPTED: (State.CONCLUDED, True),
    Outcome.SUGGESTION_NOT_ADOPTED: (State.CONCLUDED, False),
    Outcome.LED_TO_OTHER_PROCEDURE: (State.CONCLUDED, False),
}
REVIEWED = {
    Outcome.UPHELD: State.REVIEW_ANSWERED,
    Outcome.CHANGED: State.REVIEW_ANSWERED,
    Outcome.REVOKED: State.ACCEPTED,
}


@pytest.mark.parametrize("outcome", HANDLED, ids=str)
async def test_outcome_of_handling_at_work(world: FakeWorld, outcome: Outcome) -> None:
    """What may be asked for next, and what is followed (29, 31, 32, 33, 35)."""
    suggestion = outcome.value.startswith("suggestion")
    petition = await settled(world, outcome, purpose=Purpose.SUGGESTION if suggestion else Purpose.REDRESS)
    followed = bool(world.store.rows["executions"])
    assert (petition.state, followed) == HANDLED[outcome]
    windows = [each for each in world.store.rows["deadlines"].values() if each.rule == "D7"]
    assert bool(windows) == (petition.state is State.ANSWERED)


@pytest.mark.parametrize("outcome", REVIEWED, ids=str)
async def test_outcome_of_review_at_work(world: FakeWorld, outcome: Outcome) -> None:
    """Upheld and changed open the next tier; revoked, the organ decides anew (35; 山东 45)."""
    first = await under_review(world)
    call = organ_call(first.organ_id)
    _, decided = await review.decide(world, first.id, writ(outcome, "决定如上。"), call=call)
    assert (await served(world, decided)).state is REVIEWED[outcome]


async def test_outcome_of_withdrawal_at_work(world: FakeWorld) -> None:
    petition = await brought(world)
    gone = await withdrawal.withdraw(world, petition.id, withdrawal.Withdrawal(), call=Call(PORTAL))
    assert (gone.state, gone.holder_id) == (State.WITHDRAWN, None)


# ── §6 Finality ──────────────────────────────────────────────────────────────────────────────────


async def test_f1_final_when_the_re_review_is_served(world: FakeWorld) -> None:
    last = await re_reviewed(world)
    _, decided = await review.decide(
        world, last.id, writ(Outcome.UPHELD, "维持。"), call=organ_call(last.organ_id)
    )
    assert (await read(world, last.petition_id)).state is not State.FINAL  # issued is not served
    final = await served(world, decided)
    assert (final.state, final.final_ground, final.final_on) == (
        State.FINAL, "re_review_served", world.clock.today(),
    )  # fmt: skip


async def test_f2_final_when_the_time_to_ask_ran_out(world: FakeWorld) -> None:
    petition = await answered(world)
    last_day = clock_of(world, "D7").due_on
    world.clock.pass_days((last_day - world.clock.today()).days)
    await timers.catch_up(world)
    assert (await read(world, petition.id)).state is State.ANSWERED
    world.clock.pass_days(1)
    await timers.catch_up(world)
    final = await read(world, petition.id)
    assert (final.state, final.final_ground, final.final_on) == (State.FINAL, "time_lapsed", last_day)


async def test_f3_final_when_an_agreement_was_carried_out(world: FakeWorld) -> None:
    petition = await settled(world, Outcome.SETTLED)
    assert petition.state is State.ANSWERED
    [due] = world.store.rows["executions"].values()
    done = execution.CarriedOut(world.clock.today(), "款项已付清。")
    await execution.carry_out(world, due.opinion_id, done, call=organ_call(due.organ_id))
    final = await read(world, petition.id)
    assert (final.state, final.final_ground) == (State.FINAL, "agreement_carried_out")


async def test_f4_final_when_nobody_goes_on_after_a_death(world: FakeWorld) -> None:
    petition = await brought(world)
    gone = closure.Closure(ClosureGround.NO_SUCCESSOR, world.clock.today(), "信访人去世,无继承人。")
    final = await closure.close(world, petition.id, gone, call=office())
    assert (final.state, final.final_ground) == (State.FINAL, "no_successor")
    assert told(world, "became_final")[0]["article"] == "山东省信访条例第四十六条第一款第四项"
