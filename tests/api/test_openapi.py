"""The document, held against the application it describes."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from intake_api import problems
from intake_api.app import create_app
from intake_api.calls import query_names
from intake_api.openapi import scopes_of
from services import application, domain
from services.adapters.keys import new_ring
from services.bootstrap import Deployment
from services.domain.access import Scope
from services.domain.refusal import InvalidField, Refusal
from services.settings import Settings

# Routes that nobody needs a token for; every other one asks for a scope.
OPEN = {
    "/", "/docs", "/openapi.json", "/livez", "/readyz", "/metrics", "/oauth/token",
    "/v1/public/progress", "/v1/public/evaluations", "/v1/public/reviews",
    "/v1/public/ordinary-procedure", "/v1/public/written-answer",
    "/v1/public/papers", "/v1/public/papers/{paper_id}", "/v1/public/handbook",
    "/p", "/p/{number}", "/p/papers/{paper_id}", "/p/handbook",
}  # fmt: skip
JSON = "application/json"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return create_app(Deployment(Settings(data=tmp_path_factory.mktemp("openapi")), new_ring()))


@pytest.fixture(scope="module")
def document(app: Any) -> dict[str, Any]:
    made: dict[str, Any] = app.openapi()
    return made


def routes(app: Any) -> list[APIRoute]:
    return [route for route in app.routes if isinstance(route, APIRoute)]


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_route_says_who_may_call(app: Any) -> None:
    for route in routes(app):
        scopes = scopes_of(route.dependant)
        assert (scopes is None) == (route.path in OPEN), route.path
        assert scopes is None or set(scopes) <= {scope.value for scope in Scope}, route.path


def test_every_query_is_held_against_the_parameters_of_its_route(app: Any) -> None:
    """``asking`` does it for whoever needs a token: nobody else may filter anything."""
    asked = {route.path for route in routes(app) if query_names(route.dependant)}
    assert "/v1/petitions" in asked
    assert not asked & OPEN


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    for name, operation in operations(document):
        assert operation["summary"], name
        assert len(operation["description"]) > 10, name
        assert operation["tags"], name
        assert "security" in operation, name
        assert {"429", "500", "503"} <= set(operation["responses"]), name


def test_every_body_and_answer_has_an_example(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [answer.get("content", {}) for answer in operation["responses"].values()]
        for content in contents:
            for media_type, media in content.items():
                assert "example" in media or media["examples"], (name, media_type)


def test_every_example_fits_its_model(app: Any, document: dict[str, Any]) -> None:
    for route in routes(app):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is None:
                continue
            body = operation.get("requestBody", {}).get("content", {}).get(JSON)
            if body and route.body_field:
                model: Any = route.body_field.field_info.annotation
                several = body.get("examples") or {"": {"value": body["example"]}}
                for each in several.values():
                    TypeAdapter(model).validate_python(each["value"])
            told = operation["responses"].get(str(route.status_code or 200), {})
            answer = told.get("content", {}).get(JSON)
            if answer and route.response_model:
                TypeAdapter(route.response_model).validate_python(answer["example"])


def refusals() -> set[type[Refusal]]:
    """Every refusal of the rules and of the use cases."""
    for package in (domain, application):
        for path in Path(inspect.getfile(package)).parent.glob("*.py"):
            __import__(f"{package.__name__}.{path.stem}")
    found, waiting = set[type[Refusal]](), [Refusal]
    while waiting:
        below = waiting.pop().__subclasses__()
        found |= set(below)
        waiting += below
    return {
        kind for kind in found if kind.__module__.startswith(("services.domain.", "services.application."))
    }


def test_every_refusal_has_a_status_and_both_languages() -> None:
    for kind in refusals():
        assert kind in problems.STATUS, f"{kind.__name__} has no row in intake_api/problems.py"
        assert kind.english != Refusal.english, kind
        assert kind is InvalidField or not (kind.__doc__ or "").isascii(), kind


def test_every_status_has_a_title() -> None:
    statuses = {*problems.STATUS.values(), *(row["status"] for row in problems.FAULTS.values())}
    assert statuses <= set(problems.TITLES)
