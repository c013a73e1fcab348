"""The shop of fixtures/shop: its healthy half is silent, its broken half gives what fixtures/shop/expected.txt lists.

Beside each planted fault a comment says what is `wrong:`. Faults for which there is no rule yet are listed, too. After a change
that alters what is found, run `python tests/test_shop.py` to write the list anew, and read the difference before you commit it.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from istiolint.engine.lint import lint
from istiolint.report import Report
from istiolint.settings import Settings
from istiolint.sources import discover

SHOP = Path(__file__).parents[1] / "fixtures" / "shop"
EXPECTED = SHOP / "expected.txt"
FEWEST_FAULTS = 50
FEWEST_RULES = 30


class Line(NamedTuple):
    """A line of the shop, and what is found there."""

    path: str
    line: int
    found: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.found}"


@cache
def linted(half: str, *, whole_mesh: bool = False) -> Report:
    report = lint(discover([str(SHOP / half)]), Settings(whole_mesh=whole_mesh))
    assert not report.internal_errors
    return report


def findings(half: str, *, whole_mesh: bool = False) -> list[Line]:
    return [
        Line(Path(os.path.relpath(d.span.source.path, SHOP)).as_posix(), d.span.begins.line, f"{d.severity} {d.rule}")
        for d in linted(half, whole_mesh=whole_mesh).diagnostics
    ]


def planted() -> Iterator[tuple[str, int]]:
    """Path and line of each fault that a comment tells of; a comment alone on its line speaks of the next one."""
    for file in sorted((SHOP / "broken").rglob("*.yaml")):
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if "# wrong: " in line:
                yield file.relative_to(SHOP).as_posix(), number + line.lstrip().startswith("#")


def listed() -> str:
    """What expected.txt holds: the findings, and the planted faults that no rule finds yet."""
    found = findings("broken")
    missed = {*planted()} - {(line.path, line.line) for line in found}
    return "".join(f"{line}\n" for line in sorted([*found, *(Line(*place, "nothing yet") for place in missed)]))


def test_healthy_is_silent() -> None:
    assert findings("healthy") == []
    assert findings("healthy", whole_mesh=True) == []


def test_broken() -> None:
    assert listed() == EXPECTED.read_text("utf-8")


def test_all_that_is_found_is_planted() -> None:
    assert [str(line) for line in findings("broken") if (line.path, line.line) not in {*planted()}] == []


def test_both_halves_together() -> None:
    """The halves are alternatives of one mesh: linted in one run, the broken one puts nothing of the healthy one in the wrong."""
    found = findings("")
    assert [str(line) for line in found if not line.path.startswith("broken/")] == []
    assert len({line.found for line in found}) >= FEWEST_RULES


def test_broken_is_rich() -> None:
    assert len(list(planted())) >= FEWEST_FAULTS
    assert len({line.found for line in findings("broken")}) >= FEWEST_RULES


def test_shop_is_a_mesh() -> None:
    """As large as its description says: three namespaces with applications, ten Services, in both halves."""
    for half in ("healthy", "broken"):
        kinds = linted(half).summary.kinds
        assert kinds["Namespace"] >= 3
        assert kinds["Service"] >= 10
        assert {"Gateway", "VirtualService", "DestinationRule", "ServiceEntry", "AuthorizationPolicy"} <= kinds.keys()


if __name__ == "__main__":
    EXPECTED.write_text(listed(), "utf-8")
