"""The schema, one module an aggregate. ``metadata`` is what the migrations must add up to."""

from services.adapters.store.tables import (
    access,
    calendar,
    chain,
    classifier,
    clock,
    directory,
    dispatch,
    inbox,
    ledger,
    outbox,
    paper,
    petition,
    worker,
)
from services.adapters.store.tables.schema import metadata

__all__ = [
    "access",
    "calendar",
    "chain",
    "classifier",
    "clock",
    "directory",
    "dispatch",
    "inbox",
    "ledger",
    "metadata",
    "outbox",
    "paper",
    "petition",
    "worker",
]
