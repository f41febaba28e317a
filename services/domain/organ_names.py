"""Organs named in a text: by full name, by alias, or as people of the place say it (县国土局, 镇政府)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.domain.matcher import Match, PhraseMatcher
from services.domain.organ import Organ, OrganKind
from services.domain.organ_template import stem
from services.domain.reading import read
from services.domain.region import Gazetteer, Region
from services.domain.region_names import Form, short_forms, starts_word

SHORTEST_BARE_NAME = 3
LEVEL_WORDS = ("省", "自治区", "市", "州", "盟", "县", "旗", "区", "镇", "乡", "街道", "苏木")
NEVER_BARE = frozenset({OrganKind.GOVERNMENT, OrganKind.PARTY, OrganKind.COURT, OrganKind.PROCURATORATE})
"""«人民政府» alone names no government; «组织部» does name the one of the place."""
SHORTENED = (("管理委员会", "管委会"), ("街道办事处", "街道办"))


@dataclass(frozen=True, slots=True)
class Mention:
    """``text[start:end]`` names the organ."""

    organ: Organ
    start: int
    end: int


class OrganNames:
    """All names of all organs, built once; ``find`` is linear in the length of the text."""

    def __init__(self, organs: Iterable[Organ], gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._full: dict[str, list[Organ]] = defaultdict(list)
        self._local: dict[str, list[Organ]] = defaultdict(list)
        for organ in organs:
            for name in dict.fromkeys(map(read, (organ.name, *organ.aliases))):
                self._add(organ, name)
        self._matcher = PhraseMatcher({*self._full, *self._local})

    def _add(self, organ: Organ, name: str) -> None:
        region = self._gazetteer.find(organ.region_code)
        full, local = ({name}, set[str]()) if region is None else self._forms(organ, name, region)
        for long, short in SHORTENED:
            full |= {form.replace(long, short) for form in full}
            local |= {form.replace(long, short) for form in local}
        full |= set() if region is None else self._branch_forms(name, region)
        for form in full:
            if organ not in self._full[form]:
                self._full[form].append(organ)
        for form in local:
            if organ not in self._local[form]:
                self._local[form].append(organ)

    def _forms(self, organ: Organ, name: str, region: Region) -> tuple[set[str], set[str]]:
        """The forms that name the organ anywhere, and those that do so only for people of the place."""
        outer = self._gazetteer.ancestors(region.code)
        county = outer[0].name if outer else ""
        starts = (county + region.name, region.name, county + stem(region))
        tail = next((name.removeprefix(start) for start in starts if start and name.startswith(start)), "")
        if len(tail) < 2:
            return {name}, set()
        full = {name, region.name + tail, county + region.name + tail}
        if len(stem(region)) > 1:
            full.add(stem(region) + tail)
        if region.is_management_district:
            full |= {form + tail for form, how in short_forms(region, outer) if how is Form.SHORT}
        word = _level_word(region)
        local = {word + tail} if word else set()
        if len(tail) >= SHORTEST_BARE_NAME and (organ.kind not in NEVER_BARE or tail.endswith("部")):
            local.add(tail)
        return full, local

    def _branch_forms(self, name: str, region: Region) -> set[str]:
        """益阳市公安局赫山分局 is called 市公安局赫山分局 too."""
        found: set[str] = set()
        for outer in self._gazetteer.ancestors(region.code):
            tail = name.removeprefix(outer.name)
            if tail != name and stem(region) in tail:
                found |= {stem(outer) + tail, _level_word(outer) + tail}
        return found

    def find(self, text: str, region_code: str | None = None) -> tuple[Organ, ...]:
        """The organs named, in the order of the text, each once; see :meth:`mentions`."""
        return tuple(dict.fromkeys(mention.organ for mention in self.mentions(text, region_code)))

    def mentions(
        self, text: str, region_code: str | None = None, *, loosely: bool = False
    ) -> Iterator[Mention]:
        """Every place where an organ is named, in the order of the text.

        A name that several organs bear (鼓楼区人民政府) means the one around ``region_code``; without such a
        place it means them all. Local names are understood only with a place, and mean the nearest;
        ``loosely``: also where no name seems to begin, as in 举报县纪委.
        """
        lineage: Sequence[str] = ()
        if region_code is not None and self._gazetteer.find(region_code) is not None:
            lineage = [region.code for region in self._gazetteer.lineage(region_code)]
        for match in self._matcher.find(text):
            for organ in self._meant(match, text, lineage, loosely=loosely):
                yield Mention(organ, match.start, match.end)

    def _meant(self, match: Match, text: str, lineage: Sequence[str], *, loosely: bool) -> Iterator[Organ]:
        bearers = self._full.get(match.phrase, ())
        if len(bearers) > 1:
            here = [organ for organ in bearers if organ.region_code in lineage]
            yield from here or bearers
        elif bearers:
            yield from bearers
        elif loosely or starts_word(text, match.start):
            local = [organ for organ in self._local[match.phrase] if organ.region_code in lineage]
            yield from sorted(local, key=lambda organ: lineage.index(organ.region_code))[:1]


def _level_word(region: Region) -> str:
    return next((word for word in LEVEL_WORDS if region.name.endswith(word)), "")
