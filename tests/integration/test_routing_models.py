"""A city's own past as a witness: persons decide at the desk, models learn it, routing hears them."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from services.adapters.classifier import artifact
from services.adapters.classifier.history import train_on_lessons
from services.application import classifier, recompute, routing, triage
from services.application.lists import PetitionFilter
from services.application.recompute import Verdict
from services.application.triage import Choice
from services.bootstrap import Deployment
from services.domain.access import ROLE_SCOPES, Call, Client, ClientRole
from services.domain.outbox import Topic
from services.domain.petition import Petition, Purpose, State
from services.domain.routing import Decision, Matter
from services.domain.witness import Kind
from tests.integration.petitions import CITY, build_city, petition

PAST = 200
TOWNS = ("茅草街镇", "南洲镇", "明山头镇", "青树嘴镇", "厂窖镇")
OPENINGS = ("领导您好,", "我是本地居民,", "说了好几次,", "家里老人腿脚不便,", "儿子不在身边,", "去年就说过,")
CLOSINGS = ("请派人来看看。", "希望有个说法。", "拜托了。", "盼回复。", "不知道该找谁。", "请帮忙协调。")
BINS = ("绿皮箱满了三天", "绿皮箱翻倒在巷口", "绿皮箱一直没有人管", "绿皮箱旁边堆了一地")
TAILS = ("丈量尾数一直没有下来", "丈量尾数说好年底给", "丈量尾数账对不上", "丈量尾数少了一半")
"""Two ways of a place's own to speak of a matter: no lexicon knows them."""
MANAGEMENT, BUREAU, HOUSING = "南县城市管理和综合执法局", "南县自然资源局", "南县住房和城乡建设局"
DECIDED = {BINS: ("0101", MANAGEMENT), TAILS: ("0301", HOUSING)}
"""What persons decide: bins as the powers have it, the survey's remainders against them."""


def said(chance: random.Random, words: tuple[str, ...]) -> str:
    town = chance.choice(TOWNS)
    return f"{chance.choice(OPENINGS)}南县{town}{chance.choice(words)},{chance.choice(CLOSINGS)}"


@pytest.fixture
async def city(world: Deployment) -> Deployment:
    await build_city(world)
    return world


async def routed(world: Deployment, contents: list[str], *, first: int = 1) -> list[Petition]:
    made = [petition(world, number, content=text) for number, text in enumerate(contents, start=first)]
    for each in made:
        each.title, each.purpose = "", Purpose.REDRESS
    async with world.begin() as work:
        await work.petitions.add(*made)
        await work.enqueue(Topic.ROUTE, *(each.id for each in made))
    jobs = await world.queue.claim([Topic.ROUTE], worker="test", limit=len(made), retried=False)
    await routing.route(world, jobs)
    return made


async def decided_by_persons(world: Deployment) -> None:
    """So many petitions on the desk, each sent by a person to the organ that the place is used to."""
    chance = random.Random(7)
    kinds = [list(DECIDED)[index % 2] for index in range(PAST)]
    made = await routed(world, [said(chance, words) for words in kinds])
    waiting = await world.lists.petitions(
        PetitionFilter(states=(State.TRIAGE.value,)), after=None, limit=PAST
    )
    assert len(waiting) == PAST, "the words must say nothing to the lexicon"
    organs = {organ.name: organ for organ in (await world.directory()).organs}
    call = Call(await desk(world))
    for each, words in zip(made, kinds, strict=True):
        code, name = DECIDED[words]
        choice = Choice(organs[name].id, "一直由该单位办理", category_code=code)
        await triage.decide(world, each.id, choice, call=call)


async def desk(world: Deployment) -> Client:
    office = (await world.directory()).petition_office(CITY, on=world.clock.today())
    assert office is not None
    role = ClientRole.PETITION_OFFICE
    scopes = tuple(scope.value for scope in ROLE_SCOPES[role])
    return Client("desk", b"", "市信访局", role, CITY, office.id, scopes, world.clock.now())


async def taught(world: Deployment) -> None:
    """As ``xinfang classifier train`` and ``publish`` do it, for both kinds."""
    for kind in Kind:
        lessons = await classifier.lessons(world, kind)
        assert len(lessons) == PAST
        model = train_on_lessons(lessons, kind=kind.value, trained_at="").model
        directory = await world.directory()
        await world.models.publish(
            artifact.to_bytes(model), directory=directory, by="test", at=world.clock.now()
        )


async def previewed(world: Deployment, text: str) -> Decision:
    return await routing.preview(world, Matter("", text, CITY, purpose=Purpose.REDRESS))


def lead(decision: Decision) -> object:
    return decision.lead["name"] if decision.lead else None


def reasons(decision: Decision) -> Mapping[str, str]:
    return {reason.rule: reason.text for reason in decision.reasons}


async def test_what_persons_decided_is_heard_and_the_law_still_names_the_lead(city: Deployment) -> None:
    await decided_by_persons(city)
    bins = "我住在后街,南县南洲镇绿皮箱满了,一直没有人管,请派人来看看。"
    tails = "我家在西堤,南县南洲镇丈量尾数账对不上,希望有个说法。"
    for text in (bins, tails):
        assert lead(await previewed(city, text)) is None
    await taught(city)

    agreed = await previewed(city, bins)
    assert (lead(agreed), agreed.needs_triage) == (MANAGEMENT, False)
    assert "与职权规定一致" in reasons(agreed)["precedent"]
    assert "模型据本地既往信访件判断属于" in reasons(agreed)["R1"]

    contested = await previewed(city, tails)
    assert contested.category_code == "0301"
    assert (lead(contested), contested.needs_triage) == (BUREAU, True)
    assert [each.name for each in contested.suggestions[:2]] == [BUREAU, HOUSING]
    assert contested.suggestions[1].reason == "本地同类信访件多由该单位办理"
    assert "以职权规定为准" in reasons(contested)["precedent"]


async def test_a_decision_is_made_again_by_the_models_it_names(city: Deployment) -> None:
    await decided_by_persons(city)
    await taught(city)
    [one] = await routed(city, ["南县南洲镇绿皮箱满了三天,请派人来看看。"], first=PAST + 1)
    for kind in Kind:
        await city.models.withdraw(kind, by="test", at=city.clock.now())
    [again] = await recompute.of_petition(city, one.number, city.router_of)
    assert again.record.rules_version.endswith("/matter-1+precedent-2")
    assert (again.verdict, again.differs, again.note) == (Verdict.SAME, (), "")

    async with city.begin() as work:
        [record] = await work.decisions.find(petition_id=one.id)
        record.rules_version = record.rules_version.replace("precedent-2", "precedent-9")
        await work.decisions.save(record)
    [gone] = await recompute.of_petition(city, one.number, city.router_of)
    assert gone.verdict is Verdict.IMPOSSIBLE
    assert gone.note == "作出决定时所用的模型(第9版)已不在本系统。"
