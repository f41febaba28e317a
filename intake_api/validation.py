"""Invalid input in words: what is wrong where (RFC 6901 pointer), and what to do about it."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

import orjson

from intake_api.problems import FieldError, InvalidBody
from services.domain.petition import Channel
from services.domain.refusal import InvalidField

# pydantic's kind of error → our code, and what we say in both languages.
MESSAGES: dict[str, dict[str, str]] = tomllib.loads(
    (resources.files(__package__) / "validation.toml").read_text(encoding="utf-8")
)
MOST_ERRORS = 60
# What a registration of another channel has and this one has not.
_BLOCKS = frozenset((channel.value,) for channel in Channel)
_NAME_END = re.compile(rb'"\s*:')


def field_errors(
    errors: Iterable[Mapping[str, Any]], *, tagged: bool = False, body: object = None
) -> list[FieldError]:
    """Errors as pydantic or FastAPI list them. ``tagged``: a union's tag stands first in each location.

    ``body`` is the text that is no JSON, if it is none.
    """
    told = (_told(error, tagged=tagged, body=body) for error in errors)
    return list(dict.fromkeys(told))[:MOST_ERRORS]


def _told(error: Mapping[str, Any], *, tagged: bool, body: object) -> FieldError:
    pointer = _pointer(error, tagged=tagged)
    context: Mapping[str, Any] = error.get("ctx") or {}
    cause = context.get("error")
    if isinstance(cause, InvalidField):
        inner = pointer + cause.pointer
        return FieldError(inner, cause.field_code, cause.message("zh"), cause.message("en"))
    kind, where = _kind(error, tagged=tagged, body=body)
    say = MESSAGES.get(kind, MESSAGES["other"])
    facts = {name: _plain(value) for name, value in context.items()} | where
    zh, en = ({**facts, "choices": comma.join(_choices(context))} for comma in ("、", ", "))
    return FieldError(pointer, say["code"], say["zh"].format(**zh), say["en"].format(**en))


def _kind(error: Mapping[str, Any], *, tagged: bool, body: object) -> tuple[str, dict[str, object]]:
    """pydantic's kind of error, or ours where its place says more; and the facts of the place."""
    kind, place = error["type"], error["loc"]
    if kind == "json_invalid":
        text, at = str(body), int(place[1])
        return kind, {"line": text.count("\n", 0, at) + 1, "column": at - text.rfind("\n", 0, at)}
    if kind == "missing" and place == ("body",):
        return "body_missing", {}
    if kind == "extra_forbidden" and tagged and place[2:] in _BLOCKS:
        return "other_channel", {"channel": place[1]}
    return kind, {}


def _plain(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _choices(context: Mapping[str, Any]) -> list[str]:
    """The words one may choose from, without the quotation marks and Python names that pydantic adds."""
    return re.findall(r"'([^']*)'", str(context.get("expected") or context.get("expected_tags") or ""))


def _pointer(error: Mapping[str, Any], *, tagged: bool) -> str:
    where, *rest = error["loc"] or ("body",)
    if where == "body":
        if error["type"] == "json_invalid":
            return ""  # the place is in the message: a text that is no JSON has nothing to point into
        named = error["type"].startswith("union_tag") or not (tagged and rest)
        parts: list[object] = rest if named else rest[1:]
        if error["type"].startswith("union_tag"):
            parts = [*parts, str(error["ctx"]["discriminator"]).strip("'")]
        return pointer_to(parts)
    return pointer_to([where, *rest])


def decoded(body: bytes) -> Any:
    """The JSON of a body, each name given once. Raises :class:`InvalidBody`, or ``ValueError`` for no JSON.

    Each name ends in a quotation mark and a colon, and a text may hold more of them: where they are as many
    as the names found, none came twice, and the slower reader that sees every pair need not look.
    """
    data = orjson.loads(body)
    if _names_in(data) == len(_NAME_END.findall(body)):
        return data
    return json.loads(body, object_pairs_hook=named_once)


def _names_in(data: object) -> int:
    names, rest = 0, [data]
    while rest:
        each = rest.pop()
        if isinstance(each, dict):
            names += len(each)
            rest.extend(each.values())
        elif isinstance(each, list):
            rest.extend(each)
    return names


def named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of decoded JSON. Raises :class:`InvalidBody` for a name that comes twice (RFC 8259, 4)."""
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        raise InvalidBody([_twice(name) for name, number in times.items() if number > 1][:MOST_ERRORS])
    return found


def _twice(name: str) -> FieldError:
    shown = name[:60].encode("utf-8", "replace").decode()  # a lone surrogate cannot be answered
    zh, en = f"“{shown}”出现了不止一次,请只保留一个。", f"{shown!r} is given more than once; keep one."
    return FieldError("", "duplicate_name", zh, en)


def unknown_parameter(name: str, known: Sequence[str]) -> FieldError:
    """A query parameter that the route does not have: taken for none, it would answer another question."""
    zh = f"没有这个查询参数,可用的有:{'、'.join(known)}。"
    en = f"There is no such query parameter; use one of {', '.join(known)}."
    return FieldError(pointer_to(["query", name[:60]]), "unknown_field", zh, en)


def pointer_to(parts: Sequence[object]) -> str:
    """A JSON pointer; of a query or path parameter, ``/query/name``."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
