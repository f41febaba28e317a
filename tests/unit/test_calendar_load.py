"""A year's holiday notice is loaded: foreseen first, put into force once, told where a date moved."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.application import calendar, clocks
from services.application.registration import register
from services.domain.access import Call, Client, ClientRole, Shield
from services.domain.calendar import Unit, end_of_period
from services.domain.deadline import Deadline
from services.domain.holiday_notice import HolidayNotice, YearBegun, in_force
from services.domain.inbox import EntryType
from services.domain.petition import Channel, Path, Petition
from services.domain.registration import Registration
from tests.fakes import FakeWorld
from tests.worlds import small_world

SUNDAY = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ORGAN = UUID(int=77)
NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
def world() -> FakeWorld:
    return small_world(SUNDAY)


def notice(*days_off: date, year: int = 2027, makeup: frozenset[date] = frozenset()) -> HolidayNotice:
    return HolidayNotice(year, frozenset({date(year, 1, 1), *days_off}), makeup)


async def accepted(world: FakeWorld) -> Petition:
    """A petition that an organ accepted today: 60 days, to 21 January 2027."""
    portal = Call(Client("portal", b"", "门户", ClientRole.PORTAL, "430900000000", None, (), SUNDAY))
    online = Registration(
        channel=Channel.ONLINE, received_on=date(2026, 11, 22), title="路灯",
        content="南县南洲镇桂花园路路灯不亮", anonymous=True,
    )  # fmt: skip
    petition = (await register(world, online, call=portal)).petition
    petition.path = Path.PETITION_PROCEDURE
    async with world.begin() as work:
        held = await work.lock(petition.id)
        held.path = Path.PETITION_PROCEDURE
        await work.petitions.save(held)
        await clocks.start(world, work, held, "D5", on=date(2026, 11, 22), owner_id=ORGAN)
    return petition


async def put_into_force(world: FakeWorld, *notices: HolidayNotice, begun: bool = False) -> int:
    loaded = await calendar.load(world, notices, by="李主任", source="notice.toml", begun=begun)
    while await calendar.recount(world):
        pass
    return len(loaded)


def handling(world: FakeWorld) -> Deadline:
    found: list[Deadline] = [*world.store.rows["deadlines"].values()]
    return next(clock for clock in found if clock.rule == "D5")


def moved(world: FakeWorld) -> list[dict[str, object]]:
    events = sorted(world.store.rows["events"].values(), key=lambda event: event.seq)
    return [dict(event.data) for event in events if event.kind == "deadline_moved"]


async def test_sixty_days_into_an_unpublished_year_are_provisional(world: FakeWorld) -> None:
    await accepted(world)

    assert (handling(world).due_on, handling(world).provisional) == (date(2027, 1, 21), True)


async def test_dry_run_tells_the_move_and_writes_nothing(world: FakeWorld) -> None:
    petition = await accepted(world)

    foreseen = await calendar.foresee(world, [notice(date(2027, 1, 21), date(2027, 1, 22))])

    [move] = foreseen.moves
    assert (move.number, move.rule) == (petition.number, "D5")
    assert (move.before, move.after) == (date(2027, 1, 21), date(2027, 1, 25))  # over the weekend
    assert foreseen.touched == 1, "the 15 days of the office end in 2026"
    assert handling(world).due_on == date(2027, 1, 21)
    assert not world.store.rows["holiday_notices"]


async def test_loaded_notice_moves_the_date_and_tells_it_once(world: FakeWorld) -> None:
    await accepted(world)

    await put_into_force(world, notice(date(2027, 1, 21)))

    assert (handling(world).due_on, handling(world).provisional) == (date(2027, 1, 22), False)
    [told] = moved(world)
    assert (told["from"], told["to"], told["cause"]) == ("2027-01-21", "2027-01-22", "calendar")
    [entry] = world.store.rows["inbox"].values()
    assert (entry.organ_id, entry.type) == (ORGAN, EntryType.DEADLINE_MOVED)
    assert (entry.data["rule"], entry.data["to"]) == ("D5", "2027-01-22")


async def test_published_year_that_moves_nothing_only_ends_the_doubt(world: FakeWorld) -> None:
    await accepted(world)

    await put_into_force(world, notice())

    assert (handling(world).due_on, handling(world).provisional) == (date(2027, 1, 21), False)
    assert moved(world) == []


async def test_same_notice_loaded_again_changes_nothing(world: FakeWorld) -> None:
    await accepted(world)
    wanted = notice(date(2027, 1, 21))

    assert await put_into_force(world, wanted) == 1
    assert (await calendar.foresee(world, [wanted])).new == []
    assert await put_into_force(world, wanted) == 0
    assert len(moved(world)) == len(world.store.rows["holiday_notices"]) == 1


async def test_later_notice_of_a_year_replaces_the_earlier(world: FakeWorld) -> None:
    await accepted(world)

    await put_into_force(world, notice(date(2027, 1, 21)))
    await put_into_force(world, notice())

    assert handling(world).due_on == date(2027, 1, 21)
    assert [told["to"] for told in moved(world)] == ["2027-01-22", "2027-01-21"]
    year = await calendar.read_year(world, 2027)
    assert (year.provisional, year.days_off) == (False, [NEW_YEAR])
    assert [(each.id, each.loaded_by) for each in year.loads] == [(1, "李主任"), (2, "李主任")]
    assert year.loads[0].sha256 != year.loads[1].sha256


async def test_notices_of_several_years_stand_side_by_side(world: FakeWorld) -> None:
    await put_into_force(world, notice(year=2028), notice(date(2027, 1, 21)))

    loads = sorted(world.store.rows["holiday_notices"].values(), key=lambda each: each.id)
    assert [each.year for each in loads] == [2027, 2028]
    present = world.law.calendar_with(in_force(loads))
    assert present.published >= {2026, 2027, 2028}
    assert end_of_period(present, date(2026, 11, 22), 60, Unit.NATURAL).due_on == date(2027, 1, 22)


async def test_december_of_the_year_before_moves_too(world: FakeWorld) -> None:
    await accepted(world)
    registration = next(each for each in world.store.rows["deadlines"].values() if each.rule == "D1")
    assert (registration.due_on, registration.provisional) == (date(2026, 12, 7), False)

    foreseen = await calendar.foresee(world, [notice(date(2026, 12, 7))])

    assert [(each.rule, each.after) for each in foreseen.moves] == [("D1", date(2026, 12, 8))]


async def test_organ_that_is_accused_hears_nothing_of_the_move(world: FakeWorld) -> None:
    petition = await accepted(world)
    async with world.begin() as work:
        await work.shields.add(Shield(petition.id, ORGAN))

    await put_into_force(world, notice(date(2027, 1, 21)))

    assert len(moved(world)) == 1
    assert not world.store.rows["inbox"]


@pytest.mark.parametrize(("year", "begun"), [(2025, False), (2025, True), (2026, False)])
async def test_year_that_has_begun_is_refused_whole(world: FakeWorld, year: int, begun: bool) -> None:
    wanted = [notice(year=year), notice(date(2027, 1, 21))]

    with pytest.raises(YearBegun, match=f"{year}年已经开始"):
        await calendar.foresee(world, wanted, begun=begun)
    with pytest.raises(YearBegun):
        await put_into_force(world, *wanted, begun=begun)

    assert not world.store.rows["holiday_notices"]


async def test_change_in_the_course_of_this_year_is_taken_when_meant(world: FakeWorld) -> None:
    await put_into_force(world, notice(year=2026), begun=True)

    assert [each.year for each in world.store.rows["holiday_notices"].values()] == [2026]


async def test_process_with_an_old_calendar_recounts_by_the_loaded_one(world: FakeWorld) -> None:
    """``world.law.calendar`` is what the process counts by; here it has not heard of the notice yet."""
    await accepted(world)
    old = world.law.calendar.version

    await put_into_force(world, notice(date(2027, 1, 21)))

    assert world.law.calendar.version == old
    assert handling(world).calendar_version != old
    assert await calendar.recount(world) == 0
