"""Rules and directory as versions: tried on past petitions, published for a day, and decided by again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.adapters.cues import load_cues
from services.adapters.directory_files import load_functions, load_lexicon
from services.adapters.store.directory import DirectoryState
from services.application import recompute, routing
from services.application.recompute import Recomputed, Verdict
from services.application.routing_replay import replay
from services.bootstrap import Deployment
from services.domain.directory_load import OrganRow
from services.domain.directory_version import Base, VersionNotKept
from services.domain.draft import Draft, DraftFile, drafted_rules, plan_draft
from services.domain.outbox import Topic
from services.domain.petition import Petition
from services.domain.power import Power, PowerRole
from services.domain.region import RegionLevel
from services.domain.rule_set import RuleSet, RulesPending
from tests.integration.conftest import Deploy
from tests.integration.petitions import CITY, DAY, build_city, petition

LAND = "南县茅草街镇征地补偿款至今没有发放。"
SCHOOL = "南县某学校乱收费,请查处。"
BRIBES = "举报南县自然资源局局长张某收受贿赂,违规审批,贪污征地款。"
HOUSING = "南县住房和城乡建设局"
BUREAU = "南县自然资源局"
MOVED = DraftFile(
    "powers.csv",
    powers=[(2, Power("03", "housing", RegionLevel.COUNTY, PowerRole.LEAD, "南县分工规定", CITY))]
    + [
        (line, Power(code, "housing", RegionLevel.COUNTY, PowerRole.LEAD, "南县分工规定", CITY))
        for line, code in enumerate(("0301", "030101", "030102"), start=3)
    ],
)


@pytest.fixture
async def city(world: Deployment) -> Deployment:
    await build_city(world)
    return world


async def routed(world: Deployment, *contents: str, first: int = 1) -> list[Petition]:
    """Petitions with these texts, which the router has decided."""
    made = [petition(world, number, content=each) for number, each in enumerate(contents, start=first)]
    for each in made:
        each.title = each.content[:20]
    async with world.begin() as work:
        await work.petitions.add(*made)
        for each in made:
            work.record(each, "registered", actor="client:portal", data={"number": each.number})
        await work.enqueue(Topic.ROUTE, *(each.id for each in made))
    jobs = await world.queue.claim([Topic.ROUTE], worker="test", limit=50, retried=False)
    await routing.route(world, jobs)
    return made


async def published(world: Deployment, draft: Draft, day: date) -> list[int]:
    """As ``xinfang routing publish`` does it."""
    states: list[DirectoryState] = []
    for base in await world.organs.bases(day):
        plan = plan_draft(
            await world.organs.at(base.version),
            draft,
            functions=load_functions(),
            new_id=lambda _code: world.codes.new_id(),
        )
        assert plan.problems == []
        from_day = base.pending_from or day
        states.append(DirectoryState(plan.organs, plan.powers, plan.places, in_force_from=from_day))
    return await world.organs.publish(*states, by="test", note="", at=world.clock.now())


async def days_pass(world: Deployment, days: int) -> None:
    world.clock.shift += timedelta(days=days)
    await world.organs.refresh(world.clock.today())
    await world.rules.refresh(world.clock.today())


async def lead(world: Deployment, each: Petition) -> str:
    async with world.read() as work:
        [record] = await work.decisions.find(petition_id=each.id)
    return str(dict(record.body["lead"] or {}).get("name"))  # type: ignore[call-overload]  # it is JSON


async def again(world: Deployment, each: Petition) -> Recomputed:
    [found] = await recompute.of_petition(world, each.number, world.router_of)
    return found


def tomorrow(world: Deployment) -> date:
    return world.clock.today() + timedelta(days=1)


async def test_a_version_takes_force_on_its_day_and_both_are_recomputed_alike(city: Deployment) -> None:
    [before] = await routed(city, LAND)
    [number] = await published(city, Draft((MOVED,)), tomorrow(city))
    [today] = await routed(city, LAND, first=2)
    assert (await lead(city, before), await lead(city, today)) == (BUREAU, BUREAU)
    await days_pass(city, 1)
    [after] = await routed(city, LAND, first=3)
    assert await lead(city, after) == HOUSING
    for each, version in ((before, number - 1), (today, number - 1), (after, number)):
        found = await again(city, each)
        assert (found.verdict, found.differs, found.note) == (Verdict.SAME, (), "")
        assert found.record.directory_version == version


async def test_every_decision_of_a_span_is_made_again(city: Deployment) -> None:
    await routed(city, LAND, SCHOOL, BRIBES, "请领导帮帮我们。")
    await published(city, Draft((MOVED,)), city.clock.today())
    found = [each async for each in recompute.of_span(city, city.router_of, since=DAY, until=DAY)]
    assert [each.verdict for each in found] == [Verdict.SAME] * 4
    long_ago = date(2020, 1, 1)
    assert [each async for each in recompute.of_span(city, city.router_of, since=None, until=long_ago)] == []


async def test_another_process_takes_up_the_version_on_its_day(city: Deployment, deploy: Deploy) -> None:
    other = deploy()
    first = (await other.directory()).version
    [number] = await published(city, Draft((MOVED,)), tomorrow(city))
    await days_pass(other, 0)
    assert (await other.directory()).version == first
    await days_pass(other, 1)
    assert (await other.directory()).version == number


async def test_what_came_after_a_decision_does_not_change_it(city: Deployment) -> None:
    [each] = await routed(city, "请领导帮帮我们,谢谢。")
    async with city.begin() as work:
        stored = await work.lock(each.id)
        stored.category_code, stored.region_code = "0301", "430921000000"
        await work.petitions.save(stored)
    assert (await again(city, each)).verdict is Verdict.SAME


async def test_a_decision_that_was_tampered_with_is_found(city: Deployment) -> None:
    [each] = await routed(city, LAND)
    async with city.begin() as work:
        [record] = await work.decisions.find(petition_id=each.id)
        record.body = {**record.body, "confidence": 0.123}
        await work.decisions.save(record)
    found = await again(city, each)
    assert (found.verdict, found.differs) == (Verdict.DIFFERENT, ("confidence",))


async def test_a_decision_that_cannot_be_made_again_says_why(
    city: Deployment,
) -> None:
    one, other, old = await routed(city, LAND, LAND, LAND)
    async with city.begin() as work:
        records = {each.petition_id: each for each in await work.decisions.find()}
        records[one.id].facts = None
        records[other.id].rules_version = "national-2022/0123abcd/r7@0.6"
        records[old.id].directory_version = 77
        await work.decisions.save(*records.values())
    assert (await again(city, one)).note == "作出决定时的事实没有保存"
    assert (await again(city, other)).note == "本机没有规则 national-2022/0123abcd/r7@0.6"
    assert (await again(city, old)).note == "名录第77版没有保存,不能还原。"


async def test_a_decision_of_another_edition_is_made_again_and_says_so(city: Deployment) -> None:
    [each] = await routed(city, LAND)
    async with city.begin() as work:
        [record] = await work.decisions.find(petition_id=each.id)
        record.rules_version = "national-2022/0123abcd/r0@0.6"
        await work.decisions.save(record)
    found = await again(city, each)
    assert found.verdict is Verdict.SAME
    assert "当时的系统版本已不在本机" in found.note


async def test_a_replay_tells_gains_and_losses_and_writes_nothing(city: Deployment) -> None:
    made = await routed(city, LAND, LAND, SCHOOL, BRIBES)
    versions = await city.organs.versions()
    base = (await city.organs.bases(city.clock.today()))[0]
    now = await city.organs.at(base.version)
    plan = plan_draft(
        now, Draft((MOVED,)), functions=load_functions(), new_id=lambda _code: city.codes.new_id()
    )
    directory = type(now)(9, plan.organs, plan.powers, now.categories, now.gazetteer, plan.places)
    draft = city.router_over(directory, RuleSet())
    told = (await replay(city, draft, on=city.clock.today())).as_json()
    assert (told["n"], told["changed_lead"], told["restricted"], told["unknown"]) == (4, 2, 1, 0)
    balances = {each["name"]: (each["gained"], each["lost"]) for each in _rows(told["organs"])}
    assert (balances[HOUSING], balances[BUREAU]) == ((2, 0), (0, 2))
    examples = _rows(told["examples"])
    assert {each["number"] for each in examples} == {made[0].number, made[1].number}
    assert all(str(each["reason"]).endswith("的主管单位变动") for each in examples)
    assert await city.organs.versions() == versions


def _rows(value: object) -> Sequence[dict[str, object]]:
    assert isinstance(value, list)
    return value


async def test_a_higher_threshold_is_published_for_a_day_and_kept(city: Deployment) -> None:
    await routed(city, LAND)
    draft = Draft((), threshold=0.99)
    rules = drafted_rules(await city.rules.in_force_on(city.clock.today()), draft)
    number = await city.rules.publish(
        rules, in_force_from=tomorrow(city), by="test", note="", at=city.clock.now()
    )
    [today] = await routed(city, LAND, first=2)
    await days_pass(city, 1)
    [after] = await routed(city, LAND, first=3)
    kept = [await again(city, each) for each in (today, after)]
    assert [each.record.needs_triage for each in kept] == [False, True]
    assert [each.verdict for each in kept] == [Verdict.SAME, Verdict.SAME]
    assert f"/r{number}@0.99" in kept[1].record.rules_version
    with pytest.raises(RulesPending):
        await city.rules.publish(
            rules, in_force_from=date(2020, 1, 1), by="test", note="", at=city.clock.now()
        )


async def test_words_and_cues_of_a_city_are_kept_in_their_version(city: Deployment) -> None:
    rules = RuleSet(lexicon=load_lexicon()[:40], cues=load_cues())
    at = city.clock.now()
    number = await city.rules.publish(rules, in_force_from=city.clock.today(), by="t", note="", at=at)
    found = await city.rules.at(number)
    assert found is not None
    assert (found.lexicon, found.cues) == (rules.lexicon, rules.cues)


async def test_a_change_today_is_laid_over_the_version_that_waits(city: Deployment) -> None:
    [waiting] = await published(city, Draft((MOVED,)), tomorrow(city))
    water = next(each for each in (await city.directory()).organs if each.name == "南县水利局")
    renamed = Draft((DraftFile("organs.csv", organs=[OrganRow(2, water.code, name="南县水务局")]),))
    assert [base.version for base in await city.organs.bases(city.clock.today())] == [waiting - 1, waiting]
    now, then = await published(city, renamed, city.clock.today())
    assert await city.organs.bases(city.clock.today()) == [Base(now), Base(then, tomorrow(city))]
    old, new, coming = [await city.organs.at(version) for version in (waiting - 1, now, then)]
    assert [each.organ(water.id).name for each in (old, new, coming)] == [
        "南县水利局",
        "南县水务局",
        "南县水务局",
    ]
    assert MOVED.powers is not None
    moved = MOVED.powers[0][1]
    assert [moved in tuple(each.powers) for each in (new, coming)] == [False, True]


async def test_an_organ_that_a_later_version_leaves_out_is_still_in_the_earlier(city: Deployment) -> None:
    now = await city.organs.at((await city.organs.bases(city.clock.today()))[0].version)
    some = now.organs[-1]
    rest = [organ for organ in now.organs if organ is not some]
    state = DirectoryState(rest, tuple(now.powers), now.places)
    at = city.clock.now()
    [number] = await city.organs.publish(state, by="test", note="", at=at)
    assert (await city.organs.at(number)).find(some.id) is None
    await city.organs.publish(replace(state, organs=now.organs), by="test", note="", at=at)
    fresh = type(city.organs)(city.database)
    assert (await fresh.at(number - 1)).organs == now.organs
    assert (await fresh.at(number)).find(some.id) is None
    assert (await fresh.at(number + 1)).organs == now.organs


async def test_a_version_that_never_was_is_refused(city: Deployment) -> None:
    with pytest.raises(VersionNotKept):
        await city.organs.at(99)
