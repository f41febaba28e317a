"""One paper of each kind, made by the functions that say what stands on it: for the tests of those."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.adapters.statutes import load_pack
from services.domain.identity import mask_document, mask_phone
from services.domain.opinion import Opinion, Outcome, ServiceMethod
from services.domain.paper import Letterhead, Matter, Paper, PaperKind, PaperNumber
from services.domain.paper_notice import (
    acceptance,
    assignment,
    decline,
    extension,
    no_longer_accepted,
    referral,
)
from services.domain.paper_opinion import (
    Earlier,
    HearingDay,
    handling_opinion,
    hearing_notice,
    review_opinion,
)
from services.domain.paper_record import Entry, Person, TierRecord, finality_certificate, handbook
from services.domain.paper_service import ServiceProof, proof_of_service
from services.domain.petition import Channel, Path, Tier
from services.domain.review import Review
from services.domain.statute import Period

PACK = load_pack("national-2022")
NOBODY = UUID(int=0)
FOLLOW = "http://127.0.0.1:8000/p/430921-20260105-000001-5"
BUREAU, OFFICE, GOVERNMENT, CITY = "南县自然资源局", "南县信访局", "南县人民政府", "益阳市人民政府"
WORDS = {BUREAU: "南自然资", OFFICE: "南信", GOVERNMENT: "南政", CITY: "益政"}

LAND = Matter(
    number="430921-20260105-000001-5",
    title="征地补偿款一年多没有发放",
    channel=Channel.VISIT,
    received_on=date(2026, 1, 5),
    petitioners=("罗大江", "龚𠮷生"),
    people_count=2,
)
AGAIN = Matter(
    number="430921-20261012-000002-8",
    title="再次反映征地补偿款的利息",
    channel=Channel.LETTER,
    received_on=date(2026, 10, 12),
    petitioners=("罗大江",),
)
NOISE = Matter(
    number="430921-20260302-000003-1",
    title="夜宵摊营业到凌晨三点,噪音扰民",
    channel=Channel.HOTLINE,
    received_on=date(2026, 3, 2),
    petitioners=("周晓梅",),
)
LAND_REQUESTS = "一次付清八亩水田的征地补偿款和青苗补助费,公开每户的面积和补偿标准,并支付一年多来的利息。"
LAND_TEXT = (
    "2024年10月,因防洪堤加固工程征收南县茅草街镇八百弓村第四村民小组水田8.12亩,涉及罗大江、龚𠮷生两户,"
    "双方签订了征地补偿协议,约定自签订之日起60日内支付补偿款46.7万元。青苗补助费1.2万元已于2024年11月支付;"
    "补偿款因工程预算调整,至今没有支付。\n以上事实有征地补偿协议、面积丈量表、财政支付凭证、村民小组会议记录和询问笔录证实。"
)


def period(rule: str) -> Period:
    return PACK.period(rule, on=date(2026, 1, 5))


def head(organ: str, kind: PaperKind, sequence: int, issued_on: date) -> Letterhead:
    number = PaperNumber(WORDS[organ], kind, issued_on.year, sequence)
    return Letterhead(organ, number, issued_on, contact="夏明", phone="0737-5550100")


def opinion(tier: Tier, outcome: Outcome, decision: str, issued_on: date, remedy: str) -> Opinion:
    return Opinion(
        id=NOBODY,
        petition_id=NOBODY,
        tier=tier,
        organ_id=NOBODY,
        outcome=outcome,
        facts=LAND_TEXT,
        reasons="征地补偿协议合法有效,应当按照约定履行。协议没有约定逾期付款的利息,信访人要求支付利息没有约定和法定的依据。",
        legal_basis="《中华人民共和国土地管理法》第四十八条第一款、第四十九条,《中华人民共和国土地管理法实施条例》第三十二条。",
        decision=decision,
        remedy=remedy,
        issued_on=issued_on,
    )


HANDLED = opinion(
    Tier.HANDLING,
    Outcome.PARTLY_SUPPORTED,
    "（一）自本意见书出具之日起15日内,支付罗大江户征地补偿款24.9万元、龚𠮷生户征地补偿款21.8万元。\n"
    "（二）每户的面积和补偿标准在村务公开栏公开。\n（三）对支付利息的请求不予支持。",
    date(2026, 4, 3),
    "如不服本意见,可以自收到本意见书之日起30日内,向南县人民政府或者益阳市自然资源和规划局书面请求复查"
    "(信访工作条例第三十五条)。",
)
REVIEWED = opinion(
    Tier.REVIEW,
    Outcome.UPHELD,
    "维持南县自然资源局作出的信访处理意见。",
    date(2026, 5, 29),
    "如不服本意见,可以自收到本意见书之日起30日内,向益阳市人民政府书面请求复核(信访工作条例第三十六条第一款)。",
)
RE_REVIEWED = opinion(
    Tier.RE_REVIEW,
    Outcome.UPHELD,
    "维持南县人民政府作出的复查意见。",
    date(2026, 7, 31),
    "本复核意见送达后,本信访事项终结;以同一事实和理由再次提出的,不再受理(信访工作条例第三十六条)。",
)


def review(tier: Tier, requested_on: date) -> Review:
    return Review(
        id=NOBODY,
        petition_id=NOBODY,
        tier=tier,
        opinion_id=NOBODY,
        organ_id=NOBODY,
        reason="补偿款拖欠一年零五个月,实际损失客观存在,请求支付按同期贷款利率计算的利息。",
        requested_on=requested_on,
    )


def land_tiers() -> list[TierRecord]:
    handled = TierRecord(
        Tier.HANDLING, BUREAU, date(2026, 1, 9), due_on=date(2026, 4, 9), due_article=period("D5").article,
        opinion_number="南自然资信处〔2026〕3号", outcome="部分支持", decision=HANDLED.decision,
        issued_on=date(2026, 4, 3), served_on=date(2026, 4, 7), service="直接送达,本人签收",
        remedy=HANDLED.remedy,
        remedy_until=date(2026, 5, 7),
    )  # fmt: skip
    reviewed = TierRecord(
        Tier.REVIEW, GOVERNMENT, date(2026, 5, 6), due_on=date(2026, 6, 5), due_article=period("D8").article,
        opinion_number="南政信查〔2026〕2号", outcome="维持", decision=REVIEWED.decision,
        issued_on=date(2026, 5, 29),
        served_on=date(2026, 6, 1), service="邮寄送达", remedy=REVIEWED.remedy, remedy_until=date(2026, 7, 1),
    )  # fmt: skip
    re_reviewed = TierRecord(
        Tier.RE_REVIEW, CITY, date(2026, 6, 26), due_on=date(2026, 7, 31), due_article=period("D10").article,
        opinion_number="益政信核〔2026〕1号", outcome="维持", decision=RE_REVIEWED.decision,
        issued_on=date(2026, 7, 31), served_on=date(2026, 8, 4), service="直接送达,未签收,留置送达",
        remedy=RE_REVIEWED.remedy,
    )  # fmt: skip
    return [handled, reviewed, re_reviewed]


def land_handling() -> dict[str, Paper]:
    """交办函, 受理告知书, 延期告知书 and 信访处理意见书 of the first petition."""
    sent = assignment(
        head(OFFICE, PaperKind.ASSIGNMENT, 1, date(2026, 1, 7)), LAND, to=BUREAU,
        basis=PACK.routing_rule("R3").citation, report_due=date(2026, 4, 9), tell=period("D3"),
        object=period("D4"), enclosures=("信访登记表", "征地补偿协议(复印件)"),
        copies_to=("南县茅草街镇人民政府",),
    )  # fmt: skip
    accepted = acceptance(
        head(BUREAU, PaperKind.ACCEPTANCE, 12, date(2026, 1, 9)), LAND, accepted_on=date(2026, 1, 9),
        tell=period("D3").citation, path=Path.PETITION_PROCEDURE, sorting=PACK.routing_rule("R7").citation,
        handle=period("D5"), due_on=date(2026, 3, 10), follow_url=FOLLOW,
    )  # fmt: skip
    lengthening = period("D5").extension
    assert lengthening is not None
    extended = extension(
        head(BUREAU, PaperKind.EXTENSION, 2, date(2026, 3, 6)), LAND, rule=lengthening, days=30,
        reason="需要会同财政部门核对工程预算调整后的资金安排", due_before=date(2026, 3, 10),
        due_on=date(2026, 4, 9),
    )  # fmt: skip
    decided = handling_opinion(
        head(BUREAU, PaperKind.OPINION, 3, HANDLED.issued_on), LAND, HANDLED, requests=LAND_REQUESTS,
        outcome=PACK.outcome("partly_supported"), way=PACK.routing_rule("R7").citation,
    )  # fmt: skip
    return {
        "1-01-交办函": sent,
        "1-02-受理告知书": accepted,
        "1-03-延期告知书": extended,
        "1-04-信访处理意见书": decided,
    }


def land_reviews() -> dict[str, Paper]:
    """复查意见书, 听证通知书 and 复核意见书 of the first petition."""
    upheld = PACK.outcome("upheld")
    first = Earlier(BUREAU, PaperKind.OPINION, "南自然资信处〔2026〕3号", HANDLED.decision, date(2026, 4, 7))
    reviewed = review_opinion(
        head(GOVERNMENT, PaperKind.REVIEW_OPINION, 2, REVIEWED.issued_on), LAND, REVIEWED,
        review(Tier.REVIEW, date(2026, 5, 6)), outcome=upheld, earlier=first,
    )  # fmt: skip
    hearing = hearing_notice(
        head(CITY, PaperKind.HEARING, 1, date(2026, 7, 3)), LAND, day=date(2026, 7, 14),
        until=date(2026, 7, 14),
        hearing=HearingDay("上午9时", "益阳市信访局三楼听证室", "彭志和", ("南县自然资源局", "南县人民政府")),
        basis=PACK.routing_rule("R7").citation, decide=period("D10"),
    )  # fmt: skip
    second = Earlier(
        GOVERNMENT, PaperKind.REVIEW_OPINION, "南政信查〔2026〕2号", REVIEWED.decision, date(2026, 6, 1)
    )
    re_reviewed = review_opinion(
        head(CITY, PaperKind.RE_REVIEW_OPINION, 1, RE_REVIEWED.issued_on), LAND, RE_REVIEWED,
        review(Tier.RE_REVIEW, date(2026, 6, 26)), outcome=upheld, earlier=second,
    )  # fmt: skip
    return {"1-05-复查意见书": reviewed, "1-06-听证通知书": hearing, "1-07-复核意见书": re_reviewed}


def land_end() -> dict[str, Paper]:
    """终结证明 and 诉求手册 of the first petition."""
    certificate = finality_certificate(
        head(OFFICE, PaperKind.FINALITY, 1, date(2026, 8, 5)), LAND, land_tiers(),
        ground=PACK.finality_ground("re_review_served"), final_on=date(2026, 8, 4),
        closed=PACK.ground("A2").citation,
    )  # fmt: skip
    home = "南县茅草街镇八百弓村四组"
    people = [
        Person("罗大江", mask_document("430921196304120019"), mask_phone("13907370001"), home),
        Person("龚𠮷生", mask_document("430921196507150035"), None, home),
    ]
    entries = [
        Entry(date(2026, 1, 5), "登记", OFFICE),
        Entry(date(2026, 1, 7), "交办南县自然资源局", OFFICE),
        Entry(date(2026, 1, 9), "受理并书面告知", BUREAU),
        Entry(date(2026, 3, 6), "经负责人批准延期30日并书面告知", BUREAU),
        Entry(date(2026, 4, 7), "送达信访处理意见书", BUREAU),
        Entry(date(2026, 5, 6), "收到复查请求", GOVERNMENT),
        Entry(date(2026, 6, 1), "送达复查意见书", GOVERNMENT),
        Entry(date(2026, 6, 26), "收到复核请求", CITY),
        Entry(date(2026, 7, 14), "举行听证", CITY),
        Entry(date(2026, 8, 4), "送达复核意见书,信访事项终结", CITY),
    ]
    book = handbook(
        head(OFFICE, PaperKind.HANDBOOK, 1, date(2026, 8, 5)), LAND, people, land_tiers(), entries,
        requests=LAND_REQUESTS, stands="已终结(复核意见送达)", category="自然资源/土地征收/补偿费用",
        place="湖南省益阳市南县茅草街镇八百弓村", follow_url=FOLLOW,
    )  # fmt: skip
    return {"1-08-终结证明": certificate, "1-09-诉求手册": book}


def noise_papers() -> dict[str, Paper]:
    """转送函 and 不予受理告知书 of the second petition."""
    sent = referral(
        head(OFFICE, PaperKind.REFERRAL, 7, date(2026, 3, 4)), NOISE, to="南县城市管理和综合执法局",
        basis=PACK.routing_rule("R2").citation, tell=period("D3"), object=period("D4"),
    )  # fmt: skip
    refused = decline(
        head(OFFICE, PaperKind.DECLINE, 1, date(2026, 3, 9)), NOISE, ground=PACK.ground("A4"),
        explanation="反映人与摊主之间的损害赔偿争议已由南县人民法院立案审理", directed_to="南县人民法院",
    )  # fmt: skip
    return {"2-01-转送函": sent, "2-02-不予受理告知书": refused}


def again_papers() -> dict[str, Paper]:
    """不再受理告知书 of the third petition, which repeats the first."""
    refused = no_longer_accepted(
        head(OFFICE, PaperKind.NO_LONGER_ACCEPTED, 1, date(2026, 10, 19)), AGAIN, ground=PACK.ground("A2"),
        explanation="所提支付利息的请求,已经南县自然资源局办理、南县人民政府复查、益阳市人民政府复核",
        earlier=LAND.number, ended_on=date(2026, 8, 4),
    )  # fmt: skip
    return {"3-01-不再受理告知书": refused}


def sample_papers() -> dict[str, Paper]:
    """Every kind at least once."""
    proof = ServiceProof(date(2026, 4, 7), ServiceMethod.IN_PERSON, signed=True, received_by="罗大江")
    served = proof_of_service(
        head(BUREAU, PaperKind.SERVICE, 1, date(2026, 4, 7)), LAND,
        "《信访处理意见书》（南自然资信处〔2026〕3号）", proof,
    )  # fmt: skip
    return {
        "1-00-送达回证": served,
        **land_handling(),
        **land_reviews(),
        **land_end(),
        **noise_papers(),
        **again_papers(),
    }
