"""A smoke of the faults: real processes over servers of their own, which are killed, cut off and flushed.

Each of them once, on a small load; many times each: ``python -m bench.faults --full``. What was last seen:
docs/assurance.md. Of what was not survived the seed, the histories and the logs are kept, and told where.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bench.faults.__main__ import SMOKE, run
from bench.faults.scenarios import SCENARIOS
from bench.faults.servers import SCRIPT
from tests.conftest import missing, service

FAILOVER = "failover"
HERE = [name for name in SCENARIOS if name != FAILOVER]


@pytest.mark.parametrize("chosen", [HERE, [FAILOVER]], ids=["faults", FAILOVER])
def test_nothing_is_lost_doubled_or_skipped(
    chosen: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service("XINFANG_TEST_POSTGRES_URL")  # where the tests have servers, the programs are there to start more
    if FAILOVER in chosen and not (SCRIPT.postgres_programs() / "pg_basebackup").exists():
        missing("pg_basebackup is not installed: no standby can be made")
    seed = int(os.environ.get("XINFANG_TEST_FAULTS_SEED") or os.getpid() % 1000)
    survived = asyncio.run(run(chosen, SMOKE, seed, tmp_path))
    assert survived, capsys.readouterr().out
