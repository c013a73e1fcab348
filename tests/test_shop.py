"""The shop of fixtures/shop: its healthy half is silent, its broken half gives what fixtures/shop/expected.txt lists.

After a change that alters what is found, run `python tests/test_shop.py` to write the list anew, and read the difference
before you commit it.
"""

import os
import re
from pathlib import Path

from istiolint.engine import lint
from istiolint.finding import Diagnostic
from istiolint.report import Report
from istiolint.settings import Settings
from istiolint.sources import discover

SHOP = Path(__file__).parents[1] / "fixtures" / "shop"
EXPECTED = SHOP / "expected.txt"
PLANTED = re.compile(r"# wrong: \S")
FEWEST_RULES = 15


def linted(half: str, *, whole_mesh: bool = False) -> Report:
    report = lint(discover([str(SHOP / half)]), Settings(whole_mesh=whole_mesh))
    assert not report.internal_errors
    return report


def listed(diagnostics: list[Diagnostic]) -> str:
    """The diagnostics as in expected.txt: path:line severity rule."""
    return "".join(f"{_path(d)}:{d.span.begins.line} {d.severity} {d.rule}\n" for d in diagnostics)


def _path(diagnostic: Diagnostic) -> str:
    return Path(os.path.relpath(diagnostic.span.source.path, SHOP)).as_posix()


def test_healthy_is_silent() -> None:
    assert listed(linted("healthy").diagnostics) == ""
    assert listed(linted("healthy", whole_mesh=True).diagnostics) == ""


def test_broken() -> None:
    assert listed(linted("broken").diagnostics) == EXPECTED.read_text("utf-8")


def test_both_halves_together() -> None:
    """The halves are alternatives of one mesh: linted in one run, the broken one puts nothing of the healthy one in the wrong."""
    found = listed(linted("").diagnostics).splitlines()
    assert all(line.startswith("broken/") for line in found)
    assert len(rules_of(found)) >= FEWEST_RULES


def test_broken_is_rich() -> None:
    planted = sum(len(PLANTED.findall(path.read_text("utf-8"))) for path in SHOP.rglob("broken/**/*.yaml"))
    assert planted >= 50
    assert len(rules_of(EXPECTED.read_text("utf-8").splitlines())) >= FEWEST_RULES


def rules_of(lines: list[str]) -> set[str]:
    return {line.split()[-1] for line in lines}


def test_shop_is_a_mesh() -> None:
    """As large as its description says: three namespaces with applications, ten Services, in both halves."""
    for half in ("healthy", "broken"):
        kinds = linted(half).summary.kinds
        assert kinds["Namespace"] >= 3
        assert kinds["Service"] >= 10
        assert {"Gateway", "VirtualService", "DestinationRule", "ServiceEntry", "AuthorizationPolicy"} <= kinds.keys()


if __name__ == "__main__":
    EXPECTED.write_text(listed(linted("broken").diagnostics), "utf-8")
