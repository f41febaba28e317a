"""What every route needs of its request: the world, the caller with its scope, and the call of an act."""

from __future__ import annotations

import hashlib
import json
from itertools import chain
from typing import Annotated, Any, cast

from fastapi import Depends, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.security import SecurityScopes

from intake_api.auth import authenticated
from intake_api.problems import InvalidBody
from intake_api.validation import named_once, unknown_parameter
from services.bootstrap import Deployment
from services.domain.access import Call, Client, ClientRole, Scope

NO_VERSION = -1


def world(request: Request) -> Deployment:
    return cast(Deployment, request.app.state.world)


World = Annotated[Deployment, Depends(world)]


async def asking(request: Request, client: Annotated[Client, Security(authenticated)]) -> Client:
    """The caller, who asks what the route knows; of a route that takes no query, one does no harm."""
    if request.scope["query_string"]:
        known = query_names(request.scope["route"].dependant)
        unknown = dict.fromkeys(name for name in request.query_params if known and name not in known)
        if unknown:
            raise InvalidBody([unknown_parameter(name, known) for name in unknown])
    return client


def query_names(dependant: Dependant) -> list[str]:
    """The query parameters of a route, its own first."""
    inner = (query_names(each) for each in dependant.dependencies)
    return [*(param.alias for param in dependant.query_params), *chain.from_iterable(inner)]


def caller(*scopes: Scope) -> Any:
    """The authenticated client, with one of these scopes; 401 without a valid token, 403 without a scope."""
    return Security(asking, scopes=[scope.value for scope in scopes])


def acting(*scopes: Scope) -> Any:
    """An act of :func:`caller`: its request id, ``If-Match``, and the hash that tells a repetition."""
    authorized = caller(*scopes)

    async def call(request: Request, client: Client = authorized) -> Call:
        body = as_meant(await request.body())
        sent = b"\n".join((request.method.encode(), request.url.path.encode(), client.id.encode(), body))
        return Call(
            client=client,
            request_id=request.state.request_id,
            fingerprint=hashlib.sha256(sent).hexdigest(),
            if_match=version_of(request.headers.get("if-match")),
        )

    return Depends(call)


async def relay(request: Request) -> Client | None:
    """The source (portal, hotline, window) that passes on what a petitioner typed; None for anyone else.

    A token is not needed, but one that is sent must be valid: a relay with an old one would be counted as one
    petitioner. An organ that petitioners come to directly passes on nothing for them here.
    """
    if "authorization" not in request.headers:
        return None
    client = await authenticated(request, SecurityScopes())
    return client if Scope.SUBMIT in client.scopes and client.role is not ClientRole.ORGAN else None


Relay = Annotated[Client | None, Depends(relay)]


def as_meant(body: bytes) -> bytes:
    """A body as a repetition is told by: no body is an empty object, order and spaces of JSON are nothing.

    Raises :class:`InvalidBody` for a name that comes twice: whoever reads it last would take another value.
    """
    if body and body.lstrip()[:1] not in (b"{", b"["):
        return body
    try:
        return json.dumps(json.loads(body or b"{}", object_pairs_hook=named_once), sort_keys=True).encode()
    except (ValueError, RecursionError):
        return body


def version_of(etag: str | None) -> int | None:
    """The petition's version in an ``If-Match``; ``*`` and nothing mean any, what is not ours fits none.

    A petition that is read has the version in its ETag, and behind a dot what else its answer depends on.
    """
    text = (etag or "*").strip().removeprefix("W/").strip('"')
    if text == "*":
        return None
    text = text.partition(".")[0]
    return int(text) if text.isascii() and text.isdigit() else NO_VERSION
