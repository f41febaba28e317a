"""A year of the working calendar."""

from __future__ import annotations

from datetime import date

from pydantic import ConfigDict, Field

from intake_api.schemas.petition import INSTANT
from intake_api.schemas.sent import Told

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class LoadOut(Told):
    """一次载入放假通知"""

    loaded_at: str = Field(json_schema_extra=INSTANT)
    source: str = Field(description="通知文件的名称;演示系统自行载入的注明“演示”")
    sha256: str = Field(description="内容的摘要")


class CalendarOut(Told):
    """一年的工作日历。不在两张表中的日子,周一至周五上班,周末休息"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "year": 2026,
                    "version": "chinesecalendar 1.11.0; 1 loaded; published to 2026; 1265c2aee2fb",
                    "provisional": False,
                    "days_off": ["2026-01-01", "2026-01-02", "2026-01-03"],
                    "makeup": ["2026-01-04"],
                    "loads": [
                        {"loaded_at": "2025-11-05T02:00:00Z", "source": "2026.toml", "sha256": _SHA256}
                    ],
                }
            ]
        }
    )

    year: int
    version: str = Field(description="所用日历的版本;各项期限记有算出它的版本")
    provisional: bool = Field(description="该年的放假通知尚未载入,只按法定节日计算")
    days_off: list[date] = Field(description="放假日期")
    makeup: list[date] = Field(description="调休上班的周末")
    loads: list[LoadOut] = Field(description="本系统载入该年通知的记录,以最后一次为准;为空的用内置日历")
