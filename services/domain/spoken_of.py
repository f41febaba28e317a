"""Whom a text speaks of: the organs that it names, and those that the titles in it stand for.

«茅草街镇书记» names no organ, yet means one. What looks like an organ, or a title of one, and is not in the
directory is told too: somebody may be accused whom the system does not know, so that a person must look (R6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.domain.directory import Directory
from services.domain.organ import Organ, OrganKind
from services.domain.region import Region, RegionLevel
from services.domain.region_names import Form, short_forms

PARTY_COMMITTEE = "party_committee"
LONGEST_NAME = 12
LONGEST_LEVEL = 2
LEVELS = {
    "省": RegionLevel.PROVINCE,
    "自治区": RegionLevel.PROVINCE,
    "市": RegionLevel.PREFECTURE,
    "州": RegionLevel.PREFECTURE,
    "盟": RegionLevel.PREFECTURE,
    "县": RegionLevel.COUNTY,
    "旗": RegionLevel.COUNTY,
    "区": RegionLevel.COUNTY,
    "镇": RegionLevel.TOWNSHIP,
    "乡": RegionLevel.TOWNSHIP,
    "街道办事处": RegionLevel.TOWNSHIP,
    "街道办": RegionLevel.TOWNSHIP,
    "街道": RegionLevel.TOWNSHIP,
    "苏木": RegionLevel.TOWNSHIP,
}
_WAS: str = "(?:的|里|上|原|前|前任|现任|时任|新任|副|常务|第一|主要|党政|班子|政府)*"
TITLE = re.compile(
    "(?P<level>省|自治区|(?<![超城门夜菜股上集闹都])市|[州盟旗](?=委|[副长])|县|(?<![社小园景校矿辖片厂郊地])区"
    f"|镇|乡|街道办事处|街道办|街道|苏木)(?P<party>党工委|党委|工委|委|党组)?"
    f"(?:{_WAS}(?P<post>书记|常委|委员|长(?![期大年久远途处度假江沙春])|主任|主席|领导|干部|负责人|一把手|工作人员|官员|公务员|公职人员)"
    "|(?<=党委)|(?<=工委)|(?<=委)(?![员托派组宣统社政办信网屈任]))"
)
"""镇长, 县委副书记, 茅草街镇党委书记, 市里的领导: the head, or people, of a region's government or party."""
VILLAGE = re.compile(
    f"(?:(?<![驻包挂联])村|社区|居)(?:民?委员?会?|两委|支两委|党总支|党支部|支部|支)?{_WAS}"
    "(?:书记|支书|主任|干部|会计|出纳|文书|报账员|组长|长|委员|党员|领导)"
    "|(?:老|原|前任|现任)?支书|村民?小?组(?:组)?长|村委会?|村支两委|居委会"
)
"""People of a village or neighbourhood, which is no organ of the directory."""
UNIT = re.compile(
    "(?<![结布大格骗饭残败僵政变开当书药赌牌时全困危邮])局(?![面部势促限域内])|厅(?=[长的不副]|干部|领导)"
    "|(?<![生产])(?:大队|支队|中队)|执法队|城管队?|派出所|交警队?|公安(?:机关|人员|干警|部门)"
    "|(?:税务|司法|国土|财政|工商|监管|规划|房管|水管|农经|林业|劳动|民政|卫生监督)[所站]"
    "|纪检监察委?|纪检组|纪工委|纪检委|监察委|纪委|监委|巡察办|组织部|宣传部|统战部|社会工作部|政法委|人大(?:常委会)?(?=的?[副主])|政协"
    "|(?:信访|拆迁|征收|征地|综治|国土|扶贫|城管|安监|党政|综合|项目)办|指挥部|管委会|管理委员会"
    "|[卫计健改建信资教农]委(?![员托派会屈])|残联|(?:供电|电力|自来水|供水|燃气|天然气|公交)(?:公司|所|站)"
    "|(?<!街道)办事处|(?:法院|检察院)(?=的?[^,。;!?\n]{0,3}(?:院长|庭长|局长|法官|检察|人员|领导|干部|受贿|贪))"
    "|(?:当地|地方|本地|属地|基层|各级|[镇乡县区市省])政府(?![补规政文网热投项采信出号])"
    "|政府(?=的?(?:不|领导|干部|人员|官员|部门不|包庇|袒护|强|乱|违|骗|拖|推|截|扣))"
)
"""How organs and their parts are called; which one, only a name that the directory has can tell."""
NO_UNIT_BEFORE = re.compile(
    r"(?:举报|检举|控告|反映|投诉|揭发|请求|要求|关于|对于|[\W\d副正该本贵我你他各某原的和与及向对给找被请让叫个位名老到在是])$"
)
POST = re.compile("[局处科所站镇乡县市区院校部厅庭行股队]长$|民警|警察|法官|检察|书记|主任|经理|主席|派出所")
"""Words for people in office that say a post of some organ, where «干部» or «党员» may be anybody."""


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` stands for the organ; ``title``: by the title of its people."""

    organ: Organ
    start: int
    end: int
    title: bool = False

    @property
    def place(self) -> tuple[int, int]:
        return self.start, self.end

    @property
    def may_inquire(self) -> bool:
        """Whether people turn to it to have others looked into."""
        return self.title or self.organ.kind is OrganKind.DISCIPLINE


@dataclass(frozen=True, slots=True)
class Spoken:
    """``known``: organs, and where they are spoken of; ``unknown``: where one is that the directory has not.

    ``villages``: where people of a village are spoken of.
    """

    known: tuple[Span, ...]
    unknown: tuple[tuple[int, int], ...]
    villages: tuple[tuple[int, int], ...]


class Speech:
    """Reads texts with one directory in hand."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._heads: dict[tuple[str, bool], tuple[Organ, ...]] = {}

    def of(self, text: str, region_codes: Sequence[str]) -> Spoken:
        """Local names, and titles without a place, mean those around one of the regions.

        Names and marks as they are read: simplified characters, half width.
        """
        villages = tuple(match.span() for match in VILLAGE.finditer(text))
        of_villages = Marked(text, villages)
        unknown: list[tuple[int, int]] = []
        titles: dict[Span, None] = {}
        for match in TITLE.finditer(text):
            if of_villages.touches(*match.span()):
                continue
            regions, start = self._regions_meant(text, match, region_codes)
            if not regions:
                unknown.append(match.span())
            for organ in (organ for region in regions for organ in self._headed(region, match)):
                titles[Span(organ, start, match.end(), title=True)] = None
        known = (*titles, *self._named(text, region_codes, titles))
        unknown += _unknown_units(text, Marked(text, (span.place for span in known)))
        return Spoken(tuple(sorted(known, key=lambda span: span.place)), tuple(sorted(unknown)), villages)

    def _named(self, text: str, region_codes: Sequence[str], titles: Iterable[Span]) -> Iterator[Span]:
        """Where organs are named; but for 南县县委 of 南县县委书记, which is part of the title."""
        headed = {(span.organ.id, at) for span in titles for at in range(span.start, span.end)}
        found = dict.fromkeys(
            mention
            for code in region_codes
            for mention in self._directory.mentions(text, region_code=code, loosely=True)
        )
        for mention in found:
            if (mention.organ.id, mention.start) in headed:
                continue
            if not self._is_elsewhere(text, mention.start):
                yield Span(mention.organ, mention.start, mention.end)

    def _is_elsewhere(self, text: str, start: int) -> bool:
        """浏阳市公安局 is not our 市公安局; but 和县 or 应县 may be two words that meet."""
        return any(
            text[first:last] in self._names_elsewhere
            for last in range(start + 1, start + LONGEST_LEVEL + 1)
            for first in range(max(0, last - LONGEST_NAME), min(start, last - 2))
        )

    def _headed(self, region: Region, match: re.Match[str]) -> tuple[Organ, ...]:
        """县长 leads the government; a 书记, 领导 or 干部 of the place its party committee as well."""
        of_government = match["post"] == "长" and not match["party"]
        asked = (region.code, of_government)
        if asked not in self._heads:
            wanted = {"government"} if of_government else {"government", PARTY_COMMITTEE}
            self._heads[asked] = tuple(
                organ
                for organ in self._directory.in_region(region.code)
                if wanted & set(organ.functions)  # one that is over, or to come, hears nothing either
            )
        return self._heads[asked]

    def _regions_meant(
        self, text: str, match: re.Match[str], region_codes: Sequence[str]
    ) -> tuple[Sequence[Region], int]:
        """The region named right before the title, and where; else the one of its level around the place."""
        gazetteer = self._directory.gazetteer
        for end in (match.end("level"), match.start("level")):
            for start in range(max(0, end - LONGEST_NAME), end - 1):
                codes = self._region_codes.get(text[start:end], ())
                if codes:
                    near = [
                        code for code in codes if any(gazetteer.contains(code, at) for at in region_codes)
                    ]
                    return [gazetteer.get(code) for code in near or codes], start
                if text[start:end] in self._names_elsewhere:
                    return (), start
        word, found = match["level"], dict[Region, None]()
        for at in region_codes:
            lineage = gazetteer.lineage(at)
            named = [region for region in lineage if region.name.endswith(word)]
            named += [region for region in lineage if region.level is LEVELS[word]]
            found |= dict.fromkeys(named[:1])
        return tuple(found), match.start()

    @cached_property
    def _region_codes(self) -> dict[str, list[str]]:
        """The names, full and short, of the regions that have organs."""
        gazetteer = self._directory.gazetteer
        found: dict[str, list[str]] = {}
        for code in dict.fromkeys(organ.region_code for organ in self._directory.organs):
            region = gazetteer.find(code)
            if region is None:
                continue
            forms = short_forms(region, gazetteer.ancestors(code))
            names = {region.name, *(name for name, form in forms if form is Form.SHORT)}
            for name in names:
                found.setdefault(name, []).append(region.code)
        return found

    @cached_property
    def _names_elsewhere(self) -> frozenset[str]:
        """The names of provinces, cities and counties that have no organ here: 浏阳市市长 is not of ours."""
        gazetteer = self._directory.gazetteer
        names = {region.name for region in gazetteer if region.level.rank <= RegionLevel.COUNTY.rank}
        return frozenset(names - self._region_codes.keys())


class Marked:
    """Places of a text, to ask whether another touches one of them: a long text has thousands."""

    def __init__(self, text: str, places: Iterable[tuple[int, int]]) -> None:
        self._marks = bytearray(len(text))
        for start, end in places:
            self._marks[start:end] = b"\1" * (end - start)

    def touches(self, start: int, end: int) -> bool:
        return any(self._marks[start:end])


def _unknown_units(text: str, known: Marked) -> Iterator[tuple[int, int]]:
    for match in UNIT.finditer(text):
        start, end = match.span()
        if match.group() == "局" and (
            start == 0
            or known.touches(start - 1, start)
            or NO_UNIT_BEFORE.search(text, max(0, start - 2), start)
        ):
            continue  # 举报局长, 民政局局长: the title alone
        if not known.touches(start, end):
            yield start, end
