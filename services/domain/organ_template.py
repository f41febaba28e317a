"""A complete, plausible set of organs for any region, made from the gazetteer and a table of functions.

It lets a city begin on its first day; the city's own organs are loaded over it (see ``directory_load``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from string import Formatter
from uuid import UUID

from services.domain.organ import Organ, OrganKind
from services.domain.region import Gazetteer, Region, RegionLevel
from services.domain.region_names import Form, short_forms

DISTRICT = "district"
NOT_DISTRICTS = ("林区", "特区")
"""Counties whose names end like a district's."""
TOWNSHIP_GOVERNMENTS = ("镇", "乡", "苏木")
PATTERN_ALTERNATIVES = "|"


@dataclass(slots=True, frozen=True)
class OrganFunction:
    """One row of the table of functions.

    ``names``: place (a level, or ``district``) → pattern of the name there; no pattern, no organ.
    ``merged``: place → the function whose organ also has this one there.
    ``superior``: ``government``, ``party_committee``, another function of the same region, or ``line``.
    ``review``: ``department`` (superior department, then government), ``government``, ``line`` (own superior
    only), or the function that guides it.
    """

    code: str
    name: str
    kind: OrganKind
    vertical: bool
    superior: str
    review: str
    names: Mapping[str, str]
    merged: Mapping[str, str]
    aliases: tuple[str, ...] = ()


def template_organs(
    region_code: str,
    gazetteer: Gazetteer,
    *,
    functions: Mapping[str, OrganFunction],
    new_id: Callable[[], UUID],
    depth: RegionLevel = RegionLevel.TOWNSHIP,
) -> list[Organ]:
    """The organs of the region, of all regions in it down to ``depth``, and of the regions above it.

    Those above are needed for review: a city's government is reviewed by the province's (条例 art. 35).
    The code of an organ is ``<region code>-<function>``. Raises UnknownRegion.
    """
    index: dict[tuple[str, str], Organ] = {}
    branches: set[str] = set()
    for region in (*reversed(gazetteer.ancestors(region_code)), *_downwards(region_code, gazetteer, depth)):
        for organ, is_branch in _organs_of(region, gazetteer, functions, new_id):
            index.update({(region.code, function): organ for function in organ.functions})
            if is_branch:
                branches.add(organ.code)
    organs = {organ.code: organ for organ in index.values()}
    return [
        linked(organ, index, gazetteer, function=functions[organ.functions[0]], branch=organ.code in branches)
        for organ in organs.values()
    ]


def linked(
    organ: Organ,
    index: Mapping[tuple[str, str], Organ],
    gazetteer: Gazetteer,
    *,
    function: OrganFunction,
    branch: bool = False,
) -> Organ:
    """The organ with its superior and its reviewers, found among ``index``: (region, function) → organ.

    A ``branch`` (派出机构, 分局) is part of the organ of the same function above it.
    """

    def at(code: str) -> Organ | None:
        return index.get((organ.region_code, code))

    def above(code: str) -> Organ | None:
        found = (index.get((region.code, code)) for region in gazetteer.ancestors(organ.region_code))
        return next((upper for upper in found if upper is not None), None)

    own_line, government = above(function.code), at("government")
    if branch or function.review == "line":
        reviewers = [own_line]
    elif function.review == "government":
        reviewers = [government, own_line]
    elif organ.kind in (OrganKind.ENTERPRISE, OrganKind.PUBLIC_INSTITUTION):
        reviewers = [at(function.review) or own_line, government]
    else:
        reviewers = [own_line or above(function.review), government]
    follows_line = branch or function.superior == "line"
    superior = own_line if follows_line else at(function.superior) or own_line
    return replace(
        organ,
        superior_id=superior.id if superior is not None else None,
        reviewer_ids=tuple(dict.fromkeys(reviewer.id for reviewer in reviewers if reviewer is not None)),
    )


def _downwards(region_code: str, gazetteer: Gazetteer, depth: RegionLevel) -> Iterator[Region]:
    region = gazetteer.get(region_code)
    if region.level.rank > depth.rank:
        return
    yield region
    for child in gazetteer.children(region.code):
        yield from _downwards(child.code, gazetteer, depth)


def _organs_of(
    region: Region,
    gazetteer: Gazetteer,
    functions: Mapping[str, OrganFunction],
    new_id: Callable[[], UUID],
) -> Iterator[tuple[Organ, bool]]:
    """The organs of one region, not linked yet, each with whether it is a branch of the organ above."""
    place, words = _place(region), _words(region, gazetteer)
    chosen = [functions["government"]] if region.is_management_district else functions.values()
    for function in chosen:
        pattern = _usable(function.names.get(place, ""), words)
        if not pattern:
            continue
        name = _readable(pattern.format_map(words), region)
        aliases = (_readable(alias.format_map(words), region) for alias in function.aliases)
        organ = Organ(
            id=new_id(),
            code=f"{region.code}-{function.code}",
            name=name,
            kind=function.kind,
            region_code=region.code,
            level=region.level,
            functions=(function.code, *_absorbed(function.code, place, functions.values())),
            vertical=function.vertical,
            aliases=tuple(dict.fromkeys(alias for alias in aliases if alias != name)),
        )
        yield organ, not function.vertical and {"above", "prefecture"} & _fields(pattern) != set()


def _place(region: Region) -> str:
    if region.level is RegionLevel.COUNTY and region.name.endswith("区"):
        return region.level if region.name.endswith(NOT_DISTRICTS) else DISTRICT
    return region.level


def _words(region: Region, gazetteer: Gazetteer) -> dict[str, str]:
    """What the patterns may name. ``above`` and ``prefecture`` are absent where no city stands above."""
    words = {"region": region.name, "short": stem(region)}
    ancestors = gazetteer.ancestors(region.code)
    if ancestors:
        words["county"] = ancestors[0].name
    for outer in ancestors:
        if outer.level is RegionLevel.PREFECTURE:
            words["prefecture"] = words["above"] = outer.name
        elif outer.level is RegionLevel.PROVINCE and outer.name.endswith("市"):
            words.setdefault("above", outer.name)
    return words


def stem(region: Region) -> str:
    """益阳市 → 益阳, 新晃侗族自治县 → 新晃; 南县 stays, one character names nothing."""
    return next((name for name, form in short_forms(region) if form is Form.STEM), region.name)


def _usable(patterns: str, words: Mapping[str, str]) -> str:
    """The first of the alternatives whose words are all known here; "" if there is none."""
    alternatives = patterns.split(PATTERN_ALTERNATIVES)
    return next((pattern for pattern in alternatives if _fields(pattern) <= words.keys()), "")


def _fields(pattern: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(pattern) if field}


def _readable(name: str, region: Region) -> str:
    """What the patterns cannot say: 街道办事处, 管理委员会, and the 局 (not 厅) of the four great cities."""
    if name.endswith("人民政府"):
        before = name.removesuffix("人民政府")
        if region.name.endswith("街道办事处"):
            return before
        if region.name.endswith("街道"):
            return before + "办事处"
        if region.is_management_district or _is_no_township(region):
            return before + "管理委员会"
    if region.level is RegionLevel.PROVINCE and region.name.endswith("市") and name.endswith("厅"):
        return name.removesuffix("厅") + "局"
    return name


def _is_no_township(region: Region) -> bool:
    """Farms, forest farms and zones that are counted as townships."""
    return region.level is RegionLevel.TOWNSHIP and not region.name.endswith(TOWNSHIP_GOVERNMENTS)


def _absorbed(code: str, place: str, functions: Iterable[OrganFunction]) -> tuple[str, ...]:
    return tuple(function.code for function in functions if function.merged.get(place) == code)
