"""Tokens for calling systems."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import Response

from intake_api.auth import LIFETIME, basic_credentials, issue, proved
from intake_api.calls import World
from intake_api.problems import Fault
from intake_api.replies import reply
from intake_api.schemas.token import TokenOut

router = APIRouter(tags=["令牌 · tokens"])
FORM = "application/x-www-form-urlencoded"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": "client_credentials"},
                        "scope": {"type": "string", "description": "空格分隔;不填为全部"},
                    },
                },
                "example": {"grant_type": "client_credentials"},
            }
        },
    }
}


@router.post(
    "/oauth/token",
    operation_id="issue_token",
    summary="获取访问令牌",
    response_model=TokenOut,
    openapi_extra=_BODY,
)
async def issue_token(request: Request, world: World) -> Response:
    """OAuth 2.0 客户端凭证方式:用 HTTP Basic 出示客户端编号和密钥,换取15分钟有效的访问令牌。"""
    limits = request.app.state.limits
    form = _form(request, await request.body())
    client_id, secret = basic_credentials(request.headers.get("authorization"))
    address = request.client.host if request.client else ""
    async with limits.guess("too_many_requests", (limits.wrong_secrets, address)):
        client = await proved(world, request.app.state.clients, client_id, secret)
    if form.get("grant_type") != "client_credentials":
        raise _refused("unsupported_grant_type" if form.get("grant_type") else "invalid_request")
    asked = form["scope"].split() if form.get("scope") else list(client.scopes)
    if not set(asked) <= set(client.scopes):
        raise _refused("invalid_scope")
    request.state.client_id = client.id
    answer = {
        "access_token": issue(world, client, asked),
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": " ".join(asked),
    }
    return reply(answer, headers={"Cache-Control": "no-store"})


def _form(request: Request, body: bytes) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Fault("media_type", {"expected": FORM}, members={"error": "invalid_request"})
    try:
        fields = parse_qs(body.decode(), max_num_fields=20)
    except ValueError:
        raise _refused("invalid_request") from None
    if any(len(values) > 1 for values in fields.values()):
        raise _refused("invalid_request")
    return {name: values[0] for name, values in fields.items()}


def _refused(code: str) -> Fault:
    return Fault(code, headers={"Cache-Control": "no-store"}, members={"error": code})
