"""``xinfang demo play`` against a demo city of its own, as a newcomer runs it: by the two commands."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

XINFANG = Path(sys.executable).with_name("xinfang")
STARTS_WITHIN_SECONDS = 120
PLAYS_WITHIN_SECONDS = 600  # some twenty on an idle machine; a busy one takes its time
COUNTED = re.compile(r"^(\S+)  (\d+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address and the data folder of a running demo."""
    folder = tmp_path_factory.mktemp("demo")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            [XINFANG, "serve", "--demo", "--port", str(port), "--data", folder], stdout=log, stderr=log
        )
    try:
        wait_until_ready(server, f"http://127.0.0.1:{port}", folder / "serve.log")
        yield f"http://127.0.0.1:{port}", folder
    finally:
        server.terminate()
        server.wait(60)


def wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    with httpx.Client(base_url=url, trust_env=False) as probe:
        for _ in range(STARTS_WITHIN_SECONDS * 5):
            assert server.poll() is None, log.read_text(encoding="utf-8")
            try:
                if probe.get("/readyz").is_success:
                    return
            except httpx.TransportError:
                pass  # it does not listen yet
            time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))


def play(url: str, clients: Path) -> subprocess.CompletedProcess[str]:
    command = [str(XINFANG), "demo", "play", "--fast", "--url", url, "--clients", str(clients)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PLAYS_WITHIN_SECONDS)


def test_the_play_comes_to_every_end(demo: tuple[str, Path]) -> None:
    url, folder = demo
    played = play(url, folder / "demo-clients.json")
    assert played.returncode == 0, played.stdout + played.stderr
    ends = {end: int(count) for end, count in COUNTED.findall(played.stdout)}
    assert sum(ends.values()) == 60
    assert ends.keys() >= {
        "已终结(复核送达)",
        "已办结",
        "不予受理",
        "已撤回",
        "办理中",
        "已终结(期限届满)",
    }
    assert "Traceback" not in (folder / "serve.log").read_text(encoding="utf-8")


def test_without_a_demo_to_play_on_the_command_says_what_to_do(tmp_path: Path) -> None:
    played = play("http://127.0.0.1:9", tmp_path / "demo-clients.json")
    assert played.returncode == 2
    assert "xinfang serve --demo" in played.stderr
