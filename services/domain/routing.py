"""What routing is asked and what it answers: the matter, and the decision with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.domain.dispatch import Mode
from services.domain.petition import Channel, Path, Petition, Purpose, Respondent, RespondentKind
from services.domain.reading import read
from services.domain.registration import title_of


class GivenRespondent(NamedTuple):
    """A respondent as the source names it; ``position`` (职务) often tells the organ of a person."""

    kind: RespondentKind
    name: str
    organ_id: UUID | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """The facts that routing may look at: never who the petitioner is."""

    title: str
    content: str
    office_region: str
    channel: Channel = Channel.ONLINE
    requests: str | None = None
    address: str | None = None
    region_code: str | None = None
    category_code: str | None = None
    purpose: Purpose | None = None
    confidential: bool = False
    urgent: bool = False
    respondents: tuple[GivenRespondent, ...] = ()

    @classmethod
    def brought(cls, content: str, *, title: str | None, office_region: str, **more: Any) -> Matter:
        """As it would be registered: without a title it gets one."""
        return cls(title=title or title_of(content), content=content, office_region=office_region, **more)

    @classmethod
    def of(cls, petition: Petition, respondents: Sequence[Respondent], more: str = "") -> Matter:
        """Of a stored petition; ``more`` is the text of its supplements."""
        return cls(
            title=petition.title,
            content=f"{petition.content}\n{more}" if more else petition.content,
            office_region=petition.office_region,
            channel=petition.channel,
            requests=petition.requests,
            address=petition.address,
            region_code=petition.region_code,
            category_code=petition.category_code,
            purpose=petition.purpose,
            confidential=petition.confidential,
            urgent=petition.urgent,
            respondents=tuple(
                GivenRespondent(each.kind, each.name, each.organ_id, each.position) for each in respondents
            ),
        )

    def facts(self, supplements: int) -> dict[str, object]:
        """What was known when the decision was made, and is written over by it; ``supplements``: how many.

        With these and the texts it can be made again.
        """
        return {
            "purpose": self.purpose.value if self.purpose else None,
            "category_code": self.category_code,
            "region_code": self.region_code,
            "confidential": self.confidential,
            "urgent": self.urgent,
            "respondents": [str(each.organ_id) if each.organ_id else None for each in self.respondents],
            "supplements": supplements,
        }

    @classmethod
    def as_known(
        cls,
        petition: Petition,
        respondents: Sequence[Respondent],
        supplements: Sequence[str],
        facts: Mapping[str, Any],
    ) -> Matter:
        """Of a stored petition as it was when a decision with these :meth:`facts` was made."""
        more = "\n".join(supplements[: facts["supplements"]])
        given = tuple(
            GivenRespondent(each.kind, each.name, UUID(organ_id) if organ_id else None, each.position)
            for each, organ_id in zip(respondents, facts["respondents"], strict=False)
        )
        return replace(
            cls.of(petition, (), more),
            purpose=Purpose(facts["purpose"]) if facts["purpose"] else None,
            category_code=facts["category_code"],
            region_code=facts["region_code"],
            confidential=facts["confidential"],
            urgent=facts.get("urgent", False),  # decisions from before it was heard do not have it
            respondents=given,
        )

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.content, self.requests) if part)

    def as_read(self) -> Matter:
        """Its texts and names as they are read (see ``reading``): for deciding only."""
        sent = (self.title, self.content, self.requests or "", self.address or "")
        title, content, requests, address = found = tuple(map(read, sent))
        if found == sent and not self.respondents:
            return self  # as nearly all are
        return replace(
            self,
            title=title,
            content=content,
            requests=requests or None,
            address=address or None,
            respondents=tuple(
                each._replace(name=read(each.name), position=read(each.position) if each.position else None)
                for each in self.respondents
            ),
        )


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the decision, for a clerk to read. ``restricted``: it names the accused (R6)."""

    rule: str
    article: str
    text: str
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    organ_id: UUID
    name: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom the petition goes to. ``lead_id`` is None only when a person must decide. ``held``: it may accuse
    somebody whom no rule can tell, so until a person has looked nobody learns of it.
    """

    lead_id: UUID | None
    lead: Mapping[str, object] | None
    co: tuple[Mapping[str, object], ...]
    co_ids: tuple[UUID, ...]
    mode: Mode
    report_due: date | None
    purpose: Purpose
    path: Path | None
    urgent: bool
    region_code: str | None
    category_code: str | None
    region: Mapping[str, object]
    category: Mapping[str, object]
    confidence: float
    needs_triage: bool
    suggestions: tuple[Suggestion, ...]
    reasons: tuple[Reason, ...]
    respondent_organ_ids: tuple[UUID | None, ...]
    accused_organ_ids: tuple[UUID, ...]
    directory_version: int
    rules_version: str
    held: bool = False

    def as_json(self) -> dict[str, object]:
        """The shape of the API's decision; whoever shows it leaves out ``restricted`` reasons."""
        return {
            "lead": self.lead,
            "co": list(self.co),
            "mode": self.mode.value,
            "purpose": self.purpose.value,
            "path": self.path.value if self.path else None,
            "urgent": self.urgent,
            "region": self.region,
            "category": self.category,
            "confidence": round(self.confidence, 3),
            "needs_triage": self.needs_triage,
            **({"held": True} if self.held else {}),
            "suggestions": [
                {
                    "organ_id": str(each.organ_id),
                    "name": each.name,
                    "score": each.score,
                    "reason": each.reason,
                }
                for each in self.suggestions
            ],
            "reasons": [
                {"rule": each.rule, "article": each.article, "text": each.text, "restricted": each.restricted}
                for each in self.reasons
            ],
        }
