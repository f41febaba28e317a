"""The one ``MetaData``, with names for every constraint so that migrations can speak of them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, MetaData, Uuid

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def row_id() -> Column[object]:
    return Column("id", Uuid(), primary_key=True)


def of_petition(*, index: bool = True) -> Column[object]:
    return Column("petition_id", Uuid(), ForeignKey("petitions.id"), nullable=False, index=index)
