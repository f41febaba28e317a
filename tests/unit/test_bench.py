"""The core of the benchmarks: pairing and statistics, the client's reading of answers, what is sent."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bench.__main__ import measure
from bench.floors import pgbench
from bench.hot_memory import Drift
from bench.load import Load, TooManyFailed, drive, pace
from bench.processor import Accounts, resident_bytes, tree
from bench.registrations import Registrations, person
from bench.rounds import Sample, Spread, alone, in_turns, paired, percentile
from bench.stage import Options, Stage
from bench.table import Figure, Part, as_json, at_least, at_most, draw, lines
from bench.wanted import figure
from bench.wire import Address, Answer, NotUnderstood, connect, parse
from services.domain.identity import DocumentType, normalise_document

OK = b"HTTP/1.1 200 OK\r\ndate: now\r\nContent-Length: 5\r\n\r\nhello"


def test_ratios_are_taken_within_each_round() -> None:
    # The machine halves its speed from round to round: the ratio does not see it.
    rounds = [{"ours": Sample(3000 / n), "floor": Sample(2000 / n)} for n in (1, 2, 4)]
    found = paired(rounds, "ours", "floor")
    assert (found.median, found.least, found.most, found.count) == (1.5, 1.5, 1.5, 3)


def test_the_median_of_ratios_is_not_the_ratio_of_medians() -> None:
    ours, floor = (10.0, 40.0, 30.0), (10.0, 10.0, 20.0)
    rounds = [{"a": Sample(a), "b": Sample(b)} for a, b in zip(ours, floor, strict=True)]
    assert paired(rounds, "a", "b").median == 1.5


def test_a_round_without_its_floor_is_refused() -> None:
    with pytest.raises(ValueError, match="without"):
        paired([{"ours": Sample(1.0)}], "ours", "floor")
    with pytest.raises(ValueError, match="nothing"):
        paired([{"ours": Sample(1.0), "floor": Sample(0.0)}], "ours", "floor")


async def test_the_order_of_cases_turns_round_each_round() -> None:
    called: list[str] = []

    def case(name: str) -> Sample:
        called.append(name)
        return Sample(1.0)

    async def first() -> Sample:
        return case("first")

    async def second() -> Sample:
        return case("second")

    await in_turns({"first": first, "second": second}, 3)
    assert called == ["first", "second", "second", "first", "first", "second"]


def test_the_spread_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Spread.of([])
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentiles_are_by_nearest_rank(share: float, value: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def test_processor_time_of_the_system_leaves_the_load_generator_out() -> None:
    sample = Sample(1.0, {"app": 300.0, "pg": 200.0, "load": 1000.0})
    assert alone([{"ours": sample}], "ours", lambda each: each.cpu_of_system).median == 500.0


def test_an_answer_is_read_with_its_status_and_body() -> None:
    assert parse(OK) == (Answer(200, b"hello"), len(OK))
    assert parse(OK + b"HTTP/1.1 201") == (Answer(200, b"hello"), len(OK))


def test_an_answer_is_not_read_before_it_is_complete() -> None:
    assert [parse(OK[:length]) for length in range(len(OK))] == [None] * len(OK)


def test_an_answer_without_a_body_ends_with_its_head() -> None:
    empty = b"HTTP/1.1 204 No Content\r\ndate: now\r\n\r\n"
    assert parse(empty) == (Answer(204, b""), len(empty))


@pytest.mark.parametrize(
    "data",
    [b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"HTTP/2 200\r\n\r\n"],
)
def test_what_tells_no_length_is_not_understood(data: bytes) -> None:
    with pytest.raises(NotUnderstood):
        parse(data)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers every second request of a connection with 503, in two parts."""
    number = 0
    while head := await reader.readline():
        while (line := await reader.readline()) not in (b"\r\n", b""):
            head += line
        number += 1
        status = b"200 OK" if number % 2 else b"503 Unavailable"
        writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-le")
        await writer.drain()
        await asyncio.sleep(0.001)
        writer.write(b"ngth: 2\r\n\r\nok")
    writer.close()


async def test_load_counts_each_answer_by_its_status() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    async with server:
        address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        asked = iter([address.request("GET", "/")] * 40)
        load = await drive(address, asked, connections=4)
        assert load.statuses.total() == len(load.took) == 40
        assert load.statuses[200] == load.done >= 20
        with pytest.raises(TooManyFailed):
            load.sound()
        wire = await connect(address)
        assert await wire.ask(address.request("GET", "/")) == Answer(200, b"ok")
        wire.close()
        await asyncio.sleep(0.05)  # until the server has noticed


async def test_a_paced_load_is_timed_from_when_it_was_due() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline() not in (b"",):
            if await reader.readline() == b"\r\n":
                await asyncio.sleep(0.05)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(slow, "127.0.0.1", 0)
    async with server:
        address = Address("127.0.0.1", server.sockets[0].getsockname()[1])

        def asked() -> Iterator[bytes]:
            while True:
                yield b"GET / HTTP/1.1\r\n\r\n"

        load = await pace(address, asked(), rate=100, seconds=0.2, connections=1)
        await asyncio.sleep(0.05)
    # Twenty were due 10 ms apart and took 50 each: the last had to wait for all before it.
    assert load.done == 20
    assert load.took[-1] > 0.05 * 20 - 0.2


def test_a_load_of_answers_alone_is_sound() -> None:
    load = Load(seconds=2.0)
    load.count(Answer(201, b""), 0.1)
    assert load.sound().per_second == 0.5
    with pytest.raises(TooManyFailed):
        Load().sound()


def test_every_registration_has_people_and_numbers_of_its_own() -> None:
    sent = Registrations(Address("127.0.0.1", 1), ["one", "two"])
    requests = [sent.one(sent.fresh()) for _ in range(200)]
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in requests]
    people = [each["petitioners"][0] for each in bodies]
    for values in (
        [each["external_ref"] for each in bodies],
        [each["phone"] for each in people],
        [each["id_document"]["number"] for each in people],
    ):
        assert len(set(values)) == len(requests)
    for request, sent_body in zip(requests, bodies, strict=True):
        head, _, body = request.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head
        assert f"Idempotency-Key: {sent_body['external_ref']}".encode() in head
        assert 1500 < len(body) < 2500


@pytest.mark.parametrize("number", [0, 17_999, 18_000, 10_000_000])
def test_made_up_documents_are_valid(number: int) -> None:
    document = person(number).document
    assert normalise_document(DocumentType.RESIDENT_ID, document, on=date(2026, 11, 20)) == document


def test_a_process_and_its_children_are_accounted_together() -> None:
    busy = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\ninput()"
    child = subprocess.Popen([sys.executable, "-c", busy], stdin=subprocess.PIPE)
    try:
        accounts = Accounts({"us": os.getpid(), "elsewhere": None})
        assert child.pid in tree(os.getpid())
        accounts.start()
    finally:
        child.communicate(b"\n")
    spent = accounts.spent()
    assert spent.keys() == {"us", "load"}
    assert spent["us"] > 0.1  # the child has ended; what it used is its parent's
    assert resident_bytes([os.getpid(), child.pid]) > 1_000_000


async def test_a_part_that_fails_lets_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    async def fails(_: Stage) -> list[Figure]:
        raise ExceptionGroup("both", [RuntimeError("no pgbench"), ValueError()])

    async def measures(_: Stage) -> list[Figure]:
        return [figure("intake.to_floor", Spread(2.0, 1.0, 3.0, 5))]

    stage = Stage(Options(), server="postgresql://nowhere", redis="redis://nowhere")
    parts: list[Part] = []
    await measure(stage, {"one": fails, "two": measures}, parts)
    assert [part.missing for part in parts] == ["RuntimeError: no pgbench", ""]
    assert "2.00 × · 1.00–3.00 (5) · ≥ 1.50 · 是 yes" in capsys.readouterr().err


def test_the_script_of_pgbench_names_no_variable() -> None:
    # pgbench takes a colon before a letter for a variable, quoted or not.
    assert not re.search(r":[A-Za-z_0-9]", pgbench.script())


def test_drift_leaves_the_warming_up_out() -> None:
    assert Drift.of([50, 60, 100, 100, 100, 100, 100, 100, 103, 103]).per_cent == pytest.approx(3.0)
    assert Drift.of([1, 1, 100, 100, 100, 100, 100, 100, 95, 95]).per_cent == pytest.approx(5.0)


def test_drift_tells_the_two_figures_that_it_compares() -> None:
    drift = Drift.of([152, 156, 158, 158, 158, 159, 159, 159, 159, 160])
    assert drift.told().endswith("medians of the second and the last fifth: 158.0 → 159.5 MB")
    assert drift.per_cent == pytest.approx(100 * 1.5 / 158)


def test_a_figure_is_reached_by_its_median() -> None:
    spread = Spread(1.4, 1.0, 2.0, 5)
    assert Figure("a", "a", spread, "×", at_least(1.5)).reached is False
    assert Figure("a", "a", spread, "×", at_most(1.5)).reached is True
    assert Figure("a", "a", spread, "×").reached is None


def test_a_missed_figure_says_by_how_much() -> None:
    figures = [
        Figure("slow", "慢", Spread(0.6, 0.5, 0.7, 5), "×", at_least(1.5)),
        Figure("late", "晚", Spread(300, 290, 310, 5), "ms", at_most(250)),
        Figure("lost", "丢失", Spread(2, 2, 2, 1), "", at_most(0)),
        Figure("met", "达到", Spread(1.6, 1.5, 1.7, 5), "×", at_least(1.5)),
        Figure("told", "不评判", Spread(1.6, 1.5, 1.7, 5), "×"),
    ]
    ends = [line.rpartition("差 missing by ")[2].strip(" ·") for line in lines(Part("a", figures, 1.0))]
    assert ends[:3] == ["0.90 × (60%)", "50.0 ms (20%)", "2.00"]
    assert not any("missing" in end for end in ends[3:])
    told = json.loads(as_json({}, {}, [Part("a", figures, 1.0)]))["parts"][0]["figures"]
    assert [each["missing_by"] for each in told] == [pytest.approx(0.9), 50, 2, 0, None]


def test_figures_are_told_as_json_and_drawn(tmp_path: Path) -> None:
    path = tmp_path / "figures.svg"
    figures = [
        Figure("intake.to_floor", "登记", Spread(1.6, 1.5, 1.7, 5), "×", at_least(1.5)),
        Figure("kill.lost", "丢失", Spread(0.0, 0.0, 0.0, 1), "", at_most(0)),
    ]
    parts = [Part("intake", figures, 1.0), Part("kill", [], 1.0, "RuntimeError: gone")]
    told = json.loads(as_json({"cores": 2}, {"rounds": 5}, parts))
    assert [each["reached"] for each in told["parts"][0]["figures"]] == [True, True]
    assert told["parts"][1]["missing"] == "RuntimeError: gone"
    draw(path, parts)
    with path.open(encoding="utf-8") as drawn:
        assert "<svg" in drawn.read()
