"""Packages import downward only, so no circle between them can arise: each may use those before it in LAYERS.

Imports within functions and for type checkers count like all others. A module that must be loaded by name (a check, a plugin) is
named as a string.
"""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

import istiolint
from istiolint.rules.check import Rule

ROOT = Path(istiolint.__file__).parent
LAYERS = [
    "data", "primitives", "cache", "sources", "findings", "settings", "documents", "resources", "istio",
    "targets",
    "traffic", "authorization", "mesh",
    "rules", "schema",
    "mutual_tls", "trace", "fields",
    "checks",
    "suppression", "rendered",
    "engine",
    "access", "graph",
    "fix", "testing", "report", "comparison",
    "config", "bootstrap", "request_tests",
    "cli", "server",
]  # fmt: skip
"""The packages, and the modules directly in istiolint, from the bottom to the top."""


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and module of each import from istiolint."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names if name.name.split(".")[0] == "istiolint")
        elif isinstance(node, ast.ImportFrom) and node.module == "istiolint":
            yield from ((node.lineno, f"istiolint.{name.name}") for name in node.names if name.name != "__version__")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("istiolint."):
            yield node.lineno, node.module


def upward(layer: str, source: str) -> list[str]:
    """Return what a module of a layer imports from layers above, as messages."""
    below = LAYERS[: LAYERS.index(layer) + 1]
    return [f"line {line}: {name} is above {layer}" for line, name in imports(source) if name.split(".")[1] not in below]


def test_layers_are_the_packages() -> None:
    packages = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    modules = {path.stem for path in ROOT.glob("*.py") if not path.stem.startswith("__")}
    assert packages | modules == set(LAYERS), "list the packages in LAYERS, above what they import"


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_down(layer: str) -> None:
    files = sorted((ROOT / layer).rglob("*.py")) or [ROOT / f"{layer}.py"]
    found = [f"{path.relative_to(ROOT)} {words}" for path in files for words in upward(layer, path.read_text("utf-8"))]
    assert not found, "\n".join(["imports that go up:", *found])


@pytest.mark.parametrize(
    "source",
    [
        "from istiolint.rules.check import check",
        "def late():\n    import istiolint.rules.check",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from istiolint import rules",
    ],
)
def test_imports_that_go_up_are_found(source: str) -> None:
    assert len(upward("mesh", source)) == 1
    assert not upward("checks", source)


def test_checks_of_a_topic_take_only_rules_from_other_topics() -> None:
    """What checks of several topics share is in istiolint.fields."""
    found = []
    for path in sorted((ROOT / "checks").glob("*/**/*.py")):
        topic = path.relative_to(ROOT / "checks").parts[0]
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            parts = (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else []
            if parts[:2] == ["istiolint", "checks"] and parts[2:3] != [topic]:
                assert isinstance(node, ast.ImportFrom)
                module = importlib.import_module(node.module or "")
                others = [name.name for name in node.names if not isinstance(getattr(module, name.name), Rule)]
                found += [f"{path.relative_to(ROOT)} line {node.lineno}: {node.module}.{name}" for name in others]
    assert not found, "\n".join(["move to istiolint.fields:", *found])
