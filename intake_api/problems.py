"""Errors as RFC 9457 problems, and the one table from what the rules refuse to HTTP."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Scope

from services.application import archive, paper_reading, ports, registration, repetition, rescreen
from services.application import dispatch as dispatch_acts
from services.application import objection as objection_acts
from services.domain import (
    access,
    attachment,
    deadline,
    directory_version,
    dispatch,
    dispute,
    execution,
    finality,
    holiday_notice,
    on_the_spot,
    opinion,
    own_limit,
    paper,
    paper_service,
    procedure,
    recommendation,
    recusal,
    refusal,
    region,
    review,
    rule_set,
    steps,
    witness,
)
from services.domain import registration as registration_rules
from services.domain.paper_words import typeset

STATUS: dict[type[refusal.Refusal], int] = {
    refusal.NotFound: 404,
    refusal.InvalidField: 422,
    region.UnknownRegion: 422,
    region.RegionLoop: 422,
    registration_rules.TooManyRepresentatives: 422,
    registration_rules.ReceivedInFuture: 422,
    registration_rules.PetitionerNeeded: 422,
    registration.IdempotencyKeyReused: 422,
    registration.ExternalRefExists: 409,
    attachment.FileKindRefused: 415,
    attachment.EmptyFile: 422,
    access.StaleVersion: 412,
    holiday_notice.YearBegun: 409,
    rule_set.RulesPending: 409,
    rule_set.NotBefore: 409,
    directory_version.VersionNotKept: 409,
    witness.ModelNotKept: 409,
    own_limit.LimitOnEnded: 409,
    access.NotCompetent: 403,
    steps.StepNotAllowed: 409,
    ports.Conflict: 409,
    archive.LedgerBroken: 409,
    ports.LeaseLost: 409,
    ports.StoreUnavailable: 503,
    ports.StoreBusy: 503,
    ports.KeyUnderWay: 503,
    ports.IntakeFull: 503,
    paper_reading.PaperFontsMissing: 503,
    dispatch.ObjectionTooLate: 409,
    dispatch.DispatchBinding: 409,
    dispatch.OrganWasRight: 409,
    dispatch.OutsidePowersIsObjection: 409,
    dispatch.NotSubordinate: 409,
    dispatch.HandedOn: 409,
    dispatch.OrganShielded: 409,
    dispatch.ReportNotDue: 409,
    dispatch.AssignmentNeedsDate: 422,
    dispute.NotDisputed: 409,
    dispute.NobodyDecides: 409,
    dispute.DisputeDecided: 409,
    dispute.RuledByAnother: 409,
    dispute.SittingDay: 422,
    dispatch_acts.LeadOnly: 409,
    dispatch_acts.NotReceiptable: 409,
    dispatch_acts.GroundUnknown: 422,
    repetition.OnlyForVisits: 422,
    repetition.DenunciationNoRepeat: 409,
    repetition.RepeatNotBarred: 409,
    rescreen.NotRoutedYet: 409,
    objection_acts.ReasonNeeded: 422,
    objection_acts.ObjectionDecided: 409,
    opinion.OutcomeNotFitting: 422,
    opinion.AlreadyServed: 409,
    opinion.OpinionVoid: 409,
    opinion.ServedBeforeIssued: 422,
    opinion.ServedInFuture: 422,
    opinion.SameAsRevoked: 409,
    paper.PaperIncomplete: 409,
    paper_service.WitnessNeeded: 422,
    procedure.SimpleNotFitting: 409,
    procedure.NotSimple: 409,
    on_the_spot.SpotNotFitting: 409,
    on_the_spot.WrittenAnswerGiven: 409,
    finality.ClosureNotFitting: 409,
    execution.NothingToCarryOut: 409,
    execution.CarriedOutOnDay: 422,
    recommendation.AnswerDateNeeded: 422,
    recommendation.RecommendationAnswered: 409,
    recusal.OfficerRecused: 409,
    recusal.HeadRecused: 409,
    recusal.HeadDecidedAbove: 422,
    recusal.DecidesOnOwn: 422,
    recusal.AlreadyRecused: 409,
    recusal.RecusalDecided: 409,
    recusal.NoHeadRecused: 409,
    recusal.NobodyAbove: 409,
    review.ReviewNotOpen: 409,
    review.ReviewTooLate: 409,
    review.NoReviewingOrgan: 409,
    review.OrganNotReviewing: 422,
    review.HearingDates: 422,
    review.ReviewAlreadyAccepted: 409,
    deadline.DueDateBeforeStart: 422,
    deadline.ExtensionNotAllowed: 409,
    deadline.ExtensionTooLong: 409,
    deadline.ExtensionTooLate: 409,
}

# What callers do wrong before any rule of law is asked, and what fails on our side: code → status, zh, en.
FAULTS: dict[str, dict[str, Any]] = tomllib.loads(
    (resources.files(__package__) / "problems.toml").read_text(encoding="utf-8")
)

TITLES: dict[int, tuple[str, str]] = {
    400: ("请求不正确", "Bad request"),
    401: ("未通过身份验证", "Not authenticated"),
    403: ("没有权限", "Forbidden"),
    404: ("没有找到", "Not found"),
    405: ("请求方法不支持", "Method not allowed"),
    409: ("与当前状态不符", "Conflict with the present state"),
    412: ("版本已变化", "The version has changed"),
    413: ("内容过大", "Content too large"),
    415: ("格式不支持", "Unsupported media type"),
    422: ("内容不符合要求", "Content not acceptable"),
    428: ("缺少前提条件", "Precondition required"),
    429: ("请求过于频繁", "Too many requests"),
    500: ("系统内部错误", "Internal error"),
    503: ("暂时不可用", "Temporarily unavailable"),
}
RETRY_SECONDS = 2
MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong in what was sent; ``pointer`` is a JSON pointer (RFC 6901) into it."""

    pointer: str
    code: str
    zh: str
    en: str

    def told(self, language: str) -> dict[str, str]:
        return {
            "pointer": self.pointer,
            "code": self.code,
            "message": _printed(self.en if language == "en" else self.zh, language),
        }


@dataclass(slots=True)
class Fault(Exception):
    """A row of :data:`FAULTS` with its facts, to be answered as a problem."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()
    members: Mapping[str, object] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return int(FAULTS[self.code]["status"])

    def message(self, language: str) -> str:
        return str(FAULTS[self.code][language]).format(**self.facts)


class InvalidBody(Fault):
    """What was sent has errors; each is named with its pointer."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("invalid_fields", {"count": len(errors)}, errors=errors)


def language_of(scope: Scope) -> str:
    """``en`` when the caller likes English better than Chinese; Chinese otherwise."""
    header = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    likes = {"zh": 0.0, "en": 0.0}
    for part in header.decode("latin-1")[:200].split(","):
        tag, _, quality = part.strip().lower().partition(";q=")
        name = tag.partition("-")[0]
        if name in likes:
            likes[name] = max(likes[name], _quality(quality))
    return "en" if likes["en"] > likes["zh"] else "zh"


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def answer(scope: Scope, error: Fault | refusal.Refusal) -> Response:
    """The problem document for a fault of the caller or a refusal of the rules."""
    language = language_of(scope)
    body, headers = describe(error, language)
    body["instance"] = scope["path"]
    body["request_id"] = scope.get("state", {}).get("request_id", "")
    headers |= {"Content-Language": "en" if language == "en" else "zh-CN", "Cache-Control": "no-store"}
    return Response(orjson.dumps(body), body["status"], headers, MEDIA_TYPE)


def describe(error: Fault | refusal.Refusal, language: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The members of a problem without ``instance`` and ``request_id``, and the headers that go with it."""
    if isinstance(error, Fault):
        status, code, errors = error.status, error.code, error.errors
        headers, members = dict(error.headers), dict(error.members)
    else:
        status, code, errors = STATUS[type(error)], error.code(), _field_errors(error)
        headers, members = {}, _members(error)
    if status == 503 and not isinstance(error, paper_reading.PaperFontsMissing):  # no waiting brings fonts
        headers.setdefault("Retry-After", str(RETRY_SECONDS))
    body: dict[str, Any] = {
        "type": f"/docs#{code}",
        "title": TITLES[status][language == "en"],
        "status": status,
        "detail": _printed(error.message(language), language),
        "code": code,
        **members,
    }
    if errors:
        body["errors"] = [each.told(language) for each in errors]
    return body, headers


def _printed(text: str, language: str) -> str:
    """With full-width marks throughout in Chinese: the source mixes them, as keyboards do."""
    return text if language == "en" else typeset(text)


def _field_errors(error: refusal.Refusal) -> list[FieldError]:
    if isinstance(error, refusal.InvalidField):
        return [FieldError(error.pointer, error.field_code, error.message("zh"), error.message("en"))]
    pointer = error.facts.get("pointer") or POINTERS.get(type(error))
    if not isinstance(pointer, str):
        return []
    return [FieldError(pointer, error.code(), error.message("zh"), error.message("en"))]


# Refusals of a registration that concern one part of it.
POINTERS: dict[type[refusal.Refusal], str] = {
    registration_rules.TooManyRepresentatives: "/petitioners",
    registration_rules.PetitionerNeeded: "/petitioners",
    attachment.EmptyFile: "/file",
    dispatch.AssignmentNeedsDate: "/report_due",
    dispatch_acts.GroundUnknown: "/ground",
    repetition.OnlyForVisits: "/ground",
    objection_acts.ReasonNeeded: "/reason",
    dispute.SittingDay: "/sat_on",
    opinion.OutcomeNotFitting: "/outcome",
    opinion.ServedBeforeIssued: "/served_on",
    opinion.ServedInFuture: "/served_on",
    paper_service.WitnessNeeded: "/witness",
    recommendation.AnswerDateNeeded: "/answer_by",
    recusal.HeadDecidedAbove: "/deciding_organ_id",
    recusal.DecidesOnOwn: "/decided_by",
    review.HearingDates: "/to",
    review.OrganNotReviewing: "/organ_id",
}


def _members(error: refusal.Refusal) -> dict[str, object]:
    """What else a program can use: who has the reference already, what is possible now, whom to ask."""
    if isinstance(error, registration.ExternalRefExists):
        return {"petition_id": str(error.facts["petition_id"]), "number": error.facts["number"]}
    if isinstance(error, steps.StepNotAllowed):
        return {"allowed": error.facts["allowed"]}
    if isinstance(error, access.StaleVersion):
        return {"current_version": error.facts["current"]}
    if isinstance(error, review.OrganNotReviewing):
        return {"review_organs": [{"organ_id": str(organ.id), "name": organ.name} for organ in error.organs]}
    return {}
