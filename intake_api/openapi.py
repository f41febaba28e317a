"""The OpenAPI document: FastAPI's, completed with security, problems and an example everywhere."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from intake_api.calls import asking
from intake_api.problems import TITLES
from intake_api.schemas.problem import Problem
from services.domain.access import Scope

SCHEME = "client_credentials"
DESCRIPTION = """信访件从登记、分流、办理、送达,到复查、复核、终结的接口。

* 身份:`POST /oauth/token` 以客户端编号和密钥换取15分钟的令牌,其后每次请求带 `Authorization: Bearer …`。
* 错误:一律为 `application/problem+json`(RFC 9457),`code` 供程序判断,`detail` 供人阅读;
  默认中文,`Accept-Language: en` 为英文。
* 时间:时刻为 UTC(以 Z 结尾),日期按北京时间。
* 重试:登记带 `Idempotency-Key`;其他操作同一内容重发,得到同样的回答。并发时可带 `If-Match`。
"""
_EXAMPLES: dict[str, Any] = {
    "uuid": "0193499e-2c4b-7d6f-9e3b-5b0f3a1c2d4e",
    "date": "2026-11-20",
    "date-time": "2026-11-20T02:11:09Z",
    "binary": "…",
}
_BY_TYPE: dict[str, Any] = {"string": "…", "integer": 1, "number": 0.9, "boolean": False, "null": None}
DEEPEST = 8
NEEDED_HEADERS = frozenset({"Idempotency-Key"})
"""Optional to the framework, so that their absence is told in our own words."""
Json = dict[str, Any]


def document(app: FastAPI) -> Json:
    """The whole document; made once, at the first request for it."""
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    routes.sort(key=lambda route: route.path.endswith(("/import", "/export")))  # first what is used first
    made = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION, routes=routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )  # fmt: skip
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {SCHEME: _scheme()}
    for route in routes:
        for method in route.methods or ():
            operation = made["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, route, schemas)
    for schema in schemas.values():
        if schema.get("examples"):
            schema["examples"] = [with_nulls(each, schema, schemas) for each in schema["examples"]]
    return made


def _scheme() -> Json:
    scopes = {scope.value: scope.name.lower() for scope in Scope}
    flow = {"tokenUrl": "/oauth/token", "scopes": scopes}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}


def _complete(operation: Json, route: APIRoute, schemas: Json) -> None:
    scopes = scopes_of(route.dependant)
    operation["security"] = [] if scopes is None else [{SCHEME: [scope]} for scope in scopes]
    if route.path.startswith("/v1/public"):
        operation["security"] = [{}, {SCHEME: []}]  # as the petitioner, or by a portal that passes it on
    _add_problems(operation, secured=scopes is not None, path=route.path)
    body = operation.get("requestBody", {}).get("content", {})
    told = [each for code, each in operation["responses"].items() if code[0] == "2"]
    for each in told:
        each["description"] = each["description"].replace("Successful Response", "成功")
    answers = [each.get("content", {}) for each in told]
    for content in (body, *answers):
        for media_type, media in content.items():
            if not media_type.endswith("problem+json") and "example" not in media:
                media |= _shown(media.get("schema", {}), schemas)
    for parameter in operation.get("parameters", ()):
        parameter["required"] = parameter.get("required", False) or parameter["name"] in NEEDED_HEADERS
        examples = parameter["schema"].get("examples") or [example_of(parameter["schema"], schemas)]
        parameter.setdefault("example", examples[0])


def _shown(schema: Json, schemas: Json) -> Json:
    """One example; of a union told apart by a tag, one for each tag."""
    tags: Json = schema.get("discriminator", {}).get("mapping", {})
    if not tags:
        return {"example": with_nulls(example_of(schema, schemas), schema, schemas)}
    choices = {tag: {"$ref": reference} for tag, reference in tags.items()}
    return {"examples": {tag: {"value": example_of(each, schemas)} for tag, each in choices.items()}}


def scopes_of(dependant: Dependant) -> list[str] | None:
    """The scopes of which a caller needs one; None where nobody needs a token."""
    for inner in dependant.dependencies:
        if inner.call is asking:
            return list(inner.own_oauth_scopes or ())
        found = scopes_of(inner)
        if found is not None:
            return found
    return None


def _add_problems(operation: Json, *, secured: bool, path: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    statuses = [400, 429, 500, 503]
    if secured:
        statuses += [401, 403, 404]
    elif path.startswith("/v1/public"):
        statuses += [401, 404]
    elif path == "/oauth/token":
        statuses.append(401)
    if "requestBody" in operation:
        statuses += [409, 412, 413, 415]
    if "requestBody" in operation or operation.get("parameters"):
        statuses.append(422)
    schema = {"$ref": "#/components/schemas/Problem"}
    for status in sorted(statuses):
        zh, en = TITLES[status]
        content = {"application/problem+json": {"schema": schema, "example": _problem_example(status, zh)}}
        responses.setdefault(str(status), {"description": f"{zh} · {en}", "content": content})


def _problem_example(status: int, title: str) -> Json:
    code = {400: "bad_request", 401: "unauthenticated", 403: "scope_missing", 404: "not_found",
            409: "step_not_allowed", 412: "stale_version", 413: "body_too_large", 415: "media_type",
            422: "invalid_fields", 429: "too_many_requests", 500: "internal_error",
            503: "store_unavailable"}[status]  # fmt: skip
    return {
        "type": f"/docs#{code}",
        "title": title,
        "status": status,
        "detail": f"{title}。",
        "instance": "/v1/petitions",
        "code": code,
        "request_id": "5f0c2b9e7d414c55a3d0c1f2e3b4a596",
    }


def with_nulls(example: Any, schema: Json, schemas: Json) -> Any:
    """The example with the null members that FastAPI drops from its document, where they are required."""
    schema = _resolved(schema, schemas)
    if isinstance(example, list):
        return [with_nulls(each, schema.get("items", {}), schemas) for each in example]
    if not isinstance(example, dict):
        return example
    parts, required = schema.get("properties", {}), schema.get("required", ())
    nulls = {name: None for name in parts if name in required and name not in example}
    told = {name: with_nulls(value, parts.get(name, {}), schemas) for name, value in example.items()}
    return told | nulls


def _resolved(schema: Json, schemas: Json) -> Json:
    """What a schema says once references and the choices beside null are followed."""
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return _resolved(schema[several][0], schemas)
    if "$ref" in schema:
        found: Json = schemas[schema["$ref"].rpartition("/")[2]]
        return _resolved(found, schemas)
    return schema


def example_of(schema: Json, schemas: Json, depth: int = 0) -> Any:
    """An example that fits a schema: the one given with it, or one made from its parts."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if examples := schema.get("examples"):
        return examples[0]
    for given in ("example", "const", "default"):
        if given in schema:
            return schema[given]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example_of(schema[several][0], schemas, depth)
    return _made(schema, schemas, depth)


def _made(schema: Json, schemas: Json, depth: int) -> Any:
    kind = schema.get("type", "object")
    if kind == "array":
        return [] if depth >= DEEPEST else [example_of(schema.get("items", {}), schemas, depth + 1)]
    if kind == "object":
        parts = schema.get("properties", {})
        return {name: example_of(part, schemas, depth + 1) for name, part in parts.items()}
    if kind in ("integer", "number") and "minimum" in schema:
        return schema["minimum"]
    return _EXAMPLES.get(schema.get("format", ""), _BY_TYPE[kind])
