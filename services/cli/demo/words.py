"""What the people of the play write: opinions, refusals, objections, requests."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.cli.demo.casting import Part

LAW = "《信访工作条例》第三十一条、第三十二条,以及与所涉事项有关的法律、法规和政策。"
FACTS = "经走访信访人和当地村(居)委会,调阅有关档案和票据,查明信访人反映的情况如下:"
FOUND = {
    "supported": ("所反映的问题属实,有票据和现场记录为证。", "支持信访人的请求,三十日内落实到位。"),
    "partly_supported": ("所反映的问题部分属实,其余没有证据。", "支持属实部分的请求,其余不予支持。"),
    "explained": ("情况属实,但现行政策没有相应规定。", "已当面解释政策,并建议有关部门完善规定。"),
    "not_supported": ("经查,所反映的问题与事实不符。", "对信访人的请求不予支持。"),
    "settled": ("双方对事实没有争议。", "经调解双方达成协议,按协议履行。"),
    "led_to_other_procedure": (
        "所反映的事项应当依照其他法定程序处理。",
        "请信访人依照法定程序提出,已告知受理机关。",
    ),
    "suggestion_adopted": ("建议切合实际。", "采纳建议,列入本年度工作计划。"),
    "suggestion_partly_adopted": ("建议的一部分切合实际。", "采纳增设设施的部分,其余待研究论证。"),
    "suggestion_not_adopted": ("建议目前不具备条件。", "暂不采纳,感谢对本市工作的关心。"),
}
REVIEWED = {
    "upheld": "原处理意见认定事实清楚,适用依据正确,予以维持。",
    "changed": "原处理意见认定事实清楚,处理不当,变更为支持信访人的主要请求。",
    "revoked": "原处理意见认定事实不清,撤销原意见,责令在指定期限内重新作出处理意见。",
}
OBJECTION = "经核对本单位职责,该事项的主管权限不在本单位,附有关三定规定的条文和情况说明。"
RULING = {True: "经核实异议成立,改由有权处理的单位办理。", False: "经核实该事项属于你单位职责,请按期办理。"}
REFUSAL: dict[Part, dict[str, Any]] = {
    Part.REFUSED: {
        "ground": "A4",
        "explanation": "该事项属于民事纠纷,应当通过调解、诉讼解决,不属于信访程序的受理范围。",
        "directed_to": "有管辖权的人民法院,或者当地人民调解委员会",
    },
    Part.REPEATED: {
        "ground": "A1",
        "explanation": "同一事项已经受理,正在法定期限内办理,请等待答复。",
        "directed_to": "正在办理的机关、单位",
    },
}
GUIDANCE = {
    "ground": "A4",
    "explanation": "所反映的是涉法涉诉问题,应当向政法机关提出,接待人员已经释明。",
    "directed_to": "同级政法机关",
}
REVIEW_REFUSAL = {
    "ground": "not_an_opinion",
    "explanation": "申请没有写明对处理意见的哪一部分不服,请补正后再提。",
}
EXTENSION = {"days": 30, "approved_by": "局长", "reason": "涉及多个年度的账目,需要委托审计,情况复杂。"}
SUPPLEMENT = "补充:已找到当年的收据和照片,可以随时提供。"
REPORT = "已按交办要求办结,处理意见书随后送达信访人。"
TRIAGE_REASON = "经电话核实,由该单位办理。"
WITHDRAWAL = "问题已经协商解决,自愿撤回。"


def request(tier: str) -> str:
    """Why the petitioner asks for the next tier, ``review`` or ``re_review``."""
    name, against = ("复查", "处理意见") if tier == "review" else ("复核", "复查意见")
    return f"对{against}认定的事实和处理结果不服,请求{name}。"


def opinion(outcome: str, *, anew: bool = False) -> dict[str, Any]:
    """The body of a handling opinion; ``anew``: after the first was revoked."""
    reasons, decision = FOUND[outcome]
    again = "重新调查后," if anew else ""
    return {
        "outcome": outcome,
        "facts": again + FACTS + reasons,
        "reasons": again + reasons,
        "legal_basis": LAW,
        "decision": again + decision,
    }


def review_opinion(outcome: str, redo_by: date | None) -> dict[str, Any]:
    """The body of a decision on review or re-review."""
    body: dict[str, Any] = {
        "outcome": outcome,
        "facts": "经书面审查并听取双方意见,查明原处理意见所依据的事实和程序。",
        "reasons": REVIEWED[outcome],
        "legal_basis": "《信访工作条例》第三十五条、第三十六条。",
        "decision": REVIEWED[outcome],
    }
    return body if redo_by is None else {**body, "redo_by": redo_by.isoformat()}
