"""The configuration file, as the command uses it."""

from pathlib import Path

import pytest
from commands import Run


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    path = tmp_path / ".istiolint.yaml"
    path.write_text("ignore: [duplicate-key]\n", "utf-8")
    return path


def test_it_is_found_upwards(run: Run, faulty: str, configured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "deep/below").mkdir(parents=True)
    assert run(faulty).exit_code == 0
    monkeypatch.chdir(tmp_path / "deep/below")
    assert run(f"../../{faulty}").exit_code == 0


def test_it_is_not_looked_for_above_the_repository(
    run: Run, faulty: str, configured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    assert run(f"../{faulty}").exit_code == 1


def test_isolated_ignores_it(run: Run, faulty: str, configured: Path) -> None:
    assert run(faulty, "--isolated").exit_code == 1
    configured.write_text("no: [yaml", "utf-8")
    assert run(faulty, "--isolated").exit_code == 1


def test_the_command_line_wins(run: Run, faulty: str, configured: Path) -> None:
    configured.write_text("select: [yaml-syntax]\nfail-on: info\nistio-version: '1.24'\n", "utf-8")
    assert run(faulty).exit_code == 0
    assert run(faulty, "--select", "duplicate-key").exit_code == 1
    assert run(faulty, "--istio-version", "1.2").exit_code == 2


def test_a_file_can_be_named(run: Run, faulty: str, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("ignore: [duplicate-key]\n", "utf-8")
    assert run(faulty, "--config", "other.yaml").exit_code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# mine\nselekt: [ALL]\n", ".istiolint.yaml:2:1: there is no setting `selekt`; did you mean `select`?"),
        ("fail_on: error\n", ".istiolint.yaml:1:1: there is no setting `fail_on`; did you mean `fail-on`?"),
        ("fail-on: grave\n", ".istiolint.yaml:1:10: "),
        ("ignore: [duplicate-kye]\n", "there is no rule `duplicate-kye`; did you mean `duplicate-key`?"),
        ("istio-version: '1.5'\n", "istiolint knows Istio 1.18 to 1.31, not `1.5`"),
        ("istio-version: 1.24\n", ".istiolint.yaml:1:16: "),
        ("ignore: [a\n", ".istiolint.yaml:1:"),
        ("- ignore\n", ".istiolint.yaml:1:1: "),
        ("context: base\n", ".istiolint.yaml:1:10: "),
        ("a\n", ".istiolint.yaml:1:1: "),
        ("fail-on: info\n---\nfail-on: error\n", "one document is enough"),
        ("context: [nowhere]\n", "there is no file or folder nowhere"),
    ],
)
def test_faults_are_told_with_their_place(run: Run, sound: str, configured: Path, text: str, words: str) -> None:
    configured.write_text(text, "utf-8")
    found = run(sound)
    assert found.exit_code == 2
    assert words in " ".join(found.output.split())


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_sets_nothing(run: Run, faulty: str, configured: Path, text: str) -> None:
    configured.write_text(text, "utf-8")
    assert run(faulty).exit_code == 1


def test_paths_are_relative_to_the_file(
    run: Run, faulty: str, configured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "below").mkdir()
    configured.write_text("context: [base]\n", "utf-8")
    monkeypatch.chdir(tmp_path / "below")
    assert run(f"../{faulty}").exit_code == 1
