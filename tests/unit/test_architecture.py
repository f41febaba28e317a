"""The shape of the code, checked: who may import whom, what may not exist, how long things may be."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("services", "intake_api", "routing_worker", "migrations", "tests", "bench")
LAW_AND_RULES = {"services.domain"}
USE_CASES = LAW_AND_RULES | {"services.application"}
STANDARD, ANYTHING = "the standard library", "third parties"

# Layer: what it may import, besides itself. The longest name that fits a module decides.
MAY_IMPORT: dict[str, set[str]] = {
    "services": set(),  # the folder itself, and those in it that hold data
    "services.domain": {STANDARD},
    "services.application": LAW_AND_RULES | {STANDARD},
    "services.settings": LAW_AND_RULES | {STANDARD, ANYTHING},
    "services.adapters": USE_CASES | {"services.settings", STANDARD, ANYTHING},
    "services.bootstrap": USE_CASES | {"services.adapters", "services.settings", STANDARD, ANYTHING},
    "intake_api": USE_CASES | {"services.bootstrap", "services.settings", STANDARD, ANYTHING},
    "routing_worker": USE_CASES | {"services.bootstrap", "services.settings", STANDARD, ANYTHING},
    "services.cli": {"services", "migrations", STANDARD, ANYTHING},
    "services.cli.serve": {"services", "migrations", "intake_api", "routing_worker", STANDARD, ANYTHING},
    "migrations": {"services.adapters.store", STANDARD, ANYTHING},
}
WORLDLY = {"asyncio", "http", "os", "pathlib", "random", "socket", "sqlite3", "subprocess", "time", "urllib"}
VAGUE_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "base", "misc", "kit"}
CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime"),
}
CLOCK = "services.adapters.clock"


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def source_files(*tops: str) -> list[Path]:
    return sorted(path for top in tops for path in (ROOT / top).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def within(module: str, layer: str) -> bool:
    return module == layer or module.startswith(f"{layer}.")


def layer_of(module: str) -> str:
    return max((layer for layer in MAY_IMPORT if within(module, layer)), key=len)


def imports(path: Path) -> Iterator[str]:
    """Every imported name in full, inside functions and type-checking blocks too."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*start, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def is_allowed(imported: str, layer: str) -> bool:
    top, allowed = imported.split(".")[0], MAY_IMPORT[layer]
    if top not in OURS:
        return (STANDARD if top in sys.stdlib_module_names else ANYTHING) in allowed
    own = {layer} - {"services"}  # the folder of the layers is none itself
    return any(within(imported, other) for other in allowed | own)


def named_after_root(path: Path) -> str:
    return str(path.relative_to(ROOT))


product = pytest.mark.parametrize("path", source_files(*OURS[:4]), ids=named_after_root)
domain = pytest.mark.parametrize("path", source_files("services/domain"), ids=named_after_root)
everything = pytest.mark.parametrize("path", source_files(*OURS), ids=named_after_root)


@product
def test_imports_point_inwards(path: Path) -> None:
    layer = layer_of(module_name(path))
    assert [name for name in imports(path) if not is_allowed(name, layer)] == []


@domain
def test_domain_is_synchronous_and_reaches_no_world(path: Path) -> None:
    assert {name.split(".")[0] for name in imports(path)} & WORLDLY == set()
    assert [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.AsyncFunctionDef)] == []


@product
def test_time_is_read_from_the_clock_only(path: Path) -> None:
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    read = {".".join(ast.unparse(call.func).split(".")[-2:]) for call in calls} & CLOCKS
    assert module_name(path) == CLOCK or read == set()


@everything
def test_names_say_what_a_module_is(path: Path) -> None:
    assert set(path.relative_to(ROOT).with_suffix("").parts) & VAGUE_NAMES == set()


@everything
def test_modules_and_functions_stay_short(path: Path) -> None:
    if path.parent.name == "versions":
        return  # a migration is a record: written once, never edited
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    functions = [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [f.name for f in functions if (f.end_lineno or f.lineno) - f.lineno >= 60] == []


@pytest.mark.parametrize(
    ("imported", "layer"),
    [
        ("sqlalchemy.select", "services.application"),
        ("services.adapters.store", "services.application"),
        ("pydantic.BaseModel", "services.domain"),
        ("services.adapters.clock", "intake_api"),
        ("routing_worker.tasks", "intake_api"),
        ("intake_api.app", "services.bootstrap"),
        ("services.cli.main", "services.bootstrap"),
        ("services.bootstrap", "services"),
    ],
)
def test_a_wrong_import_would_be_noticed(imported: str, layer: str) -> None:
    assert not is_allowed(imported, layer)
