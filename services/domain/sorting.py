"""Sorting (依法分类处理, 信访工作条例 29–31): the purpose of a petition, its path, and whether it is urgent.

Cues in the text, each with its weight (data, not code); what the source states wins.
The path leaves the petition procedure only on strong cues; the competent organ may correct it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from services.domain.matcher import TableMatcher
from services.domain.petition import Path, Purpose

Cues = Mapping[str, float]
Found = Mapping[str, AbstractSet[str]]
# «举报» alone is no denunciation: most who use it report a trader or a neighbour, hence its weight of one.
STRONG = 2.0
PATHS = tuple(path for path in Path if path is not Path.PETITION_PROCEDURE)
# What another procedure decides; 申请查处、履行职责 (31.5) the organ itself answers, and the rest by opinion.
ELSEWHERE = {
    Path.LITIGATION: "诉讼、复议或者刑事司法程序",
    Path.ARBITRATION: "仲裁程序",
    Path.PARTY_APPEAL: "党员申诉、申请复审程序",
    Path.ADMINISTRATIVE_PROCEDURE: "行政复议、裁决、确认、许可、处罚等行政程序",
}
KINDS = (
    "misconduct",
    "office_holder",
    "suggestion",
    "complaint",
    "urgent",
    "leader",
    *(path.value for path in PATHS),
)


@dataclass(frozen=True, slots=True)
class Sorting:
    """``cues`` are the words it rests on; ``stated``: the source named the purpose itself.

    ``leaders`` are words for a head of a region's government or party, hence for that government;
    ``holders`` all words for people in office; ``misconduct`` those that by themselves accuse of it.
    """

    purpose: Purpose
    path: Path | None
    urgent: bool
    confidence: float
    stated: bool
    cues: tuple[str, ...]
    leaders: tuple[str, ...]
    holders: tuple[str, ...]
    misconduct: tuple[str, ...]
    urgent_cues: tuple[str, ...]


def way_told(path: Path | None, *, article: str, organ: str, directed_to: str | None) -> str:
    """What a petitioner is told of a matter that another procedure decides (31.1–4); else nothing.

    ``organ`` is the one that accepted it: without another named, it leads it there itself.
    """
    if path not in ELSEWHERE:
        return ""
    where = f"请向{directed_to}提出" if directed_to else f"由{organ}导入该程序办理"
    return f"本件应当通过{ELSEWHERE[path]}解决({article}),{where}。"


class Sorter:
    """Built once; ``sort`` is linear in the text."""

    def __init__(self, cues: Mapping[str, Cues]) -> None:
        """``cues``: for each of :data:`KINDS`, phrase → weight. A missing kind is a ValueError."""
        if missing := set(KINDS) - cues.keys():
            raise ValueError(f"线索词表缺少:{'、'.join(sorted(missing))}")
        self._cues = cues
        self._matcher = TableMatcher(cues)

    def sort(self, title: str, text: str, stated: Purpose | None = None) -> Sorting:
        """Purpose, path and urgency of a petition, with the words that speak for them."""
        found = self._matcher.find(f"{title}\n{text}")
        urgent = tuple(sorted(found.get("urgent", ())))
        misconduct = self._cues["misconduct"]
        purpose, confidence, cues = self._purpose(found, title, stated)
        path: Path | None = None
        if purpose is Purpose.REDRESS:
            path, path_cues = self._path(found)
            cues = (*cues, *path_cues)
        return Sorting(
            purpose=purpose,
            path=path,
            urgent=bool(urgent),
            confidence=confidence,
            stated=stated is not None,
            cues=cues,
            leaders=tuple(sorted(found.get("leader", ()))),
            holders=tuple(sorted(found.get("office_holder", ()))),
            misconduct=tuple(
                sorted(word for word in found.get("misconduct", ()) if misconduct[word] >= STRONG)
            ),
            urgent_cues=urgent,
        )

    def _purpose(
        self, found: Found, title: str, stated: Purpose | None
    ) -> tuple[Purpose, float, tuple[str, ...]]:
        if stated is not None:
            return stated, 1.0, ()
        misconduct = self._weight("misconduct", found)
        if misconduct >= STRONG and "office_holder" in found:
            sure = 0.9 if misconduct > STRONG else 0.75
            return Purpose.DENUNCIATION, sure, _named(found["misconduct"] | found["office_holder"])
        suggestion = self._weight("suggestion", found) + (STRONG if "建议" in title else 0)
        if suggestion >= STRONG and suggestion > self._weight("complaint", found):
            return Purpose.SUGGESTION, 0.8, _named(found.get("suggestion", ()))
        return Purpose.REDRESS, 0.85, ()

    def _path(self, found: Found) -> tuple[Path, tuple[str, ...]]:
        weights = {path: self._weight(path.value, found) for path in PATHS}
        best = max(weights, key=lambda path: weights[path])
        if weights[best] < STRONG:
            return Path.PETITION_PROCEDURE, ()
        return best, _named(found[best.value])

    def _weight(self, kind: str, found: Found) -> float:
        cues = self._cues[kind]
        return sum(cues[phrase] for phrase in found.get(kind, ()))


def _named(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(found))[:6]
