"""The cue words of sorting, and the version of the data that rules are made of."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from functools import cache
from importlib import resources


def load_cues() -> dict[str, dict[str, float]]:
    """For each kind of cue, phrase → weight."""
    cues: dict[str, dict[str, float]] = defaultdict(dict)
    text = (resources.files("services") / "directory" / "cues.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        for phrase in row["terms"].split("、"):
            cues[row["kind"]][phrase] = float(row["weight"])
    return dict(cues)


@cache
def rules_fingerprint() -> str:
    """Eight hex digits over lexicon, cues, powers, categories: which edition of them decided a petition."""
    folder = resources.files("services") / "directory"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".csv")), key=lambda e: e.name)
    return hashlib.sha256(b"".join(entry.read_bytes() for entry in files)).hexdigest()[:8]
