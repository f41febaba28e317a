"""What the rules forbid, said plainly.

A refusal carries facts; its class docstring is the Chinese message and ``english`` the English one,
both format strings over those facts. HTTP is not known here: ``intake_api/problems.py`` maps classes.
"""

from __future__ import annotations

import re
from typing import ClassVar


class Refusal(Exception):
    """此项操作不符合规定。"""

    english: ClassVar[str] = "The rules forbid this step."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message())

    @classmethod
    def code(cls) -> str:
        """The stable machine word: the class name in snake_case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def message(self, language: str = "zh") -> str:
        template = self.english if language == "en" else (self.__doc__ or "")
        return template.strip().format(**self.facts)


class InvalidField(Refusal, ValueError):
    """{zh}"""

    english = "{en}"

    def __init__(self, *, code: str, zh: str, en: str, pointer: str = "") -> None:
        self.field_code = code
        self.pointer = pointer
        super().__init__(zh=zh, en=en)


class NotFound(Refusal):
    """没有找到该{what},请核对{by}。"""

    english = "Not found: {what_en}. Check the {by_en}."

    def __init__(
        self, what: str = "资源", what_en: str = "resource", *, by: str = "编号", by_en: str = "id"
    ) -> None:
        super().__init__(what=what, what_en=what_en, by=by, by_en=by_en)
