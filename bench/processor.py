"""Processor time and memory of processes, from /proc: no dependency, and nothing runs in what is measured."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import asyncpg

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
PPID, UTIME, CSTIME = 1, 11, 14  # counted after the name, which may hold spaces


class Accounts:
    """Seconds of processor time since :meth:`start`: of named trees of processes, and our own (``load``).

    What we started is in trees of its own, so ours is that of this one process.
    """

    def __init__(self, roots: dict[str, int | None]) -> None:
        self._roots = {name: pid for name, pid in roots.items() if pid is not None}
        self._began: dict[str, float] = {}

    def start(self) -> Accounts:
        self._began = self._read()
        return self

    def spent(self) -> dict[str, float]:
        now = self._read()
        return {name: now[name] - began for name, began in self._began.items()}

    def per_item(self, items: int) -> dict[str, float]:
        """Microseconds an item."""
        return {name: spent / max(1, items) * 1e6 for name, spent in self.spent().items()}

    def _read(self) -> dict[str, float]:
        return {name: tree_seconds(pid) for name, pid in self._roots.items()} | {"load": time.process_time()}


def tree_seconds(root: int) -> float:
    """Of a process, its living descendants, and those that have ended and were waited for."""
    return sum(_seconds(pid) for pid in tree(root))


def tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def resident_bytes(pids: Iterable[int]) -> int:
    """Memory in RAM, of all of them together; what they share counts more than once."""
    pages = 0
    for pid in pids:
        try:
            pages += int((PROC / str(pid) / "statm").read_text().split()[1])
        except OSError:
            continue  # it has ended
    return pages * os.sysconf("SC_PAGE_SIZE")


async def postmaster(dsn: str) -> int | None:
    """The process id of the PostgreSQL server; None where it runs on another machine."""
    connection = await asyncpg.connect(dsn)
    try:
        backend = int(await connection.fetchval("SELECT pg_backend_pid()"))
        named = (PROC / str(backend) / "comm").read_text() if (PROC / str(backend)).exists() else ""
        return int(_stat(backend)[PPID]) if "postgres" in named else None
    finally:
        await connection.close()


def _seconds(pid: int) -> float:
    try:
        return sum(map(int, _stat(pid)[UTIME : CSTIME + 1])) / TICKS
    except OSError:
        return 0.0  # it has ended: from now on its parent has it


def _parents() -> Iterator[tuple[int, int]]:
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), int(_stat(int(folder.name))[PPID])
            except OSError:
                continue


def _stat(pid: int) -> list[str]:
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
