"""The index of rules: their facts, and the functions that look at each kind of resource.

With it a run imports only what it needs for the kinds and fields that it meets, not every rule. tools/generate.py writes it. It
is used only while no module has been added, removed or changed since, so it needs no update while a rule is being developed.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "checks")
FILE = os.path.join(FOLDER, "index.json")
_PACKAGE = "istiolint.checks"
_KINDS = ',\n"entries": {'
"""Where the functions begin: a line for each kind, of which a run reads few."""
_SLACK = 10.0
"""Seconds by which a module may be newer: the files of a checkout or a package are written one after the other."""


class Entry(NamedTuple):
    """A function that looks at resources: its module, the id of its rule, the fields of which it needs one, if any, and what must
    occur in the mesh.
    """

    module: str
    rule: str
    when: Sequence[str]
    beside: Sequence[str] = ()


class Index:
    """The facts of each rule as keyword arguments, and the functions for each kind, which are read when they are asked for."""

    def __init__(self, rules: list[dict[str, Any]], kinds: str):
        self.rules = rules
        self._kinds = kinds

    def entries(self, kind: str) -> list[Entry]:
        """Return the functions that look at a kind."""
        start = self._kinds.find(line := f'\n  "{kind}": ')
        if start < 0:
            return []
        found = json.loads(self._kinds[start + len(line) : self._kinds.find("\n", start + 1)].rstrip(","))
        return [Entry(*entry) for entry in found]


def read() -> Index | None:
    """Return the index, if it exists and is up to date."""
    try:
        with open(FILE, encoding="utf-8") as file:
            text = file.read()
            written = os.fstat(file.fileno()).st_mtime
    except OSError:
        return None
    facts, _, kinds = text.partition(_KINDS)
    found = json.loads(facts + "}")
    modules = dict(modules_of(FOLDER, _PACKAGE))
    if sorted(modules) != found["all"] or any(changed > written + _SLACK for changed in modules.values()):
        return None
    return Index(found["rules"], kinds)


def text_of(rules: list[dict[str, Any]], entries: Mapping[str, Sequence[Entry]]) -> str:
    """Return the text of the index: a line for each rule and each kind."""
    every = sorted(name for name, _ in modules_of(FOLDER, _PACKAGE))
    lines = [",\n".join(f"  {json.dumps(rule)}" for rule in rules), ",\n".join(
        f"  {json.dumps(kind)}: {json.dumps(found)}" for kind, found in sorted(entries.items())
    )]  # fmt: skip
    return f'{{"all": {json.dumps(every)},\n"rules": [\n{lines[0]}\n]{_KINDS}\n{lines[1]}\n}}}}\n'


def modules_of(folder: str, package: str) -> Iterator[tuple[str, float]]:
    """All modules below a folder, with the times at which they were written."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield f"{package}.{entry.name[:-3]}", entry.stat().st_mtime
            elif entry.is_dir() and not entry.name.startswith(("_", ".")):
                yield from modules_of(entry.path, f"{package}.{entry.name}")
