"""What a command loads: no more than it uses, for everything loaded is waited for at every start."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from services.cli.main import COMMANDS

HEAVY = ("alembic", "fastapi", "holidays", "jinja2", "sklearn", "sqlalchemy", "services.bootstrap")


def loaded_by(*arguments: str) -> list[str]:
    """Which of the heavy ones are there when the command has ended."""
    asked = (
        "import sys; from services.cli.main import app\n"
        f"try: app({list(arguments)!r})\n"
        f"finally: print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    return done.stderr.split()


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        (("--help",), []),
        (("version",), []),
        (("statutes", "list"), []),
        (("migrate", "--help"), ["alembic", "sqlalchemy"]),
        (("doctor", "--help"), ["sqlalchemy"]),
        (("worker", "--help"), ["sqlalchemy", "services.bootstrap"]),
    ],
)
def test_a_command_loads_what_it_uses(arguments: tuple[str, ...], loaded: list[str]) -> None:
    assert loaded_by(*arguments) == loaded


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says_of_itself(name: str) -> None:
    module, line = COMMANDS[name]
    told = getattr(import_module(f"services.cli.{module}"), name).__doc__

    assert told.splitlines()[0] == line


def test_the_names_of_the_schemas_versions_are_read_without_alembic() -> None:
    asked = "import sys, migrations; print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
