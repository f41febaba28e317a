"""Bodies are read once, quickly, and no name in them twice."""

from __future__ import annotations

import json
from typing import get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Strict

from intake_api.problems import InvalidBody
from intake_api.routes import ROUTERS
from intake_api.schemas.sent import Sent
from intake_api.validation import decoded

TEXTS = st.text(st.sampled_from('名":\\ \n{},a'), max_size=8)
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(BODIES, st.booleans())
def test_a_body_is_read_as_any_reader_reads_it(body: object, airy: bool) -> None:
    text = json.dumps(body, ensure_ascii=airy, separators=(" , ", " : ") if airy else (",", ":"))
    assert decoded(text.encode()) == body


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"a": {"b" :1, "b"\n: 1}}',
        '[{"\\u0061": 1, "a": 2}]',
        '{"x": "\\":", "a": [{"a": 1, "a": 1}]}',
    ],
)
def test_a_name_that_comes_twice_is_seen_wherever_it_stands(text: str) -> None:
    with pytest.raises(InvalidBody):
        decoded(text.encode())


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', '{"a": 1} x', "\ufeff{}"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        decoded(text.encode())


def sent_models() -> list[type[Sent]]:
    found, rest = [], [Sent]
    while rest:
        rest += (more := rest.pop().__subclasses__())
        found += more
    return found


def test_truth_and_numbers_of_a_body_are_those_of_json() -> None:
    """A "no" that is taken for false, a "12" for 12, hides a mistake of whoever sent it."""
    loose = [
        f"{model.__name__}.{name}"
        for model in sent_models()
        for name, field in model.model_fields.items()
        if {bool, int} & {field.annotation, *get_args(field.annotation)} and Strict() not in field.metadata
    ]
    assert ROUTERS  # their modules bring the models
    assert not loose
