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
    "rows rewritten by a query": 'op.execute("WITH n AS (SELECT 1) UPDATE petitions SET state = 1")',
    "rows rewritten by the connection": 'op.get_bind().execute(sa.text("UPDATE petitions SET state = 1"))',
    "rows deleted past the driver": 'op.get_bind().exec_driver_sql("DELETE FROM petitions")',
    "a column gone by words": 'op.execute("ALTER TABLE petitions DROP COLUMN state")',
    "another type by words": 'op.execute("ALTER TABLE petitions ALTER COLUMN state TYPE text")',
    "an index by words": 'op.execute("CREATE INDEX i ON petitions (state)")',
    "a table gone by words": 'op.execute("DROP TABLE petitions")',
    "a table locked": 'op.execute("LOCK TABLE petitions IN ACCESS EXCLUSIVE MODE")',
    "words that are put together": 'op.execute("CREATE " + what)',
    "words of a function": "op.execute(statement())",
    "a constraint validated and more": (
        'op.execute("ALTER TABLE p VALIDATE CONSTRAINT c, DROP COLUMN state")'
    ),
    "a constraint gone": 'op.drop_constraint("u", "petitions")',
    "an index gone": 'op.drop_index("i", "petitions")',
    "an index gone of tables unknown": "op.drop_index(*BEFORE)",
    "a primary key": 'op.create_primary_key("pk", "petitions", ["number"])',
    "a foreign key in a batch": (
        'op.create_table("n", sa.Column("a"))\n'
        '    with op.batch_alter_table("p") as p:  p.create_foreign_key("f", "n", ["a"], ["a"])'
    ),
    "a column that refers": (
        'op.add_column("p", sa.Column("a", sa.Uuid(), sa.ForeignKey("organs.id"), nullable=True))'
    ),
    "a column that must be unique": (
        'op.add_column("p", sa.Column("a", sa.Text(), nullable=True, unique=True))'
    ),
    "a column with as many values as rows": (
        'op.add_column("p", sa.Column("a", sa.DateTime(), server_default=sa.text("clock_timestamp()")))'
    ),
    "a column with a value by function": (
        'op.add_column("p", sa.Column("a", sa.Uuid(), server_default=sa.func.gen_random_uuid()))'
    ),
    "a column made elsewhere": 'op.add_column("petitions", column)',
    "a step not known": "op.run_async(rewrite)",
}
HARMLESS = {
    "a new table with an index": 'op.create_table("n", sa.Column("a"))\n    op.create_index("i", "n", ["a"])',
    "an index beside the work": 'op.create_index("i", "petitions", ["a"], postgresql_concurrently=True)',
    "a column that may be empty": 'op.add_column("petitions", sa.Column("a", sa.Text(), nullable=True))',
    "a column with a value": (
        'op.add_column("petitions", sa.Column("a", sa.Text(), nullable=False, server_default=""))'
    ),
    "a check for what comes": 'op.create_check_constraint("c", "p", "a > 0", postgresql_not_valid=True)',
    "a column with the moment": (
        'op.add_column("p", sa.Column("a", sa.DateTime(), nullable=False, server_default=sa.func.now()))'
    ),
    "a trigger": 'op.execute("CREATE TRIGGER t BEFORE UPDATE ON petitions")',
    "a function by a name": "op.execute(FUNCTION.format(why=1))",
    "a constraint validated": 'op.execute("ALTER TABLE petitions VALIDATE CONSTRAINT c")',
    "an index taken as the constraint": (
        'op.execute("ALTER TABLE petitions ADD CONSTRAINT u UNIQUE USING INDEX i")'
    ),
    "an index gone beside the work": 'op.drop_index("i", "petitions", postgresql_concurrently=True)',
    "less strict": 'op.alter_column("petitions", "state", nullable=True)',
}


GIVEN = 'FUNCTION = "CREATE FUNCTION f() {why}"\n'


def migration(body: str) -> str:
    return f'{GIVEN}def upgrade():\n    {body}\n\n\ndef downgrade():\n    op.drop_column("petitions", "a")\n'


@pytest.mark.parametrize("body", STOPPING.values(), ids=STOPPING.keys())
def test_what_would_stop_running_programs_is_found(body: str) -> None:
    [fault] = faults(migration(body))
    assert fault.startswith(("line 3: ", "line 4: "))


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
