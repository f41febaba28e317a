"""Which edition of the system decided a petition: its code of routing, and the data that come with it."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files

FIRST = "router"
READERS = ("cues", "directory_files", "gazetteer")
MODELS = ("artifact", "calibration", "features", "model", "runs", "trust", "vectors")
DATA = ("services.directory", "services.gazetteer", "services.statutes")
_IMPORTED = re.compile(r"^from services\.domain\.(\w+) import", re.MULTILINE)


@cache
def edition() -> str:
    """Eight hex digits over all that a decision follows from, but for what a city sets itself.

    Two systems of one edition decide alike; of another, nobody can say so without looking.
    """
    digest = hashlib.sha256()
    for name, source in sorted(deciding_modules().items()):
        digest.update(f"{name}\0{source}\0".encode())
    for name in (*READERS, *(f"classifier/{each}" for each in MODELS)):
        digest.update((files("services.adapters") / f"{name}.py").read_bytes())
    for package in DATA:
        for entry in sorted(files(package).iterdir(), key=lambda entry: entry.name):
            if entry.is_file() and not entry.name.endswith(".py"):
                digest.update(f"{entry.name}\0".encode() + entry.read_bytes())
    return digest.hexdigest()[:8]


def deciding_modules() -> dict[str, str]:
    """The modules of the domain that the router reaches, with their text."""
    folder = files("services.domain")
    found: dict[str, str] = {}
    waiting = [FIRST]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = (folder / f"{name}.py").read_text(encoding="utf-8")
            waiting += _IMPORTED.findall(found[name])
    return found
