"""`istiolint cache`, `--no-cache` and `--cache-dir`."""

from pathlib import Path

import pytest
from commands import FAULTY, Run


@pytest.fixture
def many(tmp_path: Path) -> Path:
    for number in range(20):
        (tmp_path / f"{number}.yaml").write_text(FAULTY, "utf-8")
    return tmp_path


def test_a_run_over_many_files_is_cached(run: Run, many: Path) -> None:
    without = run("--no-cache", "--cache-dir", "here", "--format", "json")
    assert not (many / "here").exists()
    first = run("--cache-dir", "here", "--format", "json")
    assert len(list((many / "here").glob("*.pack"))) == 1
    second = run("--cache-dir", "here", "--format", "json")
    assert without.output == first.output == second.output


def test_few_files_are_not_cached(run: Run, faulty: str, tmp_path: Path) -> None:
    assert run("--cache-dir", "here", faulty).exit_code == 1
    assert not (tmp_path / "here").exists()


def test_show_and_delete_the_cache(run: Run, many: Path) -> None:
    run("--cache-dir", "here")
    assert run("cache", "dir", "--cache-dir", "here").output == "here\n"
    assert "in 1 file" in run("cache", "status", "--cache-dir", "here").output
    assert run("cache", "clean", "--cache-dir", "here").output.startswith("Deleted 1 file (")
    assert "in 0 files" in run("cache", "status", "--cache-dir", "here").output


def test_the_environment_says_where_the_cache_is(run: Run, many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTIOLINT_CACHE_DIR", "there")
    run()
    assert list((many / "there").glob("*.pack"))
    assert run("cache", "dir").output == "there\n"


def test_no_cache_to_delete(run: Run) -> None:
    found = run("cache", "clean", "--cache-dir", "nowhere")
    assert (found.exit_code, found.output) == (0, "Deleted 0 files (0.0 MiB) in nowhere\n")


def test_the_default_is_the_cache_folder_of_the_user(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ISTIOLINT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert "istiolint" in run("cache", "dir").output
