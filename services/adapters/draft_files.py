"""The files of a draft: each is known by its columns; all that is wrong in them is found at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from services.adapters.directory_cells import POWER_COLUMNS
from services.adapters.directory_files import (
    PHRASES,
    UnreadableFile,
    column_names,
    load_categories,
    read_organs,
    read_powers,
    read_table,
)
from services.adapters.place_files import read_places
from services.domain.directory_check import Problem
from services.domain.draft import Draft, DraftFile
from services.domain.matcher import SHORTEST
from services.domain.matter import LexiconEntry
from services.domain.sorting import KINDS

SUFFIXES = (".csv", ".xlsx")
LEXICON_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "category": ("分类代码", "分类"),
    "weight": ("权重",),
    "terms": ("词语",),
}
CUE_COLUMNS: Mapping[str, tuple[str, ...]] = {"kind": ("线索",), "weight": ("权重",), "terms": ("词语",)}
MOST_WEIGHT = 100.0


def read_draft(paths: Iterable[Path], *, threshold: float | None = None) -> Draft:
    """The files, and those of the folders (by name), organs first. Raises UnreadableFile."""
    found = chain.from_iterable(_within(path) for path in paths)
    files = [_read(path) for path in found]
    return Draft(tuple(sorted(files, key=lambda file: file.organs is None)), threshold)


def _within(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    found = sorted(entry for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES)
    if not found:
        raise UnreadableFile(name=path.name, reason="文件夹中没有 CSV 或 XLSX")
    yield from found


def _read(path: Path) -> DraftFile:
    titles = column_names(path)
    if titles & _named(CUE_COLUMNS, "kind") and titles & _named(CUE_COLUMNS, "terms"):
        return _cues(path)
    if titles & _named(LEXICON_COLUMNS, "terms"):
        return _lexicon(path)
    if titles & _named(POWER_COLUMNS, "category_code"):
        powers, problems = read_powers(path)
        return DraftFile(path.name, problems, powers=powers)
    if titles & {"name", "名称", "地名"} and not titles & {"code", "机关代码", "代码", "编码", "职能"}:
        places, problems = read_places(path)
        return DraftFile(path.name, problems, places=places)
    organs, problems = read_organs(path)
    return DraftFile(path.name, problems, organs=organs)


def _named(columns: Mapping[str, Iterable[str]], column: str) -> set[str]:
    return {column, *columns[column]}


def _lexicon(path: Path) -> DraftFile:
    categories = load_categories()
    problems: list[Problem] = []
    entries: list[LexiconEntry] = []
    lines: dict[tuple[str, str], int] = {}
    for line, cells in read_table(path, LEXICON_COLUMNS, problems):
        code = cells.get("category", "")
        if code and code not in categories:
            problems.append(Problem(line, f"分类 {code} 不存在"))
        weight = _weight(cells, line, problems)
        for phrase in _phrases(cells, line, problems):
            if lines.setdefault((phrase, code), line) != line:
                first = lines[phrase, code]
                problems.append(Problem(line, f"词语“{phrase}”与第{first}行重复"))
            entries.append(LexiconEntry(phrase, code, weight))
    return DraftFile(path.name, _or_empty(problems, entries), lexicon=tuple(entries))


def _cues(path: Path) -> DraftFile:
    problems: list[Problem] = []
    cues: dict[str, dict[str, float]] = defaultdict(dict)
    for line, cells in read_table(path, CUE_COLUMNS, problems):
        kind = cells.get("kind", "")
        if kind not in KINDS:
            problems.append(Problem(line, f"线索“{kind}”应为:{'、'.join(KINDS)}"))
        weight = _weight(cells, line, problems)
        cues[kind] |= dict.fromkeys(_phrases(cells, line, problems), weight)
    missing = [kind for kind in KINDS if kind not in cues]
    problems += [Problem(1, f"缺少线索 {kind}") for kind in missing]
    return DraftFile(path.name, problems, cues=dict(cues))


def _or_empty(problems: list[Problem], entries: list[LexiconEntry]) -> list[Problem]:
    return problems if problems or entries else [Problem(1, "文件中没有任何一行")]


def _weight(cells: Mapping[str, str], line: int, problems: list[Problem]) -> float:
    text = cells.get("weight", "")
    try:
        weight = float(text)
    except ValueError:
        weight = float("nan")
    if not -MOST_WEIGHT <= weight <= MOST_WEIGHT:
        problems.append(Problem(line, f"权重“{text}”应为数字"))
    return weight


def _phrases(cells: Mapping[str, str], line: int, problems: list[Problem]) -> list[str]:
    phrases = [phrase for phrase in cells.get("terms", "").split(PHRASES) if phrase]
    short = [phrase for phrase in phrases if len(phrase) < SHORTEST]
    problems += [Problem(line, f"词语“{phrase}”至少两个字") for phrase in short]
    if not phrases:
        problems.append(Problem(line, "缺少词语"))
    return phrases
