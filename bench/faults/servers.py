"""A PostgreSQL cluster and a Redis of the rig's own, to crash, to start again and to make a standby of."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import signal
import subprocess
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

READY = ("ready", "standby")


def services_script() -> ModuleType:
    """script/services as a module: it knows where the programs are, and whom they run as."""
    path = Path(__file__).resolve().parents[2] / "script" / "services"
    loader = SourceFileLoader("services_script", str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


SCRIPT = services_script()
USER: str | None = SCRIPT.unprivileged_user()


def _own_folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir(mode=0o700)
    if USER is not None:
        shutil.chown(folder, USER)
    return folder


def _run(command: list[str], folder: Path) -> None:
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, **SCRIPT.as_user(USER))
    if made.returncode != 0:
        raise RuntimeError(f"{command[0]}:\n{made.stdout}{made.stderr}")


class Cluster:
    """Durable, as in the field: an acknowledged commit outlives a crash of the server."""

    def __init__(self, parent: Path, name: str) -> None:
        self.folder = _own_folder(parent, name)
        self.port: int = SCRIPT.free_ports(1)[0]
        self.password = secrets.token_hex(16)
        self.process: subprocess.Popen[bytes] | None = None
        self._programs: Path = SCRIPT.postgres_programs()

    def make(self) -> None:
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o644)  # the folder is closed to others
        command = [str(self._programs / "initdb"), "--pgdata", str(self._data), "--encoding", "UTF8"]
        command += ["--locale", "C", "--no-sync", "--username", "postgres"]
        _run([*command, "--pwfile", str(password_file), "--auth", "password"], self.folder)

    def copy(self, primary: Cluster) -> None:
        """A standby that streams from ``primary``."""
        self.password = primary.password
        command = [str(self._programs / "pg_basebackup"), "--pgdata", str(self._data), "--no-sync"]
        command += ["--write-recovery-conf", "--wal-method", "stream", "--checkpoint", "fast"]
        _run([*command, "--dbname", f"{primary.url()}?application_name=standby"], self.folder)

    def start(self) -> None:
        settings: dict[str, object] = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": 200,
        }
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = self.folder / "log"
        self.process = SCRIPT.launch(command, user=USER, log=log, if_we_die="QUIT")
        state = self._data / "postmaster.pid"
        SCRIPT.wait_until_ready(
            "PostgreSQL", self.process, log, ready=lambda: SCRIPT.last_word(state) in READY
        )

    def crash(self) -> None:
        """As ``pg_ctl -m immediate stop``: no checkpoint, no goodbye."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait()

    def ended(self, *, within: float = 2.0) -> bool:
        """Whether it ended by itself."""
        assert self.process is not None
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None:
            SCRIPT.stop(self.process, signal.SIGINT, signal.SIGQUIT)

    def url(self, database: str = "postgres", *, port: int | None = None) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{port or self.port}/{database}"

    @property
    def _data(self) -> Path:
        return self.folder / "data"


class Redis:
    def __init__(self, parent: Path) -> None:
        self.folder = _own_folder(parent, "redis")
        self.port: int = SCRIPT.free_ports(1)[0]
        self.password = secrets.token_hex(16)
        self.process: Any = None

    def start(self) -> None:
        log = self.folder / "log"
        settings = f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir {self.folder}\n"
        feed = (settings + 'save ""\nappendonly no\n').encode()
        command = [SCRIPT.redis_program(), "-"]
        self.process = SCRIPT.launch(command, user=USER, log=log, feed=feed, if_we_die="KILL")
        SCRIPT.wait_until_ready(
            "Redis", self.process, log, ready=lambda: "Ready to accept" in log.read_text()
        )

    def stop(self) -> None:
        if self.process is not None:
            SCRIPT.stop(self.process, signal.SIGTERM, signal.SIGKILL)

    def url(self, *, port: int | None = None) -> str:
        return f"redis://:{self.password}@127.0.0.1:{port or self.port}/0"
