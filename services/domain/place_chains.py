"""Names that stand together (湖南省益阳市南县茅草街镇), read as one: each beneath the one before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.domain.place_mentions import Lexicon, Mention
from services.domain.place_text import Role
from services.domain.region import Gazetteer, RegionLevel
from services.domain.region_names import (
    AFTER_STEM,
    BEFORE_TOWN,
    ORDINARY,
    ROAD_ENDS,
    TOWN_WORDS,
    Form,
    ends_word,
    town_stem,
)

_AND: Final = frozenset("与和及跟同、")
_MOST_READINGS: Final = 8
"""Of a name that so many regions carry, no town beneath is looked for."""


@dataclass(slots=True)
class Chain:
    """Mentions that belong together, and the regions that their last one can mean.

    ``tail`` is the form of the last one. ``clash``: it stands right beside a name that cannot belong to it
    (重庆, then a district of another province).
    """

    start: int
    end: int
    leaves: tuple[str, ...]
    form: Form
    alone: bool
    in_firm: bool
    texts: list[str]
    away: bool = False
    passing: bool = False
    clash: bool = False
    outer: tuple[str, ...] = ()
    loosely: bool = False
    settled: str = ""
    doubt: float = 0.0
    beside: Chain | None = None
    score: float = 0.0
    role: Role = Role.UNSAID
    tail: Form = Form.FULL

    @property
    def links(self) -> int:
        return len(self.texts) - 1

    @property
    def matched(self) -> str:
        return "".join(self.texts)


class Chains:
    """Makes chains of the mentions in a text, by the tree of regions."""

    def __init__(self, gazetteer: Gazetteer, lexicon: Lexicon) -> None:
        self._gazetteer = gazetteer
        self._lexicon = lexicon
        self._paths: dict[str, tuple[str, ...]] = {}
        self._towns: dict[str, list[tuple[str, str, bool]]] = {}

    def path(self, code: str) -> tuple[str, ...]:
        """The code and those of its ancestors, nearest first."""
        path = self._paths.get(code)
        if path is None:
            path = self._paths[code] = tuple(region.code for region in self._gazetteer.lineage(code))
        return path

    def latest(self, code: str) -> str:
        """The code, or that of its successor."""
        successor = self._gazetteer.get(code).successor
        return code if successor is None else successor

    def read(self, text: str) -> list[Chain]:
        chains: list[Chain] = []
        for mention in self._lexicon.mentions(text):
            last = chains[-1] if chains else None
            if last is None or mention.start >= last.end:
                self._take(text, mention, chains, last)
        if chains:
            self._reach_down(text, chains[-1])
        return chains

    def _take(self, text: str, mention: Mention, chains: list[Chain], last: Chain | None) -> None:
        """Puts the mention where it belongs: to the last chain, nowhere, or into a new one."""
        if last is not None and mention.joined and self._extend(last, mention):
            return
        if last is not None and self._reach_down(text, last) and mention.start < last.end:
            return
        adjacent = last is not None and last.end == mention.start
        if last is not None and adjacent and self._is_within(last, mention):
            return
        listed = last is not None and text[last.end : mention.start].strip() in _AND
        chain = _chain(mention, last if listed and not adjacent else None)
        if last is not None and adjacent and mention.alone and mention.form > Form.STEM:
            chain.clash = last.clash = not last.away
        chains.append(chain)

    def _extend(self, chain: Chain, mention: Mention) -> bool:
        """Reads the mention as beneath the chain, above it (朝阳区(北京)), or just beside it (loosely)."""
        above = {name for leaf in chain.leaves for name in (leaf, self.latest(leaf))}
        inner = tuple(code for code in mention.codes if not above.isdisjoint(self.path(code)))
        if inner:
            chain.outer, chain.leaves = chain.leaves, inner
        else:
            outer = set(mention.codes)
            narrowed = tuple(leaf for leaf in chain.leaves if not outer.isdisjoint(self.path(leaf)))
            beside = () if narrowed else self._beside(chain, mention)
            if not narrowed and not beside:
                return False
            chain.outer = mention.codes if narrowed else chain.leaves
            chain.leaves = narrowed or beside
            chain.loosely = chain.loosely or bool(beside)
        chain.end, chain.alone = mention.end, chain.alone or mention.alone
        chain.form, chain.in_firm = max(chain.form, mention.form), chain.in_firm and mention.in_firm
        chain.texts.append(mention.text)
        chain.away, chain.passing, chain.tail = mention.away, mention.passing, mention.form
        return True

    def _beside(self, chain: Chain, mention: Mention) -> tuple[str, ...]:
        """Towns that people place in the county next to theirs: 南县河坝镇, since 1999 in 大通湖区."""
        if len(chain.leaves) != 1 or mention.form not in (Form.SHORT, Form.FULL):
            return ()
        leaf = self._gazetteer.get(chain.leaves[0])
        if leaf.level is not RegionLevel.COUNTY and not leaf.is_management_district:
            return ()
        if self._reaches(mention.text, 0, leaf.code) is not None:
            return ()
        regions = (self._gazetteer.get(code) for code in mention.codes)
        return tuple(
            region.code
            for region in regions
            if region.level.rank > leaf.level.rank and leaf.parent in self.path(region.code)
        )

    def _is_within(self, chain: Chain, mention: Mention) -> bool:
        """余杭市临平镇 is no town of that name elsewhere; in 河坝镇老河口村 stands a village, no city."""
        if chain.form is Form.STEM or len(chain.leaves) != 1:
            return False
        level = self._gazetteer.get(chain.leaves[0]).level
        if mention.form is Form.STEM:
            return level is RegionLevel.TOWNSHIP
        return level is not RegionLevel.PROVINCE and (mention.town or mention.form is Form.OWN)

    # towns by what their county has

    def _reach_down(self, text: str, chain: Chain) -> bool:
        """Towns written without, or with another, last word: known by the county right before them."""
        if len(chain.leaves) > _MOST_READINGS or chain.end >= len(text) or chain.form is Form.OWN:
            return False
        found = {leaf: self._reaches(text, chain.end, leaf) for leaf in chain.leaves}
        reached = {reach for reach in found.values() if reach is not None}
        if len(reached) != 1:
            return False
        code, start, end = reached.pop()
        chain.outer, chain.leaves = chain.leaves, (code,)
        chain.texts.append(text[start:end])
        chain.end, chain.away, chain.passing = end, False, False
        chain.alone = chain.alone or len(found) > 1
        return True

    def _reaches(self, text: str, after: int, leaf: str) -> tuple[str, int, int] | None:
        gap = BEFORE_TOWN.match(text, after)
        start = after if gap is None else gap.end()
        for stem, code, street in self._towns_of(self.latest(leaf)):
            if not text.startswith(stem, start):
                continue
            end = start + len(stem)
            word = TOWN_WORDS.match(text, end)
            if word is not None:
                return code, start, word.end()
            if street or stem in ORDINARY or (len(stem) == 2 and not ends_word(text, end)):
                continue
            if not any(pattern.match(text, end) for pattern in AFTER_STEM):
                return code, start, end
        return None

    def _towns_of(self, code: str) -> list[tuple[str, str, bool]]:
        """Names of the towns without their last word, the longest first; is the rest a road's name?"""
        towns = self._towns.get(code)
        if towns is None:
            towns = self._towns[code] = sorted(self._named_towns(code), key=lambda town: -len(town[0]))
        return towns

    def _named_towns(self, code: str) -> Iterator[tuple[str, str, bool]]:
        towns = (child for child in self._gazetteer.children(code) if child.level is RegionLevel.TOWNSHIP)
        for town in towns:
            for name in self._gazetteer.names(town.code):
                stem = town_stem(name)
                if len(stem) >= 2:
                    yield stem, town.code, stem[-1] in ROAD_ENDS and name.name.endswith("街道")


def _chain(mention: Mention, beside: Chain | None) -> Chain:
    """A chain of one; ``beside`` is the one with which it is named in one breath (甲镇与乙镇)."""
    return Chain(
        mention.start,
        mention.end,
        mention.codes,
        mention.form,
        mention.alone,
        mention.in_firm,
        [mention.text],
        away=mention.away,
        passing=mention.passing,
        tail=mention.form,
        beside=beside,
    )
