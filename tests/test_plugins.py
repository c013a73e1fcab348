"""Whether plugins are installed is seen without importlib.metadata. (That they are loaded: tests/cli/test_lint.py.)"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import istiolint
from istiolint.rules import plugins


def install(folder: Path, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_text(text, "utf-8")


@pytest.mark.parametrize("ending", ["dist-info", "egg-info"])
def test_packages_with_plugins(tmp_path: Path, ending: str) -> None:
    install(tmp_path / f"other-1.{ending}", "[console_scripts]\nistiolint.checks = other:main\n")
    assert not plugins.installed([str(tmp_path)])
    install(tmp_path / f"acme-1.{ending}", "[console_scripts]\nacme = acme\n\n[istiolint.checks]\nacme = acme\n")
    assert plugins.installed(["/nowhere", str(tmp_path)])


def test_folders_without_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme-1.dist-info").mkdir()
    monkeypatch.chdir(tmp_path)
    assert not plugins.installed([str(tmp_path), "", "/nowhere"])


def test_an_archive_may_hold_plugins(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packages.zip", "w"):
        pass
    assert plugins.installed([str(tmp_path / "packages.zip")])


@pytest.mark.parametrize("name", ["evil", "click"])
def test_nothing_in_the_linted_folder_is_executed(tmp_path: Path, name: str) -> None:
    """Neither a plugin that it declares nor a module with the name of a dependency."""
    (tmp_path / "evil.egg-info").mkdir()
    (tmp_path / "evil.egg-info/PKG-INFO").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1\n", "utf-8")
    (tmp_path / "evil.egg-info/entry_points.txt").write_text(f"[{plugins.GROUP}]\nevil = evil\n", "utf-8")
    (tmp_path / f"{name}.py").write_text("open('executed', 'w')\n", "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(istiolint.__file__).parents[1])}
    found = subprocess.run(
        [sys.executable, "-m", "istiolint", "."], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (found.returncode, (tmp_path / "executed").exists()) == (0, False), found.stderr
