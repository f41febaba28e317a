"""What may be settled on the spot, row by row, and what the petitioner is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.domain.dispatch import Mode
from services.domain.on_the_spot import AnswerForm, SpotAnswer, SpotNotFitting, check_on_the_spot
from services.domain.opinion import Outcome, OutcomeNotFitting
from services.domain.petition import Channel, Path, Petition, Purpose, State
from services.domain.procedure import SimpleNotFitting, check_simple
from tests.worlds import national_law

PACK = national_law().pack("")
ASKED = Petition(
    id=UUID(int=1),
    number="430900-20261120-000001-2",
    query_code_hash=b"",
    client_id="desk",
    external_ref=None,
    channel=Channel.VISIT,
    state=State.DISPATCHED,
    office_region="430900000000",
    received_on=date(2026, 11, 20),
    registered_at=datetime(2026, 11, 20, 2, tzinfo=UTC),
    title="补贴何时发放",
    content="请问补贴何时发放?",
    purpose=Purpose.REDRESS,
    path=Path.PETITION_PROCEDURE,
)
SAID = SpotAnswer("下月十日。", "张三", AnswerForm.ORAL, agreed=True)


def check(petition: Petition = ASKED, said: SpotAnswer = SAID, *, mode: Mode = Mode.REFER) -> None:
    check_on_the_spot(petition, said, PACK, mode=mode, helped=False)


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        replace(SAID, outcome=Outcome.EXPLAINED),
        replace(SAID, outcome=Outcome.NOT_SUPPORTED, form=AnswerForm.WRITTEN),
        replace(SAID, outcome=Outcome.SUPPORTED, carried_out=True),
    ],
)
def test_what_is_answered_or_done_at_once_is_settled(said: SpotAnswer) -> None:
    check(said=said)


@pytest.mark.parametrize(
    ("petition", "said", "mode", "why"),
    [
        (ASKED, replace(SAID, agreed=False), Mode.REFER, "does not agree"),
        (replace(ASKED, purpose=Purpose.DENUNCIATION, path=None), SAID, Mode.REFER, "art. 30"),
        (ASKED, replace(SAID, outcome=Outcome.SUPPORTED), Mode.REFER, "followed up"),
        (ASKED, replace(SAID, outcome=Outcome.SETTLED, carried_out=True), Mode.REFER, "document"),
        (ASKED, replace(SAID, outcome=Outcome.LED_TO_OTHER_PROCEDURE), Mode.REFER, "document"),
        (replace(ASKED, path=Path.ARBITRATION), SAID, Mode.REFER, "another procedure"),
        (replace(ASKED, people_count=2), SAID, Mode.REFER, "joint"),
        (replace(ASKED, repeat_of=UUID(int=9)), SAID, Mode.REFER, "brought before"),
        (ASKED, SAID, Mode.ASSIGN, "assigned"),
    ],
)
def test_what_needs_more_is_not_settled_on_the_spot(
    petition: Petition, said: SpotAnswer, mode: Mode, why: str
) -> None:
    with pytest.raises(SpotNotFitting) as refused:
        check(petition, said, mode=mode)
    assert why in refused.value.message("en")


def test_outcome_of_another_purpose_is_refused() -> None:
    with pytest.raises(OutcomeNotFitting):
        check(said=replace(SAID, outcome=Outcome.SUGGESTION_NOT_ADOPTED))


def test_petitioner_is_told_of_the_written_answer_and_of_its_review() -> None:
    assert "如需书面答复,可以随时提出,对书面意见不服的,可以依法请求复查。" in SAID.told(ASKED)
    suggestion = replace(ASKED, purpose=Purpose.SUGGESTION, path=None)
    assert SAID.told(suggestion).endswith("(如需书面答复,可以随时提出。)")


@pytest.mark.parametrize(
    ("petition", "mode", "helped"),
    [
        (ASKED, Mode.ASSIGN, False),
        (replace(ASKED, people_count=2), Mode.REFER, False),
        (ASKED, Mode.REFER, True),
        (replace(ASKED, path=Path.LITIGATION), Mode.REFER, False),
        (replace(ASKED, repeat_of=UUID(int=9)), Mode.REFER, False),
    ],
)
def test_simple_procedure_is_refused_on_each_of_its_grounds(
    petition: Petition, mode: Mode, helped: bool
) -> None:
    with pytest.raises(SimpleNotFitting):
        check_simple(petition, mode=mode, helped=helped)


def test_simple_procedure_fits_first_petitions_and_suggestions() -> None:
    check_simple(ASKED, mode=Mode.REFER, helped=False)
    check_simple(replace(ASKED, purpose=Purpose.SUGGESTION, path=None), mode=Mode.REFER, helped=False)
