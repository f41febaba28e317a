"""Which domain value lives in which table, and which of its fields are sealed."""

from __future__ import annotations

from services.adapters.store.mapping import Mapped
from services.adapters.store.tables import access, calendar, chain, dispatch, inbox, ledger, paper, petition
from services.adapters.store.tables import directory as directory_tables
from services.domain.access import Client, Shield
from services.domain.deadline import Deadline
from services.domain.decision import DecisionRecord
from services.domain.dispatch import Dispatch, Objection
from services.domain.dispute import Dispute
from services.domain.execution import Execution
from services.domain.holiday_notice import LoadedNotice
from services.domain.identity import index_document, index_name
from services.domain.inbox import InboxEntry
from services.domain.issued_paper import IssuedPaper
from services.domain.ledger import Event
from services.domain.opinion import Notice, Opinion
from services.domain.organ import Organ
from services.domain.petition import (
    Attachment,
    Callback,
    Care,
    Evaluation,
    Petition,
    Petitioner,
    Respondent,
    Supplement,
)
from services.domain.recommendation import Recommendation
from services.domain.recusal import Recusal
from services.domain.review import Review
from services.domain.same_matter import Link


def _same(text: str) -> str:
    return text


PETITIONS = Mapped(
    Petition,
    petition.petitions,
    sealed=("title", "content", "requests", "form", "particulars", "address"),
)
PETITIONERS = Mapped(
    Petitioner,
    petition.petitioners,
    sealed=("name", "document_number", "phone", "address", "particulars"),
    indexed={"name": index_name, "document_number": index_document, "phone": _same},
)
RESPONDENTS = Mapped(Respondent, petition.respondents, sealed=("name", "position"))
SUPPLEMENTS = Mapped(Supplement, petition.supplements, sealed=("content",))
ATTACHMENTS = Mapped(Attachment, petition.attachments, sealed=("name",))
EVALUATIONS = Mapped(Evaluation, petition.evaluations, sealed=("reason",))
CALLBACKS = Mapped(Callback, petition.callbacks, sealed=("remark",))
CARES = Mapped(Care, petition.cares, sealed=("text",))
LINKS = Mapped(Link, petition.links)
SHIELDS = Mapped(Shield, petition.shields)
DECISIONS = Mapped(DecisionRecord, dispatch.decisions)
DISPATCHES = Mapped(Dispatch, dispatch.dispatches)
DISPUTES = Mapped(Dispute, dispatch.disputes, sealed=("reason", "decision_reason"))
OBJECTIONS = Mapped(Objection, dispatch.objections, sealed=("reason", "decision_reason"))
RECUSALS = Mapped(
    Recusal,
    dispatch.recusals,
    sealed=("officer", "post", "reason", "decided_by", "decision_reason"),
)
RECOMMENDATIONS = Mapped(Recommendation, dispatch.recommendations, sealed=("text", "answer"))
OPINIONS = Mapped(
    Opinion,
    chain.opinions,
    sealed=(
        "facts", "reasons", "legal_basis", "decision", "remedy", "differs_because", "confirmed_by",
    ),
)  # fmt: skip
EXECUTIONS = Mapped(Execution, chain.executions, sealed=("report",))
NOTICES = Mapped(Notice, chain.notices, sealed=("text", "directed_to"))
REVIEWS = Mapped(Review, chain.reviews, sealed=("reason", "late_cause", "late_approved_by"))
PAPERS = Mapped(IssuedPaper, paper.papers, sealed=("content",))
DEADLINES = Mapped(Deadline, chain.deadlines)
EVENTS = Mapped(Event, ledger.events)
INBOX = Mapped(InboxEntry, inbox.inbox_entries)
CLIENTS = Mapped(Client, access.clients)
HOLIDAY_NOTICES = Mapped(LoadedNotice, calendar.holiday_notices)
ORGANS = Mapped(Organ, directory_tables.organs)
