"""What everything that is sent to us has in common: unknown fields are refused, texts are cleaned."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator

from services.domain.identity import normalise_phone
from services.domain.text import clean


class Sent(BaseModel):
    """A body that callers send. An empty string is taken for a field that was not filled in."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: Any) -> Any:
        if isinstance(given, dict) and "" in given.values():
            return {name: value for name, value in given.items() if value != ""}
        return given


class Told(BaseModel):
    """A body that we answer with."""

    model_config = ConfigDict(extra="forbid")


def _limit(max_chars: int) -> Any:
    return Field(json_schema_extra={"minLength": 1, "maxLength": max_chars})


def _line(max_chars: int) -> AfterValidator:
    return AfterValidator(partial(clean, max_chars=max_chars, single_line=True))


def _text(max_chars: int) -> AfterValidator:
    return AfterValidator(partial(clean, max_chars=max_chars))


# JSON has numbers and true or false of its own: what comes as text, "no" for one, is a mistake to be told.
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Line60 = Annotated[str, _line(60), _limit(60)]
Line100 = Annotated[str, _line(100), _limit(100)]
Line200 = Annotated[str, _line(200), _limit(200)]
Line255 = Annotated[str, _line(255), _limit(255)]
Line500 = Annotated[str, _line(500), _limit(500)]
Text2000 = Annotated[str, _text(2_000), _limit(2_000)]
Text5000 = Annotated[str, _text(5_000), _limit(5_000)]
Text20000 = Annotated[str, _text(20_000), _limit(20_000)]
Phone = Annotated[str, AfterValidator(normalise_phone), Field(examples=["139 0000 0001"])]
