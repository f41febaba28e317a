"""Which rule pack a region is judged by: the choice that a deployment states in its settings.

``national-2022`` alone, or a default and regions:
``national-2022;330000=zhejiang-2016;370700=shandong-2015``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from services.domain.pack_row import PackError
from services.domain.statute import RulePack

# A code names a province, prefecture, county, township or village; the zeros behind it name nothing.
LEVELS = (2, 4, 6, 9, 12)


def choose(packs: Mapping[str, RulePack], choice: str) -> Callable[[str], RulePack]:
    """The pack for a region code (12 digits, or "" for no region in particular).

    The narrowest region named in the choice decides; where none is named, the default does. ``packs`` holds
    the packs by id. Raises PackError when the choice cannot be read, or gives a local pack to a region that
    is not its own.
    """
    default: RulePack | None = None
    regional: dict[str, RulePack] = {}
    for region, name in _entries(choice):
        pack = _known(packs, name)
        if region is None:
            if default is not None:
                raise PackError(f"规则包的选择写了两个默认规则包:{default.id} 和 {name}")
            default = pack
            continue
        prefix = _prefix(region)
        if prefix in regional:
            raise PackError(f"规则包的选择两次写了地区 {region}")
        if not prefix.startswith(pack.region_prefix or ""):
            raise PackError(f"规则包 {name} 只适用于代码以 {pack.region_prefix} 开头的地区,不能用于 {region}")
        regional[prefix] = pack
    if default is None:
        raise PackError('规则包的选择没有写默认规则包,应当如 "national-2022;330000=zhejiang-2016"')
    return _chooser(default, regional)


def _chooser(default: RulePack, regional: Mapping[str, RulePack]) -> Callable[[str], RulePack]:
    @cache  # of the few regions that have offices
    def pack_for(region_code: str) -> RulePack:
        narrowest_first = (region_code[:length] for length in reversed(LEVELS))
        return next((regional[prefix] for prefix in narrowest_first if prefix in regional), default)

    return pack_for


def _entries(choice: str) -> Iterator[tuple[str | None, str]]:
    """(region or None, pack id) for each part between semicolons; one at the end may be empty."""
    for part in choice.replace("\N{FULLWIDTH SEMICOLON}", ";").split(";"):
        region, equals, name = (each.strip() for each in part.partition("="))
        if equals:
            yield region, name
        elif region:
            yield None, region


def _known(packs: Mapping[str, RulePack], name: str) -> RulePack:
    if name not in packs:
        raise PackError(f"没有规则包 {name or '(空)'};现有:{'、'.join(sorted(packs))}")
    return packs[name]


def _prefix(region: str) -> str:
    """330000 and 330000000000 both stand for everything below 33."""
    if not (region.isascii() and region.isdigit() and len(region) in LEVELS and region.strip("0")):
        raise PackError(f"规则包的选择中,“{region}”不是行政区划代码,应当如 330000")
    return next(region[:length] for length in LEVELS if not region[length:].strip("0"))
