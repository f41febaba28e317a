"""An ordinary poll of an inbox, without the framework: departments ask all day, and mostly find nothing.

The plain route takes 3.1 times (3.0-3.9) the API's processor time for the same empty poll, in turns on one
server (docs/decisions/0022-reading-fast.md): matching, dependencies and query handling are the difference.
Here path and query are read by hand, and the same two functions are called as by the plain way:
``authenticated``, and the route of ``routes/organs.py``. A path or query that is not written as ours are
goes to the plain route, which says what is wrong, or makes do. So there is one inbox, and this file can be
taken away without anybody noticing but for the speed.
"""

from __future__ import annotations

import re
from uuid import UUID

from fastapi.security import SecurityScopes
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from intake_api.auth import authenticated
from intake_api.paging import MOST
from intake_api.problems import Fault, answer
from intake_api.routes.organs import INBOX_READERS, poll_inbox
from services.application.inbox import MAX_WAIT_SECONDS
from services.domain.refusal import Refusal

PATH = re.compile(r"/v1/organs/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/inbox")
QUERY = {
    "after": re.compile(r"[A-Za-z0-9_-]{1,512}"),
    "limit": re.compile(r"[1-9][0-9]{0,2}"),
    "wait": re.compile(r"[0-9]{1,2}"),
}
USUAL_LIMIT, USUAL_WAIT = "50", "0"


class LeanInbox:
    """Stands before the application, whose ``route`` for these paths it takes the place of."""

    def __init__(self, app: ASGIApp, *, route: BaseRoute) -> None:
        self._app = app
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _ordinary(scope)
        if asked is None:
            await self._app(scope, receive, send)
            return
        organ_id, query = asked
        scope["route"] = self._route  # as the router does, for the log and the metrics
        response = await _answer(scope, UUID(organ_id), query)
        await response(scope, receive, send)


async def _answer(scope: Scope, organ_id: UUID, query: dict[str, str]) -> Response:
    try:
        client = await authenticated(Request(scope), SecurityScopes([scope.value for scope in INBOX_READERS]))
        return await poll_inbox(
            organ_id,
            scope["app"].state.world,
            client,
            query.get("after"),
            int(query.get("limit", USUAL_LIMIT)),
            float(query.get("wait", USUAL_WAIT)),
        )
    except (Fault, Refusal) as error:
        return answer(scope, error)


def _ordinary(scope: Scope) -> tuple[str, dict[str, str]] | None:
    """The organ's id and the query of an ordinary poll; None for any other request."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    path = PATH.fullmatch(scope["path"])
    query = _query(scope["query_string"].decode("latin-1")) if path is not None else None
    return (path[1], query) if path is not None and query is not None else None


def _query(text: str) -> dict[str, str] | None:
    """Names and values; None where one is unknown, comes twice, or is out of its range."""
    found: dict[str, str] = {}
    for part in text.split("&") if text else ():
        name, _, value = part.partition("=")
        if name not in QUERY or name in found or not QUERY[name].fullmatch(value):
            return None
        found[name] = value
    limit, wait = found.get("limit", USUAL_LIMIT), found.get("wait", USUAL_WAIT)
    return found if int(limit) <= MOST and int(wait) <= MAX_WAIT_SECONDS else None
