"""What a migration must not do, because programs of the version before it run on while it works.

A new version only adds: the old one must be able to read and write all the while, and no lock may be held for
longer than a moment. What is to go is dropped one version after the last program that used it. Known to be
harmless is a short list of steps and of statements; whatever is not on it is a fault.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

LONG_LOCK = "holds a lock that stops writing, for as long as the table is long"
OLD_PROGRAM = "the version before it could not go on working"
UNKNOWN = "not known to be harmless beside a program at work; migrations/online.py lists what is"
HARMLESS = {"f", "get_context", "get_bind", "batch_alter_table", "create_table", "bulk_insert"}
"""Steps that wait for nobody: a new table, rows that are added, what only tells or groups."""
STATEMENTS = re.compile(
    r"CREATE (OR REPLACE )?(FUNCTION|TRIGGER) |DROP TRIGGER "
    r"|ALTER TABLE \w+ (VALIDATE CONSTRAINT \w+|ADD CONSTRAINT \w+ UNIQUE USING INDEX \w+)$"
)
STABLE_DEFAULT = re.compile(r"[^()]*|(now|current_timestamp)\(\)", re.IGNORECASE)
"""One value for all rows, which PostgreSQL notes once; any other function would be asked for each row."""
Created = set[str | None]


def faults(source: str) -> list[str]:
    """What is wrong with the ``upgrade`` of a migration, each with its line; empty when all is well."""
    tree = ast.parse(source)
    body = [
        node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")
    ]
    calls = [call for node in body for call in ast.walk(node) if isinstance(call, ast.Call)]
    created = {_table(call, 0) for call in calls if _name(call) == "create_table"} - {None}
    told = _texts(tree)
    return [
        f"line {call.lineno}: {_name(call)}: {why}"
        for call in calls
        if _name(call) in STEPS or _is_step(call)
        for why in STEPS.get(_name(call), _unknown)(call, created, told)
    ]


def _texts(tree: ast.Module) -> Mapping[str, str]:
    """The module's texts by name."""
    return {
        target.id: _text(node.value, {})
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _unknown(call: ast.Call, _created: Created, _told: Mapping[str, str]) -> Iterator[str]:
    if _name(call) not in HARMLESS:
        yield UNKNOWN


def _gone(_call: ast.Call, _created: Created, _told: Mapping[str, str]) -> Iterator[str]:
    yield OLD_PROGRAM


def _index(call: ast.Call, created: Created, _told: Mapping[str, str]) -> Iterator[str]:
    if _table(call, 1) not in created and not _says(call, "postgresql_concurrently"):
        yield f"{LONG_LOCK}; postgresql_concurrently=True, in an autocommit_block"


def _unique(call: ast.Call, created: Created, _told: Mapping[str, str]) -> Iterator[str]:
    if _table(call, 1) not in created:
        yield f"{LONG_LOCK}; build the index concurrently, then take it as the constraint"


def _validating(call: ast.Call, created: Created, _told: Mapping[str, str]) -> Iterator[str]:
    if _table(call, 1) not in created and not _says(call, "postgresql_not_valid"):
        yield f"{LONG_LOCK}; postgresql_not_valid=True, then VALIDATE CONSTRAINT in another migration"


def _altered(call: ast.Call, _created: Created, _told: Mapping[str, str]) -> Iterator[str]:
    given = {keyword.arg for keyword in call.keywords}
    if "new_column_name" in given:
        yield OLD_PROGRAM
    if "type_" in given:
        yield f"{LONG_LOCK}: every row is written anew"
    if any(keyword.arg == "nullable" and _is(keyword.value, False) for keyword in call.keywords):
        yield f"{OLD_PROGRAM}, and every row is looked at under the lock"


def _added(call: ast.Call, created: Created, _told: Mapping[str, str]) -> Iterator[str]:
    if _table(call, 0) in created:
        return
    columns = [part for part in _calls(call) if _name(part) == "Column"]
    if not columns:
        yield f"{UNKNOWN}: the column is not there in so many words"
    for column in columns:
        yield from _column(column)


def _column(column: ast.Call) -> Iterator[str]:
    """Nullable or with a value, of which PostgreSQL can note that all rows have it; and nothing besides."""
    default = next((each.value for each in column.keywords if each.arg == "server_default"), None)
    if default is None and not _says(column, "nullable"):
        yield f"{OLD_PROGRAM}: a column it does not know needs nullable=True or a server_default"
    if default is not None and not _is_stable(default):
        yield f"{LONG_LOCK}: a default that is not the same for all writes every row anew"
    besides = {_name(part) for part in column.args if isinstance(part, ast.Call)}
    besides |= {each.arg or "" for each in column.keywords if not _is(each.value, False)}
    if besides & {"ForeignKey", "CheckConstraint", "Computed", "Identity", "unique", "index", "primary_key"}:
        yield f"{LONG_LOCK}; the column first, constraint and index in steps of their own"


def _is_stable(default: ast.expr) -> bool:
    if isinstance(default, ast.Constant):
        return True  # a text is a value here, not an expression
    if not isinstance(default, ast.Call):
        return False
    if _name(default) == "text":
        given = default.args[0] if default.args else None
        return STABLE_DEFAULT.fullmatch(_text(given, {}) if given else "(") is not None
    return _name(default) in {"true", "false", "null", "now", "current_timestamp"}


def _executed(call: ast.Call, _created: Created, told: Mapping[str, str]) -> Iterator[str]:
    words = " ".join(_text(call.args[0], told).split()) if call.args else ""
    if STATEMENTS.match(words) is None:
        yield f"{UNKNOWN}; rows are changed in batches, outside of the migration"


STEPS: Mapping[str, Callable[[ast.Call, Created, Mapping[str, str]], Iterator[str]]] = {
    "create_index": _index,
    "drop_index": _index,
    "create_unique_constraint": _unique,
    "create_primary_key": _unique,
    "create_foreign_key": _validating,
    "create_check_constraint": _validating,
    "create_exclude_constraint": _unique,
    "alter_column": _altered,
    "add_column": _added,
    "execute": _executed,
    "exec_driver_sql": _executed,
    "scalar": _executed,
    "scalars": _executed,
    "drop_column": _gone,
    "drop_table": _gone,
    "drop_constraint": _gone,
    "rename_table": _gone,
}
"""What is looked at closely, whoever is asked to do it: the connection can do as ``op`` does."""


def _text(node: ast.expr, told: Mapping[str, str]) -> str:
    """How a text begins, as far as it stands there; nothing of what is put together otherwise."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.Name):
        return told.get(node.id, "")
    if isinstance(node, ast.JoinedStr):
        return _text(node.values[0], told) if node.values else ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _text(node.func.value, told)
    if isinstance(node, ast.Call) and _name(node) == "text" and node.args:
        return _text(node.args[0], told)
    return ""


def _calls(node: ast.AST) -> list[ast.Call]:
    return [part for part in ast.walk(node) if isinstance(part, ast.Call)]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_step(call: ast.Call) -> bool:
    """Whether it is asked of ``op`` itself."""
    return isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "op"


def _table(call: ast.Call, position: int) -> str | None:
    """The table that a call names in so many words. A name made up by the program counts as an old table, and
    so does the table of a batch, whose steps do not name it.
    """
    if len(call.args) <= position or not _is_step(call):
        return None
    given = call.args[position]
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _says(call: ast.Call, name: str) -> bool:
    return any(keyword.arg == name and _is(keyword.value, True) for keyword in call.keywords)


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value
