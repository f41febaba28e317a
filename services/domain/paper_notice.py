"""The notices (告知书) and the letters between organs (转送函、交办函): what each of them must say.

Every length and article comes from the rule pack; where a period does not run, nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.domain.paper import Letterhead, Matter, Paper, PaperKind, Section, write
from services.domain.paper_words import chinese_date, cite, span, tentative, under
from services.domain.petition import Path, Purpose, Tier
from services.domain.review import TIER_NAMES
from services.domain.statute import Citation, Extension, Ground, Period

_PATHS = {
    Path.LITIGATION: "诉讼、行政复议、检察机关或者公安机关法律程序",
    Path.ARBITRATION: "仲裁程序",
    Path.PARTY_APPEAL: "党员申诉、申请复审等程序",
    Path.ADMINISTRATIVE_PROCEDURE: "行政复议、行政裁决、行政确认、行政许可、行政处罚等行政程序",
    Path.STATUTORY_DUTY: "查处违法行为、履行保护合法权益法定职责的程序",
    Path.PETITION_PROCEDURE: "信访程序",
}


def acceptance(
    head: Letterhead,
    matter: Matter,
    *,
    accepted_on: date,
    tell: Citation,
    path: Path | None = None,
    sorting: Citation | None = None,
    handle: Period | None = None,
    due_on: date | None = None,
    provisional: bool = False,
    since: date | None = None,
    follow_url: str | None = None,
) -> Paper:
    """受理告知书: received, accepted, and how it will go on (信访工作条例 23: 接收情况以及处理途径和程序).

    ``tell`` is the duty's own article (D2, D3), ``sorting`` that of the way it goes (R7). ``handle`` and
    ``due_on`` (D5) are given where the period runs, ``provisional`` as its clock says; ``since`` when, if an
    acceptance by another began it.
    """
    text = [
        f"{matter.you}{matter.brought}收悉。经审查，该事项属于{head.itself}"
        f"职权范围，{head.itself}决定自{chinese_date(accepted_on)}起予以受理，{under(tell)}"
        f"现将接收情况以及处理途径和程序告知如下：",
    ]
    if path is not None and sorting is not None:
        text.append(f"一、处理途径。{under(sorting)}该事项适用{_PATHS[path]}办理。")
    elif sorting is not None:
        text.append(f"一、处理途径。该事项根据{cite(sorting)}的规定办理。")
    else:
        text.append("一、处理途径。该事项按照有关规定办理。")
    if handle is not None and due_on is not None and since is not None and since < accepted_on:
        text.append(
            f"二、办理期限。该事项的办理期限已自{chinese_date(since)}起算，不因改由{head.itself}办理而重新计算，"
            f"至{chinese_date(due_on)}止。{under(handle.citation)}{head.itself}将在该期限内办结，"
            f"并向{matter.you}出具信访处理意见书。{tentative(provisional)}"
        )
        text.append("三、办理程序。办理期间将听取陈述的事实和理由，并调查核实；有新的情况，可以补充说明。")
    elif handle is not None and due_on is not None:
        text.append(
            f"二、办理期限。{under(handle.citation)}{head.itself}将自受理之日起{span(handle)}内办结"
            f"（即至{chinese_date(due_on)}止），并向{matter.you}出具信访处理意见书。"
            f"{tentative(provisional)}{_longer(head, handle.extension)}"
        )
        text.append("三、办理程序。办理期间将听取陈述的事实和理由，并调查核实；有新的情况，可以补充说明。")
    else:
        text.append(
            f"二、办理程序。{head.itself}将依照上述途径的有关规定处理，并向{matter.you}告知处理结果。"
        )
    text.append("特此告知。")
    return write(
        PaperKind.ACCEPTANCE, head, [Section(paragraphs=tuple(text))],
        recipient=matter.names, follow_url=follow_url,
    )  # fmt: skip


def decline(
    head: Letterhead,
    matter: Matter,
    *,
    ground: Ground,
    explanation: str,
    directed_to: str | None = None,
    earlier: str | None = None,
) -> Paper:
    """不予受理告知书: the ground, its article, why it applies, and where to go instead (23, 31).

    ``directed_to`` names the organ or procedure, ``earlier`` the number of the petition being handled.
    """
    text = [_examined(head, matter, ground, explanation)]
    if earlier:
        text.append(f"该事项与信访件{earlier}系同一信访事项，该件已经受理或者正在办理。")
    text.append(f"{under(ground.citation)}{head.itself}决定对该信访事项不予受理。")
    if directed_to:
        text.append(f"{matter.you}可以向{directed_to}提出。")
    elif earlier:
        text.append("请等待原办理机关、单位的书面答复。")
    text.append("特此告知。")
    return write(PaperKind.DECLINE, head, [Section(paragraphs=tuple(text))], recipient=matter.names)


def no_longer_accepted(
    head: Letterhead,
    matter: Matter,
    *,
    ground: Ground,
    explanation: str,
    earlier: str | None = None,
    ended_on: date | None = None,
) -> Paper:
    """不再受理告知书 (36.3): the earlier petition and its end, where it is known by its number; new facts are
    another matter.
    """
    ended = f"，并于{chinese_date(ended_on)}终结" if ended_on else ""
    before = f"该事项与信访件{earlier}的事实和理由相同，该件已经依照规定的程序处理完毕{ended}。"
    text = (
        _examined(head, matter, ground, explanation),
        *([before] if earlier else []),
        f"{under(ground.citation)}{head.itself}对该信访事项不再受理。",
        f"{matter.you}如有新的事实、理由或者提出新的请求，可以依照规定另行提出。",
        "特此告知。",
    )
    return write(PaperKind.NO_LONGER_ACCEPTED, head, [Section(paragraphs=text)], recipient=matter.names)


def extension(
    head: Letterhead,
    matter: Matter,
    *,
    rule: Extension,
    days: int,
    reason: str,
    due_before: date,
    due_on: date,
    provisional: bool = False,
    tier: Tier = Tier.HANDLING,
    above: str | None = None,
) -> Paper:
    """延期告知书 (34, 北京 50): the reason, who approved it, by how many days, and the new last day.

    ``above`` is the superior that approved in the place of a head who is recused (信访工作条例 28).
    """
    work = TIER_NAMES[tier]
    approver = f"上级机关{above}负责人" if above else _approver(head, rule)
    end, answer = ("办结", f"并向{matter.you}出具信访处理意见书")
    if tier is not Tier.HANDLING:
        end, answer = (f"作出{work}意见", f"并书面答复{matter.you}")
    text = (
        f"{matter.you}{matter.brought}，{head.itself}正在{work}，{work}期限原至{chinese_date(due_before)}届满。",
        f"因{reason.strip().rstrip('。')}，情况复杂，不能在上述期限内{end}。{under(rule.citation)}"
        f"经{approver}批准，{work}期限延长{days}日，至{chinese_date(due_on)}届满。"
        f"{tentative(provisional)}",
        f"{head.itself}将在延长的期限内{end}，{answer}。",
        "特此告知。",
    )
    return write(PaperKind.EXTENSION, head, [Section(paragraphs=text)], recipient=matter.names)


def referral(
    head: Letterhead,
    matter: Matter,
    *,
    to: str,
    basis: Citation,
    tell: Period | None,
    object: Period | None,
    purpose: Purpose | None = None,
    shield: Citation | None = None,
    enclosures: Sequence[str] = (),
    copies_to: Sequence[str] = (),
) -> Paper:
    """转送函 (22): what is passed on, on which article, and what the organ owes within which time (23).

    ``tell`` is None where no notice is owed (23.2, 23.4), ``object`` where the organ has been named for good;
    ``shield`` (R6) goes with denunciations.
    """
    lines = [
        _passed_on(matter, basis, "转送你单位"),
        *_owed(tell, object),
        *_kept_secret(purpose, shield),
        "特此函达。",
    ]
    return write(
        PaperKind.REFERRAL, head, [Section(paragraphs=tuple(lines))],
        recipient=to, enclosures=enclosures, copies_to=copies_to,
    )  # fmt: skip


def assignment(
    head: Letterhead,
    matter: Matter,
    *,
    to: str,
    basis: Citation,
    report_due: date,
    tell: Period | None,
    object: Period | None,
    purpose: Purpose | None = None,
    shield: Citation | None = None,
    enclosures: Sequence[str] = (),
    copies_to: Sequence[str] = (),
) -> Paper:
    """交办函 (22.1.3): as the referral, with the day by which the result is reported back."""
    lines = [
        _passed_on(matter, basis, "交由你单位办理"),
        f"请于{chinese_date(report_due)}前办结，书面反馈办理结果，提交办结报告。",
        *_owed(tell, object),
        *_kept_secret(purpose, shield),
        "特此函达。",
    ]
    return write(
        PaperKind.ASSIGNMENT, head, [Section(paragraphs=tuple(lines))],
        recipient=to, enclosures=enclosures, copies_to=copies_to,
    )  # fmt: skip


def _examined(head: Letterhead, matter: Matter, ground: Ground, explanation: str) -> str:
    return (
        f"{matter.you}{matter.brought}收悉。经审查，该事项属于“{ground.title}”"
        f"的情形：{explanation.strip().rstrip('。')}。"
    )


def _approver(head: Letterhead, rule: Extension) -> str:
    """本机关负责人: who approves, as the organ speaks of itself."""
    return rule.approver.replace("本机关、单位", head.itself)


def _longer(head: Letterhead, rule: Extension | None) -> str:
    if rule is None:
        return ""
    most = f"延长期限不超过{rule.max_days}日" if rule.max_days else f"总期限不超过{rule.max_total_days}日"
    return f"情况复杂的，经{_approver(head, rule)}批准可以适当延长，{most}，并告知延期理由。"


def _passed_on(matter: Matter, basis: Citation, how: str) -> str:
    return f"{under(basis)}现将{matter.names}{matter.brought}{how}，请依法依规办理。"


def _owed(tell: Period | None, object: Period | None) -> list[str]:
    owed = []
    if tell is not None:
        owed.append(
            f"属于你单位职权范围的，请自收到之日起{span(tell)}内书面告知信访人接收情况以及处理途径和程序"
            f"（{cite(tell.citation)}）"
        )
    if object is not None:
        owed.append(
            f"不属于你单位或者本系统职权范围的，请自收到之日起{span(object)}内提出异议，详细说明理由，"
            f"经核实同意后交还相关材料（{cite(object.citation)}）"
        )
    return ["；".join(owed) + "。"] if owed else []


def _kept_secret(purpose: Purpose | None, shield: Citation | None) -> list[str]:
    if purpose is not Purpose.DENUNCIATION or shield is None:
        return []
    return [
        f"该件属于检举控告，不得将检举、揭发材料以及有关情况透露或者转给被检举、揭发的人员或者单位（{cite(shield)}）。"
    ]
