"""The exchange vocabulary of Chinese petition systems: its names for our fields, its words for our codes.

A row is flat. Names in pinyin initials (``xfrq``) are the ones that independent schemas agree on; where a
field has none that is known, the row bears its Chinese label. Numeric codes that are not published are not
used: code lists travel as their Chinese words. ``docs/exchange.md`` is this table for people, and tested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.domain.refusal import InvalidField

CHANNELS = {"letter": "来信", "visit": "来访", "online": "网上信访", "hotline": "来电"}
_CHANNEL_SYNONYMS = {"网信": "online", "网上": "online", "电话": "hotline", "走访": "visit"}
PURPOSES = {"suggestion": "意见建议", "denunciation": "揭发控告", "redress": "申诉求决"}
_PURPOSE_SYNONYMS = {
    "申诉": "redress",
    "求决": "redress",
    "建议意见": "suggestion",
    "检举控告": "denunciation",
    "咨询": None,
    "其他": None,
}
DOCUMENTS = {
    "resident_id": "身份证",
    "military_id": "军官证",
    "hk_macau_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "hmt_residence_permit": "港澳台居民居住证",
    "passport": "护照",
    "household_register": "户口簿",
    "foreign_permanent_resident": "外国人永久居留身份证",
    "unified_social_credit": "统一社会信用代码",
    "other": "其他",
}
_DOCUMENT_SYNONYMS = {
    "士兵证": "military_id",
    "警官证": "military_id",
    "居民身份证": "resident_id",
    "港澳台居民身份证": "hmt_residence_permit",
    "111": "resident_id",
}
_NUMBER = re.compile(r"[0-9]{1,9}")
_YES, _NO = frozenset({"1", "是", "true", "y"}), frozenset({"0", "否", "false", "n"})


@dataclass(frozen=True, slots=True)
class Name:
    """One field: its exchange name, its Chinese label, and where it stands in ours (dots go inwards).

    ``kind`` is text, day, count, flag, channel, purpose, document or code. ``given``: an import may bring it.
    """

    name: str
    label: str
    field: str
    kind: str = "text"
    given: bool = True


NAMES = (
    Name("xfjbh", "信访件编号", "number", given=False),
    Name("xfjzt", "信访件状态", "state_name", given=False),
    Name("djsj", "登记时间", "registered_at", given=False),
    Name("xfxs", "信访形式", "channel", "channel"),
    Name("xfrq", "信访日期", "received_on", "day"),
    Name("ycrq", "邮戳日期", "letter.postmarked_on", "day"),
    Name("sxr", "受信人", "letter.addressee"),
    Name("lmbz", "联名", "letter.joint_letter", "flag"),
    Name("信件条码", "信件条码", "letter.envelope"),
    Name("接谈人", "接谈人", "visit.received_by"),
    Name("接谈部门", "接谈部门", "visit.desk"),
    Name("窗口号", "窗口号", "visit.window"),
    Name("来电号码", "来电号码", "hotline.caller_number"),
    Name("工号", "工号", "hotline.operator"),
    Name("工单编号", "工单编号", "hotline.work_order_no"),
    Name("标题", "标题", "title"),
    Name("tsnr", "投诉内容", "content"),
    Name("诉求", "诉求", "requests"),
    Name("xfmddm", "信访目的", "purpose", "purpose"),
    Name("nrfldm", "内容分类", "category_code", "code"),
    Name("wtsddm", "问题属地", "place.region_code", "code"),
    Name("问题属地地址", "问题属地地址", "place.address"),
    Name("问题发生时间", "问题发生时间", "occurred_on", "day"),
    Name("xfrs", "信访人数", "people_count", "count"),
    Name("sjrs", "涉及人数", "involved_count", "count"),
    Name("scxfrq", "首次信访日期", "first_petition_on", "day"),
    Name("scxfjg", "首次信访机构", "first_organ"),
    Name("nmbz", "匿名", "anonymous", "flag"),
    Name("isbm", "保密", "confidential", "flag"),
    Name("zdjjbz", "重大紧急", "urgent", "flag"),
    Name("姓名", "姓名", "petitioners.0.name"),
    Name("证件类型", "证件类型", "petitioners.0.id_document.type", "document"),
    Name("证件号码", "证件号码", "petitioners.0.id_document.number"),
    Name("手机", "手机", "petitioners.0.phone"),
    Name("住址", "住址", "petitioners.0.address"),
    Name("户口所在地代码", "户口所在地代码", "petitioners.0.residence_code", "code"),
    Name("邮编", "邮编", "petitioners.0.postal_code"),
    Name("电邮", "电邮", "petitioners.0.email"),
    Name("zfrbz", "主访人", "petitioners.0.representative", "flag"),
    Name("bfyrhdw", "被反映人或单位", "respondents.0.name"),
    Name("bfyrzw", "职务", "respondents.0.position"),
    Name("repeated_id", "关联件编号", "repeat_of", given=False),
    Name("编号", "贵方编号", "external_ref"),
)
_BY_NAME = {each.name: each for each in NAMES}
_BLOCKS = frozenset(each.field.partition(".")[0] for each in NAMES if "." in each.field)


def to_registration(row: Mapping[str, object]) -> dict[str, object]:
    """A registration body from an exchange row. Blank cells are absent; unknown names stay, to be refused.

    Raises InvalidField (its pointer names the cell) for a word that is in none of the code lists, and for a
    block of ours in a row, which is flat.
    """
    body: dict[str, object] = {}
    for key, cell in row.items():
        if key in _BLOCKS:
            raise InvalidField(
                code="not_in_row",
                zh="交换格式的一行是平的,不能直接填写本系统的字段组。",
                en="An exchange row is flat: it takes the names of the exchange, not a block of ours.",
                pointer=f"/{key}",
            )
        if cell is None or cell == "":
            continue
        name = _BY_NAME.get(key)
        if name is None or not name.given:
            body[key] = cell
            continue
        value = _value(name, cell)
        if value is not None:
            _put(body, name.field, value)
    return _shaped(body)


def from_petition(petition: Mapping[str, object]) -> dict[str, object]:
    """An exchange row of a petition as it is shown (with ``form`` as the block of its channel, masked)."""
    channel = str(petition["channel"])
    source = {**petition, channel: petition.get("form")}
    source |= {"place": {"region_code": petition.get("region_code"), "address": petition.get("address")}}
    particulars = petition.get("particulars")
    if isinstance(particulars, Mapping):
        source |= particulars
    row: dict[str, object] = {}
    for name in NAMES:
        value = _get(source, name.field)
        if value is not None:
            row[name.name] = _word(name, value)
    return row


def _shaped(body: dict[str, object]) -> dict[str, object]:
    """Put the day of receipt where its channel has it, and complete what a body needs besides."""
    channel = body.get("channel")
    day = body.pop("received_on", None)
    if day is not None:
        at_office = f"{day}T00:00:00+08:00"
        if channel == "letter":
            _put(body, "letter.received_on", day)
        elif channel == "visit":
            _put(body, "visit.visited_at", at_office)
        elif channel == "hotline":
            _put(body, "hotline.called_at", at_office)
    respondents = body.get("respondents")
    if isinstance(respondents, list):
        for respondent in respondents:
            respondent.setdefault("kind", "person" if "position" in respondent else "organ")
    return body


def _value(name: Name, cell: object) -> object:
    text = str(cell).strip()
    if name.kind == "flag":
        return _flag(name, text)
    if name.kind == "channel":
        return _listed(name, text, CHANNELS, _CHANNEL_SYNONYMS)
    if name.kind == "purpose":
        return _listed(name, text, PURPOSES, _PURPOSE_SYNONYMS)
    if name.kind == "document":
        return _listed(name, text, DOCUMENTS, _DOCUMENT_SYNONYMS)
    if name.kind == "day":
        return text[:10].replace("/", "-").replace(".", "-")
    if name.kind == "count":
        return int(text) if _NUMBER.fullmatch(text) else cell  # a cell of a table is text
    return text


def _listed(
    name: Name, text: str, words: Mapping[str, str], synonyms: Mapping[str, str | None]
) -> str | None:
    for code, word in words.items():
        if text in (code, word):
            return code
    if text in synonyms:
        return synonyms[text]
    known = "、".join(words.values())
    raise _wrong(name, f"应为下列之一:{known}。", f"Use one of {known}.")


def _flag(name: Name, text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise _wrong(name, "应为1(是)或0(否)。", "Send 1 (yes) or 0 (no).")


def _wrong(name: Name, zh: str, en: str) -> InvalidField:
    return InvalidField(code="not_in_list", zh=zh, en=en, pointer=f"/{name.name}")


def _word(name: Name, value: object) -> object:
    lists = {"channel": CHANNELS, "purpose": PURPOSES, "document": DOCUMENTS}
    if name.kind == "flag":
        return "1" if value else "0"
    if name.kind in lists:
        return lists[name.kind].get(str(value), str(value))
    return value if isinstance(value, int) else str(value)


def _put(at: dict[str, Any], path: str, value: object) -> None:
    """Set a field by its path, in which ``0`` is the first of a list."""
    step, _, rest = path.partition(".")
    if not rest:
        at[step] = value
    elif rest.startswith("0."):
        _put(at.setdefault(step, [{}])[0], rest[2:], value)
    else:
        _put(at.setdefault(step, {}), rest, value)


def pointer_in_row(pointer: str) -> str:
    """Where a row has what stands at ``pointer`` in the registration made of it."""
    path = pointer.removeprefix("/").replace("/", ".")
    found = next((each.name for each in NAMES if each.field == path), None)
    if found is None and path.endswith((".received_on", ".visited_at", ".called_at")):
        found = "xfrq"
    return f"/{found}" if found else pointer


def _get(source: Mapping[str, object], field: str) -> object:
    at: object = source
    for step in field.split("."):
        if isinstance(at, Mapping):
            at = at.get(step)
        elif isinstance(at, list) and at:
            at = at[0]
        else:
            return None
    return at
