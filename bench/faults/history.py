"""What callers asked and were told, in order, as JSON lines: ``{"t", "op", "key", "kind", …}``.

``kind`` is ``invoke`` when asked, then ``ok``, ``fail`` (surely not done) or ``info`` (may have been done).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["invoke", "ok", "fail", "info"]


@dataclass(frozen=True, slots=True)
class Event:
    t: float
    op: str
    key: str
    kind: Kind
    told: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class History:
    """``create``: key = Idempotency-Key, told = id, status. ``poll``: key = organ, told = seqs. ``edit``,
    ``accept``: key = what was added or the dispatch, told = petition, the version it was done upon, id.
    ``unmask``, ``read``: key = petition.
    """

    events: list[Event] = field(default_factory=list)

    def add(self, op: str, key: str, kind: Kind, **told: Any) -> None:
        self.events.append(Event(time.monotonic(), op, key, kind, told))

    def of(self, op: str, kind: Kind) -> Iterator[Event]:
        return (event for event in self.events if (event.op, event.kind) == (op, kind))

    def write(self, path: Path) -> None:
        lines = (json.dumps(asdict(event), ensure_ascii=False) for event in self.events)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> History:
        return cls([Event(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()])
