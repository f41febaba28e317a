"""Many petitions at once, as NDJSON in and out, in our words or those of the exchange."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import IO, Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from intake_api import dossier
from intake_api.calls import World, caller
from intake_api.metrics import REGISTRATIONS
from intake_api.problems import Fault, FieldError, InvalidBody, describe, language_of
from intake_api.registration import parsed, receipt, registration_of
from intake_api.replies import to_json
from intake_api.routes.petitions import Reading
from intake_api.validation import named_once
from services.application import petition as petitions
from services.application import work_order
from services.application.lists import PetitionFilter
from services.application.ports import Conflict
from services.application.registration import ExternalRefExists, Registered, register
from services.bootstrap import Deployment
from services.domain import exchange
from services.domain.access import Call, Client, Scope
from services.domain.refusal import Refusal
from services.domain.registration import Registration

router = APIRouter(prefix="/v1/petitions", tags=["信访件 · petitions"])
NDJSON = "application/x-ndjson"
AT_ONCE = 8
EXPORT_PAGE = 100
Importing = Annotated[Client, caller(Scope.SUBMIT, Scope.REGISTER)]


class Format(StrEnum):
    """native 为本系统字段;exchange 为信访数据交换字段(xfrq、xfxs……)."""

    NATIVE = "native"
    EXCHANGE = "exchange"


AskedFormat = Annotated[Format, Query(description="字段名:native 或 exchange")]


def _lines(example: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "description": "每行一个 JSON 对象"}
    return {"description": description, "content": {NDJSON: {"schema": schema, "example": example}}}


_IN = '{"channel":"online","content":"小区路灯损坏一个月无人维修。","petitioners":[{"name":"李四"}]}\n'
_OUT = '{"line":1,"status":201,"id":"0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e","query_code":"…"}\n'
_ROW = '{"xfjbh":"430900-20261120-000001-2","xfxs":"网上信访","xfrq":"2026-11-20"}\n'


@router.post(
    "/import",
    operation_id="import_petitions",
    summary="批量导入",
    response_class=StreamingResponse,
    responses={200: _lines(_OUT, "逐行结果,顺序与输入相同")},
    openapi_extra={"requestBody": {"required": True, **_lines(_IN, "每行一件")}},
)
async def import_petitions(
    request: Request, world: World, client: Importing, format: AskedFormat = Format.NATIVE
) -> StreamingResponse:
    """每行一件,每行一个结果;某行有误不影响其他各行。

    带 external_ref 的行可以放心重导:已登记过的答 200 和 already,不会重复登记;编号相同而内容不同的答 409。
    每行不超过1 MiB,行数不限。
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in (NDJSON, "application/ndjson", "application/jsonl"):
        raise Fault("media_type", {"expected": NDJSON})
    # All is taken in before the first result goes out: a client that reads only when it has sent everything
    # would otherwise wait for us, and we for it.
    spool = await world.files.nameless()
    try:
        async for chunk in request.stream():
            await asyncio.to_thread(spool.write, chunk)
        await asyncio.to_thread(spool.seek, 0)
    except BaseException:
        spool.close()
        raise
    lines = _Lines(world, Call(client=client, request_id=request.state.request_id), request, format)
    return StreamingResponse(lines.results(spool), media_type=NDJSON)


@router.get(
    "/export",
    operation_id="export_petitions",
    summary="批量导出",
    response_class=StreamingResponse,
    responses={200: _lines(_ROW, "每行一件,最新在前")},
)
async def export_petitions(
    world: World, client: Reading, format: AskedFormat = Format.EXCHANGE
) -> StreamingResponse:
    """导出调用方可见的全部信访件,个人信息遮掩。"""
    return StreamingResponse(_exported(world, client, format), media_type=NDJSON)


class _Lines:
    """Registers the lines of one import, a few at a time; the results keep the order of the lines."""

    def __init__(self, world: Deployment, call: Call, request: Request, format: Format) -> None:
        self._world = world
        self._call = call
        self._language = language_of(request.scope)
        self._exchange = format is Format.EXCHANGE
        self._longest = world.settings.max_body_bytes

    async def results(self, spool: IO[bytes]) -> AsyncIterator[bytes]:
        with spool:
            number = 0
            while batch := await asyncio.to_thread(self._read, spool):
                numbered = list(enumerate(batch, start=number + 1))
                number += len(batch)
                work = (self._result(at, line) for at, line in numbered if line.strip())
                for result in await asyncio.gather(*work):
                    yield to_json(result) + b"\n"

    def _read(self, spool: IO[bytes]) -> list[bytes]:
        """The next lines; of one that is too long only its beginning, the rest is passed over."""
        batch: list[bytes] = []
        while len(batch) < AT_ONCE and (line := spool.readline(self._longest + 1)):
            rest = line
            while not rest.endswith(b"\n") and (rest := spool.readline(self._longest)):
                pass
            batch.append(line)
        return batch

    async def _result(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            return {"line": number, **await self._registered(line)}
        except (Fault, Refusal) as error:
            problem, _ = describe(self._in_row(error), self._language)
            problem["request_id"] = self._call.request_id
            return {"line": number, "status": problem["status"], "problem": problem}

    async def _registered(self, line: bytes) -> dict[str, Any]:
        if len(line) > self._longest:
            raise Fault("body_too_large", {"limit": self._longest})
        body = parsed(self._body(line))
        registration = await registration_of(self._world, body, self._call.client)
        try:
            registered = await self._register(registration)
        except ExternalRefExists as known:
            if not await self._is_unchanged(known, registration):
                raise  # another text under a known reference would be lost without a word
            already = {"id": known.facts["petition_id"], "number": known.facts["number"]}
            return {"status": 200, "already": True, **already}
        REGISTRATIONS.labels(registration.channel.value).inc()
        return {"status": 201, **receipt(registered)}

    async def _register(self, registration: Registration) -> Registered:
        try:
            return await register(self._world, registration, call=self._call)
        except Conflict:  # two lines with one reference at the same time: the second time it is found
            return await register(self._world, registration, call=self._call)

    async def _is_unchanged(self, known: ExternalRefExists, registration: Registration) -> bool:
        first = await work_order.find(self._world, str(known.facts["external_ref"]), client=self._call.client)
        return work_order.words(first) == work_order.words(registration)

    def _body(self, line: bytes) -> object:
        try:
            # Lone surrogates are left to the validation, which names their place.
            body = json.loads(line, object_pairs_hook=named_once)
        except (ValueError, RecursionError):
            zh, en = "此行不是有效的 JSON(须为 UTF-8)。", "This line is not valid JSON in UTF-8."
            raise InvalidBody([FieldError("", "json_invalid", zh, en)]) from None
        return exchange.to_registration(body) if self._exchange and isinstance(body, dict) else body

    def _in_row(self, error: Fault | Refusal) -> Fault | Refusal:
        """Errors of an exchange row point to its own names."""
        if not self._exchange or not isinstance(error, InvalidBody):
            return error
        return InvalidBody(
            [
                FieldError(exchange.pointer_in_row(each.pointer), each.code, each.zh, each.en)
                for each in error.errors
            ]
        )


async def _exported(world: Deployment, client: Client, format: Format) -> AsyncIterator[bytes]:
    directory = await world.directory()
    after = None
    while True:
        page = await petitions.listing(world, PetitionFilter(), client=client, after=after, limit=EXPORT_PAGE)
        for petition in page:
            after = petition.id
            async with world.read() as work:
                found = await petitions.dossier(world, work, petition, client)
            shown = dossier.full(found, directory, client)
            row = exchange.from_petition(_plain(shown)) if format is Format.EXCHANGE else shown
            yield to_json(row) + b"\n"
        if len(page) < EXPORT_PAGE:
            return


def _plain(shown: dict[str, Any]) -> dict[str, Any]:
    """With dates, ids and enums as the text they are written as."""
    plain: dict[str, Any] = orjson.loads(to_json(shown))
    return plain
