"""Rule packs from the package ``services.statutes``: one TOML file each."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from services.domain.pack import PackError, parse_pack
from services.domain.statute import RulePack

SUFFIX = ".toml"


def pack_names() -> list[str]:
    """The names that ``load_pack`` knows, sorted."""
    names = (entry.name for entry in files("services.statutes").iterdir())
    return sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))


def load_pack(name: str) -> RulePack:
    """Read and check one pack. Raises PackError when it is missing or cannot be read."""
    known = pack_names()
    if name not in known:
        raise PackError(f"没有规则包 {name};现有:{'、'.join(known)}")
    text = files("services.statutes").joinpath(name + SUFFIX).read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise PackError(f"规则包 {name} 不是有效的 TOML: {fault}") from fault
    pack = parse_pack(raw)
    if pack.id != name:
        raise PackError(f"规则包 {name} 的 id 写作 {pack.id},应当与文件同名")
    return pack
