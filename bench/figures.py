"""What a replay found: counts, rates and latencies, as a table and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

TITLES = {
    "rows": "待登记 rows",
    "registered": "已登记 registered",
    "routed": "已分流 routed",
    "in_triage": "待人工分流 in triage",
    "polled": "已取件 polled",
    "lost": "丢失 lost",
    "doubled": "重复 doubled",
    "failed": "登记失败 failed",
    "kills": "强制结束 kills",
    "intake_per_second": "每秒登记 registrations/s",
    "registration_p50_ms": "登记耗时 registration p50 (ms)",
    "registration_p99_ms": "登记耗时 registration p99 (ms)",
    "inbox_p50_ms": "登记到可取件 to inbox p50 (ms)",
    "inbox_p99_ms": "登记到可取件 to inbox p99 (ms)",
    "all_routed_after_s": "全部分流用时 all routed after (s)",
    "inbox_entries": "收件箱条目 inbox entries",
    "polls_answered": "轮询应答 polls answered",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One replay. Milliseconds and seconds as the names say; None where there was no sample.

    ``routed``: found as lead dispatch when all feeds were walked from the start; ``polled``: seen live by the
    organ's own long poll. ``retries`` are calls sent again, ``errors`` registrations given up, by kind.
    """

    rows: int
    registered: int
    routed: int
    in_triage: int
    polled: int
    lost: int
    doubled: int
    failed: int
    kills: int
    intake_per_second: float
    registration_p50_ms: float | None
    registration_p99_ms: float | None
    inbox_p50_ms: float | None
    inbox_p99_ms: float | None
    all_routed_after_s: float
    inbox_entries: int
    polls_answered: int
    retries: dict[str, int]
    errors: dict[str, int]

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.failed)


def percentile_ms(seconds: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile, in milliseconds."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 1)


def machine() -> dict[str, Any]:
    """Where it was measured; the load shows whether others were at work."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": [round(each, 2) for each in os.getloadavg()],
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def as_json(system: str, where: dict[str, Any], runs: Sequence[Run]) -> dict[str, Any]:
    return {"system": system, "machine": where, "runs": [asdict(run) for run in runs]}


def show(console: Console, system: str, where: dict[str, Any], runs: Sequence[Run]) -> None:
    """One column a run; with several, median and spread."""
    console.print(f"{system} · {where['processor']},{where['cores']} 核,负载 {where['load_before']}")
    heads = [f"第{number}次" for number in range(1, len(runs) + 1)]
    summary = ["中位", "最小–最大"] if len(runs) > 1 else []
    table = Table("", *heads, *summary, box=None, pad_edge=False)
    for name, title in TITLES.items():
        values = [getattr(run, name) for run in runs]
        table.add_row(title, *map(_cell, values), *(_spread(values) if summary else []))
    console.print(table)
    for number, run in enumerate(runs, start=1):
        for title, counted in (("重发 retries", run.retries), ("放弃 errors", run.errors)):
            if counted:
                console.print(f"第{number}次 {title}:{counted}")


def _cell(value: int | float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def _spread(values: Sequence[float | None]) -> list[str]:
    known = [value for value in values if value is not None]
    if not known:
        return ["—", "—"]
    return [_cell(median(known)), f"{_cell(min(known))}–{_cell(max(known))}"]
