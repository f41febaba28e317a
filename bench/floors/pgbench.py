"""pgbench: the same three rows in one statement, with no web at all. What the database itself can do."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bench.floors.bare import NOTHING

SHORTEST_SECONDS = 2  # of which it takes a part to connect, and does not count it
TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
SCRIPT = """WITH petition AS (
    INSERT INTO floor.petitions SELECT gen, '430900-' || gen, CAST(gen AS text), 'online', 'registered',
        now(), '\\x{name}', '\\x{phone}', '\\x{document}', '\\x{address}', '\\x{title}',
        '\\x{content}', '\\x{answer}'
    FROM gen_random_uuid() AS gen RETURNING id
), event AS (
    INSERT INTO floor.events SELECT gen_random_uuid(), id, 1, now(), 'registered', 'client portal',
        '{{"channel": "online", "number": "430900-20261120-000001-2"}}', '{nothing}', '{nothing}'
    FROM petition
)
INSERT INTO floor.outbox SELECT gen_random_uuid(), 'route', id, 'pending', 0, now() FROM petition;
"""


class NoPgbench(Exception):
    """没有找到 pgbench · pgbench was not found"""


def program() -> Path:
    """The newest packaged one, else what the PATH has. Raises :class:`NoPgbench`."""
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pgbench"), key=lambda path: _version(path.parts[-3])
    )
    for found in reversed(packaged):
        if os.access(found, os.X_OK):
            return found
    on_path = shutil.which("pgbench")
    if on_path is None:
        raise NoPgbench(NoPgbench.__doc__)
    return Path(on_path)


def script() -> str:
    """Fields as long as those of the floor, of bytes that do not compress, as ciphertext does not."""
    lengths = {
        "name": 9, "phone": 11, "document": 18, "address": 40, "title": 33, "content": 1500, "answer": 600,
    }  # fmt: skip
    return SCRIPT.format(
        nothing=NOTHING, **{name: os.urandom(length).hex() for name, length in lengths.items()}
    )


async def per_second(dsn: str, folder: Path, *, connections: int, seconds: float) -> float:
    """Transactions a second; whole seconds, for pgbench knows no others. Raises :class:`NoPgbench`."""
    file = folder / "floor.sql"
    file.write_text(script(), encoding="utf-8")
    parts = urlsplit(dsn)
    command = [
        str(program()), "-n", "-M", "prepared", "-c", str(connections), "-j", "1",
        "-T", str(max(SHORTEST_SECONDS, round(seconds))), "-f", str(file),
        "-h", parts.hostname or "127.0.0.1", "-p", str(parts.port or 5432),
        "-U", unquote(parts.username or "postgres"),
        unquote(parts.path.strip("/")),
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | {"PGPASSWORD": unquote(parts.password or "")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, failed = await process.communicate()
    found = TPS.search(told.decode())
    if found is None:
        raise RuntimeError(f"pgbench: {failed.decode()[:400]} {told.decode()[-400:]}")
    return float(found[1])


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())
