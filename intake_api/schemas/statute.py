"""The rule pack in force, row by row with its article, as a lawyer would check it."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from intake_api.schemas.sent import Told
from services.domain.statute import Answer, Basis, Obliged, Source


class CitationOut(Told):
    """出处。``source`` 为 local 的借用所列地方性法规,practice 的没有条文,只有理由"""

    law: str
    article: str
    quote: str | None
    source: Source
    reason: str | None
    see_also: list[str]
    note: str | None = Field(description="两部法规不一致时,说明取舍")
    pack: str = Field(description="载有本条的规则库")


class ExtensionOut(Told):
    rule: str
    max_days: int | None
    max_total_days: int | None
    approver: str
    citation: CitationOut


class PeriodOut(Told):
    """一个期限。``length`` 为空的由有关文书指定日期;``paths`` 为空的适用于所有途径"""

    rule: str
    name: str
    title: str
    obliged: Obliged
    starts_on: Basis
    length: int | None
    default_length: int | None = Field(description="文书未指定日期时的期限")
    unit: str
    roll_forward: bool
    paths: list[str]
    extension: ExtensionOut | None
    excludes_hearing: bool
    on_lapse: str | None
    in_force_from: date
    in_force_to: date | None
    citation: CitationOut


class RepresentativesOut(Told):
    """走访不超过 ``up_to`` 人(null:不限)的,代表不超过 ``most`` 人"""

    up_to: int | None
    most: int


class GroundOut(Told):
    id: str
    title: str
    answer: Answer
    tell: str
    links_earlier: bool
    after: list[str] = Field(description="原信访件以哪些情形终结的,才可据此不再受理(A2、A3);空:与终结无关")
    names_organ: bool
    citation: CitationOut
    representatives: list[RepresentativesOut] = Field(description="多人走访的代表人数(A7)")


class OutcomeOut(Told):
    code: str
    title: str
    tiers: list[str]
    purposes: list[str]
    followed_up: bool
    orders_anew: bool
    citation: CitationOut


class RuleOut(Told):
    id: str
    code: str
    title: str
    text: str
    citation: CitationOut


class TriggerOut(Told):
    code: str
    title: str
    automatic: bool
    threshold: int
    citation: CitationOut


class WarningsOut(Told):
    yellow_left: str = Field(examples=["1/3"], description="剩余时间不超过此部分为黄")
    red_working_days: int = Field(description="最后几个工作日为红")


class PackOut(Told):
    id: str
    title: str
    short_title: str
    region_prefix: str | None
    note: str | None
    base: str | None = Field(description="未作规定时适用的规则库")
    predecessor: str | None = Field(description="被本规则库取代的规则库")
    in_force_from: date
    in_force_to: date | None
    warnings: WarningsOut
    periods: list[PeriodOut]
    grounds: list[GroundOut]
    outcomes: list[OutcomeOut]
    finality: list[RuleOut]
    reviewing: list[RuleOut]
    routing: list[RuleOut]
    supervision: list[TriggerOut]


_CITATION: dict[str, Any] = {
    "law": "信访工作条例",
    "article": "第三十四条",
    "quote": "对本条例第三十一条第六项规定的信访事项应当自受理之日起60日内办结",
    "source": "statute",
    "reason": None,
    "see_also": [],
    "note": None,
    "pack": "national-2022",
}
_PERIOD: dict[str, Any] = {
    "rule": "D5",
    "name": "handle",
    "title": "办结并出具信访处理意见书",
    "obliged": "organ",
    "starts_on": "accepted",
    "length": 60,
    "default_length": None,
    "unit": "natural_day",
    "roll_forward": True,
    "paths": ["petition_procedure"],
    "extension": None,
    "excludes_hearing": False,
    "on_lapse": None,
    "in_force_from": "2022-05-01",
    "in_force_to": None,
    "citation": _CITATION,
}


class StatutesOut(Told):
    """现行规则库和工作日历"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "calendar": "2026",
                    "items": [
                        {
                            "id": "national-2022",
                            "title": "信访工作条例(2022年)",
                            "short_title": "信访工作条例",
                            "region_prefix": None,
                            "note": None,
                            "base": None,
                            "predecessor": None,
                            "in_force_from": "2022-05-01",
                            "in_force_to": None,
                            "warnings": {"yellow_left": "1/3", "red_working_days": 3},
                            "periods": [_PERIOD],
                            "grounds": [],
                            "outcomes": [],
                            "finality": [],
                            "reviewing": [],
                            "routing": [],
                            "supervision": [],
                        }
                    ],
                }
            ]
        }
    )

    calendar: str = Field(description="工作日历的版本")
    items: list[PackOut]
