"""What became of them all: counted as the petitions are read back, as tables and as a picture."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bench.year_invariants import TOLD, Record
from bench.year_replay import SHANGHAI
from services.domain.petition import State

Grid = Mapping[tuple[str, str], int]
CHANNELS = {"letter": "信", "visit": "访", "online": "网", "hotline": "电"}
PURPOSES = {"redress": "申诉求决", "suggestion": "建议意见", "denunciation": "检举控告", "": "未分类"}
TIERS = {"handling": "办理", "review": "复查", "re_review": "复核"}
GROUNDS = {
    "time_lapsed": "期满未请求复查、复核",
    "re_review_served": "复核意见送达",
    "agreement_carried_out": "协议履行完毕",
    "no_successor": "无人承继",
}
RECUSALS = {"recused": "决定回避", "recusal_requested": "信访人申请", "recusal_refused": "不予回避"}
POINTS = {"yellow": "黄", "red": "红", "overdue": "超期", "lapsed": "期满"}
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


@dataclass(slots=True)
class Outcome:
    """Counts over all petitions. ``told``: (petition, rule, point, due) as often as it was said."""

    ended: Counter[tuple[str, str]] = field(default_factory=Counter)
    purposes: Counter[tuple[str, str]] = field(default_factory=Counter)
    tiers: Counter[tuple[str, str]] = field(default_factory=Counter)
    warnings: Counter[tuple[str, str]] = field(default_factory=Counter)
    grounds: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    days: list[int] = field(default_factory=list)
    told: Counter[tuple[str, ...]] = field(default_factory=Counter)
    clocks: Counter[tuple[str, ...]] = field(default_factory=Counter)
    weeks: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    petitions: int = 0
    events: int = 0

    def see(self, record: Record) -> None:
        petition = record.petition
        state = petition.state.value
        self.petitions += 1
        self.events += len(record.events)
        self.ended[state, petition.channel.value] += 1
        self.purposes[state, petition.purpose.value if petition.purpose else ""] += 1
        self.tiers[state, petition.tier.value] += 1
        if petition.final_ground:
            self.grounds[petition.final_ground] += 1
        for clock in record.deadlines:
            held = (clock.rule, str(clock.starts_on), str(clock.due_on), clock.state.value, str(clock.met_on))
            self.clocks[petition.number, *held] += 1
        first = next((e for e in record.events if e.kind in ("served", "served_and_concluded")), None)
        if first is not None:
            self.days.append((date.fromisoformat(str(first.data["served_on"])) - petition.received_on).days)
        for event in record.events:
            self.acts[event.kind] += 1
            if event.kind in TOLD:
                self._warn(petition.number, event.data, event.at.astimezone(SHANGHAI).date())

    def _warn(self, number: str, data: Mapping[str, object], day: date) -> None:
        rule, point = str(data["rule"]), str(data["point"])
        self.warnings[rule, point] += 1
        self.told[number, rule, point, str(data["due_on"])] += 1
        self.weeks[date.fromisocalendar(*day.isocalendar()[:2], 1)][point] += 1


def tables(outcome: Outcome) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Title, heads and rows of each."""
    states = {state.value: state.chinese for state in State}
    yield "结局 · by channel", *_grid(outcome.ended, states, CHANNELS)
    yield "结局 · by purpose", *_grid(outcome.purposes, states, PURPOSES)
    yield "结局 · by tier", *_grid(outcome.tiers, states, TIERS)
    rules = {rule: rule for rule in sorted({rule for rule, _ in outcome.warnings}, key=_rule_order)}
    yield "预警 · warnings by rule", *_grid(outcome.warnings, rules, POINTS)
    rows = [[GROUNDS.get(ground, ground), f"{count:,}"] for ground, count in outcome.grounds.most_common()]
    yield "终结 · finality by ground", ["理由", "件"], rows
    recusals = [[name, f"{outcome.acts[kind]:,}"] for kind, name in RECUSALS.items()]
    yield "回避 · recusals", ["", "次"], recusals
    yield "首次答复 · days from receipt to the first answer served", *_quantiles(outcome.days)


def _grid(
    counts: Grid, names: Mapping[str, str], columns: Mapping[str, str]
) -> tuple[list[str], list[list[str]]]:
    """A row a name that occurs, a column a kind, and the sums."""
    rows = []
    for key, name in names.items():
        cells = [counts.get((key, column), 0) for column in columns]
        if any(cells):
            rows.append([name, *(f"{cell:,}" for cell in cells), f"{sum(cells):,}"])
    sums = [sum(counts.get((key, column), 0) for key in names) for column in columns]
    rows.append(["合计", *(f"{each:,}" for each in sums), f"{sum(sums):,}"])
    return ["", *columns.values(), "合计"], rows


def _rule_order(rule: str) -> tuple[int, str]:
    digits = rule.removeprefix("D").partition(".")[0]
    return (int(digits) if digits.isdecimal() else 99, rule)


def _quantiles(days: Sequence[int]) -> tuple[list[str], list[list[str]]]:
    ordered = sorted(days)
    cells = [str(ordered[min(len(ordered) - 1, int(share * len(ordered)))]) for share in SHARES if ordered]
    return ["答复", *(f"{share:.0%}" for share in SHARES)], [
        [f"{len(ordered):,}", *(cells or ["—"] * len(SHARES))]
    ]


STAGES: dict[str, tuple[str, tuple[State, ...]]] = {
    "waiting for an organ": (
        "#8da0cb",
        (State.REGISTERED, State.TRIAGE, State.DISPATCHED, State.OBJECTED, State.DISPUTED),
    ),
    "being handled": ("#66c2a5", (State.ACCEPTED, State.OPINION_ISSUED)),
    "answered, window open": ("#a6d854", (State.ANSWERED, State.REVIEW_ANSWERED)),
    "in review or re-review": (
        "#fc8d62", (State.UNDER_REVIEW, State.REVIEW_ISSUED, State.UNDER_RE_REVIEW, State.RE_REVIEW_ISSUED),
    ),
    "final": ("#bdbdbd", (State.FINAL,)),
    "concluded": ("#d9d9d9", (State.CONCLUDED,)),
    "declined or withdrawn": ("#eeeeee", (State.DECLINED, State.WITHDRAWN)),
}  # fmt: skip
OF_POINTS = {"yellow": "#e6b800", "red": "#d62728", "overdue": "#7f0000", "lapsed": "#7f7f7f"}


def draw(path: Path, states: Mapping[date, Counter[str]], outcome: Outcome) -> None:
    """Where all petitions stood each evening, and what was warned of each week; needs matplotlib."""
    import matplotlib  # only who draws needs it

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "year"
    matplotlib.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, 1, figsize=(9, 6.4), height_ratios=(3, 1), sharex=True)
    days: list[Any] = sorted(states)[::3]
    layers = [
        [sum(states[day][each.value] for each in those) for day in days] for _, those in STAGES.values()
    ]
    colours = [colour for colour, _ in STAGES.values()]
    above.stackplot(days, layers, labels=list(STAGES), colors=colours)
    above.set_ylabel("petitions")
    above.set_title(f"A year of a city: {outcome.petitions:,} petitions, where each stood each evening")
    above.legend(loc="upper left", fontsize=8)
    weeks: list[Any] = sorted(outcome.weeks)
    for point, colour in OF_POINTS.items():
        below.plot(weeks, [outcome.weeks[week][point] for week in weeks], color=colour, label=point)
    below.set_ylabel("warnings a week")
    below.legend(loc="upper left", fontsize=8, ncols=4)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
