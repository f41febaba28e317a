"""Migrations run beside programs of the version before: what would stop those is told by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrations.online import faults

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
# Those before ran on databases that nobody had in use.
FIRST_ONLINE = "0010"

STOPPING = {
    "an index": 'op.create_index("i", "petitions", ["state"])',
    "an index by a variable": 'op.create_index("i", table, ["state"])',
    "a unique constraint": 'op.create_unique_constraint("u", "petitions", ["number"])',
    "a foreign key": 'op.create_foreign_key("f", "petitions", "organs", ["a"], ["b"])',
    "a check": 'op.create_check_constraint("c", "petitions", "a > 0")',
    "a column that must be given": 'op.add_column("petitions", sa.Column("a", sa.Integer(), nullable=False))',
    "another type": 'op.alter_column("petitions", "state", type_=sa.Text())',
    "another name": 'op.alter_column("petitions", "state", new_column_name="status")',
    "no more nothing": 'op.alter_column("petitions", "state", nullable=False)',
    "a column gone": 'op.drop_column("petitions", "state")',
    "a column gone in a batch": 'with op.batch_alter_table("p") as p:\n        p.drop_column("state")',
    "a table gone": 'op.drop_table("petitions")',
    "rows rewritten by words": 'op.execute("UPDATE petitions SET state = 1")',
    "rows rewritten by a statement": "op.execute(table.update().values(a=1))",
}
HARMLESS = {
    "a new table with an index": 'op.create_table("n", sa.Column("a"))\n    op.create_index("i", "n", ["a"])',
    "an index beside the work": 'op.create_index("i", "petitions", ["a"], postgresql_concurrently=True)',
    "a column that may be empty": 'op.add_column("petitions", sa.Column("a", sa.Text(), nullable=True))',
    "a column with a value": (
        'op.add_column("petitions", sa.Column("a", sa.Text(), nullable=False, server_default=""))'
    ),
    "a check for what comes": 'op.create_check_constraint("c", "p", "a > 0", postgresql_not_valid=True)',
    "a trigger": 'op.execute("CREATE TRIGGER t BEFORE UPDATE ON petitions")',
    "less strict": 'op.alter_column("petitions", "state", nullable=True)',
}


def migration(body: str) -> str:
    return f'def upgrade():\n    {body}\n\n\ndef downgrade():\n    op.drop_column("petitions", "a")\n'


@pytest.mark.parametrize("body", STOPPING.values(), ids=STOPPING.keys())
def test_what_would_stop_running_programs_is_found(body: str) -> None:
    [fault] = faults(migration(body))
    assert fault.startswith(("line 2: ", "line 3: "))


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_stops_nobody_is_let_pass(body: str) -> None:
    assert faults(migration(body)) == []


def test_the_first_migrations_would_not_pass() -> None:
    """They rewrote and dropped, as they might: it shows that real migrations are read."""
    found = [
        path.name[:4] for path in sorted(VERSIONS.glob("*.py")) if faults(path.read_text(encoding="utf-8"))
    ]
    assert {"0005", "0007", "0008"} <= set(found)


def test_no_migration_since_stops_running_programs() -> None:
    since = [path for path in sorted(VERSIONS.glob("*.py")) if path.name >= FIRST_ONLINE]
    assert [(path.name, fault) for path in since for fault in faults(path.read_text(encoding="utf-8"))] == []
