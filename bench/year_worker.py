"""The worker beside the simulated city, as a process of its own: it can be killed at any moment."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from bench.year_world import open_world, settings_of
from routing_worker import loop
from routing_worker.schedule import Scheduled, pass_deadlines
from services.bootstrap import Deployment

LOOK_EVERY_SECONDS = 0.01
LONGEST_STRIKE_SECONDS = 0.25
PATIENCE_SECONDS = 180.0
OFTEN = (Scheduled("pass_deadlines", 1, pass_deadlines),)


class StandStill(Exception):
    """The worker does not get on with what is due."""


class Beside:
    """See :class:`bench.year_run.Worker`. ``kills`` times it is ended by SIGKILL, amid its work.

    ``turns`` is how often it will be waited for; the moments are dealt over them.
    """

    def __init__(self, folder: Path, database_url: str | None, *, turns: int, kills: int, seed: int) -> None:
        self._command = [sys.executable, "-m", "bench.year_worker", str(folder), database_url or ""]
        self._chance = random.Random(f"{seed}/kills")
        self._moments = set(self._chance.sample(range(1, turns), min(kills, turns - 1)))
        self._turn = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.killed = 0

    async def catch_up(self, world: Deployment) -> None:
        if self._process is None:
            self._start()
        if self._turn in self._moments:
            await asyncio.sleep(self._chance.uniform(0, LONGEST_STRIKE_SECONDS))
            self._kill()
        self._turn += 1
        began = time.monotonic()
        while await world.queue.waiting() or await world.lists.due(world.clock.now(), 1):
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise StandStill(f"turn {self._turn}")
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _start(self) -> None:
        self._process = subprocess.Popen(self._command)

    def _kill(self) -> None:
        """SIGKILL: no goodbye. Another takes its place at once."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self.killed += 1
        self._start()

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


async def work(folder: Path, database_url: str | None) -> None:
    """The worker's own loop, looking more often than in earnest, until SIGTERM."""
    loop.SCHEDULE_SECONDS = LOOK_EVERY_SECONDS
    world = open_world(settings_of(folder, database_url))
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    worker = loop.WorkLoop(world, schedule=OFTEN)
    worker.start()
    parent = os.getppid()
    while not ended.is_set() and os.getppid() == parent:  # an orphan has nobody left to work for
        try:
            async with asyncio.timeout(1):
                await ended.wait()
        except TimeoutError:
            continue
    await worker.stop()
    await world.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2] or None))
