from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog

from services.adapters import logs
from services.application.causes import caused_by
from services.domain.outbox import Job

SECRET = "张三 13800000000"


@pytest.fixture(autouse=True)
def _left_as_found() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_events_of_both_kinds_are_lines_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger("one").info("happened", petition="1")
    logging.getLogger("other").warning("job %s failed", "7")
    one, other = lines(capsys)
    assert (one["event"], one["petition"], one["level"]) == ("happened", "1", "info")
    assert (other["event"], other["logger"]) == ("job 7 failed", "other")


def test_each_error_of_a_group_is_told_with_its_notes(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    failure = ValueError(SECRET)
    failure.add_note("deadline 7")
    structlog.get_logger("one").error("failed", exc_info=ExceptionGroup("several", [failure, KeyError()]))
    [event] = lines(capsys)
    assert SECRET not in str(event)
    errors = [(each["error"], each.get("notes")) for each in event["errors"]]
    assert errors == [("ValueError", ["deadline 7"]), ("KeyError", None)]


def test_an_error_is_told_by_kind_and_place_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    try:
        int(SECRET)
    except ValueError:
        structlog.get_logger("one").exception("failed")
        logging.getLogger("other").exception("failed too")
    written = capsys.readouterr().err
    assert SECRET not in written
    for line in written.splitlines():
        event = json.loads(line)
        assert event["error"] == "ValueError"
        assert "test_logs.py" in event["places"][0]


def test_what_a_worker_logs_names_the_calls_that_left_its_work(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    jobs = [Job(uuid4(), "route", uuid4(), request_id=name) for name in ("a", "b", "")]
    with caused_by(jobs[:1]):
        logging.getLogger("one").error("failed")
    with caused_by(jobs):
        structlog.get_logger("two").info("done")
    structlog.get_logger("three").info("idle")
    alone, batch, idle = lines(capsys)
    assert alone["request_id"] == "a"
    assert batch["request_ids"] == ["a", "b"]
    assert not {"request_id", "request_ids"} & set(idle)
