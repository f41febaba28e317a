"""What a migration must not do, because programs of the version before it run on while it works.

A new version only adds: the old one must be able to read and write all the while, and no lock may be held for
longer than a moment. What is to go is dropped one version after the last program that used it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

LONG_LOCK = "holds a lock that stops writing, for as long as the table is long"
OLD_PROGRAM = "the version before it could not go on working"
NOT_ADDITIVE = {"drop_column", "drop_table", "rename_table", "drop_table_comment"}
VALIDATING = {"create_foreign_key", "create_check_constraint", "create_exclude_constraint"}


def faults(source: str) -> list[str]:
    """What is wrong with the ``upgrade`` of a migration, each with its line; empty when all is well."""
    tree = ast.parse(source)
    body = [
        node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")
    ]
    calls = [call for node in body for call in ast.walk(node) if isinstance(call, ast.Call)]
    created = {_table(call, 0) for call in calls if _name(call) == "create_table"}
    return [f"line {call.lineno}: {_name(call)}: {why}" for call in calls for why in _wrong(call, created)]


def _wrong(call: ast.Call, created: set[str | None]) -> Iterator[str]:
    name = _name(call)
    if name in NOT_ADDITIVE:
        yield OLD_PROGRAM
    elif (
        name == "create_index"
        and _table(call, 1) not in created
        and not _says(call, "postgresql_concurrently")
    ):
        yield f"{LONG_LOCK}; postgresql_concurrently=True, in an autocommit_block"
    elif name == "create_unique_constraint" and _table(call, 1) not in created:
        yield f"{LONG_LOCK}; build the index concurrently, then take it as the constraint"
    elif name in VALIDATING and _table(call, 1) not in created and not _says(call, "postgresql_not_valid"):
        yield f"{LONG_LOCK}; postgresql_not_valid=True, then VALIDATE CONSTRAINT in another migration"
    elif name == "alter_column":
        yield from _altered(call)
    elif name == "add_column" and _table(call, 0) not in created and not _addable(call):
        yield f"{OLD_PROGRAM}: a column it does not know needs nullable=True or a server_default"
    elif name == "execute" and _rewrites(call):
        yield f"{LONG_LOCK}; change rows in batches, outside of the migration"


def _altered(call: ast.Call) -> Iterator[str]:
    given = {keyword.arg for keyword in call.keywords}
    if "new_column_name" in given:
        yield OLD_PROGRAM
    if "type_" in given:
        yield f"{LONG_LOCK}: every row is written anew"
    if any(keyword.arg == "nullable" and _is(keyword.value, False) for keyword in call.keywords):
        yield f"{OLD_PROGRAM}, and every row is looked at under the lock"


def _addable(call: ast.Call) -> bool:
    columns = [part for part in ast.walk(call) if isinstance(part, ast.Call) and _name(part) == "Column"]
    return all(
        _says(column, "nullable") or any(keyword.arg == "server_default" for keyword in column.keywords)
        for column in columns
    )


def _rewrites(call: ast.Call) -> bool:
    for part in ast.walk(call):
        words = part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else ""
        if words.lstrip().upper().startswith(("UPDATE ", "DELETE ")):
            return True
        if part is not call and isinstance(part, ast.Call) and _name(part) in {"update", "delete"}:
            return True
    return False


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _table(call: ast.Call, position: int) -> str | None:
    """The table that a call names in so many words; a name made up by the program counts as an old table."""
    if len(call.args) <= position:
        return None
    given = call.args[position]
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _says(call: ast.Call, name: str) -> bool:
    return any(keyword.arg == name and _is(keyword.value, True) for keyword in call.keywords)


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
