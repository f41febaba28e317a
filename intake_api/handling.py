"""Dispatches, objections, opinions and reviews as callers see them, with the petition's ETag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.responses import Response

from intake_api.registration import deadlines_out
from intake_api.replies import reply
from services.application.acts import Case
from services.application.dispute import Hearing
from services.application.in_hand import InHand
from services.application.objection import Contest
from services.domain.directory import Directory
from services.domain.dispatch import Dispatch, Objection
from services.domain.dispute import Dispute
from services.domain.execution import Execution
from services.domain.inbox import EntryType, InboxEntry
from services.domain.opinion import Opinion
from services.domain.petition import Petition
from services.domain.recusal import Recusal
from services.domain.review import DECIDE_RULE, Review

# What of an entry's data is the id of something that can be read: its link.
_LINKED = {
    "dispatch_id": ("dispatch", "/v1/dispatches/"),
    "objection_id": ("objection", "/v1/objections/"),
    "dispute_id": ("dispute", "/v1/disputes/"),
    "opinion_id": ("opinion", "/v1/opinions/"),
    "review_id": ("review", "/v1/reviews/"),
    "recusal_id": ("recusal", "/v1/recusals/"),
    "recommendation_id": ("recommendation", "/v1/recommendations/"),
}


def of_petition(body: object, petition: Petition, status: int = 200) -> Response:
    """An answer about something of a petition, with the petition's version as ETag."""
    return reply(body, status, {"ETag": f'"{petition.version}"', "Cache-Control": "private, no-cache"})


def petition_status(petition: Petition) -> dict[str, Any]:
    return {
        "id": petition.id,
        "number": petition.number,
        "state": petition.state,
        "state_name": petition.state.chinese,
        "tier": petition.tier,
        "path": petition.path,
        "version": petition.version,
    }


def organ_ref(organ_id: UUID | None, directory: Directory) -> dict[str, Any] | None:
    if organ_id is None:
        return None
    return {"organ_id": organ_id, "name": directory.organ(organ_id).name}


def dispatch_brief(
    dispatch: Dispatch, directory: Directory, objection_id: UUID | None = None
) -> dict[str, Any]:
    return {
        "id": dispatch.id,
        "petition_id": dispatch.petition_id,
        "organ": organ_ref(dispatch.organ_id, directory),
        "sender": organ_ref(dispatch.sender_id, directory),
        "mode": dispatch.mode,
        "role": dispatch.role,
        "state": dispatch.state,
        "sent_at": dispatch.sent_at,
        "sent_on": dispatch.sent_on,
        "report_due": dispatch.report_due,
        "binding": dispatch.binding,
        "received_on": dispatch.received_on,
        "accepted_on": dispatch.accepted_on,
        "reported_on": dispatch.reported_on,
        "procedure": dispatch.procedure,
        "links": {
            "self": f"/v1/dispatches/{dispatch.id}",
            "petition": f"/v1/petitions/{dispatch.petition_id}",
            **objection_link(objection_id),
        },
    }


def objection_link(objection_id: UUID | None) -> dict[str, str]:
    """Where an objection that waits for its decision is read."""
    return {"objection": f"/v1/objections/{objection_id}"} if objection_id else {}


def in_hand_out(each: InHand, directory: Directory) -> dict[str, Any]:
    return {
        **dispatch_brief(each.dispatch, directory, each.objection_id),
        "number": each.petition.number,
        "title": each.petition.title,
        "urgent": each.petition.urgent,
        "due_on": each.due_on,
    }


def dispatch_out(case: Case[Dispatch], directory: Directory) -> dict[str, Any]:
    return {**dispatch_brief(case.subject, directory), **_beside(case)}


def objection_out(contest: Contest, directory: Directory) -> dict[str, Any]:
    brief = objection_brief(contest.objection, directory)
    return {**brief, "petition": petition_status(contest.petition)}


def objection_brief(objection: Objection, directory: Directory) -> dict[str, Any]:
    return {
        "id": objection.id,
        "petition_id": objection.petition_id,
        "dispatch_id": objection.dispatch_id,
        "organ": organ_ref(objection.organ_id, directory),
        "reason": objection.reason,
        "suggested_organ": organ_ref(objection.suggested_organ_id, directory),
        "raised_on": objection.raised_on,
        "state": objection.state,
        "decided_on": objection.decided_on,
        "decision_reason": objection.decision_reason,
        "assigned_organ": organ_ref(objection.assigned_organ_id, directory),
        "links": {"self": f"/v1/objections/{objection.id}"},
    }


def dispute_brief(dispute: Dispute, directory: Directory) -> dict[str, Any]:
    return {
        "id": dispute.id,
        "petition_id": dispute.petition_id,
        "ground": dispute.ground,
        "forum": dispute.forum,
        "organ": organ_ref(dispute.organ_id, directory),
        "parties": [organ_ref(each, directory) for each in dispute.party_ids],
        "raised_on": dispute.raised_on,
        "raised_by": organ_ref(dispute.raised_by, directory),
        "reason": dispute.reason,
        "state": dispute.state,
        "decided_on": dispute.decided_on,
        "decision_reason": dispute.decision_reason,
        "assigned_organ": organ_ref(dispute.assigned_organ_id, directory),
        "sat_on": dispute.sat_on,
        "links": {
            "self": f"/v1/disputes/{dispute.id}",
            "decision": f"/v1/disputes/{dispute.id}/decision",
            "petition": f"/v1/petitions/{dispute.petition_id}",
        },
    }


def dispute_out(heard: Hearing, directory: Directory) -> dict[str, Any]:
    reasons = [
        {
            "objection_id": each.id,
            "organ": organ_ref(each.organ_id, directory),
            "reason": each.reason,
            "raised_on": each.raised_on,
            "state": each.state,
            "decision_reason": each.decision_reason,
        }
        for each in heard.objections
    ]
    brief = dispute_brief(heard.dispute, directory)
    return {**brief, "reasons": reasons, "petition": petition_status(heard.petition)}


def recusal_brief(recusal: Recusal, directory: Directory) -> dict[str, Any]:
    return {
        "id": recusal.id,
        "petition_id": recusal.petition_id,
        "organ": organ_ref(recusal.organ_id, directory),
        "officer": {"name": recusal.officer, "post": recusal.post, "is_head": recusal.is_head},
        "ground": recusal.ground,
        "reason": recusal.reason,
        "state": recusal.state,
        "requested_on": recusal.requested_on,
        "decider": organ_ref(recusal.decider_id, directory),
        "decided_on": recusal.decided_on,
        "decided_by": recusal.decided_by,
        "deciding_organ": organ_ref(recusal.deciding_organ_id, directory),
        "decision_reason": recusal.decision_reason,
        "links": {
            "self": f"/v1/recusals/{recusal.id}",
            "petition": f"/v1/petitions/{recusal.petition_id}",
        },
    }


def opinion_text(opinion: Opinion, directory: Directory) -> dict[str, Any]:
    return {
        "id": opinion.id,
        "petition_id": opinion.petition_id,
        "tier": opinion.tier,
        "organ": organ_ref(opinion.organ_id, directory),
        "outcome": opinion.outcome,
        "facts": opinion.facts,
        "reasons": opinion.reasons,
        "legal_basis": opinion.legal_basis,
        "decision": opinion.decision,
        "remedy": opinion.remedy,
        "issued_on": opinion.issued_on,
        "dispatch_id": opinion.dispatch_id,
        "review_id": opinion.review_id,
        "redo_by": opinion.redo_by,
        "served_on": opinion.served_on,
        "service_method": opinion.service_method,
        "signed": opinion.signed,
        "differs_because": opinion.differs_because,
        "confirmed_by": opinion.confirmed_by,
        "links": {
            "self": f"/v1/opinions/{opinion.id}",
            "service": f"/v1/opinions/{opinion.id}/service",
        },
    }


def opinion_out(case: Case[Opinion], directory: Directory) -> dict[str, Any]:
    return {**opinion_text(case.subject, directory), **_beside(case)}


def execution_out(execution: Execution, directory: Directory) -> dict[str, Any]:
    return {
        "id": execution.id,
        "petition_id": execution.petition_id,
        "opinion_id": execution.opinion_id,
        "organ": organ_ref(execution.organ_id, directory),
        "state": execution.state,
        "opened_on": execution.opened_on,
        "carried_out_on": execution.carried_out_on,
        "reported_on": execution.reported_on,
        "report": execution.report,
        "links": {
            "opinion": f"/v1/opinions/{execution.opinion_id}",
            "report": f"/v1/opinions/{execution.opinion_id}/execution",
        },
    }


def review_brief(review: Review, directory: Directory) -> dict[str, Any]:
    hearing = {"from": review.hearing_from, "to": review.hearing_to} if review.hearing_from else None
    late = {"good_cause": review.late_cause, "approved_by": review.late_approved_by}
    return {
        "id": review.id,
        "petition_id": review.petition_id,
        "tier": review.tier,
        "organ": organ_ref(review.organ_id, directory),
        "opinion_id": review.opinion_id,
        "reason": review.reason,
        "requested_on": review.requested_on,
        "state": review.state,
        "hearing": hearing,
        "outcome": review.outcome,
        "decided_on": review.decided_on,
        "late": late if review.late_cause else None,
        "links": {"self": f"/v1/reviews/{review.id}", "opinion": f"/v1/opinions/{review.opinion_id}"},
    }


def review_out(case: Case[Review], directory: Directory) -> dict[str, Any]:
    rule = DECIDE_RULE[case.subject.tier]
    due_on = next((clock.due_on for clock in case.deadlines if clock.rule == rule), None)
    return {**review_brief(case.subject, directory), "due_on": due_on, **_beside(case)}


def cloud_event(entry: InboxEntry) -> dict[str, Any]:
    """CloudEvents 1.0, structured; ``sequence`` is its extension attribute of that name."""
    petition_id = str(entry.petition_id)
    data: dict[str, Any] = {"petition_id": petition_id}
    # What was taken from an organ it cannot read; the version would tell it what happened since (30).
    if entry.type not in (EntryType.DISPATCH_WITHDRAWN, EntryType.REVIEW_CEASED):
        data["etag"] = f'"{entry.data["version"]}"'
    data |= entry.data
    data.pop("version", None)
    data["links"] = {"petition": f"/v1/petitions/{petition_id}", **_links(data)}
    return {
        "specversion": "1.0",
        "id": str(entry.id),
        "source": f"/v1/organs/{entry.organ_id}",
        "type": entry.type,
        "subject": petition_id,
        "time": entry.at,
        "datacontenttype": "application/json",
        "sequence": f"{entry.seq:012d}",
        "data": data,
    }


def _links(data: Mapping[str, object]) -> dict[str, str]:
    return {name: f"{path}{data[key]}" for key, (name, path) in _LINKED.items() if key in data}


def _beside(case: Case[Dispatch] | Case[Opinion] | Case[Review]) -> dict[str, Any]:
    return {
        "petition": petition_status(case.petition),
        "deadlines": deadlines_out(case.deadlines),
    }
