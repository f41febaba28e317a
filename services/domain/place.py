"""The place of a matter (属地, 信访工作条例 22): which region a text speaks of, how surely, and why.

Names that stand together form a chain (湖南省益阳市南县茅草街镇): its deepest consistent reading counts. A
name that several regions carry is settled by its chain, by the other places in the text or by the region
of the receiving office (``context``), and otherwise stays open: nothing is settled silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.domain.place_mentions import Lexicon, Mention
from services.domain.region import Gazetteer, Region, RegionLevel
from services.domain.region_names import Form

MOST_CANDIDATES: Final = 5
CERTAIN: Final = 0.99
_OPEN: Final = 0.4
"""The most that can be claimed while two readings remain."""
_RIVAL_MARGIN: Final = 0.08
_AND: Final = frozenset("与和及跟同、")
_NEIGHBOURS: Final = 12
"""How many names around one may settle it."""
_LINK: Final = 0.06
_SUPPORT: Final = 0.08
_FIRST: Final = 0.04

_BY_LEVEL: Final = {
    RegionLevel.PROVINCE: 0.72,
    RegionLevel.PREFECTURE: 0.82,
    RegionLevel.COUNTY: 0.88,
    RegionLevel.TOWNSHIP: 0.84,
}
_BY_FORM: Final = {Form.OWN: 0.1, Form.FULL: 0.0, Form.SHORT: -0.04, Form.STEM: -0.12}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A region that the text may mean, with the words that name it and where they begin."""

    region: Region
    score: float
    matched: str
    start: int


@dataclass(frozen=True, slots=True)
class PlaceFinding:
    """What was found. ``ambiguous``: readings remain; ``region`` is then what they surely share, if any."""

    region: Region | None
    confidence: float
    candidates: tuple[Candidate, ...]
    ambiguous: bool
    evidence: str


NOTHING: Final = PlaceFinding(None, 0.0, (), False, "文中没有可以确认的地名")


@dataclass(slots=True)
class _Chain:
    """Mentions that belong together, and the regions that their last one can mean."""

    start: int
    end: int
    leaves: tuple[str, ...]
    form: Form
    alone: bool
    in_firm: bool
    texts: list[str]
    outer: tuple[str, ...] = ()
    loosely: bool = False
    settled: str = ""
    doubt: float = 0.0
    beside: _Chain | None = None
    score: float = 0.0

    @property
    def links(self) -> int:
        return len(self.texts) - 1

    @property
    def matched(self) -> str:
        return "".join(self.texts)


class PlaceFinder:
    """Finds places in texts. Built once per gazetteer: it holds the table of all names."""

    def __init__(self, gazetteer: Gazetteer, own_places: Mapping[str, str] | None = None) -> None:
        """``own_places``: a city's own place names (花园、大厦、农场 …) → code of the region they lie in."""
        self._gazetteer = gazetteer
        self._lexicon = Lexicon(gazetteer, own_places or {})
        self._paths: dict[str, tuple[str, ...]] = {}

    def find(self, text: str, *, context: str | None = None, on: date | None = None) -> PlaceFinding:
        """The place that the text speaks of.

        ``context`` is the region of the receiving office; names are first understood within it, then within
        its ancestors. ``on`` is the day by whose divisions to answer; without it, the latest ones.
        """
        scopes = () if context is None else self._path(self._gazetteer.get(context).code)
        chains = self._chains(text)
        self._settle(chains, scopes)
        known = [chain for chain in chains if len(chain.leaves) == 1]
        for chain in known:
            own = self._scored(chain, scopes)
            chain.score = max(own, chain.beside.score) if own and chain.beside is not None else own
        open_chains = [chain for chain in chains if len(chain.leaves) > 1 and self._is_open(chain)]
        known = [chain for chain in known if chain.score > 0]
        if known:
            return self._best(known, on or date.max)
        return self._left_open(open_chains, on or date.max) if open_chains else NOTHING

    # chains

    def _chains(self, text: str) -> list[_Chain]:
        chains: list[_Chain] = []
        for mention in self._lexicon.mentions(text):
            last = chains[-1] if chains else None
            if last is not None and mention.joined and self._extend(last, mention):
                continue
            listed = last is not None and text[last.end : mention.start].strip() in _AND
            chains.append(_chain(mention, last if listed else None))
        return chains

    def _extend(self, chain: _Chain, mention: Mention) -> bool:
        """Reads the mention as beneath the chain, above it (朝阳区(北京)), or just beside it (loosely)."""
        above = {name for leaf in chain.leaves for name in (leaf, self._latest(leaf))}
        inner = tuple(code for code in mention.codes if not above.isdisjoint(self._path(code)))
        if inner:
            chain.outer, chain.leaves = chain.leaves, inner
        else:
            outer = set(mention.codes)
            narrowed = tuple(leaf for leaf in chain.leaves if not outer.isdisjoint(self._path(leaf)))
            beside = () if narrowed else self._beside(chain, mention)
            if not narrowed and not beside:
                return False
            chain.outer = mention.codes if narrowed else chain.leaves
            chain.leaves = narrowed or beside
            chain.loosely = chain.loosely or bool(beside)
        chain.end, chain.alone = mention.end, chain.alone or mention.alone
        chain.form, chain.in_firm = max(chain.form, mention.form), chain.in_firm and mention.in_firm
        chain.texts.append(mention.text)
        return True

    def _beside(self, chain: _Chain, mention: Mention) -> tuple[str, ...]:
        """Towns that people place in the county next to theirs: 南县河坝镇, since 1999 in 大通湖区."""
        if len(chain.leaves) != 1 or mention.form is not Form.FULL:
            return ()
        leaf = self._gazetteer.get(chain.leaves[0])
        if leaf.level is not RegionLevel.COUNTY and not leaf.is_management_district:
            return ()
        regions = (self._gazetteer.get(code) for code in mention.codes)
        return tuple(
            region.code
            for region in regions
            if region.level.rank > leaf.level.rank and leaf.parent in self._path(region.code)
        )

    # one reading for each chain

    def _settle(self, chains: list[_Chain], scopes: tuple[str, ...]) -> None:
        for index, chain in enumerate(chains):
            self._unite(chain)
            if len(chain.leaves) > 1 or not chain.alone:
                self._settle_by_text(chain, _nearest(chains, index))
            if not chain.settled and (len(chain.leaves) > 1 or not chain.alone):
                self._settle_by_context(chain, scopes)
            if not chain.settled and len(chain.leaves) > 1:
                self._settle_by_level(chain)

    def _unite(self, chain: _Chain) -> None:
        """巢湖市 was the prefecture and is the county: readings that lead to one region today are one."""
        if len(chain.leaves) > 1:
            latest = dict.fromkeys(self._latest(leaf) for leaf in chain.leaves)
            chain.leaves = tuple(latest) if len(latest) < len(chain.leaves) else chain.leaves

    def _settle_by_text(self, chain: _Chain, others: Iterable[_Chain]) -> None:
        for other in others:
            if not other.alone or len(other.leaves) != 1:
                continue
            outer = other.leaves[0]
            inside = tuple(leaf for leaf in chain.leaves if leaf != outer and outer in self._path(leaf))
            if inside:
                chain.leaves, chain.outer = inside, (outer,)
                if len(inside) == 1 and chain.form is not Form.STEM:
                    chain.settled = f"与文中“{other.matched}”相合"
                    chain.alone = True
                return

    def _settle_by_context(self, chain: _Chain, scopes: tuple[str, ...]) -> None:
        for steps, scope in enumerate(scopes):
            inside = tuple(
                leaf
                for leaf in chain.leaves
                if scope in self._path(leaf) and not self._is_short_town(leaf, chain)
            )
            if not inside or (
                chain.form is Form.STEM and self._gazetteer.get(scope).level is RegionLevel.PROVINCE
            ):
                continue
            chain.doubt = 0.15 if steps and len(chain.leaves) > 1 else 0.0
            chain.leaves = inside
            if len(inside) == 1:
                name = self._gazetteer.get(scope).name
                where = "受理机关所在的" if steps == 0 else "受理机关上级"
                chain.settled = f"在{where}{name}内只此一处"
                chain.alone = True
            return

    def _is_short_town(self, leaf: str, chain: _Chain) -> bool:
        """灵山寺 is no town called 灵山: two characters alone never mean a town."""
        short = chain.form is Form.STEM and len(chain.texts[-1]) == 2
        return short and chain.links == 0 and self._gazetteer.get(leaf).level is RegionLevel.TOWNSHIP

    def _settle_by_level(self, chain: _Chain) -> None:
        """吉林 is the province before its city; 海南 the province before a prefecture of the same name."""
        ranks = {leaf: self._gazetteer.get(leaf).level.rank for leaf in chain.leaves}
        widest = [leaf for leaf, rank in ranks.items() if rank == min(ranks.values())]
        if len(widest) == 1 and ranks[widest[0]] < RegionLevel.COUNTY.rank:
            chain.leaves = (widest[0],)

    def _is_open(self, chain: _Chain) -> bool:
        """Several readings, of which one is surely meant: not a stem or an everyday word."""
        return chain.form is not Form.STEM and (chain.alone or chain.links > 0)

    def _scored(self, chain: _Chain, scopes: tuple[str, ...]) -> float:
        """0 for what only looks like a place; at most 1."""
        if chain.links == 0 and (not chain.alone or (chain.in_firm and chain.form is Form.STEM)):
            return 0.0
        leaf = self._gazetteer.get(chain.leaves[0])
        score = _BY_LEVEL[leaf.level] + _BY_FORM[chain.form] + _LINK * chain.links
        score -= 0.12 if chain.loosely and not self._across_zone(chain) else 0.0
        score -= chain.doubt + (0.3 if chain.in_firm else 0.0)
        return min(1.0, score + self._by_distance(leaf.code, chain, scopes))

    def _across_zone(self, chain: _Chain) -> bool:
        parents = (self._gazetteer.get(code) for code in (*self._path(chain.leaves[0])[1:2], *chain.outer))
        return any(parent.is_management_district for parent in parents)

    def _by_distance(self, leaf: str, chain: _Chain, scopes: tuple[str, ...]) -> float:
        """What the receiving office's own region says: a place within it is likelier than one far away, and
        the name of its own province says next to nothing."""
        if not scopes:
            return 0.0
        path = self._path(leaf)
        if scopes[0] in path:
            return 0.1
        if leaf in scopes:
            return -0.3 if leaf == scopes[-1] else 0.0
        if any(scope in path for scope in scopes[:-1]):
            return 0.04
        if scopes[-1] in path:
            return -0.04 if chain.form is Form.FULL else -0.16
        return -0.3 if chain.links == 0 else -0.15

    # the answer

    def _best(self, chains: list[_Chain], on: date) -> PlaceFinding:
        by_leaf: dict[str, _Chain] = {}
        for chain in chains:
            kept = by_leaf.get(chain.leaves[0])
            if kept is None or chain.score > kept.score:
                by_leaf[chain.leaves[0]] = chain if kept is None else replace(chain, start=kept.start)
        totals = {leaf: self._total(leaf, by_leaf) for leaf in by_leaf}
        first = min(by_leaf.values(), key=lambda chain: chain.start).leaves[0]
        weights = totals | {first: totals[first] + _FIRST}
        ranked = sorted(by_leaf, key=lambda leaf: (-weights[leaf], by_leaf[leaf].start))
        best = ranked[0]
        candidates = tuple(
            _candidate(self._gazetteer.get(leaf), totals[leaf], by_leaf[leaf])
            for leaf in ranked[:MOST_CANDIDATES]
        )
        rivals = [leaf for leaf in ranked[1:] if not self._in_line(best, leaf)]
        if rivals and weights[rivals[0]] > weights[best] - _RIVAL_MARGIN:
            return self._shared([best, rivals[0]], candidates, on)
        confidence = min(CERTAIN, totals[best])
        return self._answer(by_leaf[best], confidence, candidates, on)

    def _in_line(self, one: str, other: str) -> bool:
        return one in self._path(other) or other in self._path(one)

    def _total(self, leaf: str, chains: Mapping[str, _Chain]) -> float:
        """The chain's own score, and support from other chains that name its ancestors."""
        chain = chains[leaf]
        support = sum(_SUPPORT for other in self._path(leaf)[1:] if other in chains)
        return chain.score + support

    def _answer(
        self, chain: _Chain, confidence: float, candidates: tuple[Candidate, ...], on: date
    ) -> PlaceFinding:
        named = self._gazetteer.get(chain.leaves[0])
        region = self._gazetteer.current(named.code, on)
        reasons = [f"文中写明“{chain.matched}”", self._how_it_fits(chain, named), chain.settled]
        if named.successor is not None and region.code != named.code:
            ended = named.valid_to.isoformat() if named.valid_to else ""
            now = self._gazetteer.full_name(region.code)
            reasons.append(f"{named.name}至迟自{ended}起已撤销或改设,现为{now}")
        elif region.name not in chain.texts and not chain.loosely:
            reasons.append(f"即{self._gazetteer.full_name(region.code)}")
        evidence = ";".join(reason for reason in reasons if reason)
        return PlaceFinding(region, round(confidence, 3), candidates, False, evidence)

    def _how_it_fits(self, chain: _Chain, named: Region) -> str:
        if chain.loosely:
            return f"该地现属{self._gazetteer.full_name(named.code)}"
        return "逐级相符" if chain.links else ""

    def _left_open(self, chains: list[_Chain], on: date) -> PlaceFinding:
        chain = chains[0]
        score = _OPEN / len(chain.leaves)
        candidates = tuple(
            _candidate(self._gazetteer.get(leaf), score, chain) for leaf in chain.leaves[:MOST_CANDIDATES]
        )
        shared = self._common(chain.leaves) if chain.outer else None
        region = None if shared is None else self._gazetteer.current(shared, on)
        sure = "" if region is None else f",只能确定在{self._gazetteer.full_name(region.code)}"
        evidence = f"“{chain.matched}”有{len(chain.leaves)}处同名,文中没有说明是哪一处{sure}"
        return PlaceFinding(region, 0.0 if region is None else _OPEN, candidates, True, evidence)

    def _shared(self, leaves: list[str], candidates: tuple[Candidate, ...], on: date) -> PlaceFinding:
        shared = self._common(leaves)
        region = None if shared is None else self._gazetteer.current(shared, on)
        names = "、".join(dict.fromkeys(candidate.matched for candidate in candidates))
        sure = "" if region is None else f",都在{self._gazetteer.full_name(region.code)}"
        evidence = f"文中写有{names}等几处地名,不能确定是哪一处{sure}"
        return PlaceFinding(region, 0.0 if region is None else _OPEN, candidates, True, evidence)

    def _common(self, leaves: Iterable[str]) -> str | None:
        """The innermost region in which all of them lie."""
        paths = [self._path(leaf) for leaf in leaves]
        return next((code for code in paths[0] if all(code in path for path in paths[1:])), None)

    def _latest(self, code: str) -> str:
        successor = self._gazetteer.get(code).successor
        return code if successor is None else successor

    def _path(self, code: str) -> tuple[str, ...]:
        """The code and those of its ancestors, nearest first."""
        path = self._paths.get(code)
        if path is None:
            path = self._paths[code] = tuple(region.code for region in self._gazetteer.lineage(code))
        return path


def _chain(mention: Mention, beside: _Chain | None) -> _Chain:
    """A chain of one; ``beside`` is the one with which it is named in one breath (甲镇与乙镇)."""
    return _Chain(
        mention.start,
        mention.end,
        mention.codes,
        mention.form,
        mention.alone,
        mention.in_firm,
        [mention.text],
        beside=beside,
    )


def _nearest(chains: list[_Chain], index: int) -> list[_Chain]:
    """The chains around one, those before it first."""
    before = chains[max(0, index - _NEIGHBOURS) : index]
    return [*reversed(before), *chains[index + 1 : index + 1 + _NEIGHBOURS]]


def _candidate(region: Region, score: float, chain: _Chain) -> Candidate:
    return Candidate(region, round(min(score, CERTAIN), 3), chain.matched, chain.start)
