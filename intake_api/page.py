"""The petitioner's page, behind the QR code of their papers: plain HTML, no script, nothing fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup
from starlette.responses import HTMLResponse

from intake_api.problems import Fault, describe
from intake_api.schemas.public import Proof
from services.application.progress import Progress
from services.domain.calendar import local_date
from services.domain.deadline import Deadline, DeadlineState
from services.domain.directory import Directory
from services.domain.execution import Execution, ExecutionState
from services.domain.issued_paper import IssuedPaper
from services.domain.opinion import Opinion
from services.domain.paper_opinion import KINDS
from services.domain.paper_words import chinese_date, cite, in_force, last_day, typeset
from services.domain.petition import State
from services.domain.refusal import Refusal
from services.domain.review import TIER_NAMES
from services.domain.statute import Rule, RulePack

if TYPE_CHECKING:
    from jinja2 import Template

_FILES: Final = resources.files(__package__)
_STYLE: Final = Markup((_FILES / "page.css").read_text(encoding="utf-8"))  # noqa: S704 a file of ours
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Language": "zh-CN",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_KEYS: Final = Markup(
    '<input type="hidden" name="number" value="{}"><input type="hidden" name="query_code" value="{}">'
)

# Where it stands, as one would say it across the desk.
MEANINGS: Final[Mapping[State, str]] = {
    State.REGISTERED: "您反映的事项已经登记，信访部门正在确定由哪个单位办理。",
    State.TRIAGE: "信访部门的工作人员正在确定由哪个单位办理。",
    State.DISPATCHED: "已经转给下面的责任单位，由其决定是否受理并告知您。",
    State.OBJECTED: "接到该件的单位认为不属于自己的职权，信访部门正在核实由谁办理。",
    State.DISPUTED: "几个单位对由谁受理有不同意见，正由下面的单位依法决定由谁办理。",
    State.ACCEPTED: "责任单位已经受理，正在调查核实。",
    State.OPINION_ISSUED: "责任单位已经作出处理意见，正在向您送达。",
    State.ANSWERED: "处理意见书已经送达您。",
    State.UNDER_REVIEW: "您申请了复查，复查机关正在审查。",
    State.REVIEW_ISSUED: "复查机关已经作出复查意见，正在向您送达。",
    State.REVIEW_ANSWERED: "复查意见书已经送达您。",
    State.UNDER_RE_REVIEW: "您申请了复核，复核机关正在审查。",
    State.RE_REVIEW_ISSUED: "复核机关已经作出复核意见，正在向您送达。",
    State.FINAL: "本信访事项已经终结。有新的事实、理由或者新的请求的，可以另行提出。",
    State.CONCLUDED: "本信访事项已经办结。",
    State.DECLINED: "本信访事项没有受理，原因和去处见下面的书面告知。",
    State.WITHDRAWN: "本信访事项已经撤回。",
}


def form(home: str, number: str = "", *, error: Fault | Refusal | None = None) -> HTMLResponse:
    """The page that asks for number and code; with what was wrong. It never shows a code again.

    ``home`` is the path that its forms are sent to.
    """
    status, headers, wrong = 200, dict(HEADERS), None
    if error is not None:
        body, more = describe(error, "zh")
        status, headers = int(body["status"]), {**headers, **more}
        wrong = {"zh": body["detail"], "en": describe(error, "en")[0]["detail"]}
    made = _template().render(style=_STYLE, home=home, shown=None, number=number, wrong=wrong)
    return HTMLResponse(made, status, headers)


def progress(
    found: Progress,
    papers: Sequence[IssuedPaper],
    proof: Proof,
    *,
    home: str,
    directory: Directory,
    pack: RulePack,
) -> HTMLResponse:
    """The page that tells how it stands. Each download carries the proof in its form, never in an address."""
    keys = _KEYS.format(proof.number, proof.query_code)
    shown = _shown(found, papers, directory, pack)
    made = _template().render(style=_STYLE, home=home, shown=shown, keys=keys)
    return HTMLResponse(made, 200, HEADERS)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # with the first page: a start need not wait for it

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((_FILES / "page.html").read_text(encoding="utf-8"))


def _shown(
    found: Progress, papers: Sequence[IssuedPaper], directory: Directory, pack: RulePack
) -> dict[str, Any]:
    petition = found.petition
    facts = [
        ("信访件编号", petition.number),
        ("登记日期", chinese_date(petition.received_on)),
        ("目前阶段", TIER_NAMES[petition.tier]),
    ]
    if found.organ:
        facts.append(("目前由谁办理", found.organ))
    if petition.final_on and petition.final_ground:
        ground = pack.finality_ground(petition.final_ground)
        facts.append(("终结", f"{chinese_date(petition.final_on)}，{grounded(ground)}"))
    return {
        "title": petition.title,
        "state": petition.state.chinese,
        "meaning": MEANINGS[petition.state],
        "facts": facts,
        "next": _next(found),
        "deadlines": [_deadline(each) for each in found.deadlines if _owed(each, pack)],
        "opinions": [_opinion(each, directory, pack) for each in found.opinions],
        "executions": [_execution(each, directory) for each in found.executions],
        "notices": [{"on": chinese_date(each.issued_on), "text": _notice(each.text, each.directed_to)}
                    for each in found.notices],
        "steps": [{"on": chinese_date(local_date(each.at)), "what": each.what, "organ": each.organ}
                  for each in found.steps],
        "papers": [{"id": each.id, "title": each.kind.heading, "number": each.number,
                    "issued": chinese_date(each.issued_on)} for each in papers],
    }  # fmt: skip


def grounded(ground: Rule) -> str:
    """Why the petition is final; with the article where that is law here, as the papers have it."""
    return f"{ground.title}（{cite(ground.citation)}）" if in_force(ground.citation) else ground.title


def _next(found: Progress) -> list[str]:
    """What the petitioner may do, and until when."""
    said = []
    if found.may_request and found.window:
        remedy = found.opinions[-1].remedy if found.opinions else ""
        until = last_day(found.window.due_on, provisional=found.window.provisional)
        said.append(f"{typeset(remedy)}最后一日为{until}。")
        said.append(
            "申请可以在提交信访事项的网上平台提出，也可以到上述机关的窗口递交或者以信函寄交；本页不接收申请。"
        )
    if found.may_evaluate:
        said.append("您可以对信访部门和责任单位的工作作出评价：在网上平台提交，或者告知登记的信访部门。")
    if not found.petition.state.ended:
        said.append("有新的情况或者材料，可以向登记的信访部门或者责任单位补充。")
    if not said:
        said.append("没有需要您办理的事。")
    return said


def _owed(clock: Deadline, pack: RulePack) -> bool:
    """What an organ still owes. A right is nothing owed; the petitioner's own are told in words."""
    running = clock.state in (DeadlineState.RUNNING, DeadlineState.OVERDUE)
    return running and not pack.period(clock.rule, on=clock.starts_on).is_right


def _deadline(clock: Deadline) -> dict[str, Any]:
    return {
        "title": clock.title,
        "due": chinese_date(clock.due_on),
        "began": chinese_date(clock.starts_on),
        "article": clock.article,
        "overdue": clock.state is DeadlineState.OVERDUE,
        "provisional": clock.provisional,
    }


def _opinion(opinion: Opinion, directory: Directory, pack: RulePack) -> dict[str, Any]:
    parts = [
        ("结果", pack.outcome(opinion.outcome.value).title),
        ("事实", opinion.facts),
        ("理由", opinion.reasons),
        ("依据", opinion.legal_basis),
        ("意见", opinion.decision),
        ("救济途径和期限", opinion.remedy),
    ]
    return {
        "heading": KINDS[opinion.tier].heading,
        "organ": directory.organ(opinion.organ_id).name,
        "issued": chinese_date(opinion.issued_on),
        "served": _day(opinion.served_on),
        "parts": [(name, typeset(text)) for name, text in parts],
    }


def _execution(execution: Execution, directory: Directory) -> str:
    organ = directory.organ(execution.organ_id).name
    if execution.state is ExecutionState.CARRIED_OUT:
        return f"{organ}：已于{_day(execution.carried_out_on)}执行完毕。"
    if execution.state is ExecutionState.OPEN:
        return f"{organ}：正在执行（自{chinese_date(execution.opened_on)}起）。"
    return f"{organ}：意见已经变更或者撤销，不再执行。"


def _notice(text: str, directed_to: str | None) -> str:
    return typeset(f"{text}\n可以向{directed_to}提出。" if directed_to else text)


def _day(day: date | None) -> str:
    return chinese_date(day) if day else ""
