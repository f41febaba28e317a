"""Whatever the directory and whatever the text: an answer or triage, and nothing for the accused (R6).

Directories are small trees of organs with functions, over the regions of one city; texts are put together of
names, of words that accuse and of words that turn to an organ, or of any characters at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.adapters import directory_files, statutes
from services.adapters.cues import load_cues
from services.domain.directory import Directory
from services.domain.matter import MatterFinder
from services.domain.organ import Organ, OrganKind
from services.domain.petition import Channel, Path, Purpose, RespondentKind
from services.domain.place import PlaceFinder
from services.domain.router import NOBODY, Router
from services.domain.routing import Decision, GivenRespondent, Matter
from services.domain.sorting import Sorter
from services.domain.witness import Precedent, Witnesses
from tests.worlds import CITY, city_directory, city_router, national_law

DAY = date(2026, 11, 20)
COUNTY = "430921000000"
HESHAN = "430903000000"
MANY = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
FUNCTIONS = (
    "petition_office",
    "government",
    "discipline",
    "political_legal",
    "natural_resources",
    "education",
)
NAMES = ("信访局", "人民政府", "纪律检查委员会", "政法委", "自然资源局", "教育局")
WORDS = (
    "举报", "贪污", "受贿", "局长", "镇长", "书记", "不作为", "请", "查处", "征地补偿款没有发放",
    "学校乱收费", "判决不公", "申请再审", "建议", "茅草街镇", "赫山区", "南县", "。", ",", "拖欠工资", "扰民",
)  # fmt: skip


@cache
def _parts() -> tuple[PlaceFinder, MatterFinder, Sorter]:
    """What does not depend on the organs; made once."""
    directory = city_directory()
    return (
        PlaceFinder(directory.gazetteer),
        MatterFinder(directory_files.load_lexicon(), directory.categories),
        Sorter(load_cues()),
    )


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """Some of six organs in three regions, each under any that came before it, or under none."""
    city = city_directory()
    organs: list[Organ] = []
    for region in (CITY, COUNTY, HESHAN):
        for function, tail in zip(FUNCTIONS, NAMES, strict=True):
            if not draw(st.integers(0, 9)):
                continue
            above = draw(st.sampled_from([None, *organs]))
            kind = directory_files.load_functions()[function].kind
            place = city.gazetteer.get(region)
            organs.append(
                Organ(
                    id=UUID(int=len(organs) + 1),
                    code=f"{region}-{function}",
                    name=place.name + tail,
                    kind=kind,
                    region_code=region,
                    level=place.level,
                    functions=(function,),
                    superior_id=above.id if above else None,
                )
            )
    return Directory(1, organs, tuple(city.powers), city.categories, city.gazetteer)


@st.composite
def matters(draw: st.DrawFn, directory: Directory) -> Matter:
    """A petition that names organs in its text, among its respondents, or both."""
    names = [organ.name for organ in directory.organs]
    pieces = draw(st.lists(st.sampled_from([*WORDS, *names]), max_size=12))
    accused = draw(st.lists(st.sampled_from(directory.organs), max_size=2)) if directory.organs else []
    by_id = draw(st.booleans())
    return Matter(
        title=draw(st.sampled_from(["", "举报", "反映情况", "建议"])),
        content="".join(pieces) or "。",
        office_region=draw(st.sampled_from([CITY, COUNTY, HESHAN])),
        channel=draw(st.sampled_from(Channel)),
        purpose=draw(st.sampled_from([None, *Purpose])),
        confidential=draw(st.booleans()),
        category_code=draw(st.sampled_from([None, "0301", "07", "999999"])),
        respondents=tuple(
            GivenRespondent(draw(st.sampled_from(RespondentKind)), organ.name, organ.id if by_id else None)
            for organ in accused
        ),
    )


def router_of(directory: Directory, witnesses: Witnesses = NOBODY) -> Router:
    places, finder, sorter = _parts()
    return Router(
        directory,
        places,
        finder,
        sorter,
        national_law().pack,
        threshold=0.6,
        rules_version="test",
        witnesses=witnesses,
    )


@dataclass(frozen=True, slots=True)
class Says:
    """A witness that says the same of every text."""

    heard: tuple[tuple[str, float], ...]

    def speak(self, title: str, text: str) -> tuple[tuple[str, float], ...]:
        return self.heard


@st.composite
def precedent_models(draw: st.DrawFn, directory: Directory) -> Says:
    """Names organs, by function or by themselves, with any chances."""
    labels = [Precedent.of(organ).label for organ in directory.organs]
    labels += [f"organ:{organ.id}" for organ in directory.organs]
    named = draw(st.lists(st.sampled_from(labels), unique=True, max_size=3)) if labels else []
    return Says(tuple((label, draw(st.floats(0.0, 1.0))) for label in named))


def reached(decision: Decision) -> set[UUID]:
    """Every organ that the decision would let know of the petition, or proposes to a person."""
    lead = {decision.lead_id} if decision.lead_id else set[UUID]()
    return {*lead, *decision.co_ids, *(each.organ_id for each in decision.suggestions)}


def protected(matter: Matter, decision: Decision) -> bool:
    return matter.confidential or decision.purpose is Purpose.DENUNCIATION


@MANY
@given(st.data())
def test_no_decision_reaches_a_respondent_or_anyone_beneath(data: st.DataObject) -> None:
    directory = data.draw(directories())
    matter = data.draw(matters(directory))
    router = router_of(directory)
    decision = router.decide(matter, on=DAY)
    if not protected(matter, decision):
        return
    given_ = {organ_id for organ_id in decision.respondent_organ_ids if organ_id}
    hidden = directory.shielded_from(given_ | set(decision.accused_organ_ids))
    assert given_ <= set(decision.accused_organ_ids)
    assert not reached(decision) & hidden
    assert router.accused(matter, on=DAY) == set(decision.accused_organ_ids)


@MANY
@given(st.data())
def test_whatever_precedent_says_it_names_no_lead_and_reaches_no_one_accused(data: st.DataObject) -> None:
    directory = data.draw(directories())
    matter = data.draw(matters(directory))
    alone = router_of(directory).decide(matter, on=DAY)
    says = data.draw(precedent_models(directory))
    heard = router_of(directory, Witnesses(precedent=says)).decide(matter, on=DAY)
    assert (heard.lead_id, heard.co_ids) == (alone.lead_id, alone.co_ids)
    assert not reached(heard) & directory.shielded_from(heard.accused_organ_ids)
    if heard.purpose is Purpose.DENUNCIATION or heard.path is Path.LITIGATION or heard.accused_organ_ids:
        assert heard == alone


@MANY
@given(st.data(), st.lists(st.sampled_from(["0301", "0601", "030101", "07"]), unique=True, max_size=3))
def test_a_matter_model_moves_neither_denunciations_nor_litigation(
    data: st.DataObject, codes: list[str]
) -> None:
    directory = data.draw(directories())
    matter = data.draw(matters(directory))
    alone = router_of(directory).decide(matter, on=DAY)
    says = Says(tuple((code, data.draw(st.floats(0.0, 1.0))) for code in codes))
    heard = router_of(directory, Witnesses(matter=says)).decide(matter, on=DAY)
    assert not reached(heard) & directory.shielded_from(heard.accused_organ_ids)
    if heard.purpose is Purpose.DENUNCIATION or heard.path is Path.LITIGATION:
        assert (heard.lead_id, heard.confidence, heard.accused_organ_ids) == (
            alone.lead_id,
            alone.confidence,
            alone.accused_organ_ids,
        )


@MANY
@given(st.data())
def test_whoever_a_denunciation_names_learns_nothing_of_it(data: st.DataObject) -> None:
    directory = data.draw(directories())
    matter = data.draw(matters(directory))
    decision = router_of(directory).decide(matter, on=DAY)
    if decision.purpose is not Purpose.DENUNCIATION:
        return
    text = f"{matter.title}\n{matter.text}"
    named = {
        organ.id
        for organ in directory.find_by_name(text, region_code=matter.office_region)
        if organ.kind is not OrganKind.DISCIPLINE
    }
    assert not reached(decision) & directory.shielded_from(named)


@MANY
@given(st.data())
def test_reasons_for_everybody_name_no_one_accused(data: st.DataObject) -> None:
    directory = data.draw(directories())
    matter = data.draw(matters(directory))
    decision = router_of(directory).decide(matter, on=DAY)
    names = [directory.organ(organ_id).name for organ_id in decision.accused_organ_ids]
    told = [reason.text for reason in decision.reasons if not reason.restricted]
    assert not [text for text in told for name in names if f"{name}被反映" in text or f"{name}不得" in text]


@MANY
@given(st.text(max_size=200), st.text(max_size=40))
@example("征", "")
@example("\U0001f600\U00020bb7\u0301", "\ufeff")
@example("南縣茅草街鎮徵地補償款沒有發放", "投訴")
@example("Please help, the county government took our land.", "Land")
def test_any_text_has_an_answer_or_goes_to_triage(content: str, title: str) -> None:
    decision = city_router().decide(Matter(title=title, content=content, office_region=CITY), on=DAY)
    assert decision.needs_triage or decision.lead_id is not None
    assert 0 <= decision.confidence <= 1
    assert decision.as_json()["reasons"] or decision.needs_triage


@settings(max_examples=10)
@given(st.sampled_from(WORDS), st.sampled_from(["南县自然资源局", "镇", "😀", "a", "湖南路", "\n"]))
def test_a_text_of_100_000_characters_is_decided_too(word: str, filling: str) -> None:
    content = ((word + filling) * (100_000 // len(word + filling) + 1))[:100_000]
    decision = city_router().decide(Matter(title="", content=content, office_region=CITY), on=DAY)
    assert decision.needs_triage or decision.lead_id is not None


def test_the_rule_packs_give_every_article_that_a_reason_needs() -> None:
    for name, pack in statutes.load_packs().items():
        for rule in ("R1", "R4", "R5", "R6", "R7", "R8", "R10"):
            assert pack.routing_rule(rule).article, name
