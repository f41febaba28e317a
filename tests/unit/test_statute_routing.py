"""The rows R1 … R13 of the law at work, each under its id; their articles are in test_statute_rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.application import dispatch
from services.domain.directory import Directory
from services.domain.dispute import binds
from services.domain.informed import copied
from services.domain.organ import OrganKind
from services.domain.petition import Channel, Path
from services.domain.region import RegionLevel
from tests.unit.lives import accepted, organ_call, routed, told, world_under
from tests.unit.test_routing import BRIBES, LAND, VERDICT, decided, lead_of, rules
from tests.worlds import CITY, city_directory, national_law

TODAY = date(2026, 11, 20)


def test_r1_competent_organ_of_the_place_has_it() -> None:
    there = LAND.replace("南县茅草街镇八百弓村", "安化县东坪镇")
    assert (lead_of(decided(LAND)), lead_of(decided(there))) == ("南县自然资源局", "安化县自然资源局")


def test_r2_goes_to_the_level_that_decides() -> None:
    """What a county decides goes to the county's organ, though it was brought to the city's office."""
    decision = decided(LAND)
    assert decision.lead_id is not None
    assert city_directory().organ(decision.lead_id).level is RegionLevel.COUNTY


async def test_r2b_petition_office_beneath_gets_a_copy_where_the_pack_says_so() -> None:
    world = world_under("national-2022")
    petition = replace(await routed(world), confidential=False)
    [held] = world.store.rows["dispatches"].values()
    city, pack, today = city_directory(), national_law().pack(""), world.clock.today()
    county = city.petition_office(city.organ(held.organ_id).region_code, on=today)
    office = city.petition_office(CITY, on=today)
    silent = replace(pack, routing=tuple(each for each in pack.routing if each.id != "R2b"))
    assert county is not None
    assert office is not None
    for rules_of, expected in ((pack, (county.id,)), (silent, ())):
        assert copied(city, petition, rules_of, [held.organ_id], sender_id=office.id, on=today) == expected


@pytest.mark.parametrize("channel", [Channel.LETTER, Channel.VISIT])
def test_r4_lawsuits_leave_the_ordinary_track(channel: Channel) -> None:
    """A letter goes to the political-legal organ; a visitor is told so by a person."""
    decision = decided(VERDICT, channel=channel)
    named = decision.lead_id or decision.suggestions[0].organ_id
    assert city_directory().organ(named).kind is OrganKind.POLITICAL_LEGAL
    assert decision.needs_triage == (channel is Channel.VISIT)


def test_r5_denunciation_goes_to_discipline() -> None:
    decision = decided(BRIBES)
    assert (lead_of(decision), "R5" in rules(decision)) == ("中共南县纪律检查委员会", True)


def test_r6_nobody_accused_nor_beneath_is_named() -> None:
    decision = decided("举报南县人民政府县长受贿贪污。")
    hidden = city_directory().shielded_from(decision.accused_organ_ids)
    assert hidden
    assert (
        not {decision.lead_id, *decision.co_ids, *(each.organ_id for each in decision.suggestions)} & hidden
    )


def test_r7_redress_is_sorted_into_one_of_six_ways() -> None:
    assert (decided(LAND).path, decided(VERDICT).path) == (Path.PETITION_PROCEDURE, Path.LITIGATION)
    assert decided(BRIBES).path is None


def test_r8_several_organs_have_one_lead_and_the_others_help() -> None:
    decision = decided("赫山区某工地老板拖欠农民工工资三个月,共二十人。")
    assert decision.co_ids
    assert decision.lead_id not in decision.co_ids
    assert "R8" in rules(decision)


def test_r8b_who_was_named_may_not_object_where_the_pack_says_so() -> None:
    pack = national_law().pack("")
    assert binds(pack)
    assert not binds(replace(pack, routing=tuple(each for each in pack.routing if each.id != "R8b")))


def test_r9_merged_organ_is_followed_to_its_successor() -> None:
    city = city_directory()
    bureau = next(each for each in city.organs if each.name == "南县自然资源局")
    housing = next(each for each in city.organs if each.name == "南县住房和城乡建设局")
    organs = [
        replace(each, valid_to=TODAY, successor_id=housing.id) if each is bureau else each
        for each in city.organs
    ]
    merged = Directory(2, organs, city.powers, city.categories, city.gazetteer)
    assert merged.competent("0301", bureau.region_code, TODAY).lead == housing


def test_r10_urgent_matter_is_reported_besides() -> None:
    for decision in (decided("南县某小区有人要跳楼,情况危急。"), decided(LAND, urgent=True)):
        assert decision.urgent
        assert "R10" in rules(decision)


async def test_r12_first_handler_stays_on_record() -> None:
    petition = await accepted(world_under("national-2022"))
    assert petition.first_handler_id == petition.holder_id


async def test_r13_nobody_is_owed_a_notice_without_name_and_address() -> None:
    world = world_under("national-2022")
    petition = await routed(world)  # anonymous
    assert {each.rule for each in world.store.rows["deadlines"].values()} == {"D1", "D4"}
    [held] = world.store.rows["dispatches"].values()
    await dispatch.accept(world, held.id, dispatch.Acceptance(), call=organ_call(petition.holder_id))
    assert told(world, "accepted")
    assert not [each for each in world.store.rows["papers"].values() if each.kind.value == "acceptance"]
