"""Commands for whoever is on duty: what fails ends with an error, what is piped is plain text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = {
    "audit verify": (),
    "backup": ("kept",),
    "calendar load": ("notice.toml",),
    "clients list": (),
    "directory load": ("organs.csv",),
    "doctor": (),
    "jobs list": (),
    "jobs retry": ("--all",),
    "restore": ("kept",),
    "routing verify": (),
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """As in a pipe, with a terminal's colours asked for."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XINFANG_")}
    return subprocess.run(
        [sys.executable, "-m", "services.cli.main", *arguments],
        cwd=folder,
        env=kept | {"XINFANG_DATA": str(folder / "var"), "TERM": "xterm-256color", "PYTHONPATH": os.getcwd()},
        capture_output=True,
        timeout=120,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_database_every_command_ends_with_an_error_in_plain_text(
    command: str, tmp_path: Path
) -> None:
    done = run(tmp_path, *command.split(), *COMMANDS[command])
    assert done.returncode in (1, 2)
    assert done.stdout + done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
