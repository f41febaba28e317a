"""Papers over HTTP: as JSON, or as the PDF that goes to the petitioner; the caller's ``Accept`` decides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from intake_api.handling import organ_ref
from intake_api.replies import has, reply, to_json
from intake_api.schemas.opinion import ServiceIn
from services.application import paper_reading
from services.bootstrap import Deployment
from services.domain.directory import Directory
from services.domain.issued_paper import IssuedPaper
from services.domain.paper import Paper
from services.domain.paper_service import ServiceProof

PDF = "application/pdf"
AS_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "文书:按 Accept 为 JSON 或者 PDF",
        "content": {PDF: {"schema": {"type": "string", "format": "binary"}, "example": "%PDF-1.7 …"}},
    }
}
OWN = {"Cache-Control": "private, no-cache"}
NO_STORE = {"Cache-Control": "no-store"}


def wants_pdf(request: Request) -> bool:
    """Whether PDF is named in ``Accept``, and JSON is not liked better."""
    likes = {"application/json": 0.0, PDF: 0.0}
    for part in request.headers.get("accept", "")[:500].split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if kind in likes:
            likes[kind] = max(likes[kind], _quality(parameters))
    return likes[PDF] > 0 and likes[PDF] >= likes["application/json"]


def _quality(parameters: list[str]) -> float:
    given = [each.removeprefix("q=") for each in parameters if each.startswith("q=")]
    try:
        return float(given[0]) if given else 1.0
    except ValueError:
        return 0.0


def service_proof(body: ServiceIn) -> ServiceProof:
    return ServiceProof(**body.model_dump())


def brief(paper: IssuedPaper, directory: Directory, *, path: str = "/v1/papers") -> dict[str, Any]:
    return {
        "id": paper.id,
        "petition_id": paper.petition_id,
        "kind": paper.kind,
        "title": paper.kind.heading,
        "number": paper.number,
        "organ": organ_ref(paper.organ_id, directory),
        "subject_id": paper.subject_id,
        "issued_on": paper.issued_on,
        "served_on": paper.served_on,
        "service_method": paper.service_method,
        "signed": paper.signed,
        "content_sha256": paper.content_sha256,
        "links": {"self": f"{path}/{paper.id}"},
    }


async def paper_reply(
    request: Request, world: Deployment, paper: IssuedPaper, *, path: str = "/v1/papers"
) -> Response:
    """One paper as it is asked for: what stands on it, or the stored PDF."""
    if not wants_pdf(request):
        told = {**brief(paper, await world.directory(), path=path), "content": paper.content}
        return unchanged_or(request, told, _kept(request))
    return await paper_pdf(request, world, paper)


async def paper_pdf(request: Request, world: Deployment, paper: IssuedPaper) -> Response:
    """The stored PDF of one paper, to be saved under its number."""
    sha256, pieces = await paper_reading.printed(world, paper)
    named = _named(paper.number, sha256, _kept(request))
    if has(request, sha256):
        return Response(status_code=304, headers=named)
    return StreamingResponse(pieces, 200, named, PDF)


async def handbook_reply(request: Request, world: Deployment, paper: Paper) -> Response:
    """A handbook, which is told and set anew each time."""
    if not wants_pdf(request):
        return unchanged_or(request, paper.content(), _kept(request))
    return await handbook_pdf(request, world, paper)


async def handbook_pdf(request: Request, world: Deployment, paper: Paper) -> Response:
    made = await world.press.set(paper)
    sha256 = hashlib.sha256(made).hexdigest()
    named = _named(f"{paper.kind.heading}-{paper.number}", sha256, _kept(request))
    if has(request, sha256):
        return Response(status_code=304, headers=named)
    return Response(made, 200, named, PDF)


def _kept(request: Request) -> Mapping[str, str]:
    """What was asked for with the query code is kept nowhere."""
    return OWN if request.method == "GET" else NO_STORE


def unchanged_or(request: Request, told: object, headers: Mapping[str, str]) -> Response:
    """The JSON answer with an ETag of its own bytes; 304 to a caller that has it already."""
    tag = hashlib.sha256(to_json(told)).hexdigest()[:32]
    more = {**headers, "ETag": f'"{tag}"', "Vary": "Accept"}
    return Response(status_code=304, headers=more) if has(request, tag) else reply(told, headers=more)


def _named(name: str, sha256: str, headers: Mapping[str, str]) -> dict[str, str]:
    return {
        **headers,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.pdf', safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{sha256}"',
        "Vary": "Accept",
    }
