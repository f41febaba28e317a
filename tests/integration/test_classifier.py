"""Models in the database: learnt from a city's own past, published to every process, refused if unfit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import update

from services.adapters.classifier import artifact
from services.adapters.classifier.artifact import ModelRefused
from services.adapters.classifier.features import Columns, Row
from services.adapters.classifier.history import train_on_lessons
from services.adapters.classifier.model import About, TextModel
from services.adapters.classifier.training import train
from services.adapters.store.tables.classifier import classifier_models
from services.application import classifier
from services.bootstrap import Deployment
from services.domain.decision import DecisionRecord
from services.domain.dispatch import Dispatch, DispatchState, Mode, Role
from services.domain.organ import Organ
from services.domain.petition import Petition, Purpose
from services.domain.refusal import NotFound
from services.domain.witness import Kind, Precedent
from tests.integration.conftest import Deploy
from tests.integration.petitions import DAY, build_city, petition

SAID = {
    "0301": ("征地补偿款没有发放", "征收土地不公告"),
    "0601": ("工地拖欠工资", "老板欠薪跑路"),
    "0101": ("垃圾没有人清运", "垃圾桶发臭"),
}
GONE = "function:none@county"
HANDLERS = {"0301": "南县自然资源局", "0601": "南县人力资源和社会保障局", "0101": "南县城市管理和综合执法局"}


def model_of(labels: Sequence[str], *, kind: str = "matter") -> TextModel:
    chance = random.Random(1)
    rows: list[Row] = []
    given: list[str] = []
    for index in range(60):
        words = list(SAID.values())[index % 3]
        rows.append({"title": "", "text": f"{chance.randint(1, 99)}村{chance.choice(words)}请处理"})
        given.append(labels[index % len(labels)])
    return train(
        rows, given, Columns(("title", "text"), heading="title"), About(kind, 60, "2026-11-22")
    ).model


@pytest.fixture(scope="module")
def good() -> bytes:
    return artifact.to_bytes(model_of(["0301", "0601", "0101"]))


async def publish(world: Deployment, content: bytes) -> int:
    directory = await world.directory()
    return await world.models.publish(content, directory=directory, by="test", at=world.clock.now())


async def test_without_a_model_nobody_speaks(world: Deployment) -> None:
    assert (await world.witnesses()).matter is None


async def test_a_published_model_speaks_in_every_process(deploy: Deploy, good: bytes) -> None:
    here, elsewhere = deploy(), deploy()
    await elsewhere.witnesses()
    assert await publish(here, good) == 1
    await elsewhere.models.refresh()
    witnesses = elsewhere.models.witnesses
    assert witnesses.matter is not None
    assert witnesses.version == "matter-1"
    assert witnesses.matter.speak("", "工地拖欠工资")[0][0] == "0601"


async def test_an_older_version_can_stand_again_and_none_too(world: Deployment, good: bytes) -> None:
    await publish(world, good)
    await publish(world, artifact.to_bytes(model_of(["0301", "0601", "0102"])))
    assert world.models.witnesses.version == "matter-2"
    directory = await world.directory()
    await world.models.restore(1, directory=directory, by="test", at=world.clock.now())
    assert [(each.version, each.stands) for each in await world.models.listing()] == [(2, False), (1, True)]
    await world.models.withdraw(Kind.MATTER, by="test", at=world.clock.now())
    assert world.models.witnesses.matter is None
    with pytest.raises(NotFound):
        await world.models.restore(9, directory=directory, by="test", at=world.clock.now())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"nothing", "不是模型文件"),
        (artifact.to_bytes(model_of(["0301", "9999"])), "9999"),
        (artifact.to_bytes(model_of(["0301", "0601"], kind="weather")), "weather"),
        (
            artifact.to_bytes(model_of(["function:court@county", "function:none@county"], kind="precedent")),
            "none",
        ),
    ],
    ids=["damaged", "another classification", "another kind", "an organ that is not there"],
)
async def test_what_does_not_fit_is_refused_and_the_old_one_goes_on(
    world: Deployment, good: bytes, content: bytes, reason: str
) -> None:
    await build_city(world)
    await publish(world, good)
    with pytest.raises(ModelRefused, match=reason):
        await publish(world, content)
    assert world.models.witnesses.version == "matter-1"


async def test_a_model_damaged_in_the_database_does_not_displace_the_one_in_use(
    deploy: Deploy, good: bytes
) -> None:
    here, elsewhere = deploy(), deploy()
    await publish(here, good)
    await elsewhere.models.refresh()
    before = elsewhere.models.witnesses.matter
    await publish(here, good)
    async with here.database.writing() as connection:
        second = update(classifier_models).where(classifier_models.c.version == 2)
        await connection.execute(second.values(content=good[:900]))
    await elsewhere.models.refresh()
    assert elsewhere.models.witnesses.version == "matter-1"
    assert elsewhere.models.witnesses.matter is before


async def settled(world: Deployment, count: int, **changes: object) -> list[Petition]:
    """Petitions that their organs have accepted, a third of each matter."""
    organs = {organ.name: organ for organ in (await world.directory()).organs}
    made: list[Petition] = []
    dispatches: list[Dispatch] = []
    for index in range(count):
        code = list(SAID)[index % 3]
        one = petition(world, len(made) + 1, content=f"{index}村{SAID[code][index % 2]}请尽快处理")
        values = {"purpose": Purpose.REDRESS, "category_code": code, "title": SAID[code][0], **changes}
        made.append(replace(one, **values))  # type: ignore[arg-type]  # the names are those of the dataclass
        dispatches.append(_accepted(world, one, organs[HANDLERS[code]]))
    async with world.begin() as work:
        await work.petitions.add(*made)
        await work.dispatches.add(*dispatches)
    return made


def _accepted(world: Deployment, one: Petition, organ: Organ) -> Dispatch:
    return Dispatch(
        id=world.codes.new_id(),
        petition_id=one.id,
        organ_id=organ.id,
        sender_id=None,
        mode=Mode.REFER,
        role=Role.LEAD,
        state=DispatchState.ACCEPTED,
        sent_at=world.clock.now(),
        sent_on=DAY,
    )


async def test_the_past_teaches_matter_and_handler(world: Deployment) -> None:
    await build_city(world)
    await settled(world, 45)
    matters = await classifier.lessons(world, Kind.MATTER)
    handlers = await classifier.lessons(world, Kind.PRECEDENT)
    assert {lesson.label for lesson in matters} == set(SAID)
    assert len(handlers) == 45
    assert all(Precedent.read(lesson.label).level == "county" for lesson in handlers)
    trained = train_on_lessons(handlers, kind="precedent", trained_at="")
    await publish(world, artifact.to_bytes(trained.model))
    assert world.models.witnesses.version == "precedent-1"
    assert trained.model.about.first == DAY.isoformat()


@pytest.mark.parametrize(
    ("category_by", "learnt"), [({"lexicon": 0.5}, False), ({"given": 1.0}, True)], ids=["guessed", "stated"]
)
async def test_a_guess_that_a_person_rejected_teaches_no_matter(
    world: Deployment, category_by: dict[str, float], learnt: bool
) -> None:
    await build_city(world)
    made = await settled(world, 9, category_code="0503")
    category: dict[str, object] = {"code": "0503", "candidates": [{"code": "0503", "by": category_by}]}
    async with world.begin() as work:
        await work.decisions.add(*(_by_person(world, each, category) for each in made))
    matters = await classifier.lessons(world, Kind.MATTER)
    assert [each.label for each in matters] == (["0503"] * 9 if learnt else [])
    assert len(await classifier.lessons(world, Kind.PRECEDENT)) == 9


def _by_person(world: Deployment, one: Petition, category: dict[str, object]) -> DecisionRecord:
    return DecisionRecord(
        id=world.codes.new_id(),
        petition_id=one.id,
        decided_at=world.clock.now(),
        decided_by="client:desk",
        directory_version=1,
        rules_version="person",
        confidence=1.0,
        needs_triage=False,
        organ_id=None,
        body={"category": category},
    )


@pytest.mark.parametrize(
    "changes",
    [{"purpose": Purpose.DENUNCIATION}, {"confidential": True}, {"purpose": None}],
    ids=["denunciation", "confidential", "not screened yet"],
)
async def test_nothing_is_learnt_from_what_must_stay_apart(
    world: Deployment, changes: dict[str, object]
) -> None:
    await build_city(world)
    await settled(world, 9, **changes)
    assert await classifier.lessons(world, Kind.MATTER) == []
