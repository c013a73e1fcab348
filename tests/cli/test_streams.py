"""Odd surroundings: closed streams, poor encodings, a current folder that is gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import FAULTY, ROOT, Process

pytestmark = pytest.mark.skipif(os.name == "nt", reason="it is a POSIX shell that closes streams")


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a shell makes of a command; `istiolint` stands for the command under test."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment}
    command = command.replace("istiolint", f"{sys.executable} -m istiolint")
    return subprocess.run(["sh", "-c", command], cwd=folder, env=settings, capture_output=True, text=True, check=False)


def test_closed_standard_output(tmp_path: Path, faulty: str) -> None:
    found = shell(f"istiolint {faulty} >&-", tmp_path)
    assert (found.returncode, found.stdout, found.stderr) == (1, "", "")


def test_closed_standard_error(tmp_path: Path) -> None:
    assert shell("istiolint missing.yaml 2>&-", tmp_path).returncode == 2


def test_closed_standard_input_is_empty(tmp_path: Path) -> None:
    found = shell("istiolint - <&-", tmp_path)
    assert (found.returncode, found.stderr) == (0, "")


def test_the_current_folder_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    found = shell('cd gone && rmdir "$PWD" && istiolint --isolated .', tmp_path)
    assert (found.returncode, found.stderr) == (2, "Error: the current folder does not exist anymore\n")


def test_characters_that_the_encoding_does_not_have(process: Process, tmp_path: Path) -> None:
    (tmp_path / "\u898b.yaml").write_text(FAULTY, "utf-8")
    found = process(".", PYTHONIOENCODING="cp1252")
    assert found.returncode == 1
    assert found.stdout.startswith("\\u898b.yaml:10:7: error[duplicate-key]")


def test_names_of_files_that_are_no_text(process: Process, tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[31m.yaml")).write_text(FAULTY, "utf-8")
    for format_ in ("text", "json", "sarif", "github"):
        found = process("--format", format_)
        assert found.returncode == 1
        assert "\x1b" not in found.stdout
        assert "duplicate-key" in found.stdout
