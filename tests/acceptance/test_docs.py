"""What the documentation shows is run: every ``bash`` and ``python`` block, against a server of its own.

The blocks of a page that are of one language make one program, in their order; what is not to be run is
fenced as ``sh``. The rest of the pages is held against the code: settings, metrics, commands, links.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import typer
from typer.main import get_command

from services.cli.main import app
from services.settings import Settings

ROOT = Path(__file__).parents[2]
COMMANDS = Path(sys.executable).parent
WRITTEN_ADDRESS = "127.0.0.1:8000"
STARTS_WITHIN_SECONDS = 120
LONGEST_EXAMPLE_SECONDS = 240
WALKS = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
PAGES = [*WALKS, *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = {"bash": ("bash", "-euo", "pipefail"), "python": (sys.executable,)}


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def programs(page: Path) -> dict[str, str]:
    """The page's programs by language, in the order in which the languages first appear."""
    found: dict[str, str] = {}
    for language, block in FENCED.findall(page.read_text(encoding="utf-8")):
        if language in PROGRAMS:
            found[language] = found.get(language, "") + block + "\n"
    return found


@dataclass(frozen=True)
class Demo:
    """A server of this module's own: ``folder`` holds its ``var``, as the checkout does for a reader."""

    folder: Path
    address: str

    def run(self, language: str, program: str) -> str:
        """Run a program of a page beside the server; returns what it printed."""
        suffix = {"bash": "sh", "python": "py"}[language]
        file = self.folder / f"example.{suffix}"
        file.write_text(program.replace(WRITTEN_ADDRESS, self.address), encoding="utf-8")
        done = subprocess.run(
            [*PROGRAMS[language], file.name],
            cwd=self.folder,
            env=surroundings(),
            capture_output=True,
            text=True,
            timeout=LONGEST_EXAMPLE_SECONDS,
        )
        assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout


def surroundings() -> dict[str, str]:
    """What a reader has: our commands on the path, no setting of this system, no proxy before the demo."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XINFANG_")}
    path = f"{COMMANDS}{os.pathsep}{kept.get('PATH', os.defpath)}"
    return kept | {"PATH": path, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"http://{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass  # it does not listen yet
        time.sleep(0.2)
    pytest.fail(f"the server did not become ready:\n{log.read_text(encoding='utf-8')[-4000:]}")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("docs")
    (folder / ".venv").symlink_to(COMMANDS.parent)
    port = free_port()
    log = folder / "server.log"
    command = [str(COMMANDS / "xinfang"), "serve", "--demo", "--port", str(port), "--data", "var"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=surroundings(), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_until_ready(server, f"127.0.0.1:{port}", log)
            yield Demo(folder, f"127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.mark.parametrize("page", [page for page in PAGES if programs(page) and page not in WALKS], ids=named)
def test_the_examples_of_a_page_work(page: Path, demo: Demo) -> None:
    for language, program in programs(page).items():
        demo.run(language, program)


@pytest.mark.parametrize("page", WALKS, ids=named)
def test_the_walk_ends_with_finality(page: Path, demo: Demo) -> None:
    told = demo.run("bash", programs(page)["bash"])
    assert '"state":"final"' in told.replace(" ", "")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_setting_is_explained() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `XINFANG_(\w+)` \| (.*?) \|", text, re.MULTILINE))
    settings = {
        name.upper(): "–" if field.default is None else f"`{str(field.default).lower()}`"
        for name, field in Settings.model_fields.items()
    }
    assert {name: default.lower() for name, default in told.items()} == settings


def test_metrics_that_are_named_exist() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    sources = [
        path for top in ("intake_api", "routing_worker", "services") for path in (ROOT / top).rglob("*.py")
    ]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    named_there = set(re.findall(r"^\| `(xinfang_\w+)", text, re.MULTILINE))
    assert named_there == set(re.findall(r'"(xinfang_\w+)",\s+"', code))


def subcommands(command: typer.core.TyperGroup, before: str = "xinfang") -> Iterator[str]:
    context = typer.Context(command)
    for name in command.list_commands(context):
        sub = command.get_command(context, name)  # loads it
        if isinstance(sub, typer.core.TyperGroup):
            yield from subcommands(sub, f"{before} {name}")
        else:
            yield f"{before} {name}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_that_are_named_exist(page: Path) -> None:
    """A command is named in code: `xinfang jobs list`, or at the start of a line in a block."""
    text = page.read_text(encoding="utf-8")
    mentioned = re.findall(r"(?:`|^\s*|/)(xinfang(?: [a-z][a-z-]+)+)", text, re.MULTILINE)
    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    known = set(subcommands(group))
    unknown = [name for name in mentioned if not any(f"{name} ".startswith(f"{each} ") for each in known)]
    assert unknown == []
