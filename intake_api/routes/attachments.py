"""Attachments: streamed to disk under a cap, known by their own bytes, given back as downloads only."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response, StreamingResponse

from intake_api import dossier
from intake_api.calls import World, caller, version_of
from intake_api.problems import Fault, FieldError, InvalidBody
from intake_api.replies import reply
from intake_api.routes.petitions import Reading
from intake_api.schemas.petition import AttachmentOut
from services.application import attachment as attachments
from services.application import petition as petitions
from services.domain.access import Call, Client, Scope

router = APIRouter(prefix="/v1", tags=["信访件 · petitions"])
Attaching = Annotated[Client, caller(Scope.SUBMIT, Scope.REGISTER, Scope.HOTLINE, Scope.DISPATCHES)]
MULTIPART = "multipart/form-data"
ENVELOPE_BYTES = 64 * 1024
"""What a multipart body may have around its file."""
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                },
                "example": {"file": "征地协议.pdf"},
            }
        },
    }
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "文件内容",
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": "%PDF-1.7 …",
            }
        },
    }
}


@router.post(
    "/petitions/{petition_id}/attachments",
    status_code=201,
    operation_id="add_attachment",
    summary="上传附件",
    response_model=AttachmentOut,
    openapi_extra=_BODY,
)
async def add_attachment(petition_id: UUID, request: Request, world: World, client: Attaching) -> Response:
    """一次一个文件,不超过20 MiB,按内容识别类型。同一文件重传,得到原来的附件。"""
    await attachments.ensure_may_attach(world, petition_id, client=client)
    call = Call(
        client=client,
        request_id=request.state.request_id,
        if_match=version_of(request.headers.get("if-match")),
    )
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        raise Fault("media_type", {"expected": MULTIPART})
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            zh, en = "请在 file 一栏上传文件。", "Send the file in the field `file`."
            raise InvalidBody([FieldError("/file", "required", zh, en)])
        limit = world.settings.max_attachment_bytes
        if (file.size or 0) > limit:
            raise Fault("body_too_large", {"limit": limit})
        name = file.filename or ""
        added = await attachments.attach(world, petition_id, file.file, name=name, call=call)
    location = {"Location": f"/v1/attachments/{added.id}"}
    return reply(dossier.attachment_out(added), 201, location)


@router.get(
    "/attachments/{attachment_id}",
    operation_id="read_attachment",
    summary="下载附件",
    response_class=StreamingResponse,
    responses=_FILE,
)
async def read_attachment(attachment_id: UUID, world: World, client: Reading) -> StreamingResponse:
    """附件原文,一律作为下载给出,不在浏览器中打开。"""
    found = await petitions.attachment(world, attachment_id, client=client)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Length": str(found.size),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "ETag": f'"{found.sha256}"',
    }
    return StreamingResponse(world.files.chunks(found.sha256), 200, headers, found.media_type)
