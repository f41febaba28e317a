"""How ``alembic revision --autogenerate`` writes its draft: numbered, and free of our own types.

A migration must mean the same in ten years, whatever the code's types have become by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON
from sqlalchemy.types import TypeDecorator

JSON_ON_BOTH = 'sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'


def number_revision(
    context: MigrationContext,
    _revision: str | Iterable[str | None] | Iterable[str],
    scripts: list[MigrationScript],
) -> None:
    """Name a new revision by the next number instead of chance."""
    for script in scripts:
        heads = context.environment_context.script.get_heads() if context.environment_context else []
        script.rev_id = f"{int(max(heads, default='0')) + 1:04d}"


def write_type(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """Python source for a column's type where alembic's own would not do; False: as alembic writes it."""
    if kind != "type":
        return False
    if isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if isinstance(item, JSON):
        context.imports.add("from sqlalchemy.dialects import postgresql")
        return JSON_ON_BOTH
    return False
