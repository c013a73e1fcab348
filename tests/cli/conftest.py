"""How the command is run: as a process of its own where that matters, within the tests where it does not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from commands import FAULTY, ROOT, Process, Run

from istiolint.cli.group import group


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """`istiolint ARGUMENTS` as a process, in an empty folder."""

    def run(*arguments: str, input: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(filter(None, (environment.pop("PYTHONPATH", ""), str(ROOT / "src"))))
        found = subprocess.run(
            [sys.executable, "-m", "istiolint", *arguments], cwd=tmp_path, input=input, capture_output=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": path, **environment}, check=False,
        )  # fmt: skip
        assert "Traceback" not in found.stderr
        return found

    return run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`istiolint ARGUMENTS` within this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, input: str | None = None) -> Result:
        found = CliRunner().invoke(group, arguments, input=input, prog_name="istiolint")
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found

    return run


@pytest.fixture
def faulty(tmp_path: Path) -> str:
    """A file with one error: `timeout` is written twice."""
    (tmp_path / "faulty.yaml").write_text(FAULTY, "utf-8")
    return "faulty.yaml"


@pytest.fixture
def sound(tmp_path: Path) -> str:
    """A file without findings."""
    (tmp_path / "sound.yaml").write_text(FAULTY.replace("      timeout: 2s\n", ""), "utf-8")
    return "sound.yaml"
