"""The sixty complaints (``complaints.toml``), each as the body that its channel sends."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Complaint:
    """``kind`` is what its author thinks it is; the system sorts it by itself. See the file's head."""

    key: str
    kind: str
    channel: str
    title: str
    content: str
    who: tuple[str, ...]
    phone: str | None = None
    requests: str | None = None
    place: str | None = None
    id: str | None = None
    people: int | None = None
    purpose: str | None = None
    mailbox: str = "portal"
    days_ago: int = 0
    repeats: str | None = None
    urgent: bool = False
    confidential: bool = False
    accused: dict[str, str] | None = None

    def body(self, *, reference: str, now: datetime) -> dict[str, Any]:
        """The registration body. ``reference`` is the source's own number, ``now`` with a time zone."""
        body: dict[str, Any] = {
            "channel": self.channel,
            self.channel: self._block(reference, now),
            "title": self.title,
            "content": self.content,
            "requests": self.requests,
            "purpose": self.purpose,
            "place": {"address": self.place} if self.place else None,
            "petitioners": [self._person(position) for position in range(len(self.who))],
            "respondents": [self.accused] if self.accused else [],
            "anonymous": not self.who,
            "confidential": self.confidential,
            "urgent": self.urgent,
            "people_count": self.people,
            "external_ref": None if self.channel == "hotline" else reference,
        }
        return {name: value for name, value in body.items() if value is not None}

    def _block(self, reference: str, now: datetime) -> dict[str, Any]:
        moment = now.isoformat()
        if self.channel == "letter":
            received: date = now.date() - timedelta(days=self.days_ago)
            return {"received_on": received.isoformat(), "addressee": "市长"}
        if self.channel == "visit":
            return {"visited_at": moment, "place": "市联合接访中心", "people_count": len(self.who) or 1}
        if self.channel == "hotline":
            return {"work_order_no": reference, "called_at": moment, "operator": "1024"}
        return {"mailbox": self.mailbox}

    def _person(self, position: int) -> dict[str, Any]:
        person: dict[str, Any] = {"name": self.who[position], "representative": len(self.who) > 1}
        if position == 0 and self.phone:
            person["phone"] = self.phone
        if position == 0 and self.id:
            person["id_document"] = {"type": "resident_id", "number": self.id}
        if self.place:
            person["address"] = self.place
        return person


def load_complaints() -> list[Complaint]:
    """In the file's order. Whoever gives a name has a telephone; one name is one person, with one number."""
    text = resources.files(__package__).joinpath("complaints.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)["complaint"]
    phones = _phones(entry["who"][0] for entry in entries if entry["who"])
    return [
        Complaint(
            **{**entry, "who": tuple(entry["who"])},
            phone=phones[entry["who"][0]] if entry["who"] else None,
        )
        for entry in entries
    ]


def _phones(names: Iterable[str]) -> dict[str, str]:
    """Made-up numbers, in a block with zeros that nobody is known to have."""
    return {name: f"1390000{1000 + index:04d}" for index, name in enumerate(dict.fromkeys(names))}
