"""The output in guides: pieces are found again by their first lines, and commands share one shell session."""

from pathlib import Path

import console
import pytest


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    outputs: list[str] = []
    monkeypatch.setattr(console, "_session", lambda commands: outputs[: len(commands)])
    return outputs


def rewritten(folder: Path, shown: str) -> str:
    page = folder / "guide.md"
    page.write_text(f"# Guide\n\n```console\n{shown}```\n\nEnd.\n", "utf-8")
    return console.guide(page).partition("```console\n")[2].partition("```")[0]


def test_a_single_piece_becomes_the_entire_output(printed: list[str], tmp_path: Path) -> None:
    printed += ["one\ntwo\n", ""]
    assert rewritten(tmp_path, "$ a\n?\n$ b\n?\n") == "$ a\none\ntwo\n$ b\n"


def test_pieces_follow_their_first_line(printed: list[str], tmp_path: Path) -> None:
    printed += ["zero\na.yaml:4: error: x\n  help\nother\n3 errors.\nlast\n"]
    shown = "$ a\n...\na.yaml:2: error: x\n  old\n...\n2 errors.\n...\n"
    assert rewritten(tmp_path, shown) == "$ a\n...\na.yaml:4: error: x\n  help\n...\n3 errors.\n...\n"


def test_the_last_piece_reaches_to_the_end(printed: list[str], tmp_path: Path) -> None:
    printed += ["zero\n3 errors.\nlast\n"]
    assert rewritten(tmp_path, "$ a\n...\n2 errors.\n") == "$ a\n...\n3 errors.\nlast\n"
