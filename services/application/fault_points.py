"""Named places where a test lets a process of ours fail; without ``XINFANG_FAULT`` each is a look at None.

``XINFANG_FAULT=name:action[:nth]``: at the nth time that the point is reached (the first, if not said) the
process kills itself (``kill``), raises (``raise``), or stands still (a number of seconds). Before it does, it
writes the name into the file ``XINFANG_FAULT_LOG`` and makes that durable: a test can tell that it fired.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

KILL, RAISE = "kill", "raise"


class FaultInjected(Exception):
    """A test wanted this to fail."""


@dataclass(slots=True)
class FaultPlan:
    """What is to happen where; ``left`` counts down to the time that it does."""

    name: str
    action: str
    left: int
    log: str | None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self | None:
        """Raises ValueError for a plan that could never fire: a test would take that for survival."""
        told = environment.get("XINFANG_FAULT")
        if not told:
            return None
        name, action, *nth = told.split(":")
        if action not in (KILL, RAISE):
            float(action)
        return cls(name, action, int(nth[0]) if nth else 1, environment.get("XINFANG_FAULT_LOG"))

    def reach(self, name: str) -> None:
        if name != self.name or self.left <= 0:
            return
        self.left -= 1
        if self.left == 0:
            self._note()
            self._fire()

    def _note(self) -> None:
        if self.log is None:
            return
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"{self.name} {self.action} {os.getpid()}\n")
            log.flush()
            os.fsync(log.fileno())

    def _fire(self) -> None:
        if self.action == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.action == RAISE:
            raise FaultInjected(self.name)
        time.sleep(float(self.action))


PLAN = FaultPlan.read(os.environ)


def fault(name: str) -> None:
    """Fail here, if this process was started to."""
    if PLAN is not None:
        PLAN.reach(name)
