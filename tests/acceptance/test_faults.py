"""A smoke of the faults: real processes over servers of their own, which are killed, cut off and flushed.

All of them, and many times each: ``python -m bench.faults --full``. What was last seen: docs/assurance.md.
"""

from __future__ import annotations

import asyncio
import os

import pytest

from bench.faults.__main__ import SMOKE, run
from bench.faults.servers import SCRIPT
from tests.conftest import service

CHOSEN = ["2", "3", "5", "7", "9", "10", "21", "failover"]


def test_under_faults_nothing_is_lost_doubled_or_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    service("XINFANG_TEST_POSTGRES_URL")  # where the tests have servers, the programs are there to start more
    if not (SCRIPT.postgres_programs() / "pg_basebackup").exists():
        pytest.skip("pg_basebackup is not installed: no standby can be made")
    survived = asyncio.run(run(CHOSEN, SMOKE, seed=os.getpid() % 1000, history=None))
    assert survived, capsys.readouterr().out
