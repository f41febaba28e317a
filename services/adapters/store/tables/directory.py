"""Organs, powers and a city's own regions and places, under one version number."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, String, Table, Text, Uuid, true

from services.adapters.store.columns import Instant, Json
from services.adapters.store.tables.schema import metadata, row_id

# A row belongs to the versions from ``since_version`` up to, not with, ``until_version``; none is erased.
# An organ's newest row stands in ``organs``, those before it in ``past_organs``.
organs = Table(
    "organs",
    metadata,
    row_id(),
    Column("code", String(80), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("region_code", String(12), nullable=False, index=True),
    Column("level", String(16), nullable=False),
    Column("functions", Json, nullable=False),
    Column("superior_id", Uuid()),
    Column("reviewer_ids", Json, nullable=False),
    Column("vertical", Boolean, nullable=False),
    Column("aliases", Json, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successor_id", Uuid()),
    Column("document_word", String(24)),
    Column("since_version", Integer, nullable=False, server_default="0"),
)

past_organs = Table(
    "past_organs",
    metadata,
    row_id(),
    Column("organ_id", Uuid(), nullable=False),
    Column("since_version", Integer, nullable=False),
    Column("until_version", Integer, nullable=False),
    Column("body", Json, nullable=False),
    Index("ix_past_organs_until_version", "until_version"),
)
"""``body``: the columns of the organ as they were, as text."""

own_powers = Table(
    "own_powers",
    metadata,
    row_id(),
    Column("category_code", String(12), nullable=False),
    Column("function", String(48), nullable=False),
    Column("level", String(16), nullable=False),
    Column("role", String(8), nullable=False),
    Column("basis", Text, nullable=False),
    Column("region_code", String(12), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("since_version", Integer, nullable=False, server_default="0"),
    Column("until_version", Integer),
)

own_regions = Table(
    "own_regions",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("level", String(16), nullable=False),
    Column("parent", String(12)),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("successor", String(12)),
    Column("since_version", Integer, nullable=False, server_default="0"),
)

own_places = Table(
    "own_places",
    metadata,
    row_id(),
    Column("name", String(30), nullable=False),
    Column("region_code", String(12), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("since_version", Integer, nullable=False),
    Column("until_version", Integer),
    Index("ix_own_places_until_version", "until_version"),
)

directory_versions = Table(
    "directory_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("loaded_at", Instant, nullable=False),
    Column("loaded_by", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("in_force_from", Date),
    Column("kept", Boolean, nullable=False, server_default=true()),
)
"""Without ``in_force_from`` at once. Not ``kept``: loaded before rows were kept, and cannot be rebuilt."""

routing_rules = Table(
    "routing_rules",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("in_force_from", Date, nullable=False),
    Column("threshold", Float),
    Column("lexicon", Json),
    Column("cues", Json),
    Column("published_at", Instant, nullable=False),
    Column("published_by", String(80), nullable=False),
    Column("note", Text, nullable=False),
)
"""A city's own rules, whole in every version. What is null is what comes with the system."""
