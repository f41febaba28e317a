"""The machine: its folders, its disk, its ports, the file with the keys."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from services.adapters.checkup.finding import Finding
from services.adapters.keys import KEY_FILE, KeyFault, KeyRing, from_settings
from services.settings import Settings

LEAST_FREE = 0.10
FEWEST_DIFFERENT_BYTES = 12  # of 32 by chance there are 30; one in 10^20 has fewer than this
DEMO_CLIENTS = "demo-clients.json"
LONGEST_ANSWER = 4 * 1024 * 1024
API_WITHIN_SECONDS = 2.0
WORKER_WITHIN_SECONDS = 7.0  # it asks the database first, for five seconds at most
FreeShare = Callable[[Path], float]


def free_share(folder: Path) -> float:
    """How much of the disk that a folder is on is free, from 0 to 1."""
    usage = shutil.disk_usage(folder)
    return usage.free / usage.total


def examine_machine(settings: Settings, *, free: FreeShare = free_share) -> list[Finding]:
    return [
        *_folder(settings, free),
        *_keys(settings),
        *_demo_clients(settings),
        *_port("port_taken", settings.host, settings.port, _is_our_api, "XINFANG_PORT"),
        *_port(
            "metrics_port_taken",
            settings.metrics_host,
            settings.metrics_port,
            _is_our_worker,
            "XINFANG_METRICS_PORT",
        ),
    ]


def _folder(settings: Settings, free: FreeShare) -> list[Finding]:
    folder = settings.data
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return [
            Finding(
                "data_not_writable",
                f"数据目录 {folder} 不能写({error.strerror})",
                "the data folder cannot be written",
                f"建立该目录并交给运行用户:install -d -m 700 -o 运行用户 {folder};或改 XINFANG_DATA",
            )
        ]
    found: list[Finding] = []
    if folder.stat().st_mode & 0o007:
        found.append(
            Finding(
                "data_open_to_others",
                f"数据目录 {folder} 对本机其他用户开放,其中的附件没有加密",
                "others on this machine can look into the data folder; attached files are in clear",
                f"chmod 700 {folder}",
            )
        )
    share = free(folder)
    if share < LEAST_FREE:
        found.append(
            Finding(
                "disk_nearly_full",
                f"数据目录所在磁盘只剩 {share:.0%}",
                "less than a tenth of the disk is free",
                "腾出空间,或把数据目录移到更大的磁盘(XINFANG_DATA)",
            )
        )
    return found


def _keys(settings: Settings) -> list[Finding]:
    path = settings.data / KEY_FILE
    if settings.keys is not None:
        return _ring(settings.keys.get_secret_value(), "XINFANG_KEYS")
    if not path.exists():
        return []  # made at the first start; beside old data the start is refused
    found: list[Finding] = []
    if path.stat().st_mode & 0o077:
        found.append(
            Finding(
                "key_file_open",
                f"密钥文件 {path} 他人可读",
                "the key file can be read by others",
                f"chmod 600 {path};若已有他人读过,视为泄露",
            )
        )
    return found + _ring(path.read_text(encoding="utf-8"), str(path))


def _ring(text: str, where: str) -> list[Finding]:
    try:
        ring = from_settings(text)
    except KeyFault as fault:
        wrong, english = f"{where} 中的密钥不能用:{fault}", "the keys cannot be used"
        return [Finding("keys_unusable", wrong, english, "从备份恢复密钥;新的密钥打不开已有的数据")]
    if not _is_weak(ring):
        return []
    return [
        Finding(
            "keys_weak",
            f"{where} 中有不是随机产生的密钥",
            "a key was not made by chance",
            "没有数据时:删去该文件,由系统重新生成;已有数据时:换新的数据密钥版本",
        )
    ]


def _is_weak(ring: KeyRing) -> bool:
    purposes = (ring.index_key, ring.code_pepper, ring.cursor_key, ring.token_key, ring.event_key)
    return any(len(set(key)) < FEWEST_DIFFERENT_BYTES for key in (*ring.data_keys.values(), *purposes))


def _demo_clients(settings: Settings) -> list[Finding]:
    path = settings.data / DEMO_CLIENTS
    if settings.demo or not path.exists():
        return []
    return [
        Finding(
            "demo_clients_left",
            f"{path} 还在:其中是演示调用方的密钥",
            "the demo's clients and their secrets are still there",
            f"逐个 xinfang clients revoke 停用其中的调用方,再删去 {path}",
        )
    ]


def _port(
    name: str, host: str, port: int | None, is_ours: Callable[[str, int], bool], setting: str
) -> list[Finding]:
    """A port on which our own process already answers is as it should be."""
    if port is None or _is_free(host, port) or is_ours(host, port):
        return []
    return [
        Finding(
            name,
            f"端口 {host}:{port} 已被别的程序占用",
            "another program listens at the port",
            f"停掉那个程序(ss -ltnp 'sport = :{port}' 显示是谁),或改 {setting}",
        )
    ]


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _is_our_api(host: str, port: int) -> bool:
    told = _answer(host, port, "/livez", API_WITHIN_SECONDS)
    try:
        return bool(json.loads(told) == {"status": "alive"})
    except ValueError:
        return False


def _is_our_worker(host: str, port: int) -> bool:
    return b"xinfang_database_up" in _answer(host, port, "/metrics", WORKER_WITHIN_SECONDS)


def _answer(host: str, port: int, path: str, within: float) -> bytes:
    """Nothing where none comes."""
    connection = HTTPConnection(host, port, timeout=within)
    try:
        connection.request("GET", path)
        return connection.getresponse().read(LONGEST_ANSWER)
    except (OSError, HTTPException):
        return b""
    finally:
        connection.close()
