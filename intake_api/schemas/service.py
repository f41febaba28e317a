"""How something was served: one word for each way, and what else people call it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from services.domain.opinion import ServiceMethod

# 0 当面, 1 邮寄, 2 其他 are the codes of the exchange vocabulary.
SYNONYMS: dict[ServiceMethod, tuple[str, ...]] = {
    ServiceMethod.IN_PERSON: (
        "personal", "person", "personally", "direct", "hand", "face_to_face",
        "当面", "当面送达", "直接送达", "0",
    ),
    ServiceMethod.POST: ("mail", "postal", "by_post", "registered_mail", "ems", "邮寄", "邮寄送达", "1"),
    ServiceMethod.ELECTRONIC: ("email", "e-mail", "sms", "online", "电子", "电子送达", "短信", "邮件"),
    ServiceMethod.OTHER: ("其他", "其它", "2"),
}  # fmt: skip
_CALLED = {word: method for method, words in SYNONYMS.items() for word in (method.value, *words)}


def _canonical(given: object) -> object:
    """The method of a word, however it is written; anything else is left for the refusal."""
    if not isinstance(given, str):
        return given
    return _CALLED.get(given.strip().lower().replace(" ", "_"), given)


Method = Annotated[
    ServiceMethod,
    BeforeValidator(_canonical),
    Field(
        description="送达方式:in_person 当面(直接送达)、post 邮寄、electronic 电子、other 其他。"
        "也接受通用说法,如 personal、mail、email、当面、邮寄、电子;答复一律用前述四词"
    ),
]
