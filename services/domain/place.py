"""The place of a matter (属地, 信访工作条例 22): which region a text speaks of, how surely, and why.

Names that stand together form a chain (湖南省益阳市南县茅草街镇): its deepest consistent reading counts. A
name that several regions carry is settled by its chain, by the other places in the text or by the region
of the receiving office (``context``), and otherwise stays open: nothing is settled silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from services.domain.own_place import OwnPlace
from services.domain.place_chains import Chain, Chains
from services.domain.place_mentions import Lexicon
from services.domain.place_text import Role, is_of_work, role, tells_of_work
from services.domain.reading import readable
from services.domain.region import Gazetteer, Region, RegionLevel
from services.domain.region_names import BARE_DISTRICTS, Form

MOST_CANDIDATES: Final = 5
CERTAIN: Final = 0.99
_OPEN: Final = 0.4
"""The most that can be claimed while two readings remain."""
_RIVAL_MARGIN: Final = 0.08
_NEIGHBOURS: Final = 12
"""How many names around one may settle it."""
_LINK: Final = 0.06
_SUPPORT: Final = 0.08
_FIRST: Final = 0.04
_ORIGIN: Final = -0.35
_ORIGIN_LEAST: Final = 0.05
_MATTER: Final = 0.1
_DEEPER: Final = 0.5
"""How sure a place within the best one must be to be taken instead."""

_BY_LEVEL: Final = {
    RegionLevel.PROVINCE: 0.72,
    RegionLevel.PREFECTURE: 0.82,
    RegionLevel.COUNTY: 0.88,
    RegionLevel.TOWNSHIP: 0.84,
}
_BY_FORM: Final = {Form.OWN: 0.1, Form.FULL: 0.0, Form.SHORT: -0.04, Form.OTHER: -0.08, Form.STEM: -0.12}


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


@lru_cache(maxsize=2)
def _chains_of(gazetteer: Gazetteer, own: tuple[OwnPlace, ...]) -> Chains:
    """The table takes a second to make. Another directory, or other rules, over the same regions share it."""
    return Chains(gazetteer, Lexicon(gazetteer, own))


class PlaceFinder:
    """Finds places in texts, by the table of all names."""

    def __init__(self, gazetteer: Gazetteer, own_places: Iterable[OwnPlace] = ()) -> None:
        """``own_places``: a city's own names (花园、大厦、农场 …) and the regions they lie in."""
        own = tuple(own_places)
        self._gazetteer = gazetteer
        self._chains = _chains_of(gazetteer, own)
        self._path, self._latest = self._chains.path, self._chains.latest
        self._own: dict[str, list[OwnPlace]] = {}
        for place in own:
            self._own.setdefault(place.name, []).append(place)

    def find(self, text: str, *, context: str | None = None, on: date | None = None) -> PlaceFinding:
        """The place that the text speaks of.

        ``context`` is the region of the receiving office; names are first understood within it, then within
        its ancestors. ``on`` is the day by whose divisions to answer; without it, the latest ones.
        """
        scopes = () if context is None else self._path(self._gazetteer.get(context).code)
        read, positions = readable(text)
        chains = self._in_force(self._chains.read(read), on or date.max)
        self._settle(chains, scopes)
        known = [chain for chain in chains if len(chain.leaves) == 1 and not chain.away]
        for chain in known:
            own = self._scored(chain, scopes)
            chain.score = max(own, chain.beside.score) if own and chain.beside is not None else own
        open_chains = [chain for chain in chains if len(chain.leaves) > 1 and self._is_open(chain)]
        known = [chain for chain in known if chain.score > 0]
        self._weigh_roles(read, known)
        if all(chain.role is Role.ORIGIN for chain in known) and (known or not open_chains):
            known += self._workplaces(read, chains, scopes, else_nothing=not known)
        if known:
            found = self._best(known, on or date.max)
        else:
            found = self._left_open(open_chains, on or date.max) if open_chains else NOTHING
        return found if positions is None else _as_sent(found, positions)

    def _in_force(self, chains: list[Chain], on: date) -> list[Chain]:
        """Own places hold from a day to a day; the last name of a chain says whether it is one."""
        if not self._own:
            return chains
        for chain in chains:
            if chain.form is Form.OWN:
                places = self._own.get(chain.texts[-1], ())
                gone = {place.region_code for place in places if not place.in_force(on)}
                held = {place.region_code for place in places if place.in_force(on)}
                chain.leaves = tuple(leaf for leaf in chain.leaves if leaf in held or leaf not in gone)
        return [chain for chain in chains if chain.leaves]

    # one reading for each chain

    def _settle(self, chains: list[Chain], scopes: tuple[str, ...]) -> None:
        for index, chain in enumerate(chains):
            self._unite(chain)
            if len(chain.leaves) > 1 or not chain.alone:
                self._settle_by_text(chain, _nearest(chains, index))
            if not chain.settled and (len(chain.leaves) > 1 or not chain.alone or chain.passing):
                self._settle_by_context(chain, scopes)
            if not chain.settled and len(chain.leaves) > 1:
                self._settle_by_level(chain)

    def _unite(self, chain: Chain) -> None:
        """巢湖市 was the prefecture and is the county: readings that lead to one region today are one."""
        if len(chain.leaves) > 1:
            latest = dict.fromkeys(self._latest(leaf) for leaf in chain.leaves)
            chain.leaves = tuple(latest) if len(latest) < len(chain.leaves) else chain.leaves

    def _settle_by_text(self, chain: Chain, others: Iterable[Chain]) -> None:
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

    def _settle_by_context(self, chain: Chain, scopes: tuple[str, ...]) -> None:
        for steps, scope in enumerate(scopes):
            inside = tuple(
                leaf
                for leaf in chain.leaves
                if scope in self._path(leaf) and not self._is_short_town(leaf, chain)
            )
            vague = chain.form is Form.STEM or chain.matched in BARE_DISTRICTS
            if not inside or (vague and self._gazetteer.get(scope).level is RegionLevel.PROVINCE):
                continue
            chain.doubt = 0.15 if steps and len(chain.leaves) > 1 else 0.0
            chain.leaves = inside
            if len(inside) == 1:
                name = self._gazetteer.get(scope).name
                where = "受理机关所在的" if steps == 0 else "受理机关上级"
                chain.settled = f"在{where}{name}内只此一处"
                chain.alone = True
                chain.away = chain.away and not (chain.passing and steps == 0)
            return

    def _is_short_town(self, leaf: str, chain: Chain) -> bool:
        """灵山寺 is no town called 灵山: two characters alone never mean a town."""
        short = chain.form is Form.STEM and len(chain.texts[-1]) == 2
        return short and chain.links == 0 and self._gazetteer.get(leaf).level is RegionLevel.TOWNSHIP

    def _settle_by_level(self, chain: Chain) -> None:
        """吉林 is the province before its city, 石河子 the city before the town within it."""
        leaves, innermost = chain.leaves, self._path(chain.leaves[0])
        nest = next((leaf for leaf in leaves if leaf in innermost and self._holds(leaf, leaves)), None)
        if nest is not None:
            chain.leaves = (nest,)
            return
        ranks = [self._gazetteer.get(leaf).level.rank for leaf in leaves]
        least = min(ranks)
        # 那曲市尼玛 is the county before a town of that name in another county; so is 昆山 for all of a text
        county = chain.tail is Form.STEM and (chain.links or (chain.alone and len(chain.matched) == 2))
        governed = least < RegionLevel.COUNTY.rank or county
        if governed and ranks.count(least) == 1:
            chain.leaves = (leaves[ranks.index(least)],)

    def _holds(self, outer: str, leaves: Iterable[str]) -> bool:
        return all(outer in self._path(leaf) for leaf in leaves)

    def _weigh_roles(self, text: str, chains: Iterable[Chain]) -> None:
        for chain in chains:
            chain.role = role(text, chain.start, chain.end)
            if chain.role is Role.ORIGIN:
                chain.score = max(_ORIGIN_LEAST, chain.score + _ORIGIN)

    def _workplaces(
        self, text: str, chains: Iterable[Chain], scopes: tuple[str, ...], *, else_nothing: bool
    ) -> list[Chain]:
        """Where people work; where the text names nothing else, only if it complains of the work."""
        found = [
            each for each in chains if each.away and len(each.leaves) == 1 and tells_of_work(text, each.end)
        ]
        if found and else_nothing and not is_of_work(text):
            return []
        for chain in found:
            chain.score, chain.role = self._scored(chain, scopes), Role.MATTER
        return [chain for chain in found if chain.score > 0]

    def _is_open(self, chain: Chain) -> bool:
        """Several readings, of which one is surely meant: not a stem or an everyday word."""
        return chain.form is not Form.STEM and (chain.alone or chain.links > 0)

    def _scored(self, chain: Chain, scopes: tuple[str, ...]) -> float:
        """0 for what only looks like a place; at most 1."""
        if chain.links == 0 and (not chain.alone or (chain.in_firm and chain.form is Form.STEM)):
            return 0.0
        leaf = self._gazetteer.get(chain.leaves[0])
        score = _BY_LEVEL[leaf.level] + _BY_FORM[chain.form] + _LINK * chain.links
        score -= 0.12 if chain.loosely and not self._across_zone(chain) else 0.0
        score -= chain.doubt + (0.3 if chain.in_firm else 0.0)
        return min(1.0, score + self._by_distance(leaf.code, chain, scopes))

    def _across_zone(self, chain: Chain) -> bool:
        parents = (self._gazetteer.get(code) for code in (*self._path(chain.leaves[0])[1:2], *chain.outer))
        return any(parent.is_management_district for parent in parents)

    def _by_distance(self, leaf: str, chain: Chain, scopes: tuple[str, ...]) -> float:
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

    def _best(self, chains: list[Chain], on: date) -> PlaceFinding:
        if len(chains) == 1:  # as most addresses are
            chain, region = chains[0], self._gazetteer.get(chains[0].leaves[0])
            only = (_candidate(region, chain.score, chain),)
            return self._answer(chain, min(CERTAIN, chain.score), only, on)
        by_leaf: dict[str, Chain] = {}
        for chain in chains:
            kept = by_leaf.get(chain.leaves[0])
            if kept is None or chain.score > kept.score:
                by_leaf[chain.leaves[0]] = chain if kept is None else replace(chain, start=kept.start)
        totals = {leaf: self._total(leaf, by_leaf) for leaf in by_leaf}
        weights = self._weights(totals, by_leaf)
        ranked = sorted(by_leaf, key=lambda leaf: (-weights[leaf], by_leaf[leaf].start))
        best = ranked[0]
        candidates = tuple(
            _candidate(self._gazetteer.get(leaf), totals[leaf], by_leaf[leaf])
            for leaf in ranked[:MOST_CANDIDATES]
        )
        rivals = [leaf for leaf in ranked[1:] if not self._in_line(best, leaf)]
        if rivals and (
            weights[rivals[0]] > weights[best] - _RIVAL_MARGIN
            or (by_leaf[best].clash and by_leaf[rivals[0]].clash)
        ):
            return self._shared([best, rivals[0]], candidates, on)
        best = self._deepest(best, [leaf for leaf in ranked if totals[leaf] >= _DEEPER])
        return self._answer(by_leaf[best], min(CERTAIN, totals[best]), candidates, on)

    def _weights(self, totals: Mapping[str, float], chains: Mapping[str, Chain]) -> dict[str, float]:
        """Which of several places is meant: the first one, and one that is said to be where it happened."""
        first = min(chains.values(), key=lambda chain: chain.start).leaves[0]
        return {
            leaf: total
            + (_FIRST if leaf == first else 0.0)
            + (_MATTER if chains[leaf].role is Role.MATTER else 0)
            for leaf, total in totals.items()
        }

    def _deepest(self, best: str, sure: list[str]) -> str:
        """A place that the text names elsewhere within the best one, unless it names several apart."""
        inside = [leaf for leaf in sure if leaf != best and self._latest(best) in self._path(leaf)]
        if inside and all(self._in_line(inside[0], leaf) for leaf in inside):
            return max(inside, key=lambda leaf: len(self._path(leaf)))
        return best

    def _in_line(self, one: str, other: str) -> bool:
        one, other = self._latest(one), self._latest(other)
        return one in self._path(other) or other in self._path(one)

    def _total(self, leaf: str, chains: Mapping[str, Chain]) -> float:
        """The chain's own score, and support from other chains that name its ancestors."""
        chain = chains[leaf]
        support = sum(_SUPPORT for other in self._path(leaf)[1:] if other in chains)
        return chain.score + support

    def _answer(
        self, chain: Chain, confidence: float, candidates: tuple[Candidate, ...], on: date
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

    def _how_it_fits(self, chain: Chain, named: Region) -> str:
        if chain.loosely:
            return f"该地现属{self._gazetteer.full_name(named.code)}"
        return "逐级相符" if chain.links else ""

    def _left_open(self, chains: list[Chain], on: date) -> PlaceFinding:
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


def _nearest(chains: list[Chain], index: int) -> list[Chain]:
    """The chains around one, those before it first."""
    before = chains[max(0, index - _NEIGHBOURS) : index]
    return [*reversed(before), *chains[index + 1 : index + 1 + _NEIGHBOURS]]


def _as_sent(found: PlaceFinding, positions: list[int]) -> PlaceFinding:
    """The candidates at their positions in the text before gaps were closed."""
    moved = tuple(replace(each, start=positions[each.start]) for each in found.candidates)
    return replace(found, candidates=moved)


def _candidate(region: Region, score: float, chain: Chain) -> Candidate:
    return Candidate(region, round(min(score, CERTAIN), 3), chain.matched, chain.start)
