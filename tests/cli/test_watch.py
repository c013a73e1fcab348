"""`istiolint watch`, as a process in a folder in which files change."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import FAULTY, ROOT, Run

from istiolint.cli.watching import watched

GOOD = FAULTY.replace("      timeout: 2s\n", "")
PATIENCE = 30
Watch = Callable[..., "Watching"]


class Watching:
    """A running `istiolint watch`, and what it wrote so far."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path):
        self.process, self._output, self._read = process, output, 0

    def next(self, words: str) -> str:
        """Wait for words in what was written since the last call, and return all of that."""
        for _ in range(PATIENCE * 10):
            text = self._output.read_text("utf-8")[self._read :]
            if words in text and text.endswith("\n"):
                self._read += len(text)
                return text
            assert self.process.poll() is None, text
            time.sleep(0.1)
        raise AssertionError(f"no {words!r} in {text!r}")


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Start `istiolint watch` in an empty folder."""
    pytest.importorskip("watchfiles")
    folder, output, started = tmp_path / "work", tmp_path / "output", []
    folder.mkdir()

    def start(*arguments: str) -> Watching:
        with output.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "istiolint", "watch", *arguments],
                cwd=folder,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            )
        started.append(process)
        return Watching(process, output)

    yield start
    for process in started:
        process.kill()
        process.wait()


def settle() -> None:
    """Give the process the time from its report to its watching."""
    time.sleep(0.7)


def test_a_file_that_changes(watch: Watch, tmp_path: Path) -> None:
    file = tmp_path / "work/a.yaml"
    file.write_text(FAULTY, "utf-8")
    watching = watch()
    watching.next("duplicate-key")
    settle()
    file.write_text(GOOD, "utf-8")
    assert watching.next("Nothing found") == "Nothing found in 1 file.\n"
    settle()
    saved = tmp_path / "work/.a.yaml.swp~"  # as editors save: another file takes its place
    saved.write_text(FAULTY, "utf-8")
    saved.replace(file)
    watching.next("duplicate-key")
    settle()
    (tmp_path / "work/.istiolint.yaml").write_text("ignore: [duplicate-key]\n", "utf-8")
    watching.next("Nothing found")
    settle()
    file.unlink()
    watching.next("Nothing found in 0 files.")
    watching.process.send_signal(signal.SIGINT)
    watching.process.wait(PATIENCE)
    assert "Traceback" not in (tmp_path / "output").read_text("utf-8")


def test_a_folder_that_is_deleted_and_comes_back(watch: Watch, tmp_path: Path) -> None:
    folder = tmp_path / "work/mesh"
    folder.mkdir()
    (folder / "a.yaml").write_text(GOOD, "utf-8")
    watching = watch("mesh")
    watching.next("Nothing found")
    settle()
    (folder / "a.yaml").unlink()
    folder.rmdir()
    watching.next("mesh")
    settle()
    folder.mkdir()
    (folder / "a.yaml").write_text(FAULTY, "utf-8")
    watching.next("duplicate-key")


def test_an_error_of_usage_is_shown_and_watched(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "work/a.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "work/.istiolint.yaml").write_text("ignored: []\n", "utf-8")
    watching = watch("a.yaml")
    watching.next("ignored")
    settle()
    (tmp_path / "work/.istiolint.yaml").write_text("ignore: []\n", "utf-8")
    watching.next("Nothing found in 1 file.")


def test_which_changes_matter(tmp_path: Path) -> None:
    of = watched([str(tmp_path)], ["/etc/mesh.yaml"], [str(tmp_path / "report.yaml")])
    for name in ("a.yaml", "chart/templates/_helpers.tpl", "b.json", ".istiolint.yaml", "kustomization"):
        assert of.concerns(str(tmp_path / name)), name
    for name in ("report.yaml", ".git/index.yaml", "node_modules/a.yaml", "a.py", ".a.yaml.swp"):
        assert not of.concerns(str(tmp_path / name)), name
    assert of.concerns("/etc/mesh.yaml")
    assert not of.concerns("/etc/other.yaml")


def test_what_cannot_be_watched(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "standard input cannot be watched" in run("watch", "-").output
    assert run("watch", "--fix").exit_code == 2
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    found = run("watch")
    assert found.exit_code == 2
    assert "pip install 'istiolint[watch]'" in found.output
