"""The line hash of GitHub's upload action, on its own test vectors."""

import pytest
from reports import diagnostic

from istiolint.report.fingerprint import identity, line_hashes
from istiolint.sources import Source

LINES = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]


def test_no_text() -> None:
    assert line_hashes("") == {1: "c129715d7a2bc9a3:1"}


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_without_blanks(end: str) -> None:
    assert list(line_hashes(f" a{end}b{end}  \t\tc{end} d").values()) == LINES


def test_equal_lines_are_counted() -> None:
    hashes = line_hashes("x\n" * 300)
    assert [*hashes] == list(range(1, 302))
    first = hashes[1].partition(":")[0]
    assert [hashes[line] for line in (1, 2, 3)] == [f"{first}:1", f"{first}:2", f"{first}:3"]


def test_identity_stays_when_lines_move() -> None:
    one, moved = Source("a.yaml", "a: 1\n"), Source("a.yaml", "# new\na: 1\n")
    assert identity(diagnostic(one, 0, 1)) == identity(diagnostic(moved, 6, 7))
    assert identity(diagnostic(one, 0, 1)) != identity(diagnostic(one, 0, 1, field_path="other"))
    assert identity(diagnostic(one, 0, 1)) != identity(diagnostic(Source("b.yaml"), 0, 1))
