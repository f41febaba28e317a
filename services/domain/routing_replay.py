"""What other rules or another directory would have done: who gains and who loses which petitions.

Petitions are named by their number alone, denunciations and confidential ones not at all (信访工作条例 30):
they are only counted. The reasons given hold no word of a petition.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.domain.petition import Purpose
from services.domain.routing import Decision
from services.domain.rule_set import read_name

EXAMPLES = 3
"""So many of each change from one organ to another."""
PURPOSES = {Purpose.SUGGESTION: "建议意见", Purpose.DENUNCIATION: "检举控告", Purpose.REDRESS: "申诉求决"}
TRIAGE = "分流台"


@dataclass(slots=True)
class Balance:
    """Of one organ. ``to_triage`` is a part of ``lost``, ``from_triage`` of ``gained``."""

    name: str
    gained: int = 0
    lost: int = 0
    unchanged: int = 0
    to_triage: int = 0
    from_triage: int = 0

    @property
    def moved(self) -> int:
        return self.gained + self.lost


@dataclass(frozen=True, slots=True)
class Example:
    number: str
    before: str
    after: str
    reason: str


@dataclass(slots=True)
class Replay:
    """The tally. ``unknown``: petitions whose facts at the time were not kept, and are left out."""

    counts: Counter[str] = field(default_factory=Counter)
    organs: dict[UUID, Balance] = field(default_factory=dict)
    examples: dict[tuple[str, str], list[Example]] = field(default_factory=lambda: defaultdict(list))
    unknown: int = 0

    def add(self, number: str, before: Decision, after: Decision, *, confidential: bool) -> None:
        """Count one petition, decided both ways."""
        restricted = confidential or Purpose.DENUNCIATION in (before.purpose, after.purpose)
        self.counts["n"] += 1
        self.counts["restricted"] += restricted
        self.counts[_movement(before, after)] += 1
        self.counts["co_changed"] += set(before.co_ids) != set(after.co_ids)
        self._balance(before, after)
        if _lead(before) != _lead(after) and not restricted:
            found = self.examples[_name(before), _name(after)]
            if len(found) < EXAMPLES:
                found.append(Example(number, _name(before), _name(after), _why(before, after)))

    def _balance(self, before: Decision, after: Decision) -> None:
        was, now = _lead(before), _lead(after)
        for organ_id, decision in ((was, before), (now, after)):
            if organ_id is not None:
                self.organs.setdefault(organ_id, Balance(_name(decision)))
        if was == now:
            if now is not None:
                self.organs[now].unchanged += 1
            return
        if was is not None:
            self.organs[was].lost += 1
            self.organs[was].to_triage += now is None
        if now is not None:
            self.organs[now].gained += 1
            self.organs[now].from_triage += was is None

    @property
    def ranked(self) -> list[tuple[UUID, Balance]]:
        """Those whom it changes most first."""
        return sorted(self.organs.items(), key=lambda item: (-item[1].moved, item[1].name))

    def as_json(self) -> dict[str, object]:
        count = self.counts
        return {
            "n": count["n"],
            "same_lead": count["same_lead"],
            "changed_lead": count["changed_lead"],
            "newly_triaged": count["newly_triaged"],
            "no_longer_triaged": count["no_longer_triaged"],
            "still_triaged": count["still_triaged"],
            "co_changed": count["co_changed"],
            "restricted": count["restricted"],
            "unknown": self.unknown,
            "organs": [_balance_json(organ_id, balance) for organ_id, balance in self.ranked],
            "examples": [
                {"number": each.number, "before": each.before, "after": each.after, "reason": each.reason}
                for each in self.shown()
            ],
        }

    def shown(self) -> Iterator[Example]:
        """The examples, of the most frequent changes first."""
        for pair in sorted(self.examples, key=lambda pair: (-len(self.examples[pair]), pair)):
            yield from self.examples[pair]


def _balance_json(organ_id: UUID, balance: Balance) -> Mapping[str, object]:
    return {
        "organ_id": str(organ_id),
        "name": balance.name,
        "gained": balance.gained,
        "lost": balance.lost,
        "unchanged": balance.unchanged,
        "to_triage": balance.to_triage,
        "from_triage": balance.from_triage,
    }


def _lead(decision: Decision) -> UUID | None:
    """Into whose hands it goes; None: to the triage desk, whatever is suggested there."""
    return None if decision.needs_triage else decision.lead_id


def _name(decision: Decision) -> str:
    return TRIAGE if _lead(decision) is None or decision.lead is None else str(decision.lead["name"])


def _movement(before: Decision, after: Decision) -> str:
    was, now = _lead(before), _lead(after)
    if was == now:
        return "still_triaged" if now is None else "same_lead"
    if now is None:
        return "newly_triaged"
    return "no_longer_triaged" if was is None else "changed_lead"


def _why(before: Decision, after: Decision) -> str:
    """In what the two decisions differ, by codes and figures alone."""
    found: list[str] = []
    if before.purpose is not after.purpose:
        found.append(f"信访目的 {PURPOSES[before.purpose]} → {PURPOSES[after.purpose]}")
    if before.path is not after.path:
        paths = (decision.path.value if decision.path else "无" for decision in (before, after))
        found.append("依法分类 " + " → ".join(paths))
    if before.region_code != after.region_code:
        found.append(f"事发地 {before.region['name']} → {after.region['name']}")
    if before.category_code != after.category_code:
        names = (str(decision.category["name"] or "不明") for decision in (before, after))
        found.append("事项类别 " + " → ".join(names))
    if before.needs_triage is not after.needs_triage:
        found += _why_triaged(before, after)
    if not found:
        found.append(f"“{after.category['name']}”的主管单位变动")
    return ";".join(found)


def _why_triaged(before: Decision, after: Decision) -> Iterator[str]:
    """How sure each is, and how sure it must be, where these differ."""
    sure = [f"{decision.confidence:.2f}" for decision in (before, after)]
    if sure[0] != sure[1]:
        yield "把握 " + " → ".join(sure)
    names = [read_name(decision.rules_version) for decision in (before, after)]
    least = [f"{name.threshold:.2f}" for name in names if name is not None]
    if len(least) == 2 and least[0] != least[1]:
        yield "门槛 " + " → ".join(least)
