"""The papers in ``docs/samples`` are what the running system says of these petitions, word for word."""

from __future__ import annotations

import json

from tests.integration.test_papers import FOLDER
from tests.sample_petitions import all_papers


async def test_samples_are_what_the_running_system_says() -> None:
    """Where papers are to say something else now: ``python -m tests.sample_petitions docs/samples``."""
    told = {each.name: each.content for each in await all_papers()}
    lying = {file.stem: json.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.json")}
    assert told == lying
