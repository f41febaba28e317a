"""The opinions of the three tiers and the notice of a hearing: what each of them must say.

信访工作条例 32: 信访处理意见书应当载明信访人投诉请求、事实和理由、处理意见及其法律法规依据; the way
and time to the next tier stand last (山东 41, 北京 43) and are the opinion's own ``remedy``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.domain.opinion import Opinion
from services.domain.paper import Letterhead, Matter, Paper, PaperKind, Section, write
from services.domain.paper_words import chinese_date, cite, ordinal, under
from services.domain.petition import Tier
from services.domain.review import TIER_NAMES, Review
from services.domain.statute import Citation, Outcome, Period

KINDS = {
    Tier.HANDLING: PaperKind.OPINION,
    Tier.REVIEW: PaperKind.REVIEW_OPINION,
    Tier.RE_REVIEW: PaperKind.RE_REVIEW_OPINION,
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """The opinion that a review is about: whose, under which number, what it decided, when it was served."""

    organ: str
    kind: PaperKind
    number: str | None
    decision: str
    served_on: date | None


@dataclass(frozen=True, slots=True)
class HearingDay:
    """A hearing as it is convened. ``time`` is a time of day in words: 上午9时."""

    time: str
    place: str
    chair: str
    attending: tuple[str, ...] = ()

    @property
    def by_the_organ(self) -> dict[str, str | None]:
        """Who leads it, or attends, by where they are named: nobody recused leads or sits in it (28)."""
        attending = {f"/notice/attending/{n}": name for n, name in enumerate(self.attending)}
        return {"/notice/chair": self.chair, **attending}


def handling_opinion(
    head: Letterhead, matter: Matter, opinion: Opinion, *, outcome: Outcome, requests: str, way: Citation
) -> Paper:
    """信访处理意见书 (31, 32). ``outcome`` is the pack's row, ``way`` the article it was handled under."""
    opening = f"{matter.you}{matter.brought}，{head.itself}已办理完毕。{under(way)}现提出处理意见如下："
    parts = [
        ("信访人的投诉请求", (requests,)),
        ("调查核实的事实", (opinion.facts,)),
        ("理由", (opinion.reasons,)),
        ("法律法规依据", (opinion.legal_basis,)),
        ("处理意见", (_decided(outcome, "处理"), opinion.decision)),
        ("救济途径和期限", (opinion.remedy,)),
    ]
    return write(PaperKind.OPINION, head, _numbered(opening, parts), recipient=matter.names)


def review_opinion(
    head: Letterhead, matter: Matter, opinion: Opinion, review: Review, *, outcome: Outcome, earlier: Earlier
) -> Paper:
    """复查意见书、复核意见书 (35, 36): the request, the opinion it is about, what was found, the decision."""
    name = TIER_NAMES[opinion.tier]
    served = f"于{chinese_date(earlier.served_on)}送达的" if earlier.served_on else "出具的"
    number = f"（{earlier.number}）" if earlier.number else ""
    opening = (
        f"{matter.you}不服{earlier.organ}{served}《{earlier.kind.heading}》{number}，"
        f"于{chinese_date(review.requested_on)}就“{matter.title}”信访事项（信访件编号{matter.number}）"
        f"请求{head.itself}{name}。{head.itself}经审查，现提出{name}意见如下："
    )
    decided = [_decided(outcome, name), opinion.decision]
    if opinion.redo_by is not None:
        decided.append(f"责令原办理机关、单位于{chinese_date(opinion.redo_by)}前重新作出意见。")
    parts = [
        (f"{name}请求和理由", (review.reason,)),
        ("原意见内容", (earlier.decision,)),
        ("查明的事实", (opinion.facts,)),
        ("理由", (opinion.reasons,)),
        ("法律法规依据", (opinion.legal_basis,)),
        (f"{name}意见", tuple(decided)),
        ("后续途径和期限", (opinion.remedy,)),
    ]
    return write(KINDS[opinion.tier], head, _numbered(opening, parts), recipient=matter.names)


def hearing_notice(
    head: Letterhead,
    matter: Matter,
    *,
    day: date,
    until: date | None,
    hearing: HearingDay,
    basis: Citation,
    decide: Period | None = None,
) -> Paper:
    """听证通知书 (31.6, 36.2): when and where, who holds it, what one may do there.

    ``decide`` is the period in which the opinion is due; that the hearing's days do not count in it is said
    where the law says so (C6).
    """
    last = f"至{chinese_date(until)}" if until and until != day else ""
    rows = [("听证事项", f"{matter.title}（信访件编号{matter.number}）"),
            ("听证时间", f"{chinese_date(day)}{last}，{hearing.time}"), ("听证地点", hearing.place),
            ("主持人", hearing.chair)]  # fmt: skip
    if hearing.attending:
        rows.append(("参加人", "、".join(hearing.attending)))
    opening = (
        f"{matter.you}提出的“{matter.title}”信访事项，{under(basis)}{head.itself}决定举行听证，现通知如下："
    )
    rights = [
        f"{matter.you}可以在听证中陈述事实和理由、出示证据、质证和辩论，也可以委托代理人参加。",
        f"请携带有效身份证件和有关证据按时参加；委托代理人的，提交授权委托书。不能按时参加的，请在听证前告知{head.itself}。",
    ]
    if decide is not None and decide.excludes_hearing:
        rights.append(f"听证所需时间不计算在{cite(decide.citation)}规定的期限内。")
    rights.append("特此通知。")
    parts = [Section(paragraphs=(opening,)), Section(rows=tuple(rows)), Section(paragraphs=tuple(rights))]
    return write(PaperKind.HEARING, head, parts, recipient=matter.names)


def _decided(outcome: Outcome, what: str) -> str:
    return f"{under(outcome.citation)}{what}结果为：{outcome.title}。"


def _numbered(opening: str, parts: Sequence[tuple[str, tuple[str, ...]]]) -> list[Section]:
    numbered = [
        Section(f"{ordinal(number)}、{title}", texts) for number, (title, texts) in enumerate(parts, start=1)
    ]
    return [Section(paragraphs=(opening,)), *numbered]
