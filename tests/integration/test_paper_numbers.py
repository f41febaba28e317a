"""Papers are numbered within organ, kind and year, and no number is ever missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from services.application.ports import World
from services.bootstrap import deploy
from services.domain.issued_paper import IssuedPaper
from services.domain.paper import Letterhead, Paper, PaperKind, PaperNumber, Section, write
from services.domain.petition import Channel, Petition, State
from services.settings import Settings
from tests.worlds import small_world

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
BUREAU, OFFICE = UUID(int=77), UUID(int=78)


@pytest.fixture(params=["double", "real"])
async def world(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    if request.param == "double":
        yield small_world(NOON)
        return
    real = deploy(Settings(data=tmp_path, database_url=database_url))
    yield real
    await real.close()


async def petition(world: World) -> Petition:
    new_id = world.codes.new_id()
    made = Petition(
        id=new_id, number=f"430900-20261120-{new_id.int % 10**9}", query_code_hash=b"hash",
        client_id="portal", external_ref=None, channel=Channel.ONLINE, state=State.REGISTERED,
        office_region="430900000000", received_on=TODAY, registered_at=NOON,
        title="路灯不亮", content="路灯坏了三个月",
    )  # fmt: skip
    async with world.begin() as work:
        await work.petitions.add(made)
        work.record(made, "registered", actor="test")
    return made


def paper(world: World, of: Petition, kind: PaperKind, organ_id: UUID, year: int = 2026) -> IssuedPaper:
    day = date(year, 11, 20)
    return IssuedPaper(world.codes.new_id(), of.id, organ_id, kind, None, day, year)


def text(kind: PaperKind, sequence: int) -> Paper:
    head = Letterhead("南县自然资源局", PaperNumber("南自然资", kind, 2026, sequence), TODAY)
    return write(kind, head, [Section(paragraphs=("特此告知。",))], recipient="张三")


async def issue(world: World, of: Petition, *kinds: PaperKind, organ_id: UUID = BUREAU) -> None:
    async with world.begin() as work:
        for kind in kinds:
            work.issue(paper(world, of, kind, organ_id), partial(text, kind))


async def sequences(world: World, kind: PaperKind, organ_id: UUID = BUREAU) -> list[int]:
    async with world.read() as work:
        found = await work.papers.find(organ_id=organ_id, kind=kind.value)
    return sorted(each.sequence for each in found)


async def test_each_organ_counts_each_kind_from_one(world: World) -> None:
    of = await petition(world)
    await issue(world, of, PaperKind.ACCEPTANCE, PaperKind.ACCEPTANCE, PaperKind.OPINION)
    await issue(world, of, PaperKind.ACCEPTANCE)
    await issue(world, of, PaperKind.ACCEPTANCE, organ_id=OFFICE)
    assert await sequences(world, PaperKind.ACCEPTANCE) == [1, 2, 3]
    assert await sequences(world, PaperKind.OPINION) == [1]
    assert await sequences(world, PaperKind.ACCEPTANCE, OFFICE) == [1]


async def test_a_new_year_begins_with_one(world: World) -> None:
    of = await petition(world)
    await issue(world, of, PaperKind.OPINION)
    async with world.begin() as work:
        work.issue(paper(world, of, PaperKind.OPINION, BUREAU, 2027), partial(text, PaperKind.OPINION))
    assert await sequences(world, PaperKind.OPINION) == [1, 1]


async def test_a_paper_is_kept_with_its_number_content_and_hash(world: World) -> None:
    of = await petition(world)
    await issue(world, of, PaperKind.ACCEPTANCE)
    async with world.read() as work:
        [kept] = await work.papers.find(petition_id=of.id)
    assert kept.number == "南自然资信受〔2026〕1号"
    assert kept.content == text(PaperKind.ACCEPTANCE, 1).content()
    assert (len(kept.content_sha256), kept.pdf_sha256, kept.served_on) == (64, None, None)


async def test_an_act_that_fails_takes_no_number(world: World) -> None:
    of = await petition(world)

    async def fail() -> None:
        async with world.begin() as work:
            work.issue(paper(world, of, PaperKind.OPINION, BUREAU), partial(text, PaperKind.OPINION))
            if not isinstance(world, _Double):
                await work.flush()
            raise ValueError("halfway")

    await issue(world, of, PaperKind.OPINION)
    with pytest.raises(ValueError, match="halfway"):
        await fail()
    await issue(world, of, PaperKind.OPINION)
    assert await sequences(world, PaperKind.OPINION) == [1, 2]


_Double = type(small_world(NOON))


async def test_acts_at_the_same_time_leave_no_gap_and_no_double(world: World) -> None:
    several = [await petition(world) for _ in range(12)]
    kinds = [PaperKind.REFERRAL, PaperKind.ACCEPTANCE]
    # In either order within a transaction: the counters are locked in one order all the same.
    turns = [kinds if turn % 2 else kinds[::-1] for turn in range(len(several))]
    await asyncio.gather(*(issue(world, of, *turn) for of, turn in zip(several, turns, strict=True)))
    assert await sequences(world, PaperKind.REFERRAL) == list(range(1, 13))
    assert await sequences(world, PaperKind.ACCEPTANCE) == list(range(1, 13))
