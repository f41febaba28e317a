"""Who acts how: a part for each complaint, dealt by the seed; the same seed deals the same."""

from __future__ import annotations

import random
from collections.abc import Iterable
from enum import Enum

from services.cli.demo.complaints import Complaint


class Part(Enum):
    """What will happen to a petition, as far as the people concerned decide it."""

    CONTENT = "答复后满意,不再请求复查"
    OBJECTED = "单位提出异议,信访局改派"
    OBJECTED_IN_VAIN = "单位提出异议,信访局驳回"
    REFUSED = "单位不予受理"
    WITHDRAWN = "信访人撤回"
    EXTENDED = "单位延长办理期限"
    SETTLED = "调解达成协议"
    REVIEWED = "复查维持,不再请求复核"
    REVIEW_DECLINED = "复查申请不予受理"
    CHANGED = "复查变更"
    REVOKED = "复查撤销,重新作出处理意见"
    RE_REVIEWED = "复核维持"
    HEARD = "复核听证"
    LATE = "单位超期未办结"
    SILENT = "单位迟迟不受理"
    ADOPTED = "建议采纳"
    PARTLY_ADOPTED = "建议部分采纳"
    NOT_ADOPTED = "建议未采纳"
    INVESTIGATED = "纪检监察机关核查后答复"
    UNDER_INVESTIGATION = "纪检监察机关正在核查"
    LED_ELSEWHERE = "导入其他法定程序"
    GUIDED = "信访局引导到政法机关"
    REPEATED = "重复反映,正在办理中"


OF_REDRESS = {
    Part.CONTENT: 9,
    Part.OBJECTED: 3,
    Part.OBJECTED_IN_VAIN: 2,
    Part.REFUSED: 3,
    Part.WITHDRAWN: 2,
    Part.EXTENDED: 3,
    Part.SETTLED: 2,
    Part.REVIEWED: 4,
    Part.REVIEW_DECLINED: 1,
    Part.CHANGED: 2,
    Part.REVOKED: 3,
    Part.RE_REVIEWED: 4,
    Part.HEARD: 2,
    Part.LATE: 2,
    Part.SILENT: 2,
}
OF_OTHERS = {
    "suggestion": (Part.ADOPTED, Part.PARTLY_ADOPTED, Part.NOT_ADOPTED),
    "denunciation": (Part.INVESTIGATED, Part.UNDER_INVESTIGATION),
}


def deal(complaints: Iterable[Complaint], seed: int) -> dict[str, Part]:
    """Part by complaint key. More petitions for redress than parts: the rest are content."""
    chance = random.Random(seed)  # noqa: S311 — a play, repeatable on purpose
    parts: dict[str, Part] = {}
    decks = {kind: _shuffled(chance, hand) for kind, hand in OF_OTHERS.items()}
    redress = _shuffled(chance, [part for part, times in OF_REDRESS.items() for _ in range(times)])
    for complaint in complaints:
        if complaint.repeats:
            parts[complaint.key] = Part.REPEATED
        elif complaint.kind in ("litigation", "procedure"):
            guided = complaint.kind == "litigation" and complaint.channel == "visit"
            parts[complaint.key] = Part.GUIDED if guided else Part.LED_ELSEWHERE
        elif complaint.kind in decks:
            deck = decks[complaint.kind]
            parts[complaint.key] = deck[0]
            deck.append(deck.pop(0))
        else:
            parts[complaint.key] = redress.pop() if redress else Part.CONTENT
    return parts


def _shuffled(chance: random.Random, hand: Iterable[Part]) -> list[Part]:
    deck = list(hand)
    chance.shuffle(deck)
    return deck
