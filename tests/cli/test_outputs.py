"""Several reports of one run, statistics, and the list of files."""

import json
import os
from pathlib import Path

import pytest
from commands import FAULTY, Run

from istiolint.cli.output import FORMATS


def test_several_formats_in_one_run(run: Run, faulty: str, tmp_path: Path) -> None:
    options = [f"--format={name}={name}.out" for name in FORMATS if name != "text"]
    found = run(faulty, "--format", "text", *options)
    assert found.exit_code == 1
    assert found.output == run(faulty).output
    for name in FORMATS:
        if name != "text":
            assert (tmp_path / f"{name}.out").read_text("utf-8") == run(faulty, "--format", name).output
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_only_files(run: Run, faulty: str, tmp_path: Path) -> None:
    assert run(faulty, "--format", "json=out.json").output == ""
    assert len(json.loads((tmp_path / "out.json").read_text("utf-8"))["diagnostics"]) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "text", "--format", "json"], "only one report can go to standard output"),
        (["--format", "sarif=a", "--format", "json=a"], "only one report can go to standard output, or to one file"),
        (["--format", "json=a", "--output", "b"], "--output requires a format without a file"),
        (["--format", "jsn"], "`jsn` is none of text, json"),
        (["--format", "json="], "a file belongs behind `json=`"),
        (["--format", "json", "--statistics"], "--statistics goes with the text format"),
        (["--format", "json=no/such/folder"], "cannot write no/such/folder: No such file or directory"),
    ],
)
def test_what_does_not_go_together(run: Run, faulty: str, options: list[str], words: str) -> None:
    found = run(faulty, *options)
    assert found.exit_code == 2
    assert words in found.output


def test_statistics_count_by_rule(run: Run, faulty: str, tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text(FAULTY.replace("reviews", "ratings") + "      timeout: 3s\n      timout: 4s\n", "utf-8")
    found = run("--statistics")
    assert found.exit_code == 1
    first, second, blank, summary = found.output.splitlines()
    assert first.split() == ["3", "error", "duplicate-key"]
    assert second.split()[:3] == ["1", "error", "unknown-field"]
    assert (blank, summary.startswith("4 errors in 2 files")) == ("", True)
    (tmp_path / "empty").mkdir()
    assert run("empty", "--statistics").output == "Nothing found in 0 files.\n"


def test_show_files(run: Run, faulty: str, sound: str, tmp_path: Path) -> None:
    (tmp_path / "a\nb.yaml").write_text("a: 1\n", "utf-8")
    found = run(".", "--context", sound, "--show-files")
    assert (found.exit_code, found.output) == (0, f"a\\nb.yaml\n{faulty}\n{sound}\n")
    assert run("--show-files", "missing").exit_code == 2
