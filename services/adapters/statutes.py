"""Rule packs: one TOML file each, in the package ``services.statutes`` or in a folder of the city's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from services.domain.pack import PackError, parse_pack
from services.domain.statute import RulePack

SUFFIX = ".toml"
OTHERS = ("extends", "succeeds")  # the fields in which a pack names another


def pack_names(folder: Traversable | None = None) -> list[str]:
    """The names that ``load_pack`` knows, sorted. ``folder`` holds further packs beside the built-in ones."""
    return sorted(_files(folder))


def load_pack(name: str, folder: Traversable | None = None) -> RulePack:
    """Read and check one pack, with those it names. Raises PackError when one is missing or unreadable."""
    return _load(name, _files(folder), {})


class Packs(Mapping[str, RulePack]):
    """The built-in packs by name, each read when it is first asked for: a city is judged by one or two."""

    def __init__(self) -> None:
        self._files = _files(None)
        self._loaded: dict[str, RulePack | None] = {}

    def __getitem__(self, name: str) -> RulePack:
        if name not in self._files:
            raise KeyError(name)
        return _load(name, self._files, self._loaded)

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def __len__(self) -> int:
        return len(self._files)


def load_packs(folder: Traversable | None = None) -> dict[str, RulePack]:
    """Every pack by its name, as ``pack_choice.choose`` takes them. Raises PackError like ``load_pack``."""
    known, loaded = _files(folder), dict[str, RulePack | None]()
    return {name: _load(name, known, loaded) for name in sorted(known)}


def _files(folder: Traversable | None) -> dict[str, Traversable]:
    found: dict[str, Traversable] = {}
    for place in (files("services.statutes"), *([folder] if folder else [])):
        for entry in place.iterdir():
            name = entry.name.removesuffix(SUFFIX)
            if name == entry.name:
                continue
            if name in found:
                raise PackError(f"规则包 {name} 已随系统提供,自备的规则包请另取名称")
            found[name] = entry
    return found


def _load(name: str, known: Mapping[str, Traversable], loaded: dict[str, RulePack | None]) -> RulePack:
    """The pack, once; ``loaded`` keeps it, or None while the packs that it names are being read."""
    if name not in known:
        raise PackError(f"没有规则包 {name};现有:{'、'.join(sorted(known))}")
    if name in loaded:
        if pack := loaded[name]:
            return pack
        raise PackError(f"规则包 {name} 的 extends 或者 succeeds 成环")
    loaded[name] = None
    try:
        raw = _read(name, known[name])
        named = {other for field in OTHERS if isinstance(other := raw.get(field), str)}
        pack = parse_pack(raw, {other: _load(other, known, loaded) for other in named})
        if pack.id != name:
            raise PackError(f"规则包 {name} 的 id 写作 {pack.id},应当与文件同名")
    except PackError:
        del loaded[name]  # whoever asks again is told the same, not that it is a ring
        raise
    loaded[name] = pack
    return pack


def _read(name: str, entry: Traversable) -> dict[str, object]:
    try:
        return tomllib.loads(entry.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise PackError(f"规则包 {name} 不是有效的 TOML(UTF-8): {fault}") from fault
