"""The application: routes, middleware, and what becomes of errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from intake_api import openapi
from intake_api.auth import Clients, Tokens, wall_clock
from intake_api.lean import LeanRegistration
from intake_api.lean_inbox import LeanInbox
from intake_api.limits import Limits
from intake_api.middleware import BodyLimit, BodyTooLarge, Observed
from intake_api.problems import Fault, InvalidBody, answer
from intake_api.routes import ROUTERS
from intake_api.routes.attachments import ENVELOPE_BYTES
from intake_api.traced import Traced
from intake_api.validation import field_errors
from services.bootstrap import Deployment
from services.domain.refusal import Refusal


class Api(FastAPI):
    """FastAPI with the document of :mod:`intake_api.openapi`."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            self.openapi_schema = openapi.document(self)
        return self.openapi_schema


def create_app(world: Deployment, *, limits: Limits | None = None) -> FastAPI:
    """The application over a deployment; whoever made the deployment closes it."""
    settings = world.settings
    limits = limits or Limits(lambda: wall_clock(world).timestamp(), redis_url=settings.redis_url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await limits.close()

    app = Api(
        title="信访件办理系统 · Petition case system",
        version=version("xinfang"),
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Ours (``Traced``, ``Observed``) say nothing of people; the framework's would tell paths and errors.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.world = world
    app.state.leaving = False
    app.state.clients = Clients(world)
    app.state.tokens = Tokens(world)
    app.state.limits = limits
    for router in ROUTERS:
        # The routes themselves, not an include of each router: one flat list, matched in one pass.
        app.router.routes.extend(router.routes)
    wider = {
        "/attachments": settings.max_attachment_bytes + ENVELOPE_BYTES,
        "/v1/petitions/import": None,
    }
    app.add_middleware(LeanRegistration, state=app.state, route=_route_of(app, "register_petition"))
    app.add_middleware(LeanInbox, route=_route_of(app, "poll_inbox"))
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes, wider=wider)
    app.add_middleware(Observed)
    if world.tracing is not None:
        app.add_middleware(Traced, world=world)
    app.add_exception_handler(Fault, _told)
    app.add_exception_handler(Refusal, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    return app


def _route_of(app: FastAPI, operation_id: str) -> APIRoute:
    routes = (route for route in app.routes if isinstance(route, APIRoute))
    return next(route for route in routes if route.operation_id == operation_id)


async def _told(request: Request, error: Exception) -> Response:
    return answer(request.scope, cast(Fault | Refusal, error))


async def _invalid(request: Request, error: Exception) -> Response:
    """What FastAPI found wrong in path, query, headers or body."""
    invalid = cast(RequestValidationError, error)
    route = request.scope.get("route")
    field = route.body_field if isinstance(route, APIRoute) else None
    in_body = any(each["loc"][:1] == ("body",) for each in invalid.errors())
    if field is not None and in_body and invalid.body is not None and not _is_json(request):
        return answer(request.scope, Fault("media_type", {"expected": "application/json"}))
    tagged = field is not None and getattr(field.field_info, "discriminator", None) is not None
    errors = field_errors(invalid.errors(), tagged=tagged, body=invalid.body)
    return answer(request.scope, InvalidBody(errors))


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


async def _http(request: Request, error: Exception) -> Response:
    """What Starlette refuses before a route is found, or while a body is read."""
    refused = cast(HTTPException, error)
    if isinstance(refused, BodyTooLarge):
        too_large = Fault("body_too_large", {"limit": refused.limit}, {"Connection": "close"})
        return answer(request.scope, too_large)
    if refused.status_code == 405:
        allow = ", ".join(_allowed(request))
        return answer(request.scope, Fault("method_not_allowed", {"allow": allow}, {"Allow": allow}))
    codes = {400: "body_unreadable", 404: "not_found"}
    return answer(request.scope, Fault(codes.get(refused.status_code, "bad_request")))


def _allowed(request: Request) -> list[str]:
    """Every method that some route has at this path."""
    routes = [route for route in request.app.routes if isinstance(route, APIRoute)]
    here = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in here for method in route.methods or ()})
