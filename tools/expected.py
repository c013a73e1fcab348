"""The findings in the fixtures: fixtures/shop/expected.txt and fixtures/broken/expected.txt."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from istiolint.documents import read
from istiolint.engine.lint import lint
from istiolint.findings.report import Report
from istiolint.settings import Settings
from istiolint.sources import discover
from istiolint.sources.decode import source_of

FIXTURES = Path(__file__).parents[1] / "fixtures"
SHOP = FIXTURES / "shop"
BROKEN = FIXTURES / "broken"


class Line(NamedTuple):
    """A line of the shop and the finding there."""

    path: str
    line: int
    found: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.found}"


@cache
def linted(half: str, *, whole_mesh: bool = False) -> Report:
    """Return the report of a folder of the shop."""
    report = lint(discover([str(SHOP / half)]), Settings(whole_mesh=whole_mesh))
    assert not report.internal_errors
    return report


def findings(half: str, *, whole_mesh: bool = False) -> list[Line]:
    """Return the findings in a folder of the shop."""
    return [
        Line(Path(os.path.relpath(d.span.source.path, SHOP)).as_posix(), d.span.begins.line, f"{d.severity} {d.rule}")
        for d in linted(half, whole_mesh=whole_mesh).diagnostics
    ]


def planted() -> Iterator[tuple[str, int]]:
    """Yield path and line of each planted mistake: a comment `# wrong:` marks its line or, alone on a line, the next one."""
    for file in sorted((SHOP / "broken").rglob("*.yaml")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if "# wrong: " in line:
                yield file.relative_to(SHOP).as_posix(), number + line.lstrip().startswith("#")


def shop() -> str:
    """Return the findings in the broken half of the shop, and the planted mistakes that no rule reports yet."""
    found = findings("broken")
    missed = {*planted()} - {(line.path, line.line) for line in found}
    return "".join(f"{line}\n" for line in sorted([*found, *(Line(*place, "nothing yet") for place in missed)]))


def broken() -> str:
    """Return the problems of syntax in the files of fixtures/broken."""
    lines = []
    for path in sorted(BROKEN.glob("*.yaml")):
        for document in read(source_of(path.name, path.read_bytes())):
            for problem in document.problems:
                begins = problem.place.span().begins
                hint = f"; {problem.hint}" if problem.hint else ""
                lines.append(f"{path.name}:{begins.line}:{begins.column}: [{problem.rule}] {problem.message}{hint}\n")
    return "".join(lines)
