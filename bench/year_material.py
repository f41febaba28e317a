"""What a simulated city's people bring: our own sixty complaints, each time told by other people."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from services.cli.demo.complaints import Complaint, load_complaints
from services.domain.access import ClientRole
from services.domain.petition import Channel, Purpose, RespondentKind
from services.domain.registration import PetitionerDraft, Registration, RespondentDraft

CHANNELS = {Channel.ONLINE: 44, Channel.HOTLINE: 26, Channel.LETTER: 16, Channel.VISIT: 14}
SOURCES = {
    Channel.ONLINE: ClientRole.PORTAL,
    Channel.HOTLINE: ClientRole.HOTLINE,
    Channel.LETTER: ClientRole.WINDOW,
    Channel.VISIT: ClientRole.WINDOW,
}
SURNAMES, GIVEN = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗曾谢邓彭龚夏",
    "建国秀英志强桂兰立新春梅海燕德明小红文华玉珍永福安平长庚满生铁牛雪松清河冬云友良喜庆",
)
HOW_OFTEN = (
    "已经三个月了。",
    "去年反映过,没有下文。",
    "家里等着解决。",
    "邻居们都可以作证。",
    "材料都还保存着。",
)
REPEATS = 0.04  # of all petitions, how many bring an earlier one again


@dataclass(frozen=True, slots=True)
class Brought:
    """The petition number ``index`` of a year: by which source, from which region, and what it says."""

    index: int
    role: ClientRole
    region_code: str
    registration: Registration
    repeats: bool


class Material:
    """The same seed brings the same; each petition has chances of its own, whatever comes before it."""

    def __init__(self, seed: int, regions: list[str]) -> None:
        self._seed = seed
        self._regions = regions
        self._complaints = [each for each in load_complaints() if not each.repeats]

    def brought(self, index: int, today: date) -> Brought:
        """``today`` is the day on which it is registered; a letter may have lain a few days."""
        chance = random.Random(f"{self._seed}/{index}/what")
        repeats = index > 20 and chance.random() < REPEATS
        author = chance.randrange(index) if repeats else index
        told = random.Random(f"{self._seed}/{author}/text")
        complaint = told.choice(self._complaints)
        channel = chance.choices([*CHANNELS], [*CHANNELS.values()])[0]
        lay = chance.randint(0, 4) if channel is Channel.LETTER else 0
        at_county = channel in (Channel.VISIT, Channel.LETTER) and chance.random() < 0.5
        region = chance.choice(self._regions[1:]) if at_county else self._regions[0]
        registration = Registration(
            channel=channel,
            received_on=today - timedelta(days=lay),
            title=complaint.title,
            content=f"{complaint.content}{told.choice(HOW_OFTEN)}",
            requests=complaint.requests,
            purpose=Purpose(complaint.purpose) if complaint.purpose else None,
            address=complaint.place,
            petitioners=_people(complaint, author, told),
            respondents=_accused(complaint),
            anonymous=not complaint.who,
            confidential=complaint.confidential,
            urgent=complaint.urgent,
            people_count=complaint.people,
            external_ref=f"year-{index:06d}",
        )
        return Brought(index, SOURCES[channel], region, registration, repeats)


def _people(complaint: Complaint, author: int, chance: random.Random) -> tuple[PetitionerDraft, ...]:
    """Made-up people, whom the number of their telephone tells apart."""
    return tuple(
        PetitionerDraft(
            name=chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2)),
            representative=len(complaint.who) > 1,
            phone=f"139{author % 10**6:06d}{position:02d}",
            address=complaint.place,
        )
        for position in range(len(complaint.who))
    )


def _accused(complaint: Complaint) -> tuple[RespondentDraft, ...]:
    accused = complaint.accused
    if accused is None:
        return ()
    return (
        RespondentDraft(RespondentKind(accused["kind"]), accused["name"], position=accused.get("position")),
    )
