"""Whether plugins are installed is seen without importlib.metadata. (That they are loaded: tests/cli/test_lint.py.)"""

import zipfile
from pathlib import Path

import pytest

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
