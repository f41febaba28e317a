"""The names of counties and districts as people say them, for the classifier to look for."""

from __future__ import annotations

from services.adapters.gazetteer import load_gazetteer
from services.domain.region import RegionLevel

SUFFIXES = ("自治县", "自治旗", "林区", "特区", "区", "县", "市", "旗")
SHORTEST = 2


def county_names() -> frozenset[str]:
    """Without 区, 县, 市: 美兰, 茅箭. A name of which one character would be left keeps its suffix."""
    counties = (region.name for region in load_gazetteer() if region.level is RegionLevel.COUNTY)
    return frozenset(map(_short, counties))


def _short(name: str) -> str:
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= SHORTEST:
            return name.removesuffix(suffix)
    return name
