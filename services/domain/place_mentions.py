"""Where a text names regions: one pass over the text, the longest name first.

A table from the first two characters to the lengths of the names that begin so decides at each place
whether anything can start there: the work is linear in the text, and most places cost one look-up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.domain.region import CODE_LENGTH, Gazetteer, Region, RegionLevel
from services.domain.region_names import (
    ADDRESS,
    AFTER_NAME,
    AFTER_STEM,
    BARE_DISTRICTS,
    CONTINUED,
    ENDING_CONTINUED,
    FIRM,
    NO_NAMES,
    ORDINARY,
    PRECEDED,
    RISKY_COUNTIES,
    SEPARATION,
    TOWN_ENDINGS,
    Form,
    ends_word,
    is_han,
    short_forms,
    starts_word,
)

_MOST_MENTIONS: Final = 600
_ENTRY: Final = 1 + CODE_LENGTH


@dataclass(slots=True)
class Mention:
    """A name in the text and the regions that carry it.

    ``alone``: may it stand for a region without its superior or the office's own region beside it?
    ``joined``: does it follow directly on the mention before it?
    """

    start: int
    end: int
    text: str
    codes: tuple[str, ...]
    form: Form
    joined: bool
    alone: bool = False
    in_firm: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """What is known of a name before any text: computed when it is first met."""

    codes: tuple[str, ...]
    form: Form
    town: bool
    wide: bool
    ungoverned: bool
    needs_company: bool

    def is_stem(self) -> bool:
        return self.form is Form.STEM


class Lexicon:
    """Every name of every region, with the codes that it may mean."""

    def __init__(self, gazetteer: Gazetteer, own_places: Mapping[str, str]) -> None:
        self._gazetteer = gazetteer
        self._entries: dict[str, str] = {}
        self._met: dict[str, _Name] = {}
        for region in gazetteer:
            outer = gazetteer.ancestors(region.code) if region.is_management_district else ()
            for name in gazetteer.names(region.code):
                self._add(name.name, name.code, Form.FULL)
                for form, how in short_forms(name, outer):
                    self._add(form, name.code, how)
            if region.name == "市中区":
                self._add_city_centre(region)
        for place, code in own_places.items():
            self._entries[place] = ""
            self._add(place, gazetteer.get(code).code, Form.OWN)
        self._heads = _lengths_by_head(self._entries)

    def _add_city_centre(self, region: Region) -> None:
        """济南市中区: the 市 is written once for the city and its district."""
        for city, _ in short_forms(self._gazetteer.ancestors(region.code)[0]):
            self._add(city + region.name, region.code, Form.FULL)

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
        codes = tuple(
            dict.fromkeys(
                entry[at + 1 : at + _ENTRY] for at in range(0, len(entry), _ENTRY) if int(entry[at]) == form
            )
        )
        levels = [self._gazetteer.get(code).level for code in codes]
        town = all(level is RegionLevel.TOWNSHIP for level in levels)
        ungoverned = town and form is Form.FULL and not name.endswith(TOWN_ENDINGS)
        return _Name(
            codes,
            form,
            town,
            wide=any(level.rank <= RegionLevel.PREFECTURE.rank for level in levels),
            ungoverned=ungoverned,
            needs_company=ungoverned or name in BARE_DISTRICTS or name in RISKY_COUNTIES,
        )

    def mentions(self, text: str) -> Iterator[Mention]:
        """The names in the text from left to right; those inside other words and names are left out."""
        position, previous_end, found, last = 0, -1, 0, len(text) - 1
        heads = self._heads
        while position < last and found < _MOST_MENTIONS:
            lengths = heads.get(text[position : position + 2])
            mention = None if lengths is None else self._at(text, position, lengths, previous_end)
            if mention is None:
                position += 1
                continue
            position = mention.end
            if mention.codes:
                found += 1
                previous_end = mention.end
                yield mention

    def _at(self, text: str, start: int, lengths: tuple[int, ...], previous_end: int) -> Mention | None:
        """The longest name that begins here; one without codes is passed over as a whole (湖南路)."""
        for length in lengths:
            written = text[start : start + length]
            name = self._name(written)
            if name is None:
                continue
            joined = previous_end >= 0 and _follows(text, previous_end, start)
            mention = Mention(start, start + length, written, name.codes, name.form, joined)
            return self._weighed(text, mention, name)
        return None

    def _weighed(self, text: str, mention: Mention, name: _Name) -> Mention | None:
        """The mention with what the words around it say; ``None`` where a word only looks like a name."""
        if name.form is Form.OWN:
            mention.alone = True
            return mention
        if self._is_part_of_a_word(text, mention, name):
            return None
        if self._names_another_thing(text, mention):
            mention.codes = ()
            return mention
        mention.alone = self._can_stand_alone(text, mention, name)
        mention.in_firm = name.wide and FIRM.match(text, mention.end) is not None
        return mention

    def _is_part_of_a_word(self, text: str, mention: Mention, name: _Name) -> bool:
        if name.is_stem():
            return self._is_false_stem(text, mention, name)
        if mention.joined:
            return False
        written = mention.text
        if len(written) <= 4 and name.ungoverned:
            return True
        following = text[mention.end : mention.end + 1]
        if following and following in ENDING_CONTINUED.get(written[-1], ""):
            return True
        if mention.start and text[mention.start - 1] in PRECEDED.get(written, ""):
            return True
        return len(written) == 2 and not starts_word(text, mention.start)

    def _is_false_stem(self, text: str, mention: Mention, name: _Name) -> bool:
        """四平方米, 大厦门口, 荆州市公安局, 和平江县."""
        written, end = mention.text, mention.end
        following = text[end : end + 1]
        if following and following in CONTINUED.get(written, ""):
            return True
        if self._full_name_at(text, mention.start + 1, end):
            return True
        goes_on = self._full_name_at(text, end, len(text))
        if written in ORDINARY and not goes_on:
            return not (mention.joined and (not following or not is_han(following)))
        if len(written) > 2 or mention.joined:
            return False
        return name.town or not (goes_on or starts_word(text, mention.start))

    def _names_another_thing(self, text: str, mention: Mention) -> bool:
        patterns = AFTER_STEM if mention.form is Form.STEM else AFTER_NAME
        if not any(pattern.match(text, mention.end) for pattern in patterns):
            return False
        return not self._full_name_at(text, mention.end, len(text))

    def _full_name_at(self, text: str, start: int, before: int) -> bool:
        """Does a full name begin here, before the given place?"""
        if start >= before:
            return False
        for length in self._heads.get(text[start : start + 2], ()):
            name = self._name(text[start : start + length])
            if name is not None and name.form is Form.FULL:
                return True
        return False

    def _can_stand_alone(self, text: str, mention: Mention, name: _Name) -> bool:
        written = mention.text
        if name.needs_company:
            return False
        if name.form is Form.FULL:
            return len(written) > 2 or starts_word(text, mention.start)
        if name.form is Form.SHORT:
            return len(name.codes) == 1
        if name.town or written in ORDINARY or (len(written) == 2 and not name.wide):
            return False
        return len(written) > 2 or ends_word(text, mention.end) or self._opens_an_address(text, mention)

    def _opens_an_address(self, text: str, mention: Mention) -> bool:
        """长沙五一大道23号, 益阳赫山区: the text begins so, and an address or a name goes on."""
        if self._full_name_at(text, mention.end, len(text)):
            return True
        return mention.start == 0 and ADDRESS.match(text, mention.end) is not None


def _follows(text: str, end: int, start: int) -> bool:
    return start == end or (start - end <= 5 and SEPARATION.fullmatch(text, end, start) is not None)


def _lengths_by_head(names: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
    """First two characters → lengths of the names that begin so, longest first."""
    lengths: dict[str, tuple[int, ...]] = {}
    for name in names:
        known = lengths.get(name[:2], ())
        if len(name) not in known:
            lengths[name[:2]] = tuple(sorted((*known, len(name)), reverse=True))
    return lengths
