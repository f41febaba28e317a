"""Does a text complain of an organ that it names, or only turn to it («请市住建局处理»)?

A confidential petition must not reach whom it complains of, and must reach whom it turns to. In doubt a text
complains: silence can be mended by a person, what was told cannot (信访工作条例 30, 46).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

TURNING = re.compile(
    r"(?:恳请|敬请|烦请|请求|恳求|希望|盼望|期望|呼吁|拜托|(?<![失绝看渴])望|(?<![申聘邀宴])请|盼)(?:尊敬的|上级|有关部门|贵单位|贵局)?$"
)
"""What stands right before the name of an organ that a text turns to."""
SALUTATION = re.compile(r"(?:各位|的)?(?:领导|负责人|负责同志|同志)?(?:们)?\s*(?::|,?\s*[您你]们?好)")
JOINED = frozenset({"、", "和", "与", "及", "以及", "会同", ","})
TO = re.compile(r"(?:向|给)$")
APPLYING = re.compile(r"(?:反映|咨询|求助|申请|报告|提出|写信|来信|致电)(?![^。!?;\n]{0,500}[没无不])")
INQUIRING = re.compile(
    "(?:的)?(?:各位|有关)?(?:领导|同志)?们?(?:依法|依规|依纪|严肃|认真|尽快|尽早|立即|马上|迅速|彻底|深入|派人|组织|对此|予以|进行|能够|能|来|及时|公正"
    "|给予|一定|坚决|从严|从重|介入|直接|暗中|出面){0,4}"
    "(?:查处|查办|彻查|严查|调查|核查|核实|审查|查清|立案|处理|追究|严惩|惩处|惩治|介入|督办|过问|受理|监督|主持公道|整治)"
)
"""What stands right after the name of one that is asked to look into others."""
INFORMING = re.compile("(?:实名|书面|来信|写信|当面)?(?:反映|举报|检举|控告|投诉|报告|揭发|提供|递交|报案)")
SHIRKING = re.compile(
    "不管|不理|不查|不处理|不受理|不办|不答复|不予|不作为|不解决|不敢|没有?[^,。;!?\n]{0,3}(?:结果|答复|回|处理|受理|人管|查|下文|动静)|无果|无人|石沉大海"
    "|推诿|推脱|拖|压着|压下|包庇|袒护|纵容|敷衍|勾结|串通|泄露|通风报信|自己|本身|内部|其中|其(?:副?书记|副?主任|干部|人员|下属)"
)
"""What is said against one that was asked to look into others, not against those others."""
PEOPLE = re.compile(
    r"的(?!领导(?:重视|关心|支持))|[^,。;!?\n]{0,4}(?:局长|主任|书记|科长|所长|站长|处长|镇长|乡长|县长|市长|区长|队长|院长"
    r"|人员|干部|领导|负责人|执法|某)"
)
REPROACHES = re.compile(
    "不作为|乱作为|推诿|推脱|推卸|拖延|敷衍|不管|不理|没人管|无人管|不处理|不解决|不给|不予|不办|不肯|不让|不再|不要|别再|拒|包庇|袒护"
    "|纵容|勾结|串通|贪|贿|收钱|好处|徇私|滥用|渎职|失职|违法|违规|违纪|扣|截留|挪用|侵占|侵吞|强拆|强占|强征|打人|殴打|报复|压着|隐瞒|欺"
    "|骗|恶劣|没有答复|没答复|没有回|无果|没有结果|一直|停止|归还|退还|返还|道歉|赔|改正|纠正|撤销|撤回|兑现|履行|责任|问责|处分|追究"
)
_SENTENCE_END = re.compile(r"[。!?;\n]")
_OPENING = 8
"""So few characters may stand before a name in its line, where that line is a salutation."""
_FURTHEST = 500
"""So many characters after a name may belong to its sentence."""


def reproached(text: str, word: str) -> bool:
    """Whether the word stands anywhere in the text otherwise than as one that is turned to."""
    spans = [(match.start(), match.end()) for match in re.finditer(re.escape(word), text)]
    return len(spans_turned_to(text, spans)) < len(spans)


def spans_turned_to(
    text: str, spans: Sequence[tuple[int, int]], inquirers: Iterable[tuple[int, int]] = ()
) -> set[tuple[int, int]]:
    """Of the names at these places (in their order), those by which the text only turns to an organ.

    ``inquirers``: those of organs and people that look into others; «请县纪委查处局长受贿» says nothing
    against them. Marks are of half width (see ``fold_width``).
    """
    inquirers = frozenset(inquirers)
    found: set[tuple[int, int]] = set()
    before: tuple[int, int] | None = None
    for start, end in spans:
        joined = before is not None and before in found and text[before[1] : start] in JOINED
        if _greeted(text, start, end):
            found.add((start, end))
        elif (start, end) in inquirers and _asked_to_inquire(text, start, end, joined=joined):
            if not SHIRKING.search(_rest(text, end)):
                found.add((start, end))
        elif (joined or _asked(text, start, end)) and not _blamed(text, end):
            found.add((start, end))
        before = (start, end)
    return found


def _greeted(text: str, start: int, end: int) -> bool:
    """«尊敬的市住建局领导:» at the beginning of a line."""
    before = text[max(0, start - _OPENING) : start]
    if start > _OPENING and "\n" not in before:
        return False
    opening = before.rpartition("\n")[2].strip()
    return opening in ("", "尊敬的", "致", "致:") and SALUTATION.match(text, end) is not None


def _asked(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 12) : start]
    if TURNING.search(before):
        return True
    return TO.search(before) is not None and APPLYING.match(text, end) is not None


def _asked_to_inquire(text: str, start: int, end: int, *, joined: bool) -> bool:
    before = text[max(0, start - 12) : start]
    if joined or TURNING.search(before):
        return INQUIRING.match(text, end) is not None
    return TO.search(before) is not None and INFORMING.match(text, end) is not None


def _rest(text: str, end: int) -> str:
    """Of the sentence, what comes after."""
    stop = _SENTENCE_END.search(text, end, end + _FURTHEST)
    return text[end : stop.start() if stop else end + _FURTHEST]


def _blamed(text: str, end: int) -> bool:
    """Whether its people are meant, or something is said against it before the sentence ends."""
    rest = _rest(text, end)
    return PEOPLE.match(rest) is not None or REPROACHES.search(rest) is not None
