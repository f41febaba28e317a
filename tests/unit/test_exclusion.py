"""Random lives of denunciations and confidential petitions: no sequence of acts reaches the accused (R6).

Who is accused is known here from what was brought, not from what the system made of it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from services.domain.organ import Organ
from services.domain.petition import Purpose, RespondentKind
from services.domain.refusal import Refusal
from services.domain.registration import RespondentDraft
from tests.unit.test_lives import LIVES, STEPS_OF_A_LIFE, Lives
from tests.worlds import CITY, city_directory

COUNTY = "430921000000"


def may_be_accused() -> list[Organ]:
    """Of the city and one county: governments, offices, discipline and departments alike."""
    return [organ for organ in city_directory().organs if organ.region_code in (CITY, COUNTY)]


class Accusations(Lives):
    """As :class:`Lives`; but each petition accuses one or two organs, by its respondents or in its words."""

    def __init__(self) -> None:
        super().__init__()
        self.accused: dict[UUID, frozenset[UUID]] = {}

    @precondition(lambda self: len(self.lives) < 3)
    @rule(index=st.integers(0, 400))
    def bring(self, index: int) -> None:
        chance = random.Random(index)
        brought = self.material.brought(index, self.world.clock.today())
        call = self.people.source(brought.role, brought.region_code)
        accused = chance.sample(may_be_accused(), k=chance.choice([1, 1, 2]))
        registration = _accusing(brought.registration, accused, chance)
        try:
            made = self._do(self.people.register(registration, call))
        except Refusal:
            return  # the source has brought this very one
        self.lives.append(made.petition.id)
        self.sources[made.petition.id] = call
        self.accused[made.petition.id] = frozenset(organ.id for organ in accused)
        self._route()
        self.touched.add(made.petition.id)

    @invariant()
    def those_accused_hear_nothing(self) -> None:
        for petition_id, accused in self.accused.items():
            hidden = city_directory().shielded_from(accused)
            assert self.petition(petition_id).holder_id not in hidden
            told = {each.organ_id for each in self.of("inbox", petition_id)}
            sent = {each.organ_id for each in self.of("dispatches", petition_id)}
            judging = {each.organ_id for each in self.of("reviews", petition_id)}
            disputed = {each.organ_id for each in self.of("disputes", petition_id)}
            assert not (told | sent | judging | disputed) & hidden
            shields = {each.organ_id for each in self.of("shields", petition_id)}
            assert hidden <= shields


def _accusing(registration: Any, accused: list[Organ], chance: random.Random) -> Any:
    """A denunciation or a confidential petition, that accuses them as respondents or by what it says."""
    denunciation = chance.random() < 0.5
    changed = replace(
        registration,
        confidential=not denunciation or chance.random() < 0.5,
        purpose=Purpose.DENUNCIATION if denunciation else Purpose.REDRESS,
    )
    if chance.random() < 0.5:
        kinds = [RespondentKind.ORGAN, RespondentKind.PERSON]
        drafts = tuple(RespondentDraft(chance.choice(kinds), organ.name) for organ in accused)
        return replace(changed, respondents=drafts)
    blame = "".join(f"{organ.name}的书记不作为,一直压着不办。" for organ in accused)
    return replace(changed, content=f"{registration.content}{blame}", respondents=())


Accusations.TestCase.settings = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS_OF_A_LIFE,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
TestAccusations = Accusations.TestCase
