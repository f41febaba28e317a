"""The schema keeps to what lets petitions be spread over machines: see docs/scale.md, "Rules"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint, Uuid

from services.adapters.keys import new_ring
from services.adapters.store.tables import metadata
from services.bootstrap import KeyedCodes
from services.domain.number import format_number, parse_number

# What each table is spread by; one with a petition is spread by it unless it is named here.
BY_ORGAN = {"inbox_entries", "feed_heads", "papers", "paper_counters"}
BY_CLIENT = {"idempotency_keys"}
BY_REGION = {"number_blocks"}
# The same on every machine: small, written by administrators alone.
EVERYWHERE = {
    *("clients", "organs", "past_organs", "own_powers", "own_regions", "own_places", "directory_versions"),
    *("routing_rules", "holiday_notices", "classifier_models", "classifier_turns", "clock_shift"),
}
# Of one installation's own processes.
OWN = {"workers", "ticks"}

KEY_IS_DERIVED = {
    "uq_petitions_number": "the number begins with its region and day, so that it cannot occur elsewhere",
    "uq_petitions_external_ref": "a calling system has one region: its petitions lie together by region",
    "uq_executions_opinion_id": "the opinion is of the same petition, which can be added to the key",
    "uq_idempotency_keys_id": "a UUID of version 7, to which the answer is sealed; never sought",
}
# Spread over machines these become plain columns: no database checks a reference into another one.
REFERS_ELSEWHERE = {
    ("links", "earlier_id"): "the earlier petition may have been brought in another region",
    ("inbox_entries", "petition_id"): "an organ's feed may tell of a petition that another region registered",
    ("papers", "petition_id"): "an organ's count of papers runs over petitions of several regions",
}


def spread_by(table: Table) -> str | None:
    """The column that a table is spread by; None where it is not spread."""
    if table.name in EVERYWHERE | OWN:
        return None
    named = {"organ_id": BY_ORGAN, "client_id": BY_CLIENT, "region": BY_REGION}
    found = [column for column, tables in named.items() if table.name in tables]
    if found:
        return found[0]
    return "id" if table.name == "petitions" else "petition_id"


def unique_sets(table: Table) -> Iterator[tuple[str, set[str]]]:
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint) and len(constraint.columns):
            yield str(constraint.name), {column.name for column in constraint.columns}
    for index in table.indexes:
        if index.unique:
            yield str(index.name), {column.name for column in index.columns}


def is_minted(table: Table, columns: set[str]) -> bool:
    """A primary key that is a UUID of version 7 alone: unique wherever it is made, so nobody has to ask.

    Spread over machines it becomes (petition_id, id), and nothing else changes.
    """
    return columns == {"id"} and isinstance(table.c.id.type, Uuid) and table.c.id.primary_key


def faults(table: Table) -> list[str]:
    key = spread_by(table)
    if key is None:
        return []
    if key not in table.c:
        return [f"{table.name} is not spread by anything: name it above, or give it its petition"]
    loose = [
        name
        for name, columns in unique_sets(table)
        if key not in columns and not is_minted(table, columns) and name not in KEY_IS_DERIVED
    ]
    astray = [
        f"{table.name}.{column.name}"
        for column in table.columns
        for foreign in column.foreign_keys
        if not (foreign.column is metadata.tables["petitions"].c.id and column.name == key)
        and (table.name, column.name) not in REFERS_ELSEWHERE
    ]
    return loose + astray


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_a_table_can_be_spread_or_stands_everywhere(name: str) -> None:
    assert faults(metadata.tables[name]) == []


def test_every_name_above_is_still_there() -> None:
    tables = metadata.tables.values()
    assert set(metadata.tables) >= BY_ORGAN | BY_CLIENT | BY_REGION | EVERYWHERE | OWN
    assert KEY_IS_DERIVED.keys() <= {name for table in tables for name, _ in unique_sets(table)}
    assert all(column in metadata.tables[table].c for table, column in REFERS_ELSEWHERE)


def test_what_stands_everywhere_refers_to_nothing_that_is_spread() -> None:
    for name in EVERYWHERE | OWN:
        assert [each for each in metadata.tables[name].foreign_keys if spread_by(each.column.table)] == []


def test_a_table_without_its_petition_and_a_loose_key_would_be_noticed() -> None:
    other = type(metadata)()
    adrift = Table("adrift", other, Column("id", Uuid(), primary_key=True))
    loose = Table("loose", other, Column("petition_id", Uuid()), Column("word", Uuid()))
    Index("uq_loose_word", loose.c.word, unique=True)
    assert len(faults(adrift)) == 1
    assert faults(loose) == ["uq_loose_word"]


def test_ids_tell_when_they_were_made_so_that_rows_can_be_parted_by_time() -> None:
    before = datetime.now(UTC).timestamp() * 1000
    made = [KeyedCodes(new_ring()).new_id() for _ in range(50)]
    after = datetime.now(UTC).timestamp() * 1000
    assert {each.version for each in made} == {7}
    assert made == sorted(made)
    assert all(int(before) <= each.int >> 80 <= after for each in made)


def test_a_number_tells_the_region_and_the_day_that_its_petition_lies_under() -> None:
    parts = parse_number(format_number("430921000000", date(2026, 11, 20), 17))
    assert (parts.region_prefix, parts.day) == ("430921", date(2026, 11, 20))
