"""`exclude`: paths that are not read."""

from pathlib import Path

import pytest
from commands import FAULTY, Process, Run


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("app/a.yaml", "app/b.generated.yaml", "vendor/c.yaml", "vendor/keep/d.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(FAULTY.replace("reviews", Path(name).stem[0]), "utf-8")
    return tmp_path


def read(run: Run, *arguments: str) -> set[str]:
    found = run("--show-files", *arguments)
    assert found.exit_code == 0, found.output
    return set(found.output.splitlines())


def test_excluded_paths_are_not_read(run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / ".istiolint.yaml").write_text("exclude: [/vendor/*, '!/vendor/keep', '*.generated.yaml']\n", "utf-8")
    assert read(run, ".") == {"app/a.yaml", "vendor/keep/d.yaml"}
    assert read(run, ".", "--exclude", "app/,vendor/keep") == set()
    assert read(run, ".", "--exclude", "app/", "--exclude", "!app/a.yaml") == {"vendor/keep/d.yaml"}
    monkeypatch.chdir(tree / "vendor")
    assert read(run, ".") == {"keep/d.yaml"}
    assert read(run, "../app") == {"../app/a.yaml"}
    assert read(run, ".", "--isolated") == {"c.yaml", "keep/d.yaml"}
    assert "vendor/c.yaml" not in run("..").output


def test_files_that_are_named_are_read_unless_forced(run: Run, tree: Path) -> None:
    (tree / ".istiolint.yaml").write_text("exclude: [vendor/]\n", "utf-8")
    assert read(run, "vendor/c.yaml", "vendor/keep") == {"vendor/c.yaml"}
    assert read(run, "vendor/c.yaml", "app", "--force-exclude") == {"app/a.yaml", "app/b.generated.yaml"}
    assert run("vendor/c.yaml").exit_code == 1
    assert run("-", "--stdin-filename", "vendor/c.yaml", input=FAULTY).exit_code == 1
    (tree / ".istiolint.yaml").write_text("exclude: [vendor/]\nforce-exclude: true\n", "utf-8")
    assert run("vendor/c.yaml").exit_code == 0
    assert run("-", "--stdin-filename", "vendor/c.yaml", input=FAULTY).exit_code == 0


def test_what_a_kustomization_names_is_read_but_not_reported(run: Run, tree: Path) -> None:
    (tree / "app/a.yaml").unlink()
    (tree / "app/b.generated.yaml").unlink()
    (tree / "app/kustomization.yaml").write_text("resources: [../vendor/c.yaml]\n", "utf-8")
    assert "vendor/c.yaml" in run("app").output
    (tree / ".istiolint.yaml").write_text("exclude: [vendor/]\n", "utf-8")
    assert "vendor/c.yaml" not in run("app").output


def test_odd_patterns_are_rejected(process: Process, tree: Path) -> None:
    found = process(".", "--exclude", "!")
    assert found.returncode == 2
    assert "invalid pattern `!`" in found.stderr
