"""The opinion (信访处理意见书, 复查意见, 复核意见), its service, and the other written notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.domain.petition import Petition, Tier
from services.domain.refusal import Refusal
from services.domain.statute import RulePack


class Outcome(StrEnum):
    """What an opinion decides (信访工作条例 29–33; 复查、复核: 35, 36)."""

    SUPPORTED = "supported"
    PARTLY_SUPPORTED = "partly_supported"
    EXPLAINED = "explained"
    NOT_SUPPORTED = "not_supported"
    SUGGESTION_ADOPTED = "suggestion_adopted"
    SUGGESTION_PARTLY_ADOPTED = "suggestion_partly_adopted"
    SUGGESTION_NOT_ADOPTED = "suggestion_not_adopted"
    SETTLED = "settled"
    LED_TO_OTHER_PROCEDURE = "led_to_other_procedure"
    UPHELD = "upheld"
    CHANGED = "changed"
    REVOKED = "revoked"


class ServiceMethod(StrEnum):
    """送达方式."""

    IN_PERSON = "in_person"
    POST = "post"
    ELECTRONIC = "electronic"
    OTHER = "other"


@dataclass(slots=True)
class Opinion:
    """One tier's written answer. ``remedy`` tells the way and time to the next tier, filled by the system.

    ``differs_because`` says, in the name of ``confirmed_by``, in what an opinion differs from the revoked one
    that it equals word for word in decision and facts.
    """

    id: UUID
    petition_id: UUID
    tier: Tier
    organ_id: UUID
    outcome: Outcome
    facts: str
    reasons: str
    legal_basis: str
    decision: str
    remedy: str
    issued_on: date
    dispatch_id: UUID | None = None
    review_id: UUID | None = None
    redo_by: date | None = None
    served_on: date | None = None
    service_method: ServiceMethod | None = None
    signed: bool | None = None
    differs_because: str | None = None
    confirmed_by: str | None = None


@dataclass(slots=True)
class Notice:
    """书面告知: acceptance, non-acceptance, extension …; ``ground`` is a rule id such as A4."""

    id: UUID
    petition_id: UUID
    kind: str
    organ_id: UUID | None
    text: str
    issued_on: date
    ground: str | None = None
    directed_to: str | None = None


class OutcomeNotFitting(Refusal):
    """处理结果“{outcome}”不适用于本件({why})。"""

    english = "Outcome '{outcome}' does not fit this petition ({why_en})."


class AlreadyServed(Refusal):
    """该文书已于{served_on}登记送达,送达记录不能更改;记错的,请将书面更正说明作为附件存入本件。"""

    english = "Already served on {served_on}; that record stays. Attach a written correction to the petition."


class ServedBeforeIssued(Refusal):
    """送达日期{served_on}早于文书出具之日{issued_on}。"""

    english = "The date of service {served_on} is before {issued_on}, the day of issue."


class ServedInFuture(Refusal):
    """送达日期{served_on}晚于今天,请在送达之后登记。"""

    english = "The date of service {served_on} is yet to come; record it once it has been served."


class OpinionVoid(Refusal):
    """该意见书未送达即已失效:本件已改由其他机关办理,或者已另行作出意见,不能再送达。"""

    english = "The opinion lost its effect before service: the matter changed hands, or was decided anew."


class SameAsRevoked(Refusal):
    """原意见已被撤销,不得以同一事实和理由作出与原意见相同的处理意见;确有不同的,写明不同之处和确认人。"""

    english = (
        "The earlier opinion was revoked; the same decision on the same facts and reasons is not possible. "
        "If it differs, say in what and who confirms it: differs_because, confirmed_by."
    )


def check_served(issued_on: date, earlier: date | None, served_on: date, *, today: date) -> None:
    """Refuse a second service, and one that does not lie between the issue of the paper and today."""
    if earlier is not None:
        raise AlreadyServed(served_on=earlier)
    if served_on < issued_on:
        raise ServedBeforeIssued(served_on=served_on, issued_on=issued_on)
    if served_on > today:
        raise ServedInFuture(served_on=served_on)


def check_outcome(petition: Petition, tier: Tier, outcome: Outcome, pack: RulePack) -> None:
    """Refuse an outcome that the law gives to other tiers or purposes (信访工作条例 29–33, 35, 36)."""
    row = pack.outcome(outcome.value)
    if tier not in row.tiers:
        raise OutcomeNotFitting(
            outcome=outcome.value,
            why="维持、变更、撤销只用于复查、复核意见,其他结果只用于处理意见",
            why_en="upheld, changed and revoked belong to review and re-review, all others to handling",
        )
    if row.purposes and petition.purpose not in row.purposes:
        raise OutcomeNotFitting(
            outcome=outcome.value,
            why=f"“{row.title}”不用于此类信访目的,{row.citation}",
            why_en=f"it does not belong to petitions of this purpose, {row.citation}",
        )


def opens_review(petition: Petition, outcome: Outcome) -> bool:
    """Whether a handling opinion is a 信访处理意见, the one thing that is reviewed (条例 31.6, 32, 35).

    "Led to another procedure" is none: it tells the petitioner that the matter is one of 31.1 to 31.5 after
    all, and which way to go. That way has remedies of its own.
    """
    return petition.has_tiers and outcome is not Outcome.LED_TO_OTHER_PROCEDURE


def says_the_same(one: Opinion, other: Opinion) -> bool:
    """Same decision on the same facts, white space and punctuation apart, and nothing new behind it.

    Reasons worded anew over the old legal basis, or the old reasons under another article, are nothing new.
    """

    def alike(*names: str) -> bool:
        return all(_folded(getattr(one, name)) == _folded(getattr(other, name)) for name in names)

    same_ground = alike("reasons") or alike("legal_basis")
    return one.outcome is other.outcome and alike("decision", "facts") and same_ground


def _folded(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
