"""Answers on the spot (当场答复, 浙江省信访条例 20, 23), to what is settled while the petitioner waits.

It never takes the written answer away: who asks for it later gets it, and with it the next tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.domain.dispatch import Mode
from services.domain.opinion import Outcome, check_outcome
from services.domain.petition import Petition, Purpose, Tier
from services.domain.procedure import unfit
from services.domain.refusal import Refusal
from services.domain.statute import RulePack

# Agreements are put down in writing (信访工作条例 33); another procedure is named when acceptance is refused.
IN_WRITING_ONLY = (Outcome.SETTLED, Outcome.LED_TO_OTHER_PROCEDURE)


class AnswerForm(StrEnum):
    """口头 / 书面."""

    ORAL = "oral"
    WRITTEN = "written"

    @property
    def chinese(self) -> str:
        return "口头" if self is AnswerForm.ORAL else "书面"


@dataclass(frozen=True, slots=True)
class SpotAnswer:
    """What was said, to whom and how. ``outcome`` None: a question was answered, nothing was decided.

    ``carried_out``: what was promised was done there and then. ``agreed``: the petitioner wants no more.
    """

    answer: str
    told_to: str
    form: AnswerForm
    agreed: bool
    outcome: Outcome | None = None
    carried_out: bool = False

    def told(self, petition: Petition) -> str:
        """As it stays on record, with the right that the petitioner keeps."""
        further = ",对书面意见不服的,可以依法请求复查" if petition.has_tiers else ""
        right = f"如需书面答复,可以随时提出{further}。"
        return f"当场{self.form.chinese}答复{self.told_to}:{self.answer}({right})"


class SpotNotFitting(Refusal):
    """本件不适用当场答复办结:{why},请受理后按程序办理并书面答复。"""

    english = "It cannot be settled on the spot: {why_en}. Accept it and answer in writing."


class WrittenAnswerGiven(Refusal):
    """本件不是当场答复办结的,或者已经有书面答复。"""

    english = "It was not settled on the spot, or it has its written answer."


def check_on_the_spot(
    petition: Petition, said: SpotAnswer, pack: RulePack, *, mode: Mode, helped: bool
) -> None:
    """Refuse it for what must be looked into, followed up or written down, and without consent."""
    found = unfit(petition, mode=mode, helped=helped) or _unsettled(petition, said, pack)
    if found is not None:
        raise SpotNotFitting(why=found[0], why_en=found[1])
    if said.outcome is not None:
        check_outcome(petition, Tier.HANDLING, said.outcome, pack)


def _unsettled(petition: Petition, said: SpotAnswer, pack: RulePack) -> tuple[str, str] | None:
    promised = said.outcome is not None and pack.outcome(said.outcome.value).followed_up
    why = (
        (not said.agreed, "信访人不同意当场办结", "the petitioner does not agree"),
        (
            petition.purpose is Purpose.DENUNCIATION,
            "检举控告依规依纪依法办理(信访工作条例第三十条)",
            "denunciations go their own way (art. 30)",
        ),
        (said.outcome in IN_WRITING_ONLY, "该处理结果应当有书面文书", "this outcome needs a document"),
        (
            promised and not said.carried_out,
            "予以支持、采纳而尚未落实的,应当督促执行(信访工作条例第三十二条)",
            "what is supported and not yet done is followed up (art. 32)",
        ),
    )
    return next(((text, english) for holds, text, english in why if holds), None)
