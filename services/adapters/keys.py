"""The keys: data keys by version, and one key for each other purpose; made at first run or given by settings.

Adapters take a ``KeyProvider``, so that a key service or a hardware module can stand where the ring stands.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Protocol

KEY_FILE = "keys.json"  # in the data folder
KEY_BYTES = 32
LAST_VERSION = 0xFFFF  # a version takes two bytes in every ciphertext


class KeyFault(Exception):
    """The keys cannot be used; the message says what the operator is to do. It never holds a key."""


class KeyProvider(Protocol):
    """What the adapters ask of whoever holds the keys. Every key has 32 bytes."""

    @property
    def current(self) -> int:
        """The version that new ciphertexts are made with."""

    @property
    def index_key(self) -> bytes: ...
    @property
    def code_pepper(self) -> bytes: ...
    @property
    def cursor_key(self) -> bytes: ...
    @property
    def token_key(self) -> bytes: ...
    @property
    def event_key(self) -> bytes: ...

    def data_key(self, version: int) -> bytes:
        """The data key of a version. Raises ``KeyFault`` when there is none."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys in memory; printed, it shows none. ``event_key`` is kept for signing the ledger's heads."""

    current: int
    data_keys: Mapping[int, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)
    code_pepper: bytes = field(repr=False)
    cursor_key: bytes = field(repr=False)
    token_key: bytes = field(repr=False)
    event_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.current not in self.data_keys or not all(0 < v <= LAST_VERSION for v in self.data_keys):
            raise KeyFault("密钥版本有误：当前版本必须在数据密钥之中，版本号为1至65535。")
        purposes = [getattr(self, name) for name in _PURPOSES]
        every = [*self.data_keys.values(), *purposes]
        if any(len(key) != KEY_BYTES for key in every):
            raise KeyFault(f"每个密钥必须正好是{KEY_BYTES}字节。")
        if len(set(every)) != len(every):
            raise KeyFault("同一密钥不得用于两种用途或两个版本。")

    def data_key(self, version: int) -> bytes:
        try:
            return self.data_keys[version]
        except KeyError:
            raise KeyFault(f"没有第{version}版数据密钥，请恢复该版本的密钥后再读取数据。") from None

    def rotated(self) -> KeyRing:
        """The ring with a new data key in use; the older ones still open what they closed."""
        version = max(self.data_keys) + 1
        return replace(self, current=version, data_keys={**self.data_keys, version: new_key()})

    def to_json(self) -> str:
        """The ring as text for a file or a secret store. This is the secret itself."""
        stored: dict[str, object] = {"current": self.current}
        stored["data_keys"] = {str(v): _to_text(key) for v, key in sorted(self.data_keys.items())}
        stored |= {name: _to_text(getattr(self, name)) for name in _PURPOSES}
        return json.dumps(stored, indent=2)


_PURPOSES = tuple(each.name for each in fields(KeyRing) if each.name.endswith(("_key", "_pepper")))


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def new_ring() -> KeyRing:
    """A ring of fresh keys, data key version 1."""
    return KeyRing(current=1, data_keys={1: new_key()}, **{name: new_key() for name in _PURPOSES})


def from_settings(json_text: str) -> KeyRing:
    """The ring from the text of :meth:`KeyRing.to_json`. Raises ``KeyFault``, never quoting the text."""
    try:
        stored = json.loads(json_text)
        return KeyRing(
            current=int(stored["current"]),
            data_keys={int(version): _from_text(key) for version, key in stored["data_keys"].items()},
            **{name: _from_text(stored[name]) for name in _PURPOSES},
        )
    except KeyError as fault:
        raise KeyFault(f"密钥配置缺少{fault}。") from None
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise KeyFault("密钥配置不是有效的JSON密钥环，请检查配置或密钥文件。") from None


def load_or_create(path: Path) -> KeyRing:
    """The ring in a file that only its owner can read; made on the first run, by one process of several.

    Raises ``KeyFault`` when others could read the file, or when it holds no ring.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _create(path, new_ring().to_json())
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise KeyFault(f"密钥文件 {path} 的权限为{mode:04o}，他人可以读取，请执行 chmod 600 {path} 后重试。")
    return from_settings(path.read_text(encoding="utf-8"))


def _create(path: Path, text: str) -> None:
    """Write all or nothing; whoever comes second keeps the first one's file."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its keys count
            os.link(draft, path)
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _to_text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _from_text(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
