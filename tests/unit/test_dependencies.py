"""What an installation is made of: pinned by hash, under licences that let everyone use it, and listed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from email.message import Message
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PINS = ("requirements.txt", "requirements-otlp.txt", "requirements-dev.txt")
# Permissive, or (MPL) bound to its own files: none of them reaches out for what stands beside it.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU",
    "MPL-2.0", "PSF-2.0", "Zlib",
}  # fmt: skip
BY_CLASSIFIER = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def pinned(name: str) -> dict[str, str]:
    """Package and version of every line that pins one."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def licences(metadata: Any) -> set[str]:
    """The licences that a package names, as SPDX; what is not known stays as it is written."""
    if expression := metadata.get("License-Expression"):
        return set(re.split(r"\s+(?:AND|OR|WITH)\s+|[()]", expression)) - {""}
    classified = [
        each.rsplit(" :: ", 1)[-1] for each in metadata.get_all("Classifier") or [] if each[:7] == "License"
    ]
    if named := [each for each in classified if each != "OSI Approved"]:
        return {BY_CLASSIFIER.get(each, each) for each in named}
    written = str(metadata.get("License") or "none").strip()
    return {BY_CLASSIFIER.get(written, written)}


def described(**headers: str) -> Message:
    message = Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize("name", PINS)
def test_every_package_is_pinned_with_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) > 60
    assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []
    assert not re.search(r"https?://|--index-url|--find-links", text)


def test_the_smaller_lists_are_part_of_the_larger() -> None:
    plain, traced, development = (pinned(name) for name in PINS)
    assert plain.items() <= traced.items() <= development.items()


def test_no_package_has_a_licence_that_reaches_further() -> None:
    found = {name: licences(distribution(name).metadata) for name in pinned("requirements-otlp.txt")}
    assert {name: licence - ALLOWED for name, licence in found.items() if licence - ALLOWED} == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"License_Expression": "GPL-3.0-only"},
        {"License_Expression": "MIT AND (AGPL-3.0-or-later)"},
        {"Classifier": "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"},
        {"License": "Proprietary"},
        {},
    ],
)
def test_another_licence_would_be_noticed(headers: dict[str, str]) -> None:
    assert licences(described(**headers)) - ALLOWED


def test_the_audit_asks_about_every_pin_and_fails_where_it_cannot() -> None:
    """As ``script/sbom --audit`` asks, but for the asking itself, which needs the network."""
    command = re.search(r"pip-audit (.*?) \\\n +(.*)", (ROOT / "script" / "sbom").read_text())
    assert command is not None
    options = f"{command[1]} {command[2]}".split()
    assert "--strict" in options
    told = subprocess.run(
        [sys.executable, "-m", "pip_audit", *options, "--dry-run"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    pins = pinned("requirements-otlp.txt")
    assert pinned("requirements.txt").items() <= pins.items()
    assert f"would have audited {len(pins)} packages" in told.stderr + told.stdout


def test_the_list_of_parts_names_each_with_its_hashes(tmp_path: Path) -> None:
    """As ``script/sbom`` makes it."""
    command = re.search(
        r"cyclonedx-py (requirements .*?)\n  (.*?) --output-file", (ROOT / "script" / "sbom").read_text()
    )
    assert command is not None
    options = f"{command[1].rstrip(chr(92))} {command[2]}".split()
    file = tmp_path / "sbom.json"
    subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", *options, "--output-file", str(file)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["bomFormat"] == "CycloneDX"
    assert told["metadata"]["component"]["name"] == "xinfang"
    parts = {part["name"]: part for part in told["components"]}
    assert {name: part["version"] for name, part in parts.items()} == pinned("requirements.txt")
    assert all(part["externalReferences"][0]["hashes"] for part in parts.values())
