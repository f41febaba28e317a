"""What the words around a place say of it."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

_BEFORE: Final = 14
"""So many characters before a place may say what it is to the matter."""
_ORIGIN_BEFORE: Final = re.compile(
    "(?:户籍|户口|籍贯|老家|祖籍|原籍|出生|身份证|来自|毕业)[^，。,;；!！?？]{0,6}$"
)
_ORIGIN_AFTER: Final = re.compile("(?:籍|户口|户籍|人(?![民才社大力工口均行事防员群家]))")
_MATTER_BEFORE: Final = re.compile(
    "(?:现住|现居|居住|暂住|租住|家住|住|发生|事发|事故|地点|位于|地处|坐落|工地|项目|在)[^，。,;；!！?？]{0,4}$"
)
_AWAY_AFTER: Final = re.compile("(?:上访|信访|出差|看病|就医|治病|治疗|旅游|来的)")


_WORK: Final = re.compile("[省市]?(?:打工|务工|工作|做生意|经商)")
_OF_WORK: Final = re.compile(
    "欠薪|讨薪|欠发|拖欠|工资|薪资|薪水|工钱|血汗钱|工伤|老板|包工头|雇主|用人单位|劳动合同|加班|辞退|开除"
)


class Role(Enum):
    """What a place is to the matter: where it arose, where people come from or went, or nothing is said."""

    MATTER = "matter"
    ORIGIN = "origin"
    UNSAID = "unsaid"


def role(text: str, start: int, end: int) -> Role:
    """户籍南县,现住长沙: the first is an origin; 在, 现住 and 发生 tell where the matter arose (22)."""
    if start == 0:
        return Role.ORIGIN if _ORIGIN_AFTER.match(text, end) or _AWAY_AFTER.match(text, end) else Role.UNSAID
    before = text[max(0, start - _BEFORE) : start]
    if _ORIGIN_BEFORE.search(before) or _ORIGIN_AFTER.match(text, end) or _AWAY_AFTER.match(text, end):
        return Role.ORIGIN
    return Role.MATTER if _MATTER_BEFORE.search(before) else Role.UNSAID


def tells_of_work(text: str, end: int) -> bool:
    """在温州务工: where people work is where the matter arose, if nothing else tells."""
    return _WORK.match(text, end) is not None


def is_of_work(text: str) -> bool:
    """在温州务工被欠薪: the matter arose at work. 在北京工作,咨询落户 is no matter of Beijing's."""
    return _OF_WORK.search(text) is not None
