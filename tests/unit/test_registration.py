"""Registration on the doubles: what is stored, what is refused, what answers the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.adapters.statutes import load_pack
from services.application.registration import (
    ExternalRefExists,
    IdempotencyKeyReused,
    Once,
    Registered,
    register,
    register_once,
)
from services.domain.access import Call, Client, ClientRole
from services.domain.petition import Channel, State
from services.domain.registration import (
    PetitionerDraft,
    PetitionerNeeded,
    ReceivedInFuture,
    Registration,
    TooManyRepresentatives,
    title_of,
)
from tests.fakes import FakeLaw, FakeWorld
from tests.worlds import small_world

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
ZHANG = PetitionerDraft(name="张三", document_type="resident_id", document_number="430902198001011234")
LETTER = Registration(
    channel=Channel.LETTER,
    received_on=date(2026, 11, 13),
    title="征地补偿款未发放",
    content="南县茅草街镇去年征地,补偿款至今没有发放到户,请求依法处理。",
    petitioners=(ZHANG,),
)


@pytest.fixture
def world() -> FakeWorld:
    return small_world(NOON)


@pytest.fixture
def window() -> Call:
    desk = Client("desk", b"", "信访窗口", ClientRole.WINDOW, "430900000000", None, (), NOON)
    return Call(desk)


async def test_a_letter_that_lay_a_week_counts_from_its_true_day(world: FakeWorld, window: Call) -> None:
    registered = await register(world, LETTER, call=window)

    [clock] = registered.deadlines
    assert (clock.rule, clock.starts_on) == ("D1", date(2026, 11, 13))
    assert clock.due_on == date(2026, 11, 30)  # 15 days end on Saturday 28, a day of rest: the next workday


async def test_registration_leaves_one_event_and_one_job(world: FakeWorld, window: Call) -> None:
    registered = await register(world, LETTER, call=window)

    stored = world.store.rows["petitions"][registered.petition.id]
    assert (stored.state, stored.version) == (State.REGISTERED, 1)
    assert [event.kind for event in world.store.rows["events"].values()] == ["registered"]
    assert [job.petition_id for job in world.store.jobs.values()] == [registered.petition.id]


async def test_six_representatives_are_refused_and_nothing_is_stored(world: FakeWorld, window: Call) -> None:
    six = tuple(replace(ZHANG, name=f"代表{n}", representative=True) for n in range(6))

    with pytest.raises(TooManyRepresentatives, match="5人;现有6人"):
        await register(world, replace(LETTER, petitioners=six), call=window)
    assert not world.store.rows["petitions"]


async def test_forty_people_with_five_representatives_are_fine(world: FakeWorld, window: Call) -> None:
    five = tuple(replace(ZHANG, name=f"代表{n}", representative=True) for n in range(5))

    registered = await register(world, replace(LETTER, petitioners=five, people_count=40), call=window)

    assert registered.petition.people_count == 40


async def test_a_few_visitors_in_zhejiang_choose_three(world: FakeWorld, window: Call) -> None:
    world.law = FakeLaw(load_pack("zhejiang-2016"), world.law.calendar)
    four = tuple(replace(ZHANG, name=f"代表{n}", representative=True) for n in range(4))
    visit = replace(LETTER, channel=Channel.VISIT, petitioners=four, people_count=10)

    with pytest.raises(TooManyRepresentatives, match="3人;现有4人"):
        await register(world, visit, call=window)
    assert (await register(world, replace(visit, people_count=11), call=window)).petition.people_count == 11
    assert (await register(world, replace(visit, channel=Channel.LETTER), call=window)).petition.number


async def test_a_receipt_in_the_future_is_refused(world: FakeWorld, window: Call) -> None:
    with pytest.raises(ReceivedInFuture):
        await register(world, replace(LETTER, received_on=date(2026, 11, 21)), call=window)


async def test_someone_must_have_written_unless_anonymous(world: FakeWorld, window: Call) -> None:
    with pytest.raises(PetitionerNeeded):
        await register(world, replace(LETTER, petitioners=()), call=window)

    registered = await register(world, replace(LETTER, petitioners=(), anonymous=True), call=window)

    assert registered.petition.anonymous


async def test_the_same_matter_of_the_same_person_is_told(world: FakeWorld, window: Call) -> None:
    first = await register(world, LETTER, call=window)

    again = await register(world, replace(LETTER, title="征地补偿款仍未发放"), call=window)

    [match] = again.same_matter
    assert (match.id, match.relation) == (first.petition.id, "repeat")


async def test_a_shared_phone_tells_nothing_of_the_other_person(world: FakeWorld, window: Call) -> None:
    mother = PetitionerDraft(name="王五", phone="+8613900000001")
    await register(world, replace(LETTER, petitioners=(mother,)), call=window)
    for son in (replace(mother, name="张三"), replace(ZHANG, phone=mother.phone)):
        again = await register(world, replace(LETTER, petitioners=(son,)), call=window)
        assert again.same_matter == []


async def test_whoever_joins_a_person_does_not_learn_of_their_earlier_case(
    world: FakeWorld, window: Call
) -> None:
    await register(world, LETTER, call=window)
    for other in (PetitionerDraft(name="李四"), replace(ZHANG, document_number="430902198001015678")):
        again = await register(world, replace(LETTER, petitioners=(ZHANG, other)), call=window)
        assert again.same_matter == []


async def test_another_source_is_not_told(world: FakeWorld, window: Call) -> None:
    await register(world, LETTER, call=window)
    portal = Client("portal", b"", "门户", ClientRole.PORTAL, "430900000000", None, (), NOON)

    assert (await register(world, LETTER, call=Call(portal))).same_matter == []


async def test_another_person_is_never_told_of_the_first(world: FakeWorld, window: Call) -> None:
    await register(world, LETTER, call=window)
    neighbour = replace(ZHANG, name="李四", document_number="430902198001015678")

    registered = await register(world, replace(LETTER, petitioners=(neighbour,)), call=window)

    assert registered.same_matter == []


async def test_an_external_reference_is_registered_once(world: FakeWorld, window: Call) -> None:
    first = await register(world, replace(LETTER, external_ref="A-1"), call=window)

    with pytest.raises(ExternalRefExists) as refused:
        await register(world, replace(LETTER, external_ref="A-1"), call=window)
    assert refused.value.facts["petition_id"] == first.petition.id


async def test_the_same_key_answers_the_same_bytes(world: FakeWorld, window: Call) -> None:
    once = Once("key", "hash", _rendered)

    first, registered = await register_once(world, LETTER, once, call=window)
    second, again = await register_once(world, LETTER, once, call=window)

    assert registered is not None
    assert again is None
    assert first.answer == second.answer
    assert len(world.store.rows["petitions"]) == 1


async def test_the_same_key_for_another_body_is_refused(world: FakeWorld, window: Call) -> None:
    await register_once(world, LETTER, Once("key", "hash", _rendered), call=window)

    with pytest.raises(IdempotencyKeyReused):
        await register_once(world, LETTER, Once("key", "other", _rendered), call=window)


def _rendered(registered: Registered) -> bytes:
    return f"{registered.petition.number} {registered.query_code}".encode()


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("路灯不亮。请修。", "路灯不亮"),
        ("路灯什么时候修\uff1f已经三个月了\uff01", "路灯什么时候修"),
        ("  路灯\t不亮\n请修", "路灯 不亮"),
        ("路" * 41, "路" * 39 + "…"),
    ],
)
def test_the_first_sentence_is_the_title_of_what_has_none(content: str, title: str) -> None:
    assert title_of(content) == title
