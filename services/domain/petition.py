"""The petition (信访件): what was said, by whom, against whom, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Channel(StrEnum):
    """信、访、网、电 (信访工作条例 17)."""

    LETTER = "letter"
    VISIT = "visit"
    ONLINE = "online"
    HOTLINE = "hotline"


class Purpose(StrEnum):
    """信访目的: the three kinds of the 信访工作条例 (29, 30, 31)."""

    SUGGESTION = "suggestion"
    DENUNCIATION = "denunciation"
    REDRESS = "redress"


class Path(StrEnum):
    """依法分类处理: the six ways of 信访工作条例 31; only the last has the statutory tiers."""

    LITIGATION = "litigation"
    ARBITRATION = "arbitration"
    PARTY_APPEAL = "party_appeal"
    ADMINISTRATIVE_PROCEDURE = "administrative_procedure"
    STATUTORY_DUTY = "statutory_duty"
    PETITION_PROCEDURE = "petition_procedure"


class Tier(StrEnum):
    """办理 → 复查 → 复核 (信访工作条例 34–36)."""

    HANDLING = "handling"
    REVIEW = "review"
    RE_REVIEW = "re_review"


class State(StrEnum):
    """Where a petition stands. Which act leads from one to the next: ``steps.STEPS``."""

    REGISTERED = "registered"
    TRIAGE = "triage"
    DISPATCHED = "dispatched"
    OBJECTED = "objected"
    DISPUTED = "disputed"
    ACCEPTED = "accepted"
    OPINION_ISSUED = "opinion_issued"
    ANSWERED = "answered"
    UNDER_REVIEW = "under_review"
    REVIEW_ISSUED = "review_issued"
    REVIEW_ANSWERED = "review_answered"
    UNDER_RE_REVIEW = "under_re_review"
    RE_REVIEW_ISSUED = "re_review_issued"
    FINAL = "final"
    CONCLUDED = "concluded"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def chinese(self) -> str:
        return _STATE_NAMES[self]

    @property
    def ended(self) -> bool:
        """No organ has anything left to do on it."""
        return self in _ENDED

    @property
    def unanswered(self) -> bool:
        """Its first answer, or a new one in the place of a revoked one, is still to be given."""
        return self in _UNANSWERED

    @property
    def screened(self) -> bool:
        """Routing has looked for organs that must never see it (信访工作条例 30)."""
        return self is not State.REGISTERED


_UNANSWERED = frozenset({
    State.REGISTERED, State.TRIAGE, State.DISPATCHED, State.OBJECTED, State.DISPUTED, State.ACCEPTED,
})  # fmt: skip
_STATE_NAMES = {
    State.REGISTERED: "已登记",
    State.TRIAGE: "待分流",
    State.DISPATCHED: "已转送交办",
    State.OBJECTED: "责任单位提出异议",
    State.DISPUTED: "受理有争议,待决定",
    State.ACCEPTED: "办理中",
    State.OPINION_ISSUED: "处理意见待送达",
    State.ANSWERED: "已答复",
    State.UNDER_REVIEW: "复查中",
    State.REVIEW_ISSUED: "复查意见待送达",
    State.REVIEW_ANSWERED: "复查已答复",
    State.UNDER_RE_REVIEW: "复核中",
    State.RE_REVIEW_ISSUED: "复核意见待送达",
    State.FINAL: "已终结",
    State.CONCLUDED: "已办结",
    State.DECLINED: "不予受理",
    State.WITHDRAWN: "已撤回",
}
_ENDED = frozenset({State.FINAL, State.CONCLUDED, State.DECLINED, State.WITHDRAWN})


@dataclass(slots=True)
class Petition:
    """One matter brought by one or several people, from registration to its end.

    ``form`` is the block of its channel, ``particulars`` the optional fields of the exchange vocabulary;
    both are JSON objects. ``version`` counts its ledger events and is its ETag; ``head`` is the hash of
    the last of them (hex). ``office_region`` is the region of the office that registered it, ``region_code``
    the place where the matter arose, once known (12 digits each).
    """

    id: UUID
    number: str
    query_code_hash: bytes
    client_id: str
    external_ref: str | None
    channel: Channel
    state: State
    office_region: str
    received_on: date
    registered_at: datetime
    title: str
    content: str
    requests: str | None = None
    form: Mapping[str, object] = field(default_factory=dict)
    particulars: Mapping[str, object] = field(default_factory=dict)
    purpose: Purpose | None = None
    path: Path | None = None
    category_code: str | None = None
    region_code: str | None = None
    address: str | None = None
    anonymous: bool = False
    confidential: bool = False
    urgent: bool = False
    people_count: int = 1
    tier: Tier = Tier.HANDLING
    holder_id: UUID | None = None
    first_handler_id: UUID | None = None
    repeat_of: UUID | None = None
    final_on: date | None = None
    final_ground: str | None = None
    version: int = 0
    head: str = ""

    @property
    def has_tiers(self) -> bool:
        """Whether 60 days, review and re-review apply (信访工作条例 31.6, 34)."""
        return self.path is Path.PETITION_PROCEDURE

    @property
    def reachable(self) -> bool:
        """Whether notices are owed: not when name or address are unclear (信访工作条例 23)."""
        return not self.anonymous


@dataclass(slots=True)
class Petitioner:
    """信访人: one of the people on a petition. ``document_number`` and ``phone`` are normalised."""

    id: UUID
    petition_id: UUID
    position: int
    name: str | None
    representative: bool = False
    document_type: str | None = None
    document_number: str | None = None
    phone: str | None = None
    address: str | None = None
    particulars: Mapping[str, object] = field(default_factory=dict)


class RespondentKind(StrEnum):
    ORGAN = "organ"
    PERSON = "person"


@dataclass(slots=True)
class Respondent:
    """被反映人(单位): whom a petition is about; in a denunciation, the accused."""

    id: UUID
    petition_id: UUID
    kind: RespondentKind
    name: str
    organ_id: UUID | None = None
    position: str | None = None


@dataclass(slots=True)
class Supplement:
    """补充材料: what was added after registration, in the petitioner's words."""

    id: UUID
    petition_id: UUID
    content: str
    client_id: str
    added_at: datetime


@dataclass(slots=True)
class Attachment:
    """附件: a file stored under ``sha256``; ``size`` in bytes."""

    id: UUID
    petition_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    client_id: str
    added_at: datetime


class CareKind(StrEnum):
    """疏导教育、矛盾化解、帮扶救助 (信访工作条例 37)."""

    GUIDANCE = "guidance"
    CONCILIATION = "conciliation"
    RELIEF = "relief"
    VISIT = "visit"
    OTHER = "other"

    @property
    def chinese(self) -> str:
        return _CARE_NAMES[self]


_CARE_NAMES = {
    CareKind.GUIDANCE: "疏导教育",
    CareKind.CONCILIATION: "矛盾化解",
    CareKind.RELIEF: "帮扶救助",
    CareKind.VISIT: "走访看望",
    CareKind.OTHER: "其他工作",
}


@dataclass(slots=True)
class Care:
    """A duty of care that goes on after finality, as ``organ_id`` recorded it (信访工作条例 37)."""

    id: UUID
    petition_id: UUID
    kind: CareKind
    given_on: date
    text: str
    organ_id: UUID | None
    recorded_at: datetime


@dataclass(slots=True)
class Evaluation:
    """群众评价 of the petition office and of the organ, apart. One a petition and subject."""

    id: UUID
    petition_id: UUID
    subject: str
    organ_id: UUID | None
    rating: str
    reason: str | None
    given_at: datetime


@dataclass(slots=True)
class Callback:
    """回访: a call made to the petitioner by the hotline or the office."""

    id: UUID
    petition_id: UUID
    called_at: datetime
    method: str
    reached: bool
    satisfaction: str | None
    remark: str | None
    client_id: str
