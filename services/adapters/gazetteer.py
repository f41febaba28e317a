"""The gazetteer's files: the national table, our dated table of changes, and a city's own regions."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from services.domain.region import CODE_LENGTH, Gazetteer, Region, RegionLevel

VERSION = "china-division-2.7.0"

_LEVELS = {
    2: RegionLevel.PROVINCE,
    4: RegionLevel.PREFECTURE,
    6: RegionLevel.COUNTY,
    9: RegionLevel.TOWNSHIP,
}
_TOWNS = ("街道", "镇", "乡")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@cache
def load_gazetteer() -> Gazetteer:
    """The regions that come with the system."""
    return Gazetteer(_national(), version=VERSION)


def with_own_regions(rows: Iterable[Mapping[str, str]]) -> Gazetteer:
    """The regions that come with the system and a city's own rows, whose columns are those of changes.csv.

    A row replaces the region of the same code; kinds «renamed» and «further_name» add a name to it.
    """
    own = list(rows)
    return Gazetteer(merged(_national(), own), version=f"{VERSION}+{len(own)}")


def merged(regions: Iterable[Region], rows: Iterable[Mapping[str, str]]) -> list[Region]:
    """The regions as the rows of changes leave them; raises ``ValueError`` naming the line that is wrong."""
    by_code: dict[str, Region] = {}
    names: list[Region] = []
    for region in regions:
        if by_code.setdefault(region.code, region) is not region:
            names.append(region)
    since: dict[str, date] = {}
    for number, row in enumerate(rows, start=2):
        try:
            changed = _region(row)
        except (KeyError, ValueError) as error:
            raise ValueError(f"changes, line {number}: {error}") from error
        if row["kind"] in ("renamed", "further_name"):
            names.append(changed)
        else:
            by_code[changed.code] = changed
        if row["kind"] in ("renamed", "upgraded") and changed.valid_to and changed.successor:
            since[changed.successor] = changed.valid_to
    _inherit(by_code, since)
    return [*by_code.values(), *names]


def _inherit(by_code: dict[str, Region], since: Mapping[str, date]) -> None:
    """A new name begins when the old one ended; towns follow their county to its successor."""
    moved = {code: region.successor for code, region in by_code.items() if region.successor is not None}
    for code, region in by_code.items():
        if region.parent in moved and region.level is RegionLevel.TOWNSHIP:
            by_code[code] = Region(code, region.name, region.level, moved[region.parent])
        elif code in since and region.valid_from is None:
            by_code[code] = region._replace(valid_from=since[code])


def _national() -> list[Region]:
    changes = (files("services.gazetteer") / "changes.csv").read_text(encoding="utf-8")
    return merged(_table(), csv.DictReader(changes.splitlines()))


def _table() -> Iterator[Region]:
    packed = (files("services.gazetteer") / "divisions.txt.gz").read_bytes()
    outermost: tuple[str, str | None, tuple[str, ...]] = ("", None, ())
    within = [outermost]  # code, parent and names of what a line lies in: sorted, that comes before it
    for line in gzip.decompress(packed).decode().splitlines():
        short, _, name = line.partition("\t")
        while not short.startswith(within[-1][0]):
            within.pop()
        _, parent, outer = within[-1]
        if name.startswith(outer):
            name = _own_name(name, outer)
        level, code = _LEVELS[len(short)], short.ljust(CODE_LENGTH, "0")
        yield Region(code, name, level, parent)
        if level is not RegionLevel.TOWNSHIP:
            within.append((short, code, () if parent is None else (*outer, name)))  # without the province


def _own_name(name: str, outer: Iterable[str]) -> str:
    """济源市沁园街道 of 济源市 is 沁园街道: people write the city once."""
    own = name
    for each in outer:
        own = own.removeprefix(each)
    return own if own != name and len(own) > 2 and own.endswith(_TOWNS) else name


def _region(row: Mapping[str, str]) -> Region:
    code, parent, successor = row["code"].strip(), row["parent"].strip(), row["successor_code"].strip()
    for given in (code, parent, successor):
        if given and (len(given) != CODE_LENGTH or not given.isdecimal()):
            raise ValueError(f"{given} is not a code of {CODE_LENGTH} digits")
    return Region(
        code,
        row["name"].strip(),
        RegionLevel(row["level"].strip()),
        parent or None,
        _day(row["valid_from"]),
        _day(row["valid_to"]),
        successor or None,
    )


def _day(text: str) -> date | None:
    """A day; of a bare year or month the first day after it, when the change had certainly happened."""
    if not text.strip():
        return None
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text} is no date")
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if day:
        return date(year, month, day)
    return date(year + 1, 1, 1) if month in (0, 12) else date(year, month + 1, 1)
