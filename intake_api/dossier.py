"""A petition as a caller may see it: names for codes, personal data masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from intake_api.handling import execution_out, objection_link
from intake_api.registration import deadlines_out, links
from intake_api.replies import to_json
from services.application.petition import Dossier
from services.application.same_matter import Related
from services.domain.access import Client, ClientRole
from services.domain.decision import DecisionRecord
from services.domain.directory import Directory
from services.domain.identity import mask_address, mask_document, mask_name, mask_phone
from services.domain.organ import OrganKind
from services.domain.petition import Attachment, Care, Petition, Petitioner, Purpose

# In a channel's block, what is a petitioner's own.
_MASKS: dict[str, Callable[[str], str]] = {"caller_number": mask_phone, "escort": mask_name}
# By which a post office or a hotline could find who wrote.
_TRACES = frozenset({"envelope", "registered_mail_no", "work_order_no"})


def brief(petition: Petition, directory: Directory, client: Client) -> dict[str, Any]:
    category, region = petition.category_code, petition.region_code
    return {
        "id": petition.id,
        "number": petition.number,
        "channel": petition.channel,
        "state": petition.state,
        "state_name": petition.state.chinese,
        "tier": petition.tier,
        "purpose": petition.purpose,
        "path": petition.path,
        "category_code": category,
        "category_name": directory.categories.path_name(category) if category else None,
        "region_code": region,
        "region_name": _region_name(region, directory),
        "title": petition.title,
        "received_on": petition.received_on,
        "registered_at": petition.registered_at,
        "anonymous": petition.anonymous,
        "confidential": petition.confidential,
        "urgent": petition.urgent,
        "people_count": petition.people_count,
        "holder": _organ(petition.holder_id, directory),
        "external_ref": petition.external_ref if _is_source(petition, client) else None,
        "version": petition.version,
    }


def full(dossier: Dossier, directory: Directory, client: Client) -> dict[str, Any]:
    petition = dossier.petition
    hidden = not _is_source(petition, client) and (
        petition.confidential or petition.purpose is Purpose.DENUNCIATION
    )
    return {
        **brief(petition, directory, client),
        "content": petition.content,
        "requests": petition.requests,
        "address": petition.address,
        "form": {name: _shown(name, value, hidden=hidden) for name, value in petition.form.items()},
        "particulars": petition.particulars,
        "petitioners": [masked(person, hidden=hidden) for person in dossier.petitioners],
        "respondents": [
            {"kind": each.kind, "name": each.name, "organ_id": each.organ_id, "position": each.position}
            for each in dossier.respondents
        ],
        "supplements": [
            {"id": each.id, "content": each.content, "added_at": each.added_at}
            for each in dossier.supplements
        ],
        "first_handler": _organ(petition.first_handler_id, directory),
        "repeat_of": _repeat_of(dossier),
        "related": [_related(each) for each in dossier.related],
        "final_on": petition.final_on,
        "final_ground": petition.final_ground,
        "deadlines": deadlines_out(dossier.deadlines),
        "executions": [execution_out(each, directory) for each in dossier.executions],
        "cares": _cares(dossier, directory, client),
        "links": links(str(petition.id)) | objection_link(dossier.objection_id),
    }


def tag(shown: Mapping[str, Any]) -> str:
    """Of a petition as :func:`full` shows it: its version; behind a dot, what changes without a new one."""
    clocks = [(clock["rule"], clock["due_on"]) for clock in shown["deadlines"] if clock["provisional"]]
    beside = [*shown["related"], *clocks]
    digest = f".{sha256(to_json(beside)).hexdigest()[:16]}" if beside else ""
    return f"{shown['version']}{digest}"


def _repeat_of(dossier: Dossier) -> UUID | None:
    """Only to those who may see that one too."""
    earlier = {each.petition.id for each in dossier.related if each.relation == "earlier"}
    return dossier.petition.repeat_of if dossier.petition.repeat_of in earlier else None


def _related(each: Related) -> dict[str, Any]:
    return {
        "relation": each.relation,
        "id": each.petition.id,
        "number": each.petition.number,
        "state": each.petition.state,
        "state_name": each.petition.state.chinese,
        "link": each.link.state,
        "ground": each.link.ground,
        "score": each.link.score,
    }


def _shown(name: str, value: object, *, hidden: bool) -> object:
    if hidden and (name in _MASKS or name in _TRACES):
        return None
    return _MASKS[name](str(value)) if name in _MASKS else value


def masked(person: Petitioner, *, hidden: bool = False) -> dict[str, Any]:
    """``hidden``: not even the surname, for it may give a whistle-blower away (信访工作条例 30, 46)."""
    shown: dict[str, Any] = {"name": None, "document_number": None, "phone": None, "address": None}
    if not hidden:
        shown = {
            "name": _masked(person.name, mask_name),
            "document_number": _masked(person.document_number, mask_document),
            "phone": _masked(person.phone, mask_phone),
            "address": _masked(person.address, mask_address),
        }
    return {
        "position": person.position,
        "document_type": person.document_type,
        "representative": person.representative,
        **shown,
    }


def in_clear(person: Petitioner) -> dict[str, Any]:
    return {
        "position": person.position,
        "name": person.name,
        "document_type": person.document_type,
        "document_number": person.document_number,
        "phone": person.phone,
        "address": person.address,
        "representative": person.representative,
        "particulars": person.particulars,
    }


def decision(record: DecisionRecord, directory: Directory, client: Client) -> dict[str, Any]:
    """The stored decision. Reasons that name the accused are for the petition office and discipline alone."""
    body = {name: value for name, value in record.body.items() if name != "held"}  # ours to know
    reasons = body.get("reasons") or []
    if isinstance(reasons, list):
        told = [each for each in reasons if _may_know(client, directory) or not each.get("restricted")]
        body["reasons"] = [{name: each[name] for name in ("rule", "article", "text")} for each in told]
    return {
        **body,
        "confidence": round(record.confidence, 3),
        "needs_triage": record.needs_triage,
        "decided_at": record.decided_at,
        "decided_by": record.decided_by,
        "directory_version": record.directory_version,
        "rules_version": record.rules_version,
    }


def attachment_out(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.id,
        "petition_id": attachment.petition_id,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "added_at": attachment.added_at,
        "links": {"self": f"/v1/attachments/{attachment.id}"},
    }


def care_out(care: Care, directory: Directory) -> dict[str, Any]:
    return {
        "id": care.id,
        "petition_id": care.petition_id,
        "kind": care.kind,
        "given_on": care.given_on,
        "text": care.text,
        "organ": _organ(care.organ_id, directory),
        "recorded_at": care.recorded_at,
    }


def _cares(dossier: Dossier, directory: Directory, client: Client) -> list[dict[str, Any]] | None:
    """For the petition office alone: who is poor, ill or at odds is nobody else's business."""
    if client.role is not ClientRole.PETITION_OFFICE:
        return None
    return [care_out(care, directory) for care in dossier.cares]


def _region_name(code: str | None, directory: Directory) -> str | None:
    known = code is not None and directory.gazetteer.find(code) is not None
    return directory.gazetteer.full_name(code) if code and known else None


def _may_know(client: Client, directory: Directory) -> bool:
    if client.role is ClientRole.PETITION_OFFICE:
        return True
    if client.organ_id is None:
        return False
    return directory.organ(client.organ_id).kind is OrganKind.DISCIPLINE


def _is_source(petition: Petition, client: Client) -> bool:
    return petition.client_id == client.id


def _organ(organ_id: UUID | None, directory: Directory) -> dict[str, Any] | None:
    if organ_id is None:
        return None
    return {"organ_id": organ_id, "name": directory.organ(organ_id).name}


def _masked(value: str | None, mask: Callable[[str], str]) -> str | None:
    return None if value is None else mask(value)
