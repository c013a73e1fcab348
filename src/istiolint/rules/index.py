"""The index of rules: their facts, and the functions that look at each kind of resource.

With it a run imports only what it needs for the kinds and fields that it meets, not every rule. tools/generate.py writes it. It
is used only while no module has been added, removed or changed since, so it needs no update while a rule is being developed.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parents[1] / "checks"
FILE = FOLDER / "index.json"
_PACKAGE = "istiolint.checks"
_SLACK = 10.0
"""Seconds by which a module may be newer: the files of a checkout or a package are written one after the other."""


class Entry(NamedTuple):
    """A function that looks at resources: its module, the id of its rule, and the fields of which it needs one, if any."""

    module: str
    rule: str
    when: Sequence[str]


class Index(NamedTuple):
    """The facts of each rule as keyword arguments, and the functions for each kind."""

    rules: list[dict[str, Any]]
    entries: dict[str, list[Entry]]


def read() -> Index | None:
    """Return the index, if it exists and is up to date."""
    try:
        text = FILE.read_text("utf-8")
        written = FILE.stat().st_mtime
    except OSError:
        return None
    found = json.loads(text)
    modules = dict(modules_of(os.fspath(FOLDER), _PACKAGE))
    if sorted(modules) != found["all"] or any(changed > written + _SLACK for changed in modules.values()):
        return None
    return Index(found["rules"], {kind: [Entry(*entry) for entry in entries] for kind, entries in found["entries"].items()})


def text_of(rules: list[dict[str, Any]], entries: Mapping[str, Sequence[Entry]]) -> str:
    """Return the text of the index: a line for each rule and each kind."""
    every = sorted(name for name, _ in modules_of(os.fspath(FOLDER), _PACKAGE))
    lines = [",\n".join(f"  {json.dumps(rule)}" for rule in rules), ",\n".join(
        f"  {json.dumps(kind)}: {json.dumps(found)}" for kind, found in sorted(entries.items())
    )]  # fmt: skip
    return f'{{"all": {json.dumps(every)},\n"rules": [\n{lines[0]}\n],\n"entries": {{\n{lines[1]}\n}}}}\n'


def modules_of(folder: str, package: str) -> Iterator[tuple[str, float]]:
    """All modules below a folder, with the times at which they were written."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield f"{package}.{entry.name[:-3]}", entry.stat().st_mtime
            elif entry.is_dir() and not entry.name.startswith(("_", ".")):
                yield from modules_of(entry.path, f"{package}.{entry.name}")
