"""The play on the terminal: live with a bar and the states, or plain lines; and what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from services.cli.demo.play import Ending
from services.cli.demo.story import Tale

CHANNELS = {"letter": "信", "visit": "访", "online": "网", "hotline": "电"}
TIERS = {"handling": "办理", "review": "复查", "re_review": "复核"}
STATES = {
    "": "未登记",
    "registered": "已登记",
    "triage": "待分流",
    "dispatched": "已转送交办",
    "objected": "责任单位提出异议",
    "disputed": "受理有争议,待决定",
    "accepted": "办理中",
    "opinion_issued": "处理意见待送达",
    "answered": "已答复",
    "under_review": "复查中",
    "review_issued": "复查意见待送达",
    "review_answered": "复查已答复",
    "under_re_review": "复核中",
    "re_review_issued": "复核意见待送达",
    "final": "已终结",
    "concluded": "已办结",
    "declined": "不予受理",
    "withdrawn": "已撤回",
}
GROUNDS = {
    "re_review_served": "复核送达",
    "time_lapsed": "期限届满",
    "agreement_carried_out": "协议履行",
}
ENDED = ("final", "concluded", "declined", "withdrawn")


class LiveScreen:
    """A bar of what has ended, and how many stand where, day by day."""

    def __init__(self, console: Console, total: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console)
        self._task = self._progress.add_task("", total=total)
        self._live = Live(self._progress, console=console, refresh_per_second=8)

    def __enter__(self) -> LiveScreen:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def day(self, today: date, tales: Sequence[Tale], entries: Counter[str]) -> None:
        counted = Counter(tale.state for tale in tales)
        table = Table("状态", "件数", box=None, pad_edge=False)
        for state, name in STATES.items():
            if counted[state]:
                table.add_row(name, "█" * counted[state] + f" {counted[state]}")
        self._progress.update(self._task, completed=_ended(counted), description=f"{today} 已结")
        found = f"各单位收件箱共收到 {entries.total()} 条,其中期限预警 {entries['deadline.warning']} 条"
        self._live.update(Group(self._progress, table, found))


class PlainScreen:
    """One line a day: for a pipe, a log, a test."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> PlainScreen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def day(self, today: date, tales: Sequence[Tale], entries: Counter[str]) -> None:
        counted = Counter(tale.state for tale in tales)
        standing = ",".join(f"{name} {counted[state]}" for state, name in STATES.items() if counted[state])
        self._console.print(f"{today} 已结 {_ended(counted)}/{len(tales)};{standing};收件 {entries.total()}")


def _ended(counted: Counter[str]) -> int:
    return sum(counted[state] for state in ENDED)


def show_ending(console: Console, ending: Ending) -> None:
    """A row a petition, then the count of the ends."""
    table = Table(
        "编号", "渠道", "事项", "办理单位", "层级", "结果", "登记", "结束", box=None, pad_edge=False
    )
    for tale in ending.tales:
        table.add_row(*_row(tale))
    console.print(table)
    counted = Counter(_end(tale) for tale in ending.tales)
    console.print("")
    for end, count in counted.most_common():
        console.print(f"{end}  {count}")
    entries = ",".join(f"{kind} {count}" for kind, count in sorted(ending.entries.items()))
    console.print(f"{ending.first} 至 {ending.last},登记 {len(ending.tales)} 件;收件箱:{entries}")
    if ending.retries:
        retries = ",".join(f"{why} {count}" for why, count in sorted(ending.retries.items()))
        console.print(f"重发的请求:{retries}")
    for failure in ending.failures:
        console.print(f"未达到:{failure}")


def _row(tale: Tale) -> tuple[str, ...]:
    tier = str(tale.progress.get("tier", "handling"))
    tiers = [name for key, name in TIERS.items() if list(TIERS).index(key) <= list(TIERS).index(tier)]
    return (
        tale.number,
        CHANNELS[tale.complaint.channel],
        tale.complaint.title,
        " → ".join(dict.fromkeys(tale.organs)) or "—",
        "、".join(tiers),
        _end(tale),
        str(tale.record.get("registered_at", ""))[:10],
        _ended_on(tale),
    )


def _ended_on(tale: Tale) -> str:
    """The day of finality, else of the last step that the petitioner was shown, of one that has ended."""
    if tale.state not in ENDED:
        return ""
    steps = tale.progress["steps"]
    return str(tale.record.get("final_on") or steps[-1]["at"])[:10]


def _end(tale: Tale) -> str:
    ground = tale.record.get("final_ground")
    return f"已终结({GROUNDS.get(ground, ground)})" if ground else STATES[tale.state]
