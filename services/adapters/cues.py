"""The cue words of sorting that come with the system."""

from __future__ import annotations

import csv
from collections import defaultdict
from importlib import resources


def load_cues() -> dict[str, dict[str, float]]:
    """For each kind of cue, phrase → weight."""
    cues: dict[str, dict[str, float]] = defaultdict(dict)
    text = (resources.files("services") / "directory" / "cues.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        for phrase in row["terms"].split("、"):
            cues[row["kind"]][phrase] = float(row["weight"])
    return dict(cues)
