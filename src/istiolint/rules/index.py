"""The index of rules: their facts, and the modules whose functions look at each kind of resource.

With it a run imports what it needs for the kinds that it meets, and not every rule. tools/generate.py writes it. It counts
only while no module has come, gone or changed since: whoever works on a rule needs not think of it.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parents[1] / "checks"
FILE = FOLDER / "index.json"
_PACKAGE = "istiolint.checks"
_SLACK = 10.0
"""Seconds by which a module may be newer: the files of a checkout or a package are written one after the other."""


class Index(NamedTuple):
    """The facts of each rule as keyword arguments, and the modules for each kind."""

    rules: list[dict[str, Any]]
    modules: dict[str, list[str]]


def read() -> Index | None:
    """The index, if it is there and still tells the truth."""
    try:
        text = FILE.read_text("utf-8")
        written = FILE.stat().st_mtime
    except OSError:
        return None
    found = json.loads(text)
    modules = dict(modules_of(os.fspath(FOLDER), _PACKAGE))
    if sorted(modules) != found["all"] or any(changed > written + _SLACK for changed in modules.values()):
        return None
    return Index(found["rules"], found["modules"])


def text_of(rules: list[dict[str, Any]], modules: Mapping[str, list[str]]) -> str:
    """The text of the index: a line a rule, a line a kind."""
    every = sorted(name for name, _ in modules_of(os.fspath(FOLDER), _PACKAGE))
    lines = [",\n".join(f"  {json.dumps(rule)}" for rule in rules), ",\n".join(
        f"  {json.dumps(kind)}: {json.dumps(names)}" for kind, names in sorted(modules.items())
    )]  # fmt: skip
    return f'{{"all": {json.dumps(every)},\n"rules": [\n{lines[0]}\n],\n"modules": {{\n{lines[1]}\n}}}}\n'


def modules_of(folder: str, package: str) -> Iterator[tuple[str, float]]:
    """All modules below a folder, with the times at which they were written."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield f"{package}.{entry.name[:-3]}", entry.stat().st_mtime
            elif entry.is_dir() and not entry.name.startswith(("_", ".")):
                yield from modules_of(entry.path, f"{package}.{entry.name}")
