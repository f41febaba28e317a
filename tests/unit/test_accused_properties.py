"""Petitions with somebody planted as accused: none is sent by rules to them, or to anyone beneath (R6).

Who was planted is known here from how the petition was put together, not from what the system made of it:
an organ of the city by one of the names that people use, its people by their titles, in the text or among the
respondents, in simplified or traditional characters, with cue words of the table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.adapters.cues import load_cues
from services.domain.organ import Organ, OrganKind
from services.domain.petition import Purpose, RespondentKind
from services.domain.region import RegionLevel
from services.domain.routing import Decision, GivenRespondent, Matter
from tests.worlds import CITY, city_directory, city_router

DAY = date(2026, 11, 20)
COUNTY = "430921000000"
MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DEEDS = sorted(word for word, weight in load_cues()["misconduct"].items() if weight >= 2)
PEOPLE = ("局长", "副局长", "主任", "书记", "科长", "干部", "工作人员", "张某", "领导")
HEADS = {
    RegionLevel.PREFECTURE: ("市长", "副市长", "市委书记", "市委副书记", "市领导"),
    RegionLevel.COUNTY: ("县长", "副县长", "县委书记", "县领导", "县里的领导"),
    RegionLevel.TOWNSHIP: ("镇长", "副镇长", "镇书记", "镇党委书记", "镇干部", "镇里的领导"),
}
SHORT = {
    "natural_resources": ("自规局", "资规局", "国土局", "自然资源局"),
    "market_supervision": ("市监局", "工商局", "市场监管局"),
    "urban_management": ("城管局", "城管大队", "执法局"),
    "discipline": ("纪委", "纪检委", "监委", "监察委", "纪委监委"),
    "organization": ("组织部", "委组织部"),
    "public_security": ("公安局",),
    "human_resources": ("人社局", "劳动局"),
    "education": ("教育局", "教体局"),
    "court": ("法院", "人民法院"),
    "procuratorate": ("检察院",),
    "government": ("政府",),
}
MATTERS = ("征地补偿款没有发放", "村级财务不公开", "学校乱收费", "过期食品没人管", "拖欠农民工工资")
BLAMES = ("不作为,", "包庇下属,", "一直压着不办,", "截留了补偿款,")
BEFORE = ("我举报", "实名检举", "现举报", "", "老百姓都知道", "是", "请上级查处", "我们要控告")
SAME = dict(
    zip(
        "县镇书记长纪监贪贿赂举报检务资规财农业国税环护动劳乡区党组织传统处员干领导权谋职渎征补偿没发给违请会场学财过对后来个时实东"
        "厅队务处办应现长扶贫挪侵吞滥营",
        "縣鎮書記長紀監貪賄賂舉報檢務資規財農業國稅環護動勞鄉區黨組織傳統處員幹領導權謀職瀆徵補償沒發給違請會場學財過對後來個時實東"
        "廳隊務處辦應現長扶貧挪侵吞濫營",
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Planted:
    """``words`` speak of people of the organ."""

    organ: Organ
    words: str


def of_city_and_county() -> list[Organ]:
    regions = {CITY, COUNTY}
    towns = {each.code for each in city_directory().gazetteer.children(COUNTY) if each.name.endswith("镇")}
    return [organ for organ in city_directory().organs if organ.region_code in regions | towns]


@st.composite
def planted(draw: st.DrawFn) -> Planted:
    organ = draw(st.sampled_from(of_city_and_county()))
    place = city_directory().gazetteer.get(organ.region_code)
    people = draw(st.sampled_from(PEOPLE))
    names = [organ.name, *organ.aliases]
    level = place.name[-1]
    for function in organ.functions:
        names += [level + short for short in SHORT.get(function, ())]
        names += [place.name + short for short in SHORT.get(function, ())]
    words = [name + people for name in names]
    if organ.kind is OrganKind.GOVERNMENT:
        words += [head if draw(st.booleans()) else place.name + head for head in HEADS[place.level]]
    return Planted(organ, draw(st.sampled_from(words)))


@st.composite
def petitions(draw: st.DrawFn, accused: Planted) -> Matter:
    """A denunciation, stated or by its words, or a confidential petition."""
    place = city_directory().gazetteer.full_name(accused.organ.region_code)
    matter = draw(st.sampled_from(MATTERS))
    deed = draw(st.sampled_from(DEEDS))
    blame = draw(st.sampled_from(BLAMES))
    confidential = draw(st.booleans())
    stated = Purpose.REDRESS if confidential else draw(st.sampled_from([None, Purpose.DENUNCIATION]))
    as_respondent = stated is not None and draw(st.booleans())
    spoken = f"{draw(st.sampled_from(BEFORE))}{accused.words}"
    said = "" if as_respondent else f"{spoken}{deed if stated is not Purpose.REDRESS else blame}。"
    asked = draw(st.sampled_from(("请领导查处。", "请核实。", "")))
    made = Matter(
        title=draw(st.sampled_from(("", "举报", "反映情况"))),
        content=f"{place}{matter}。{said}{asked}",
        office_region=draw(st.sampled_from([CITY, COUNTY])) if accused.organ.region_code != CITY else CITY,
        purpose=stated,
        confidential=confidential,
        respondents=(_respondent(draw, accused),) if as_respondent else (),
    )
    return in_traditional(made) if draw(st.booleans()) else made


def _respondent(draw: st.DrawFn, accused: Planted) -> GivenRespondent:
    if draw(st.booleans()):
        return GivenRespondent(RespondentKind.PERSON, "张三", position=accused.words)
    return GivenRespondent(RespondentKind.ORGAN, accused.words)


def traditional(text: str) -> str:
    return "".join(SAME.get(char, char) for char in text)


def in_traditional(matter: Matter) -> Matter:
    respondents = tuple(
        each._replace(name=traditional(each.name), position=traditional(each.position or "") or None)
        for each in matter.respondents
    )
    return replace(
        matter,
        title=traditional(matter.title),
        content=traditional(matter.content),
        respondents=respondents,
    )


def sent_to(decision: Decision) -> set[object]:
    """Whom the rules alone would let know of it."""
    return set() if decision.needs_triage else {decision.lead_id, *decision.co_ids}


@MANY
@given(st.data())
def test_nothing_is_sent_by_rules_to_whoever_was_planted_as_accused(data: st.DataObject) -> None:
    accused = data.draw(planted())
    matter = data.draw(petitions(accused))
    decision = city_router().decide(matter, on=DAY)
    assert matter.purpose or decision.purpose is Purpose.DENUNCIATION or decision.needs_triage
    hidden = city_directory().shielded_from([accused.organ.id])
    assert not sent_to(decision) & hidden, (accused.organ.name, matter)


@MANY
@given(st.data())
def test_the_script_makes_no_difference(data: st.DataObject) -> None:
    matter = data.draw(petitions(data.draw(planted())))
    simplified = city_router().decide(matter, on=DAY)
    assert city_router().decide(in_traditional(matter), on=DAY) == simplified


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(DEEDS), st.sampled_from([" ", "\u3000", "\u200b", "  "]))
@example("贪污受贿", " ")
def test_gaps_between_characters_make_no_difference(deed: str, gap: str) -> None:
    content = "南县茅草街镇征地。我举报南县自然资源局局长{}。"
    plain = Matter(title="", content=content.format(deed), office_region=CITY)
    spaced = Matter(title="", content=content.format(gap.join(f"长{deed}")[1:]), office_region=CITY)
    assert city_router().decide(spaced, on=DAY) == city_router().decide(plain, on=DAY)
