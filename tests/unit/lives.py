"""Lives of a petition in a small world, up to the act that a test is about."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from services.adapters import statutes
from services.adapters.workdays import work_calendar
from services.application import dispatch, opinion, registration, rescreen, review_request, routing
from services.application.opinion import Writ
from services.application.petition import supplement
from services.application.review_request import Late, Request
from services.domain.access import Call, Client, ClientRole
from services.domain.deadline import Deadline
from services.domain.inbox import InboxEntry
from services.domain.opinion import Opinion, Outcome, ServiceMethod
from services.domain.outbox import Job, Topic
from services.domain.paper_service import ServiceProof
from services.domain.petition import Channel, Petition
from services.domain.registration import Registration
from services.domain.review import Review
from tests.fakes import FakeLaw, FakeWorld
from tests.worlds import CITY, small_world

MORNING = datetime(2026, 3, 2, 2, tzinfo=UTC)
PORTAL = Client("portal", b"", "门户", ClientRole.PORTAL, CITY, None, (), MORNING)


def world_under(pack: str, moment: datetime = MORNING) -> FakeWorld:
    world = small_world(moment)
    world.law = FakeLaw(statutes.load_pack(pack), work_calendar())
    return world


def organ_call(organ_id: UUID | None, said: str | None = None) -> Call:
    """A call of an organ; ``said`` stands for what it sent."""
    client = Client(f"organ:{organ_id}", b"", "", ClientRole.ORGAN, CITY, organ_id, (), MORNING)
    return Call(client, fingerprint=said)


def writ(outcome: Outcome = Outcome.EXPLAINED, decision: str = "请到镇财政所更正账户。") -> Writ:
    return Writ(outcome, "账户有误,款项退回。", "面积、标准无误。", "土地管理法第四十八条", decision)


def waiting(world: FakeWorld, topic: Topic) -> list[Job]:
    return [job for job in world.store.jobs.values() if job.topic == topic]


async def routed(world: FakeWorld) -> Petition:
    """A confidential petition for redress, in the hands of the county's land bureau."""
    brought = Registration(
        channel=Channel.LETTER,
        received_on=world.clock.today(),
        title="征地补偿没有发放",
        content="征地补偿款至今没有发放。",
        address="南县茅草街镇",
        anonymous=True,
        confidential=True,
    )
    made = await registration.register(world, brought, call=Call(PORTAL))
    await routing.route(world, waiting(world, Topic.ROUTE))
    return await read(world, made.petition.id)


async def accepted(world: FakeWorld) -> Petition:
    petition = await routed(world)
    [held] = [each for each in world.store.rows["dispatches"].values() if each.petition_id == petition.id]
    call = organ_call(held.organ_id)
    return (await dispatch.accept(world, held.id, dispatch.Acceptance(), call=call)).petition


async def served(world: FakeWorld, issued: Opinion) -> Petition:
    proof = ServiceProof(world.clock.today(), ServiceMethod.IN_PERSON)
    return (await opinion.serve(world, issued.id, proof, call=organ_call(issued.organ_id))).petition


async def answered(world: FakeWorld, outcome: Outcome = Outcome.EXPLAINED) -> Petition:
    petition = await accepted(world)
    [held] = [each for each in world.store.rows["dispatches"].values() if each.petition_id == petition.id]
    issued = await opinion.issue(world, held.id, writ(outcome), call=organ_call(held.organ_id))
    return await served(world, issued.subject)


async def asked(world: FakeWorld, petition_id: UUID, *, late: Late | None = None) -> Review:
    async with world.begin() as work:
        petition = await work.lock(petition_id)
        wanted = Request("对认定的面积不服。", late=late)
        return await review_request.request(world, work, petition, wanted, actor="petitioner")


async def under_review(world: FakeWorld) -> Review:
    return await asked(world, (await answered(world)).id)


async def accused(world: FakeWorld, petition_id: UUID, words: str) -> None:
    """The petitioner adds to the petition, and it is screened again."""
    await supplement(world, petition_id, f"补充:{words}扣下了这笔钱。", call=Call(PORTAL))
    await rescreen.rescreen(world, waiting(world, Topic.RESCREEN))


async def read(world: FakeWorld, petition_id: UUID) -> Petition:
    async with world.read() as work:
        return await work.petitions.get(petition_id)


async def review_now(world: FakeWorld, review_id: UUID) -> Review:
    async with world.read() as work:
        return await work.reviews.get(review_id)


def clock_of(world: FakeWorld, rule: str) -> Deadline:
    """The newest clock of a rule."""
    clocks: list[Deadline] = list(world.store.rows["deadlines"].values())
    return [each for each in clocks if each.rule == rule][-1]


def told(world: FakeWorld, kind: str) -> list[dict[str, object]]:
    return [dict(each.data) for each in world.store.rows["events"].values() if each.kind == kind]


def entries(world: FakeWorld, organ_id: UUID | None) -> list[InboxEntry]:
    return [each for each in world.store.rows["inbox"].values() if each.organ_id == organ_id]
