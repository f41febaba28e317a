"""The way and time to ask for the next tier, which every opinion must state (山东 41, 北京 43)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.domain.opinion import Outcome, opens_review
from services.domain.paper_words import span
from services.domain.petition import Petition, Purpose, Tier
from services.domain.review import ASK_RULE, TIER_NAMES
from services.domain.statute import RulePack

_WITHOUT_TIERS = {
    Purpose.SUGGESTION: "建议意见类事项不适用信访复查、复核;有新建议,可以另行提出(信访工作条例第二十九条)。",
    Purpose.DENUNCIATION: "检举控告类事项依规依纪依法办理,不适用信访复查、复核(信访工作条例第三十条)。",
}


def remedy(
    petition: Petition,
    tier: Tier,
    outcome: Outcome,
    pack: RulePack,
    reviewers: Sequence[str],
    *,
    on: date,
) -> str:
    """One Chinese sentence for the petitioner; lengths and articles are the rule pack's."""
    if outcome is Outcome.REVOKED:
        return "原意见已撤销,由原办理单位在指定期限内重新作出处理意见,并书面答复您。"
    if tier is Tier.RE_REVIEW:
        return "本复核意见送达后,本信访事项终结;以同一事实和理由再次提出的,不再受理(信访工作条例第三十六条)。"
    if petition.purpose in _WITHOUT_TIERS:
        return _WITHOUT_TIERS[petition.purpose]
    if tier is Tier.HANDLING and not opens_review(petition, outcome):
        return "本件依照其他法定程序处理,不适用信访复查、复核;如有异议,请依照该程序的规定提出。"
    following = Tier.REVIEW if tier is Tier.HANDLING else Tier.RE_REVIEW
    period = pack.period(ASK_RULE[following], on=on)
    organs = "或者".join(reviewers) or "上一级机关、单位"
    return (
        f"如不服本意见,可以自收到本意见书之日起{span(period)}内,"
        f"向{organs}书面请求{TIER_NAMES[following]}({period.article})。"
    )
