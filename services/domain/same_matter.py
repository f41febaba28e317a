"""Whether two petitions are of the same people on the same facts and reasons (信访工作条例 19, 36).

By person, matter, place and text, as a score from 0 to 1 with its grounds, in words for the clerk who
decides: no petition is refused by a score. People are compared by blind indexes of what identifies them.
Nothing is kept about a person, only that one petition may repeat another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.domain.deadline import Deadline, ran_out
from services.domain.number import parse_number
from services.domain.petition import Petition, Purpose, State
from services.domain.refusal import InvalidField
from services.domain.statute import RulePack
from services.domain.text import overlap, shingles


class Person(StrEnum):
    """How the people of two petitions match, at best."""

    DOCUMENT = "document"
    PHONE_AND_NAME = "phone_and_name"
    PHONE = "phone"
    NAME = "name"


SAME_PERSON = frozenset({Person.DOCUMENT, Person.PHONE_AND_NAME})
# Person and text decide alike; matter and place, which many share, only help. They add up to 1.
PERSON_WEIGHTS = {Person.DOCUMENT: 0.4, Person.PHONE_AND_NAME: 0.35, Person.PHONE: 0.15, Person.NAME: 0.1}
TEXT_WEIGHT = 0.4
MATTER_WEIGHT = 0.1
PLACE_WEIGHT = 0.1
# Whoever writes down the number of the earlier petition speaks of it, though perhaps to say something new.
QUOTED_WEIGHT = 0.4

SCORE_NEEDED = 0.65
"""Reached by the same person with the same matter in other words, not by two matters of one village."""

LIKENESS_NEEDED = 0.2
"""Share of pairs of characters in common: of two letters on one matter some 0.3, on two matters 0.1."""

RUN = 2  # pairs: a letter written anew keeps its words, and few of its longer runs
MOST_QUOTED = 5
MOST_PEOPLE = 10
"""Of a joint petition only so many of the first named are looked for."""

_PERSON_WORDS = {
    Person.DOCUMENT: "信访人证件号码相同",
    Person.PHONE_AND_NAME: "信访人姓名、电话均相同",
    Person.PHONE: "仅电话相同,姓名或者证件不同,可能为家人或者他人代为提出",
    Person.NAME: "仅姓名相同,可能为重名",
}
_GAP = r"[\s\-\u2010-\u2015\u2212\uff0d]*"
_NUMBER = re.compile(rf"(?<!\d)\d{{6}}{_GAP}\d{{8}}{_GAP}\d{{6,11}}{_GAP}\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Identity:
    """One petitioner by what identifies them: values that are equal when the plain ones are."""

    document: bytes | None = None
    phone: bytes | None = None
    name: bytes | None = None

    def match(self, other: Identity) -> Person | None:
        if self.document and self.document == other.document:
            return Person.DOCUMENT
        same_name = self.name is not None and self.name == other.name
        if self.phone and self.phone == other.phone:
            two_people = self.document and other.document
            return Person.PHONE_AND_NAME if same_name and not two_people else Person.PHONE
        return Person.NAME if same_name else None


@dataclass(frozen=True, slots=True)
class People:
    """Who brings a petition; not ``known``: none of them is on an earlier one, as was looked for already."""

    identities: Sequence[Identity]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """One ground of a score: ``weight`` is its share of it, ``text`` says it to a clerk."""

    what: str
    weight: float
    text: str

    def as_json(self) -> dict[str, object]:
        return {"what": self.what, "weight": self.weight, "text": self.text}


@dataclass(frozen=True, slots=True)
class Likeness:
    """``same_person``: shown well enough to speak of a repetition. ``recognised``: and of the same matter."""

    score: float
    evidence: tuple[Evidence, ...]
    same_person: bool
    recognised: bool


class LinkState(StrEnum):
    NOTED = "noted"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Difference(StrEnum):
    """Why a person sends on what was proposed not to be accepted."""

    NEW_FACTS = "new_facts"
    NEW_REQUEST = "new_request"
    OTHER_MATTER = "other_matter"


@dataclass(slots=True)
class Link:
    """That ``petition_id`` may repeat ``earlier_id``, why, and what a person decided about it.

    ``ground`` is the rule of non-acceptance that is proposed or was stated, None where the law has none.
    ``evidence``: the grounds of the score, as :meth:`Evidence.as_json` puts them.
    """

    id: UUID
    petition_id: UUID
    earlier_id: UUID
    state: LinkState
    ground: str | None
    score: float
    same_person: bool
    evidence: tuple[Mapping[str, object], ...]
    found_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    difference: Difference | None = None


def best_match(mine: Iterable[Identity], theirs: Sequence[Identity]) -> Person | None:
    """The strongest match of anybody here with anybody there."""
    found = {one.match(other) for one in mine for other in theirs}
    return next((kind for kind in Person if kind in found), None)


def quoted_numbers(text: str) -> tuple[str, ...]:
    """The petition numbers that a text writes down, the first few, as they are stored."""
    numbers: list[str] = []
    for found in _NUMBER.finditer(text):
        try:
            numbers.append(str(parse_number(found.group())))
        except InvalidField:
            continue  # some other long number
    return tuple(dict.fromkeys(numbers))[:MOST_QUOTED]


def words_of(petition: Petition) -> str:
    return "\n".join(part for part in (petition.title, petition.content, petition.requests) if part)


def compare(petition: Petition, earlier: Petition, person: Person | None, *, quoted: bool) -> Likeness:
    """The score of a petition against an earlier one. ``quoted``: it writes down the earlier one's number.

    Without any sign that the people are the same, like words are a joint letter, not a repetition.
    """
    mine, theirs = shingles(words_of(petition), RUN), shingles(words_of(earlier), RUN)
    likeness = overlap(mine, theirs)
    evidence = [
        *_of_person(person),
        *_of_number(earlier, quoted=quoted),
        _of_text(likeness, mine, theirs),
        *_of_matter(petition.category_code, earlier.category_code),
        *_of_place(petition.region_code, earlier.region_code),
    ]
    score = round(min(1.0, sum(each.weight for each in evidence)), 3)
    same_person = person in SAME_PERSON or (quoted and person is not None)
    same_matter = quoted or likeness >= LIKENESS_NEEDED
    recognised = same_person and same_matter and score >= SCORE_NEEDED
    return Likeness(score, tuple(evidence), same_person, recognised)


def _of_person(person: Person | None) -> list[Evidence]:
    if person is None:
        return []
    return [Evidence(person.value, PERSON_WEIGHTS[person], _PERSON_WORDS[person])]


def _of_number(earlier: Petition, *, quoted: bool) -> list[Evidence]:
    return [Evidence("quoted_number", QUOTED_WEIGHT, f"本件写明了原件编号{earlier.number}")] if quoted else []


def _of_text(likeness: float, mine: frozenset[str], theirs: frozenset[str]) -> Evidence:
    """With what is new in it: that is where new facts and requests are found (36)."""
    new = 1 - len(mine & theirs) / len(mine) if mine else 0.0
    text = f"文字相似度{likeness:.0%};本件约{new:.0%}的内容为原件所无"
    return Evidence("text", round(TEXT_WEIGHT * likeness, 3), text)


def _of_matter(mine: str | None, theirs: str | None) -> list[Evidence]:
    if not mine or not theirs or mine[:2] != theirs[:2]:
        return []
    if mine == theirs:
        return [Evidence("category", MATTER_WEIGHT, "内容分类相同")]
    return [Evidence("category", MATTER_WEIGHT / 2, "内容分类的大类相同")]


def _of_place(mine: str | None, theirs: str | None) -> list[Evidence]:
    """Same place, or the same county (the first six digits of its code)."""
    if not mine or not theirs or mine[:6] != theirs[:6]:
        return []
    if mine == theirs:
        return [Evidence("region", PLACE_WEIGHT, "事发地相同")]
    return [Evidence("region", PLACE_WEIGHT / 2, "事发地在同一县(市、区)")]


IN_HAND = frozenset({
    State.DISPATCHED, State.OBJECTED, State.DISPUTED, State.ACCEPTED, State.OPINION_ISSUED,
    State.UNDER_REVIEW, State.REVIEW_ISSUED, State.UNDER_RE_REVIEW, State.RE_REVIEW_ISSUED,
})  # fmt: skip
_OBLIGATIONS = frozenset({"D1", "D2", "D3", "D5", "DR", "D8", "D10"})
_WINDOWS = frozenset({"D7", "D9"})


@dataclass(frozen=True, slots=True)
class Standing:
    """The ground on which a repetition of a petition is not accepted, and why, to a clerk."""

    ground: str
    text: str


def standing(
    earlier: Petition, clocks: Iterable[Deadline], pack: RulePack, *, now: datetime
) -> Standing | None:
    """What the law says to who brings ``earlier`` again on the same facts and reasons; None: nothing.

    A1 while it is handled within its periods, or its answer can be reviewed (条例 19, 山东 33); not once an
    organ is late with it. After its end the pack says: A2 after 复核 (36; 山东 46, 浙江 25 add an agreement
    carried out), A3 when the time to ask for review ran out (山东 46, 浙江 25, 北京 37). A withdrawal or a
    refusal bars nobody. ``clocks`` are all of the earlier petition.
    """
    if earlier.state is State.FINAL:
        ground = pack.ground_after(earlier.final_ground)
        return Standing(ground.id, f"原件已于{earlier.final_on}终结") if ground else None
    running = [clock for clock in clocks if clock.state.open]
    if earlier.state in IN_HAND:
        owed = [clock for clock in running if clock.rule in _OBLIGATIONS]
        if any(clock.due_at <= now for clock in owed):
            return None
        until = f",期限至{_last(owed)}" if owed else ""
        return Standing("A1", f"原件{earlier.state.chinese}{until}")
    if earlier.state in (State.ANSWERED, State.REVIEW_ANSWERED):
        return _of_window([clock for clock in running if clock.rule in _WINDOWS], now)
    return None


def _of_window(windows: Sequence[Deadline], now: datetime) -> Standing | None:
    """The petitioner's time for the next tier, which a timer may not have closed yet."""
    if not windows:
        return None
    last = _last(windows)
    if all(ran_out(clock, now=now) for clock in windows):
        return Standing("A3", f"原件已答复,请求复查、复核的期限已于{last}届满")
    return Standing("A1", f"原件已答复,信访人可以在{last}前请求复查、复核")


def _last(clocks: Sequence[Deadline]) -> date:
    return max(clock.due_on for clock in clocks)


def open_to_readers(petition: Petition) -> bool:
    """Whether those who have another petition of the same person may hear of this one (30, 46).

    A denunciation or a confidential petition is never told by a repetition, nor refused as one.
    """
    return petition.purpose is not Purpose.DENUNCIATION and not petition.confidential


def comparable(petition: Petition, earlier: Petition) -> bool:
    """Whether the law lets the one be refused for the other: both open, and of one purpose (29, 31)."""
    both_open = open_to_readers(petition) and open_to_readers(earlier)
    return both_open and petition.purpose is earlier.purpose
