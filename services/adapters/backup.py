"""A backup: a folder with the database, the attached files and a list of what is in it. Never the keys.

Whoever holds a backup and the keys reads everything; apart, neither is of use to a thief.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from services.adapters.store.dump import POSTGRES_FILE, SQLITE_FILE, DumpFault

LIST = "backup.json"
ATTACHMENTS = "attachments"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: its making, the schema's version, rows by table, files by path with their hash."""

    made_at: str
    program: str
    schema: str
    rows: dict[str, int]
    files: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def write_list(folder: Path, contents: Contents) -> None:
    """The last thing written: a folder without it is no backup."""
    draft = folder / f".{LIST}"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(contents), file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / LIST)


def read_list(folder: Path) -> Contents:
    """Raises :class:`DumpFault` for what is no backup, or one of a newer program."""
    try:
        told = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DumpFault(f"{folder} 中没有完整的备份(缺 {LIST}):该备份没有做完,不能用。") from error
    if told.get("format") != FORMAT:
        raise DumpFault("这个备份是别的版本做的,请用做它的版本恢复。")
    return Contents(**told)


def copy_files(source: Path, target: Path) -> Iterator[Path]:
    """Copy the attached files that the target lacks; each is named by its hash and never changes."""
    for path in _files(source):
        copy = target / path.relative_to(source)
        if copy.exists() and copy.stat().st_size == path.stat().st_size:
            yield copy
            continue
        copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = copy.with_name(f".draft-{copy.name}")
        shutil.copyfile(path, draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(copy)
        yield copy


def _files(folder: Path) -> Iterable[Path]:
    """Those that are whole; drafts begin with a dot."""
    return sorted(path for path in folder.glob("*/*") if path.is_file() and not path.name.startswith("."))


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def listed(folder: Path) -> dict[str, str]:
    """Every file of a backup besides the list, with its hash."""
    databases = [folder / name for name in (SQLITE_FILE, POSTGRES_FILE) if (folder / name).exists()]
    return {
        str(path.relative_to(folder)): hash_of(path) for path in (*databases, *_files(folder / ATTACHMENTS))
    }


def damaged(folder: Path, contents: Contents) -> list[str]:
    """The files of a backup that are gone or not what they were."""
    return [
        name
        for name, wanted in contents.files.items()
        if not (folder / name).is_file() or hash_of(folder / name) != wanted
    ]
