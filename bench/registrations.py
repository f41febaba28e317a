"""Registrations as a portal sends them: some 2 KB of Chinese JSON, persons and numbers always new."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bench.wire import Address
from services.domain.identity import gb_11643_check

PATH = "/v1/petitions"
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", "建国秀英志强桂兰明辉丽华文军海燕"
BORN_FROM, BIRTHDAYS, SERIALS = date(1950, 1, 1), 18_000, 999
LONG = (
    "为此我们先后到镇、县有关部门当面反映,每次都作了登记,工作人员说会转给主管单位研究,但一直没有人到现场看过,"
    "也没有书面答复。附近住户共有四十六户,其中老人和孩子二十多人,大家愿意配合调查,可以提供照片、录音和收据。"
    "我们理解基层工作辛苦,只希望有一个明确的时间和负责的人,不要再让大家来回跑。"
)
MATTERS = (
    (
        "主街路灯坏了半年没人修",
        "镇上主街二十多盏路灯不亮,已经半年,晚上一片漆黑,上个月有老人摔伤。",
        "请尽快维修路灯。",
        "赫山区沧水铺镇",
    ),
    (
        "楼下餐馆油烟直排居民楼",
        "一楼餐馆没有专用烟道,餐饮油烟直接排到后窗,衣服上都是油烟味,反映半年没有解决。",
        "请责令安装油烟净化设施。",
        "沅江市琼湖街道",
    ),
    (
        "征地补偿款未发放",
        "去年修路征收了我家的耕地,征地补偿协议已签,征地补偿款和青苗补偿费至今没有发放。",
        "请按征地补偿协议发放补偿款。",
        "南县茅草街镇",
    ),
    (
        "垃圾中转站臭味扰民",
        "垃圾中转站离居民楼不到三十米,垃圾堆积,夏天臭味难闻,污水流到路上,清运不及时。",
        "请搬迁垃圾中转站或者做好密闭。",
        "赫山区龙光桥街道",
    ),
)
NUMBERS = itertools.count(time.time_ns() // 10**6 % 10_000_000)
"""Of all the registrations of a run: who came twice with the same matter would lie on a triage desk."""
SLOTS = ("@NAME@", "@PHONE@", "@DOCUMENT@", "@REFERENCE@")


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    phone: str
    document: str


def person(number: int) -> Person:
    """The so-manyth made-up person: no two below 17 million have a document or a telephone in common."""
    born = BORN_FROM + timedelta(days=number % BIRTHDAYS)
    body = f"430903{born:%Y%m%d}{number // BIRTHDAYS % SERIALS + 1:03d}"
    given = (GIVEN[number // 10 % len(GIVEN)], GIVEN[number // 160 % len(GIVEN)])
    name = SURNAMES[number % 10] + given[0] + given[1]
    return Person(name, f"13{number % 10**9:09d}", body + gb_11643_check(body))


def body(matter: tuple[str, str, str, str], who: Person, reference: str) -> dict[str, Any]:
    title, told, wanted, place = matter
    return {
        "channel": "online",
        "online": {"mailbox": "portal"},
        "title": title,
        "content": told + LONG * 3,
        "requests": wanted,
        "place": {"address": place},
        "petitioners": [
            {
                "name": who.name,
                "phone": who.phone,
                "id_document": {"type": "resident_id", "number": who.document},
                "address": f"湖南省益阳市{place}",
            }
        ],
        "external_ref": reference,
    }


class Registrations:
    """The requests of one run; ``tokens`` and matters go in turns. Put together from ready pieces."""

    def __init__(self, address: Address, tokens: Sequence[str], matters: Sequence[Any] = MATTERS) -> None:
        self._run = f"{os.getpid():x}{time.time_ns() % 16**8:08x}"
        self._address = address
        turns = list(itertools.product(matters, tokens))
        self._heads = [self._head(token) for _, token in turns]
        self._bodies = [_pieces(matter) for matter, _ in turns]

    def ready(self, count: int) -> Iterator[bytes]:
        """So many made beforehand, and on without end."""
        made = [self.one(next(NUMBERS)) for _ in range(count)]
        return itertools.chain(made, self)

    def __iter__(self) -> Iterator[bytes]:
        return (self.one(number) for number in NUMBERS)

    def one(self, number: int) -> bytes:
        """The request of one number: by its own person, in its turn."""
        return self.brought_by(person(number), number, turn=number)

    def brought_by(self, who: Person, number: int, *, turn: int) -> bytes:
        """A registration by somebody; those of one turn tell the same matter to the same source."""
        turn %= len(self._bodies)
        reference = f"{self._run}-{number:010d}"
        parts = self._bodies[turn]
        sent = "".join(
            (parts[0], who.name, parts[1], who.phone, parts[2], who.document, parts[3], reference, parts[4])
        ).encode()
        head = self._heads[turn]
        return b"%b%b\r\nContent-Length: %d\r\n\r\n%b" % (head, reference.encode(), len(sent), sent)

    def fresh(self) -> int:
        """The number of a person who has brought nothing yet."""
        return next(NUMBERS)

    def _head(self, token: str) -> bytes:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        asked = self._address.request("POST", PATH, None, {**headers, "Idempotency-Key": ""})
        return asked.removesuffix(b"\r\n\r\n")


def _pieces(matter: tuple[str, str, str, str]) -> list[str]:
    """The JSON cut at its four slots."""
    slots = Person(SLOTS[0], SLOTS[1], SLOTS[2])
    rest = json.dumps(body(matter, slots, SLOTS[3]), ensure_ascii=False, separators=(",", ":"))
    pieces: list[str] = []
    for slot in SLOTS:
        before, _, rest = rest.partition(slot)
        pieces.append(before)
    return [*pieces, rest]
