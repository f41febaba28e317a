"""The certificate of finality (终结证明) and the handbook (诉求手册): a petition's whole way on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.domain.paper import Letterhead, Matter, Paper, PaperKind, Section, write
from services.domain.paper_words import chinese_date, cite, last_day, ordinal, under
from services.domain.petition import Tier
from services.domain.review import TIER_NAMES
from services.domain.statute import Citation, Rule


@dataclass(frozen=True, slots=True)
class TierRecord:
    """One pass of one tier, as far as it has come.

    ``began_on`` is the day of acceptance or of the request, ``due_on`` its last day with ``due_article``.
    ``simple_due_on`` is the shorter one of the simple procedure (简易办理), which runs beside it.
    ``remedy`` stands as the opinion said it; ``remedy_until`` once service has set the last day. What may yet
    move is ``…_provisional``.
    """

    tier: Tier
    organ: str
    began_on: date | None
    due_on: date | None = None
    due_provisional: bool = False
    due_article: str | None = None
    simple_due_on: date | None = None
    simple_provisional: bool = False
    simple_article: str | None = None
    opinion_number: str | None = None
    outcome: str | None = None
    decision: str | None = None
    issued_on: date | None = None
    served_on: date | None = None
    service: str | None = None
    remedy: str | None = None
    remedy_until: date | None = None
    remedy_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A petitioner as the handbook prints them: whole in their own copy, masked by who makes any other."""

    name: str
    document: str | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A step of the petition: the day, what was done, by whom."""

    on: date
    what: str
    organ: str


def finality_certificate(
    head: Letterhead,
    matter: Matter,
    tiers: Sequence[TierRecord],
    *,
    ground: Rule,
    final_on: date,
    closed: Citation | None,
    care: Citation | None = None,
) -> Paper:
    """终结证明 (§6): the ground with its article, the day, the tiers gone through, what follows from it.

    ``closed`` is the article by which the same facts are not taken up again; None: after this end they are.
    ``care`` is that of the duties which go on all the same (信访工作条例 37.3).
    """
    opening = (
        f"{matter.names}于{chinese_date(matter.received_on)}通过{matter.channel_name}提出的“{matter.title}”"
        f"信访事项（信访件编号{matter.number}），办理经过如下："
    )
    rows = tuple((TIER_NAMES[each.tier], _passed(each)) for each in tiers)
    after = [f"{ground.text}，{under(ground.citation)}该信访事项已于{chinese_date(final_on)}终结。"]
    if closed is not None:
        after.append(
            f"{under(closed)}信访人仍以同一事实和理由提出的，不再受理；"
            "有新的事实、理由或者提出新的请求的，可以依照规定另行提出。"
        )
    if care is not None:
        after.append(
            f"终结后，有关机关、单位仍应当根据{cite(care)}的规定做好疏导教育、矛盾化解、帮扶救助等工作。"
        )
    after.append("特此证明。")
    parts = [Section(paragraphs=(opening,)), *([Section(rows=rows)] if rows else []),
             Section(paragraphs=tuple(after))]  # fmt: skip
    return write(PaperKind.FINALITY, head, parts)


def handbook(
    head: Letterhead,
    matter: Matter,
    people: Sequence[Person],
    tiers: Sequence[TierRecord],
    entries: Sequence[Entry],
    *,
    requests: str,
    stands: str,
    more: Sequence[Section] = (),
    category: str | None = None,
    place: str | None = None,
    follow_url: str | None = None,
    archived: bool = False,
) -> Paper:
    """《信访事项诉求手册》: the petitioner's own copy, first day to last. ``stands``: the state.

    ``more`` are the parts between the tiers and the steps: papers, execution, care. ``archived``: the steps
    are in a file, and in the database no more.
    """
    told = [
        ("信访件编号", matter.number),
        ("登记日期", chinese_date(matter.received_on)),
        ("信访形式", matter.channel_name),
        ("信访事项", matter.title),
        ("投诉请求", requests),
    ]
    told += [(name, text) for name, text in (("内容分类", category), ("事发地", place)) if text]
    told.append(("目前状态", stands))
    parts = [Section("一、信访人", rows=_people(people, matter)), Section("二、信访事项", rows=tuple(told))]
    steps = tuple((chinese_date(entry.on), f"{entry.what}（{entry.organ}）") for entry in entries)
    without = ("办理记录已归档，可以向登记机关查询。" if archived else "暂无。",)
    after = [Section(TIER_NAMES[each.tier], rows=tuple(_rows(each))) for each in tiers]
    after += [*more, Section("办理记录", rows=steps) if steps else Section("办理记录", without)]
    for number, each in enumerate(after, start=len(parts) + 1):
        parts.append(replace(each, title=f"{ordinal(number)}、{each.title}"))
    cover = (("信访件编号", matter.number), ("信访人", matter.names), ("信访事项", matter.title),
             ("登记机关", head.organ), ("登记日期", chinese_date(matter.received_on)))  # fmt: skip
    return write(PaperKind.HANDBOOK, head, parts, follow_url=follow_url, cover=cover)


def _people(people: Sequence[Person], matter: Matter) -> tuple[tuple[str, str], ...]:
    if not people:
        return (("姓名", "未署名"),)
    rows: list[tuple[str, str]] = []
    for person in people:
        rows.append(("姓名", person.name))
        rows += [(name, text) for name, text in (("证件号码", person.document), ("联系电话", person.phone),
                                                 ("住址", person.address)) if text]  # fmt: skip
    if matter.people_count > len(people):
        rows.append(("人数", f"共{matter.people_count}人"))
    return tuple(rows)


def _rows(record: TierRecord) -> list[tuple[str, str]]:
    began = "受理日期" if record.tier is Tier.HANDLING else "申请日期"
    due = _until(record.due_on, record.due_article, provisional=record.due_provisional)
    simple = _until(record.simple_due_on, record.simple_article, provisional=record.simple_provisional)
    remedy = record.remedy and (
        f"{record.remedy}最后一日为{last_day(record.remedy_until, provisional=record.remedy_provisional)}。"
        if record.remedy_until
        else record.remedy
    )
    served = record.served_on and chinese_date(record.served_on) + (
        f"（{record.service}）" if record.service else ""
    )
    rows = [
        (f"{TIER_NAMES[record.tier]}机关", record.organ),
        (began, record.began_on and chinese_date(record.began_on)),
        ("期限届满", due),
        ("简易办理答复期限", simple),
        ("意见书文号", record.opinion_number),
        ("结果", record.outcome),
        ("意见", record.decision),
        ("出具日期", record.issued_on and chinese_date(record.issued_on)),
        ("送达", served),
        ("救济途径", remedy),
    ]
    return [(name, text) for name, text in rows if text]


def _until(day: date | None, article: str | None, *, provisional: bool) -> str | None:
    """2027年2月22日（信访工作条例第三十四条，暂定）."""
    return f"{chinese_date(day)}（{article}{'，暂定' if provisional else ''}）" if day else None


def _passed(record: TierRecord) -> str:
    parts = [record.organ]
    if record.issued_on:
        number = f"（{record.opinion_number}）" if record.opinion_number else ""
        parts.append(f"{chinese_date(record.issued_on)}出具意见{number}")
    if record.outcome:
        parts.append(f"结果为{record.outcome}")
    if record.served_on:
        parts.append(f"{chinese_date(record.served_on)}送达")
    return "，".join(parts)
