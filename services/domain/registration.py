"""The registration: what any of the four channels must bring, and what it is refused for."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.domain.own_limit import Limit
from services.domain.petition import Channel, Purpose, RespondentKind
from services.domain.refusal import Refusal
from services.domain.statute import Ground

_SENTENCE = re.compile("[。\uff01\uff1f\uff1b!?;\n]")
TITLE_CHARS = 40


@dataclass(frozen=True, slots=True)
class PetitionerDraft:
    name: str | None
    representative: bool = False
    document_type: str | None = None
    document_number: str | None = None
    phone: str | None = None
    address: str | None = None
    particulars: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RespondentDraft:
    kind: RespondentKind
    name: str
    organ_id: UUID | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """One petition as a channel hands it in; every text is cleaned and every number normalised before."""

    channel: Channel
    received_on: date
    title: str
    content: str
    requests: str | None = None
    form: Mapping[str, object] = field(default_factory=dict)
    particulars: Mapping[str, object] = field(default_factory=dict)
    purpose: Purpose | None = None
    category_code: str | None = None
    region_code: str | None = None
    address: str | None = None
    petitioners: tuple[PetitionerDraft, ...] = ()
    respondents: tuple[RespondentDraft, ...] = ()
    anonymous: bool = False
    confidential: bool = False
    urgent: bool = False
    people_count: int | None = None
    external_ref: str | None = None
    own_limit: Limit | None = None

    @property
    def people(self) -> int:
        return max(self.people_count or 1, len(self.petitioners), 1)


class TooManyRepresentatives(Refusal):
    """多人提出共同信访事项的,应当推选代表,代表人数不得超过{most}人;现有{count}人({article})。"""

    english = "At most {most} representatives may be chosen for this joint petition; {count} are given."


class ReceivedInFuture(Refusal):
    """收到日期{received_on}晚于今天{today},请核对。"""

    english = "The date of receipt {received_on} lies after today, {today}."


class PetitionerNeeded(Refusal):
    """请至少填写一名信访人;不愿具名的,请将 anonymous 设为 true。"""

    english = "Give at least one petitioner, or set anonymous to true."


def check(registration: Registration, *, joint_visit: Ground | None, today: date) -> None:
    """Refuse what the law does not let in: it names the rule, and nothing is stored.

    ``joint_visit`` is the pack's ground A7. Fewer representatives of few people are a rule of visits alone.
    """
    if joint_visit is not None:
        _check_representatives(registration, joint_visit)
    if registration.received_on > today:
        raise ReceivedInFuture(received_on=registration.received_on, today=today)
    if not registration.petitioners and not registration.anonymous:
        raise PetitionerNeeded()


def _check_representatives(registration: Registration, joint_visit: Ground) -> None:
    count = sum(person.representative for person in registration.petitioners)
    visit = registration.channel is Channel.VISIT
    most = joint_visit.most_representatives(registration.people if visit else sys.maxsize)
    if count > most:
        raise TooManyRepresentatives(count=count, most=most, article=joint_visit.citation)


def title_of(content: str) -> str:
    """The first sentence of what was said, at most 40 characters: few give a title on the phone."""
    first = _SENTENCE.split(content.strip(), maxsplit=1)[0].strip() or content.strip()
    line = " ".join(first.split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 1] + "…"
