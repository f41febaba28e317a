"""The named places where a test lets a process fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.application.fault_points import PLAN, FaultInjected, FaultPlan

REACHED = "from services.application.fault_points import fault; fault('here'); fault('here'); print('alive')"


def plan(told: str, log: Path) -> FaultPlan:
    made = FaultPlan.read({"XINFANG_FAULT": told, "XINFANG_FAULT_LOG": str(log)})
    assert made is not None
    return made


def test_without_the_variable_there_is_no_plan() -> None:
    assert FaultPlan.read({}) is None
    assert PLAN is None


def test_it_fires_at_the_nth_time_only_and_says_so_first(tmp_path: Path) -> None:
    log = tmp_path / "fired"
    wanted = plan("here:raise:2", log)
    wanted.reach("here")
    wanted.reach("elsewhere")
    assert not log.exists()
    with pytest.raises(FaultInjected):
        wanted.reach("here")
    assert log.read_text() == f"here raise {os.getpid()}\n"
    wanted.reach("here")


def test_a_plan_that_could_never_fire_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="explode"):
        plan("here:explode", tmp_path / "fired")


def test_a_process_killed_at_a_point_leaves_its_note_behind(tmp_path: Path) -> None:
    log = tmp_path / "fired"
    given = os.environ | {"XINFANG_FAULT": "here:kill:2", "XINFANG_FAULT_LOG": str(log)}
    ended = subprocess.run([sys.executable, "-c", REACHED], env=given, capture_output=True, check=False)
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, b"")
    assert log.read_text().startswith("here kill ")
