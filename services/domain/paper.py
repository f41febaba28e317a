"""The papers (文书): their kinds, their numbers, and what stands on one.

A paper is made of what it says and of nothing else: from its ``content`` the same pages can be set again.
What each kind must state is written in ``paper_notice``, ``paper_opinion`` and ``paper_record``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from services.domain.paper_words import chinese_date, paragraphs, typeset
from services.domain.petition import Channel, Petition, Petitioner
from services.domain.refusal import Refusal


class PaperKind(StrEnum):
    """The papers of a petition, in the order in which one may come to need them."""

    ACCEPTANCE = "acceptance"
    DECLINE = "decline"
    NO_LONGER_ACCEPTED = "no_longer_accepted"
    EXTENSION = "extension"
    REFERRAL = "referral"
    ASSIGNMENT = "assignment"
    OPINION = "opinion"
    REVIEW_OPINION = "review_opinion"
    RE_REVIEW_OPINION = "re_review_opinion"
    HEARING = "hearing"
    SERVICE = "service"
    FINALITY = "finality"
    HANDBOOK = "handbook"

    @property
    def heading(self) -> str:
        return _TITLES[self]

    @property
    def mark(self) -> str:
        """The word that stands for the kind in a paper's number."""
        return _MARKS[self]

    @property
    def between_organs(self) -> bool:
        """函: set as a letter (信函格式), with copies, and never handed to the petitioner."""
        return self in (PaperKind.REFERRAL, PaperKind.ASSIGNMENT)

    @property
    def kept_on_file(self) -> bool:
        """Never handed to the petitioner: the letters between organs, and the proofs of service."""
        return self.between_organs or self is PaperKind.SERVICE

    @property
    def served(self) -> bool:
        """意见书: its service opens the petitioner's period, and is recorded (信访工作条例 35, 36)."""
        return self in (PaperKind.OPINION, PaperKind.REVIEW_OPINION, PaperKind.RE_REVIEW_OPINION)


_TITLES: Final = {
    PaperKind.ACCEPTANCE: "信访事项受理告知书",
    PaperKind.DECLINE: "信访事项不予受理告知书",
    PaperKind.NO_LONGER_ACCEPTED: "信访事项不再受理告知书",
    PaperKind.EXTENSION: "信访事项延期办理告知书",
    PaperKind.REFERRAL: "信访事项转送函",
    PaperKind.ASSIGNMENT: "信访事项交办函",
    PaperKind.OPINION: "信访处理意见书",
    PaperKind.REVIEW_OPINION: "信访事项复查意见书",
    PaperKind.RE_REVIEW_OPINION: "信访事项复核意见书",
    PaperKind.HEARING: "信访事项听证通知书",
    PaperKind.SERVICE: "送达回证",
    PaperKind.FINALITY: "信访事项终结证明",
    PaperKind.HANDBOOK: "信访事项诉求手册",
}
_MARKS: Final = {
    PaperKind.ACCEPTANCE: "受",
    PaperKind.DECLINE: "不受",
    PaperKind.NO_LONGER_ACCEPTED: "不再受",
    PaperKind.EXTENSION: "延",
    PaperKind.REFERRAL: "转",
    PaperKind.ASSIGNMENT: "交",
    PaperKind.OPINION: "处",
    PaperKind.REVIEW_OPINION: "查",
    PaperKind.RE_REVIEW_OPINION: "核",
    PaperKind.HEARING: "听",
    PaperKind.SERVICE: "回",
    PaperKind.FINALITY: "结",
    PaperKind.HANDBOOK: "册",
}


class PaperIncomplete(Refusal):
    """《{title}》缺少{what},不能出具。"""

    english = "The paper '{title}' lacks {what} and cannot be issued."


@dataclass(frozen=True, slots=True)
class PaperNumber:
    """发文字号: 赫山信受〔2026〕12号. ``organ_word`` is the organ's 代字; ``sequence`` counts from 1.

    Each organ counts each kind anew every year, without gaps: the number is taken in the transaction that
    stores the paper.
    """

    organ_word: str
    kind: PaperKind
    year: int
    sequence: int

    def __post_init__(self) -> None:
        if not self.organ_word or re.search(r"[\s〔〕]", self.organ_word):
            raise ValueError(f"{self.organ_word!r} cannot stand in a paper's number")
        if self.sequence < 1 or not 1949 <= self.year <= 9999:
            raise ValueError(f"no paper is the {self.sequence}th of {self.year}")

    def __str__(self) -> str:
        word = self.organ_word.removesuffix(
            "信"
        )  # 益信 is the petition office's own word: 益信受, not 益信信受
        return f"{word}信{self.kind.mark}〔{self.year}〕{self.sequence}号"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who issues a paper, under which number, on which day, and whom to ask about it.

    ``itself``: how it speaks of itself, 本机关 or, an enterprise or institution, 本单位. What is not
    numbered, such as a handbook, bears the petition's number instead.
    """

    organ: str
    number: PaperNumber | str
    issued_on: date
    contact: str | None = None
    phone: str | None = None
    itself: str = "本机关"


@dataclass(frozen=True, slots=True)
class Matter:
    """What a paper says of the petition it is about."""

    number: str
    title: str
    channel: Channel
    received_on: date
    petitioners: tuple[str, ...]
    people_count: int = 1

    @property
    def names(self) -> str:
        """Up to five names (信访工作条例 20: 代表人数不得超过5人), the others counted; 信访人 for none."""
        if not self.petitioners:
            return "信访人"
        shown = "、".join(self.petitioners[:MOST_NAMES])
        count = max(self.people_count, len(self.petitioners))
        return f"{shown}等{count}人" if count > min(len(self.petitioners), MOST_NAMES) else shown

    @property
    def you(self) -> str:
        return "您" if max(self.people_count, len(self.petitioners)) == 1 else "你们"

    @property
    def channel_name(self) -> str:
        return _CHANNEL_NAMES[self.channel]

    @property
    def brought(self) -> str:
        """2026年11月16日通过走访提出的“…”信访事项（信访件编号…）."""
        return (
            f"{chinese_date(self.received_on)}通过{self.channel_name}提出的“{self.title}”"
            f"信访事项（信访件编号{self.number}）"
        )


MOST_NAMES: Final = 5
_CHANNEL_NAMES: Final = {
    Channel.LETTER: "书信",
    Channel.VISIT: "走访",
    Channel.ONLINE: "网络",
    Channel.HOTLINE: "电话",
}


def matter(petition: Petition, petitioners: Sequence[Petitioner]) -> Matter:
    """The petition as its papers name it: representatives first, then in the order of registration."""
    ordered = sorted(petitioners, key=lambda each: (not each.representative, each.position))
    return Matter(
        number=petition.number,
        title=petition.title,
        channel=petition.channel,
        received_on=petition.received_on,
        petitioners=tuple(each.name for each in ordered if each.name),
        people_count=petition.people_count,
    )


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a paper: running text, or rows of a name and what stands beside it."""

    title: str = ""
    paragraphs: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, ready to be set.

    ``recipient`` is the 主送, ``enclosures`` the 附件, ``remarks`` the 附注, ``copies_to`` the 抄送;
    ``follow_url`` becomes a QR code.
    ``cover`` are the rows on the handbook's cover.
    """

    kind: PaperKind
    number: str
    organ: str
    issued_on: date
    sections: tuple[Section, ...]
    recipient: str | None = None
    enclosures: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    copies_to: tuple[str, ...] = ()
    follow_url: str | None = None
    cover: tuple[tuple[str, str], ...] = ()

    def content(self) -> dict[str, object]:
        """As JSON: what is stored beside the PDF and what the PDF is set from."""
        return {
            "kind": self.kind.value,
            "title": self.kind.heading,
            "number": self.number,
            "organ": self.organ,
            "issued_on": self.issued_on.isoformat(),
            "recipient": self.recipient,
            "sections": [
                {
                    "title": each.title,
                    "paragraphs": list(each.paragraphs),
                    "rows": [list(r) for r in each.rows],
                }
                for each in self.sections
            ],
            "enclosures": list(self.enclosures),
            "remarks": list(self.remarks),
            "copies_to": list(self.copies_to),
            "follow_url": self.follow_url,
            "cover": [list(row) for row in self.cover],
        }


def read_paper(content: Mapping[str, object]) -> Paper:
    """The paper again from its stored content. Raises KeyError or ValueError if it is none."""
    sections = _list(content["sections"])
    return Paper(
        kind=PaperKind(str(content["kind"])),
        number=str(content["number"]),
        organ=str(content["organ"]),
        issued_on=date.fromisoformat(str(content["issued_on"])),
        sections=tuple(_section(each) for each in sections),
        recipient=_text(content["recipient"]),
        enclosures=tuple(str(each) for each in _list(content["enclosures"])),
        remarks=tuple(str(each) for each in _list(content["remarks"])),
        copies_to=tuple(str(each) for each in _list(content["copies_to"])),
        follow_url=_text(content["follow_url"]),
        cover=_rows(content["cover"]),
    )


def write(
    kind: PaperKind,
    head: Letterhead,
    sections: Sequence[Section],
    *,
    recipient: str | None = None,
    enclosures: Sequence[str] = (),
    remarks: Sequence[str] = (),
    copies_to: Sequence[str] = (),
    follow_url: str | None = None,
    cover: Sequence[tuple[str, str]] = (),
) -> Paper:
    """Put a paper together: punctuation made Chinese, the people to ask in the 附注, empty parts refused."""
    for section in sections:
        if not any(each.strip() for each in section.paragraphs) and not section.rows:
            raise PaperIncomplete(title=kind.heading, what=section.title or "正文")
    asked = "，".join(part for part in (head.contact and f"联系人：{head.contact}",
                                       head.phone and f"联系电话：{head.phone}") if part)  # fmt: skip
    return Paper(
        kind=kind,
        number=str(head.number),
        organ=head.organ,
        issued_on=head.issued_on,
        sections=tuple(
            Section(each.title, paragraphs(*each.paragraphs), tuple((a, typeset(b)) for a, b in each.rows))
            for each in sections
        ),
        recipient=recipient,
        enclosures=tuple(typeset(each) for each in enclosures),
        remarks=tuple(typeset(each) for each in (*remarks, *([asked] if asked else []))),
        copies_to=tuple(typeset(each) for each in copies_to),
        follow_url=follow_url,
        cover=tuple((name, typeset(text)) for name, text in cover),
    )


def _section(value: object) -> Section:
    if not isinstance(value, Mapping):
        raise ValueError(f"no section of a paper: {value!r}")
    lines = tuple(str(each) for each in _list(value["paragraphs"]))
    return Section(str(value["title"]), lines, _rows(value["rows"]))


def _rows(value: object) -> tuple[tuple[str, str], ...]:
    pairs = [_list(each) for each in _list(value)]
    return tuple((str(name), str(text)) for name, text in pairs)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"a list was expected in a paper: {value!r}")
    return value


def _text(value: object) -> str | None:
    return None if value is None else str(value)
