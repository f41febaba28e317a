"""Where a text names regions: one pass over the text, the longest name first.

A table from the first two characters to the lengths of the names that begin so decides at each place
whether anything can start there: the work is linear in the text, and most places cost one look-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from services.domain.matcher import Heads
from services.domain.own_place import OwnPlace
from services.domain.region import CODE_LENGTH, Gazetteer, Region, RegionLevel
from services.domain.region_names import (
    ADDRESS,
    AFTER_NAME,
    AFTER_STEM,
    AWAY,
    BARE_DISTRICTS,
    CONTINUED,
    ENDING_CONTINUED,
    FIRM,
    NO_NAMES,
    NO_TOWNS,
    ORDINARY,
    PRECEDED,
    RISKY_COUNTIES,
    SEPARATION,
    TOWN_ENDINGS,
    UNNAMED,
    VILLAGE,
    ZONE_AFTER,
    Form,
    ends_word,
    follows_where,
    is_han,
    short_forms,
    starts_short_county,
    starts_word,
)

_MOST_MENTIONS: Final = 600
_NEED_COMPANY: Final = BARE_DISTRICTS | RISKY_COUNTIES | NO_TOWNS
_ENTRY: Final = 1 + CODE_LENGTH
_WIDEST_RANK: Final = RegionLevel.PREFECTURE.rank
_LIKE_A_TOWN: Final = "45"
"""The seventh digit of their codes."""


@dataclass(slots=True)
class Mention:
    """A name in the text and the regions that carry it.

    ``alone``: may it stand for a region without its superior or the office's own region beside it?
    ``joined``: does it follow directly on the mention before it? ``away``: where people went for another
    reason (到北京看病): it may settle what another name means, and is no answer itself. ``passing``: away
    only as it is told by the way, and so an answer within the office's own region (我在沅江被骗).
    """

    start: int
    end: int
    text: str
    codes: tuple[str, ...]
    form: Form
    joined: bool
    alone: bool = False
    in_firm: bool = False
    town: bool = False
    away: bool = False
    passing: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """What is known of a name before any text: computed when it is first met."""

    codes: tuple[str, ...]
    form: Form
    town: bool
    wide: bool
    narrow: bool
    ungoverned: bool
    needs_company: bool
    governed: bool

    def is_stem(self) -> bool:
        return self.form is Form.STEM


class Lexicon:
    """Every name of every region, with the codes that it may mean."""

    def __init__(self, gazetteer: Gazetteer, own_places: Iterable[OwnPlace]) -> None:
        self._gazetteer = gazetteer
        self._entries: dict[str, str] = {}
        self._met: dict[str, _Name] = {}
        self._ancestors: dict[str, tuple[str, ...]] = {}
        for region in gazetteer:
            outer = gazetteer.ancestors(region.code) if region.is_management_district else ()
            for name in gazetteer.names(region.code):
                self._add(name.name, name.code, Form.SHORT if _is_like_a_town(name) else Form.FULL)
                for form, how in short_forms(name, outer):
                    self._add(form, name.code, how)
        own = list(own_places)
        self._entries.update(dict.fromkeys((place.name for place in own), ""))
        for place in own:
            self._add(place.name, gazetteer.get(place.region_code).code, Form.OWN)
        self._heads = Heads(self._entries)
        self._lengths = self._heads.lengths

    def _add(self, name: str, code: str, form: Form) -> None:
        """An entry is its form's digit and the code; a string of them costs a quarter of a dict."""
        if len(name) > 2 or name not in NO_NAMES:
            self._entries[name] = f"{self._entries.get(name, '')}{form:d}{code}"

    def _name(self, name: str) -> _Name | None:
        met = self._met.get(name)
        if met is None and name in self._entries:
            met = self._met[name] = self._read(name)
        return met

    def _read(self, name: str) -> _Name:
        entry = self._entries[name]
        form = Form(int(max(entry[::_ENTRY])))
        codes = _with_form(entry, form)
        regions = [self._gazetteer.get(code) for code in codes]
        if form is Form.FULL and len(name) == 2 and f"{Form.STEM:d}" in entry[::_ENTRY]:
            stems = _with_form(entry, Form.STEM)
            wide = tuple(code for code in stems if self._gazetteer.get(code).level.rank <= _WIDEST_RANK)
            if wide and all(region.level is RegionLevel.TOWNSHIP for region in regions):
                form, codes = Form.STEM, wide
                regions = [self._gazetteer.get(code) for code in codes]
        town = all(region.level is RegionLevel.TOWNSHIP for region in regions)
        ungoverned = town and Form.STEM < form < Form.OWN and not name.endswith(TOWN_ENDINGS)
        return _Name(
            codes,
            form,
            town,
            wide=any(region.level.rank <= _WIDEST_RANK for region in regions),
            narrow=all(region.level is not RegionLevel.PROVINCE for region in regions),
            ungoverned=ungoverned,
            needs_company=ungoverned
            or name in _NEED_COMPANY
            or (form is Form.OTHER and name[:-1] in ORDINARY),
            governed=not town and not any(region.is_management_district for region in regions),
        )

    def mentions(self, text: str) -> Iterator[Mention]:
        """The names in the text from left to right; those inside other words and names are left out."""
        previous_end, found, free = -1, 0, 0
        for position in self._heads.positions(text):
            if position < free:
                continue
            mention = self._at(text, position, self._lengths[text[position : position + 2]], previous_end)
            if mention is None:
                continue
            free = mention.end
            if mention.codes:
                found += 1
                previous_end = mention.end
                yield mention
                if found == _MOST_MENTIONS:
                    return

    def _at(self, text: str, start: int, lengths: tuple[int, ...], previous_end: int) -> Mention | None:
        """The longest name that begins here, or a shorter one that leads on to a name within it (南阳,
        not 南阳镇, before 平县); one without codes is passed over as a whole (湖南路)."""
        left = len(text) - start
        found = [size for size in lengths if size <= left and text[start : start + size] in self._entries]
        if not found:
            return None
        length = found[0]
        if len(found) > 1:
            length = next((size for size in found if self._leads_on(text, start, start + size)), length)
        written = text[start : start + length]
        name = self._name(written)
        if name is None:
            return None
        joined = previous_end >= 0 and _follows(text, previous_end, start)
        mention = Mention(start, start + length, written, name.codes, name.form, joined)
        return self._weighed(text, mention, name)

    def _leads_on(self, text: str, start: int, end: int, *, stems: bool = False) -> bool:
        """Does a region's full name (or its stem) follow that lies within the province, city or county?"""
        sizes = self._lengths.get(text[end : end + 2])
        outer = self._name(text[start:end]) if sizes is not None else None
        if outer is None or outer.town or sizes is None:
            return False
        inner = (self._name(text[end : end + size]) for size in sizes if end + size <= len(text))
        within = set(outer.codes)
        return any(
            name is not None
            and (name.form is Form.FULL or (stems and name.form is Form.STEM))
            and any(not within.isdisjoint(self._above(code)) for code in name.codes)
            for name in inner
        )

    def _above(self, code: str) -> tuple[str, ...]:
        above = self._ancestors.get(code)
        if above is None:
            found = tuple(region.code for region in self._gazetteer.ancestors(code))
            above = self._ancestors[code] = found
        return above

    def _weighed(self, text: str, mention: Mention, name: _Name) -> Mention | None:
        """The mention with what the words around it say; ``None`` where a word only looks like a name."""
        if name.form is Form.OWN:
            mention.alone = True
            return mention
        mention.town = name.town
        if self._is_part_of_a_word(text, mention, name):
            return None
        if self._names_another_thing(text, mention) or _is_beneath_the_unnamed(text, mention):
            mention.codes = ()
            return mention
        mention.alone = self._can_stand_alone(text, mention, name)
        if name.is_stem():
            went = AWAY.match(text, mention.end) is not None
            in_passing = not went and not mention.alone and _is_told_in_passing(text, mention)
            mention.away = went or in_passing
            mention.passing = in_passing and not name.town and mention.text not in ORDINARY
            mention.alone = mention.alone or mention.away
        mention.in_firm = name.wide and FIRM.match(text, mention.end) is not None
        return mention

    def _is_part_of_a_word(self, text: str, mention: Mention, name: _Name) -> bool:
        if name.is_stem():
            return self._is_false_stem(text, mention, name)
        if mention.joined:
            return False
        written = mention.text
        if (len(written) <= 4 and name.ungoverned) or (
            name.form is Form.OTHER and not starts_word(text, mention.start)
        ):
            return True
        following = text[mention.end : mention.end + 1]
        if following and following in ENDING_CONTINUED.get(written[-1], ""):
            return True
        if mention.start and text[mention.start - 1] in PRECEDED.get(written, ""):
            return True
        return len(written) == 2 and not _begins(text, mention)

    def _is_false_stem(self, text: str, mention: Mention, name: _Name) -> bool:
        """四平方米, 大厦门口, 荆州市公安局, 和平江县."""
        written, end = mention.text, mention.end
        following = text[end : end + 1]
        if following and following in CONTINUED.get(written, ""):
            return True
        if self._full_name_at(text, mention.start + 1, end):
            return not self._leads_on(text, mention.start, end, stems=True)
        goes_on = self._full_name_at(text, end, len(text))
        if written in ORDINARY and not goes_on:
            ends = not following or not is_han(following) or self._stem_at(text, end)
            return not (mention.joined and ends)
        if len(written) > 2 or mention.joined:
            return False
        return name.town or not (goes_on or starts_word(text, mention.start))

    def _names_another_thing(self, text: str, mention: Mention) -> bool:
        patterns = AFTER_STEM if mention.form is Form.STEM else AFTER_NAME
        if mention.form is Form.STEM and not mention.joined and VILLAGE.match(text, mention.end):
            return True
        if not any(pattern.match(text, mention.end) for pattern in patterns):
            return False
        return not (
            self._full_name_at(text, mention.end, len(text))
            or self._leads_on(text, mention.start, mention.end, stems=True)
        )

    def _stem_at(self, text: str, start: int) -> bool:
        """Does a name without its last word begin here, and is it no everyday word?"""
        for length in self._lengths.get(text[start : start + 2], ()):
            if text[start : start + length] in self._entries:
                return text[start : start + length] not in ORDINARY
        return False

    def _full_name_at(self, text: str, start: int, before: int) -> bool:
        """Does a full name begin here, before the given place?"""
        if start >= before:
            return False
        for length in self._lengths.get(text[start : start + 2], ()):
            name = self._name(text[start : start + length]) if start + length <= len(text) else None
            if name is not None and name.form is Form.FULL:
                return True
        return False

    def _can_stand_alone(self, text: str, mention: Mention, name: _Name) -> bool:
        written = mention.text
        if name.needs_company:
            return name.governed and _is_whole_address(text, mention)
        if name.form is Form.FULL:
            return len(written) > 2 or _begins(text, mention)
        if name.form in (Form.SHORT, Form.OTHER):
            return len(name.codes) == 1
        if name.town or written in ORDINARY:
            return False
        if len(written) == 2 and not name.wide:
            return written == text
        if len(written) > 2 or ends_word(text, mention.end):
            return True
        if name.narrow and follows_where(text, mention.start):
            return True
        return self._opens_an_address(text, mention)

    def _opens_an_address(self, text: str, mention: Mention) -> bool:
        """长沙五一大道23号, 益阳赫山区: the text begins so, and an address or a name goes on."""
        if self._full_name_at(text, mention.end, len(text)):
            return True
        if starts_word(text, mention.start) and ZONE_AFTER.match(text, mention.end) is not None:
            return True
        return mention.start == 0 and ADDRESS.match(text, mention.end) is not None


def _with_form(entry: str, form: Form) -> tuple[str, ...]:
    """The codes that a name may mean in this form."""
    starts = range(0, len(entry), _ENTRY)
    return tuple(dict.fromkeys(entry[at + 1 : at + _ENTRY] for at in starts if int(entry[at]) == form))


def _is_like_a_town(region: Region) -> bool:
    """高新区, 农场: counted among the townships, and named like a zone that many cities have."""
    return (
        region.level is RegionLevel.TOWNSHIP
        and region.code[6] in _LIKE_A_TOWN
        and not region.name.endswith(TOWN_ENDINGS)
    )


def _begins(text: str, mention: Mention) -> bool:
    """May this whole name of two characters begin here? 经商镇上 is no 商镇."""
    starts = starts_word if mention.town else starts_short_county
    return starts(text, mention.start)


def _is_told_in_passing(text: str, mention: Mention) -> bool:
    """在四川交的社保: the province may tell which of its cities is meant, and is no place to route to."""
    return follows_where(text, mention.start)


def _is_whole_address(text: str, mention: Mention) -> bool:
    """新城区, and nothing else, or 新城区长乐中路: here the everyday word is a district's name."""
    if mention.start:
        return False
    return mention.end == len(text) or ADDRESS.match(text, mention.end) is not None


def _is_beneath_the_unnamed(text: str, mention: Mention) -> bool:
    """A市A3区西湖街道: who made the city unrecognisable did not mean this name to be read."""
    return mention.start >= 2 and UNNAMED.search(text, max(0, mention.start - 6), mention.start) is not None


def _follows(text: str, end: int, start: int) -> bool:
    return start == end or (start - end <= 5 and SEPARATION.fullmatch(text, end, start) is not None)
