"""A petition handed back twice is ruled, and moved on new facts, by nobody but who may (信访工作条例 24)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.application import dispute, objection, transfer
from services.application.rescreen import rescreen
from services.domain.access import Call, Client, ClientRole, NotCompetent, Shield
from services.domain.dispatch import Dispatch, DispatchBinding, DispatchState, Mode, NotSubordinate, Role
from services.domain.dispute import (
    Dispute,
    DisputeDecided,
    DisputeState,
    Forum,
    NotDisputed,
    RuledByAnother,
    SittingDay,
)
from services.domain.inbox import EntryType
from services.domain.organ import Organ
from services.domain.outbox import Job, Topic
from services.domain.petition import Channel, Path, Petition, Purpose, State
from services.domain.refusal import InvalidField, NotFound
from tests.worlds import city_directory, small_world

YIYANG, NAN, HESHAN = "430900000000", "430921000000", "430903000000"
TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
CITY = city_directory()
REASON = "经核实,该事项不属于我单位的法定职权范围。"


HEALTH, EDUCATION = f"{NAN}-health", f"{NAN}-education"
GOVERNMENT, UPPER = f"{NAN}-government", f"{YIYANG}-government"


def organ(code: str) -> Organ:
    found = CITY.find_by_code(code)
    assert found is not None, code
    return found


class Story:
    """One petition, sent by the city's office, and what organs do with it."""

    def __init__(self) -> None:
        self.world = small_world(NOON)
        self.office = organ(f"{YIYANG}-petition_office")
        self.petition_id = UUID(int=1 << 70)

    async def dispatched(self, code: str = HEALTH, **more: Any) -> Dispatch:
        """Straight into the store: in the hands of one organ."""
        held = organ(code)
        dispatch = Dispatch(
            UUID(int=2 << 70), self.petition_id, held.id, self.office.id, Mode.REFER, Role.LEAD,
            DispatchState.SENT, NOON, TODAY,
        )  # fmt: skip
        async with self.world.begin() as work:
            await work.petitions.add(_petition(self.petition_id, holder_id=held.id, **more))
            await work.dispatches.add(dispatch)
        return dispatch

    def of(self, code: str) -> Call:
        found = organ(code)
        office = code.endswith("petition_office")
        role = ClientRole.PETITION_OFFICE if office else ClientRole.ORGAN
        return Call(Client(code, b"", code, role, found.region_code, found.id, (), NOON))

    async def handed_back(self, *codes: str, to: str | None = None) -> None:
        """Each in turn objects and is right; the office sends it to the next, at the end to nobody."""
        for code, following in zip(codes, (*codes[1:], to), strict=True):
            raised = await objection.raise_objection(
                self.world, self.lead().id, reason=REASON, suggested_organ_id=None, call=self.of(code)
            )
            next_id = organ(following).id if following else None
            ruling = objection.Ruling(True, next_id, "经核实属实。")
            call = self.of(f"{YIYANG}-petition_office")
            await objection.decide(self.world, raised.objection.id, ruling, call=call)

    def petition(self) -> Petition:
        found: Petition = self.world.store.rows["petitions"][self.petition_id]
        return found

    def lead(self) -> Dispatch:
        return self.open_leads()[0]

    def open_leads(self) -> list[Dispatch]:
        rows = self.world.store.rows["dispatches"].values()
        return [each for each in rows if each.open and each.role is Role.LEAD]

    def newest(self) -> Dispute:
        found: list[Dispute] = list(self.world.store.rows["disputes"].values())
        return found[-1]

    def entries(self, code: str) -> list[EntryType]:
        rows = self.world.store.rows["inbox"].values()
        return [each.type for each in rows if each.organ_id == organ(code).id]

    async def ruled(self, to: str, *, by: str = GOVERNMENT, **more: Any) -> dispute.Hearing:
        ruling = dispute.Ruling(organ(to).id, "职责清单载明由其主管。", **more)
        return await dispute.rule(self.world, self.newest().id, ruling, call=self.of(by))


def _petition(petition_id: UUID, **more: Any) -> Petition:
    values: dict[str, Any] = {
        "id": petition_id, "number": "430900-20261123-000001-1", "query_code_hash": b"",
        "client_id": "portal", "external_ref": None, "channel": Channel.ONLINE, "state": State.DISPATCHED,
        "office_region": YIYANG, "received_on": TODAY, "registered_at": NOON, "title": "补偿",
        "content": "补偿款没有发放。",
        "purpose": Purpose.REDRESS, "path": Path.PETITION_PROCEDURE,
    }  # fmt: skip
    return Petition(**(values | more))


@pytest.fixture
def story() -> Story:
    return Story()


async def test_second_return_brings_it_before_the_superior(story: Story) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH, EDUCATION)
    found = story.newest()
    assert (found.forum, found.organ_id) == (Forum.SUPERIOR, organ(GOVERNMENT).id)
    assert set(found.party_ids) == {organ(HEALTH).id, organ(EDUCATION).id}
    assert (story.petition().state, story.petition().holder_id) == (State.DISPUTED, organ(GOVERNMENT).id)
    assert story.open_leads() == []
    assert story.entries(GOVERNMENT) == [EntryType.DISPUTE_RAISED]


async def test_second_return_goes_to_the_superior_though_the_sender_names_a_third(story: Story) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH, EDUCATION, to=f"{NAN}-natural_resources")
    assert story.petition().state is State.DISPUTED


async def test_organ_that_alone_hands_back_twice_disputes_with_its_sender(story: Story) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH)
    assert story.petition().state is State.TRIAGE
    async with story.world.begin() as work:
        petition = await work.lock(story.petition_id)
        petition.state, petition.holder_id = State.DISPATCHED, organ(HEALTH).id
        again = replace(next(iter(story.world.store.rows["dispatches"].values())), id=UUID(int=3 << 70))
        again.move(DispatchState.SENT)
        await work.petitions.save(petition)
        await work.dispatches.add(again)
    await story.handed_back(HEALTH)
    assert set(story.newest().party_ids) == {organ(HEALTH).id, story.office.id}
    assert story.newest().organ_id == organ(UPPER).id


async def test_ruling_binds_and_is_told(story: Story) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH, EDUCATION)
    heard = await story.ruled(HEALTH, co_ids=(organ(EDUCATION).id,))
    assert (heard.dispute.state, heard.petition.state) == (DisputeState.RULED, State.DISPATCHED)
    lead = story.lead()
    assert (lead.organ_id, lead.binding, lead.sender_id) == (organ(HEALTH).id, True, organ(GOVERNMENT).id)
    told = list(story.world.store.rows["decisions"].values())[-1].body
    assert [each["name"] for each in told["co"]] == [organ(EDUCATION).name]
    assert [clock.rule for clock in _running(story)] == ["D3"]
    assert EntryType.DISPUTE_DECIDED in story.entries(HEALTH)
    assert story.entries(EDUCATION)[-1] is EntryType.DISPUTE_DECIDED
    with pytest.raises(DispatchBinding, match="惯例"):
        await objection.raise_objection(
            story.world, lead.id, reason=REASON, suggested_organ_id=None, call=story.of(HEALTH)
        )
    with pytest.raises(DisputeDecided):
        await story.ruled(EDUCATION)


def _running(story: Story) -> list[Any]:
    rows = story.world.store.rows["deadlines"].values()
    return [each for each in rows if each.state.open]


async def test_superior_names_organs_beneath_it_alone(story: Story) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH, EDUCATION)
    with pytest.raises(NotSubordinate):
        await story.ruled(f"{HESHAN}-health")


async def test_organ_has_one_part_in_a_ruling(story: Story) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH, EDUCATION)
    with pytest.raises(InvalidField) as refused:
        await story.ruled(HEALTH, co_ids=(organ(HEALTH).id,))
    assert refused.value.pointer == "/co_organ_ids/0"


@pytest.mark.parametrize("by", [HEALTH, UPPER, f"{YIYANG}-petition_office"])
async def test_only_the_common_superior_rules(story: Story, by: str) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH, EDUCATION)
    with pytest.raises(NotFound):
        await story.ruled(HEALTH, by=by)


async def test_conference_decides_on_the_day_it_sat(story: Story) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH, f"{NAN}-tax")
    assert story.newest().forum is Forum.JOINT_CONFERENCE
    office = f"{NAN}-petition_office"
    for day in (None, date(2026, 11, 22), date(2026, 11, 24)):
        with pytest.raises(SittingDay):
            await story.ruled(HEALTH, by=office, sat_on=day)
    heard = await story.ruled(HEALTH, by=office, sat_on=TODAY)
    assert (heard.dispute.sat_on, story.lead().binding) == (TODAY, True)


async def test_accused_superior_never_decides(story: Story) -> None:
    await story.dispatched(purpose=Purpose.DENUNCIATION, path=None)
    async with story.world.begin() as work:
        await work.shields.add(Shield(story.petition_id, organ(GOVERNMENT).id))
    referral = dispute.Referral("双方均称不归自己管。", (organ(f"{HESHAN}-health").id,))
    heard = await dispute.raise_by_hand(
        story.world, story.petition_id, referral, call=story.of(f"{YIYANG}-petition_office")
    )
    assert heard.dispute.organ_id != organ(GOVERNMENT).id
    assert EntryType.DISPUTE_RAISED not in story.entries(GOVERNMENT)


async def test_dispute_before_an_organ_accused_since_goes_back_to_the_desk(story: Story) -> None:
    await story.dispatched(confidential=True)
    await story.handed_back(HEALTH, EDUCATION)
    async with story.world.begin() as work:
        await work.shields.add(Shield(story.petition_id, organ(GOVERNMENT).id))
        await work.enqueue(Topic.RESCREEN, story.petition_id)
    jobs: list[Job] = list(story.world.store.jobs.values())
    await rescreen(story.world, jobs)
    assert (story.petition().state, story.petition().holder_id) == (State.TRIAGE, story.office.id)
    assert story.newest().state is DisputeState.CEASED


async def test_dispute_is_between_two_organs_or_more(story: Story) -> None:
    async with story.world.begin() as work:
        await work.petitions.add(_petition(story.petition_id, state=State.TRIAGE))
    with pytest.raises(NotDisputed):
        await dispute.raise_by_hand(
            story.world,
            story.petition_id,
            dispute.Referral("不清楚。"),
            call=story.of(f"{YIYANG}-petition_office"),
        )


async def test_organ_in_hand_does_not_raise_a_dispute_itself(story: Story) -> None:
    await story.dispatched()
    with pytest.raises(NotCompetent):
        await dispute.raise_by_hand(
            story.world, story.petition_id, dispute.Referral("请上级定。"), call=story.of(HEALTH)
        )


async def test_party_reads_its_own_reasons_alone(story: Story) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH, EDUCATION)
    seen = await dispute.read(story.world, story.newest().id, client=story.of(HEALTH).client)
    assert [each.organ_id for each in seen.objections] == [organ(HEALTH).id]
    whole = await dispute.read(story.world, story.newest().id, client=story.of(GOVERNMENT).client)
    assert len(whole.objections) == 2
    with pytest.raises(NotFound):
        await dispute.read(story.world, story.newest().id, client=story.of(f"{NAN}-tax").client)


# -- new facts --------------------------------------------------------------------------------------------


async def transferred(story: Story, to: str, by: str) -> None:
    wanted = transfer.Transfer(organ(to).id, "现场核实,该地块为集体林地。")
    await transfer.transfer(story.world, story.petition_id, wanted, call=story.of(by))


async def test_new_facts_move_an_accepted_case_on_record(story: Story) -> None:
    await story.dispatched(state=State.ACCEPTED, first_handler_id=organ(HEALTH).id)
    await transferred(story, EDUCATION, f"{YIYANG}-petition_office")
    assert (story.petition().state, story.lead().organ_id) == (State.DISPATCHED, organ(EDUCATION).id)
    assert (len(story.open_leads()), story.lead().binding) == (1, False)
    assert story.petition().first_handler_id == organ(HEALTH).id
    [told] = story.world.store.rows["notices"].values()
    assert "集体林地" in told.text
    [act] = [each for each in story.world.store.rows["events"].values() if each.kind == "transferred"]
    assert act.data["article"] == "信访工作条例 22, 24"
    assert story.entries(HEALTH) == [EntryType.DISPATCH_WITHDRAWN]


async def test_organ_in_hand_does_not_pass_it_on_by_itself(story: Story) -> None:
    await story.dispatched(state=State.ACCEPTED)
    with pytest.raises(NotCompetent):
        await transferred(story, EDUCATION, HEALTH)


async def test_who_ruled_alone_names_another_organ(story: Story) -> None:
    await story.dispatched()
    await story.handed_back(HEALTH, EDUCATION)
    await story.ruled(HEALTH)
    with pytest.raises(RuledByAnother, match="南县人民政府"):
        await transferred(story, EDUCATION, f"{YIYANG}-petition_office")
    with pytest.raises(NotSubordinate):
        await transferred(story, f"{HESHAN}-health", GOVERNMENT)
    await transferred(story, EDUCATION, GOVERNMENT)
    assert (story.lead().organ_id, story.lead().binding) == (organ(EDUCATION).id, True)
