"""Errors, as RFC 9457 has them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    pointer: str = Field(description="RFC 6901 指针,指向请求正文中的位置;查询参数为 /query/名称")
    code: str
    message: str


class Problem(BaseModel):
    """Every answer that is not 2xx. ``code`` is for programs, ``detail`` for people."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "/docs#invalid_fields",
                    "title": "内容不符合要求",
                    "status": 422,
                    "detail": "有1处内容不符合要求,请按 errors 逐项改正后重新提交。",
                    "instance": "/v1/petitions",
                    "code": "invalid_fields",
                    "request_id": "3f2a9c",
                    "errors": [
                        {
                            "pointer": "/petitioners/0/id_document/number",
                            "code": "id_checksum",
                            "message": "证件号码校验码不符,可能写错一位或两位颠倒,请对照证件核对。",
                        }
                    ],
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[FieldProblem] | None = None
