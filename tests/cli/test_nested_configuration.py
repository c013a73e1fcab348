"""Configuration files for parts of a tree: each adds to those above it, for the files in its folder."""

from pathlib import Path

import pytest
from commands import FAULTY, Run

TYPO = FAULTY.replace("timeout: 2s", "timeuot: 2s")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a/one.yaml", "b/two.yaml", "b/deep/three.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TYPO.replace("reviews", Path(name).stem), "utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path


def levels(run: Run, *arguments: str) -> dict[str, str]:
    """The severity of `unknown-field` by file."""
    lines = [line.split(":") for line in run("--concise", *arguments).output.splitlines() if "[unknown-field]" in line]
    return {Path(path).name: level.partition("[")[0].strip() for path, _, _, level, *_ in lines}


def test_a_nested_file_adds_to_those_above(run: Run, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / ".istiolint.yaml").write_text("severity: {unknown-field: warning}\n", "utf-8")
    (tree / "b/.istiolint.yaml").write_text("ignore: [unknown-field]\n", "utf-8")
    (tree / "b/deep/.istiolint.yaml").write_text("extend-select: [unknown-field]\nseverity: {schema: info}\n", "utf-8")
    expected = {"one.yaml": "warning", "three.yaml": "warning"}
    (tree / "b/deep/.istiolint.yaml").write_text("extend-select: [unknown-field]\n", "utf-8")
    assert levels(run, ".") == expected
    assert levels(run, "a", "b") == expected
    assert levels(run, "a/one.yaml", "b/two.yaml", "b/deep/three.yaml") == expected
    assert levels(run, "b") == {"three.yaml": "warning"}
    monkeypatch.chdir(tree / "b/deep")
    assert levels(run, ".") == {"three.yaml": "warning"}
    assert levels(run, ".", "--ignore", "unknown-field") == {}


def test_severities_of_the_nearest_file_count(run: Run, tree: Path) -> None:
    (tree / ".istiolint.yaml").write_text("severity: {unknown-field: 'off'}\n", "utf-8")
    (tree / "b/.istiolint.yaml").write_text("severity: {schema: info}\n", "utf-8")
    assert levels(run, ".") == {"two.yaml": "info", "three.yaml": "info"}
    (tree / "b/deep/.istiolint.yaml").write_text("root: true\n", "utf-8")
    assert levels(run, ".") == {"two.yaml": "info", "three.yaml": "error"}
    assert levels(run, "b/deep") == {"three.yaml": "error"}


def test_off_hides_findings_and_can_depend_on_the_environment(run: Run, tree: Path) -> None:
    (tree / ".istiolint.yaml").write_text("severity: {unknown-field: off}\n", "utf-8")
    assert levels(run, ".") == {}
    assert run(".").exit_code == 0
    environment = "environments: {live: {paths: ['b/**'], severity: {unknown-field: error}}}\n"
    (tree / ".istiolint.yaml").write_text(f"severity: {{unknown-field: off}}\n{environment}", "utf-8")
    assert levels(run, ".") == {"two.yaml": "error", "three.yaml": "error"}
    (tree / ".istiolint.yaml").write_text("environments: {live: {paths: ['b/**'], severity: {unknown-field: off}}}\n", "utf-8")
    assert levels(run, ".") == {"one.yaml": "error"}


def test_paths_are_those_of_each_file(run: Run, tree: Path) -> None:
    (tree / "b/.istiolint.yaml").write_text("exclude: [deep/]\nper-path-ignores: {two.yaml: [schema]}\n", "utf-8")
    assert levels(run, ".") == {"one.yaml": "error"}
    (tree / ".istiolint.yaml").write_text("context: [a]\n", "utf-8")
    assert "one.yaml" not in run("b").output


def test_mistakes_of_all_files_are_reported(run: Run, tree: Path) -> None:
    (tree / ".istiolint.yaml").write_text("selekt: []\n", "utf-8")
    (tree / "b/.istiolint.yaml").write_text("ignore: [nothing-such]\n", "utf-8")
    found = run("b")
    assert found.exit_code == 2
    assert "2 errors in the configuration:\n  .istiolint.yaml:1:1: unknown setting" in found.output
    assert "\n  b/.istiolint.yaml:1:10: unknown rule" in found.output
    (tree / ".istiolint.yaml").write_text("", "utf-8")
    found = run(".")
    assert found.exit_code == 2
    assert "b/.istiolint.yaml:1:10: unknown rule" in found.output
    assert run(".", "--isolated").exit_code == 1
    assert run(".", "--config", ".istiolint.yaml").exit_code == 1


def test_config_shows_what_applies_to_a_path(run: Run, tree: Path) -> None:
    (tree / ".istiolint.yaml").write_text("ignore: [IST0101]\nfail-on: info\n", "utf-8")
    (tree / "b/.istiolint.yaml").write_text("ignore: [syntax]\nfail-on: warning\n", "utf-8")
    lines = dict(line.split(": ", 1) for line in run("config", "b").output.splitlines() if ": " in line)
    assert lines["ignore"].split("  # ")[0].strip() == '["syntax", "IST0101"]'
    assert lines["ignore"].split("  # ")[1] == "b/.istiolint.yaml:1:1, .istiolint.yaml:1:1"
    assert lines["fail-on"].split() == ['"warning"', "#", "b/.istiolint.yaml:2:1"]


def test_parameters_of_a_folder_and_an_environment(run: Run, tmp_path: Path) -> None:
    telemetry = (
        "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: a, namespace: NAMESPACE}\n"
        "spec: {tracing: [{randomSamplingPercentage: 20}]}\n"
    )
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.yaml").write_text(telemetry.replace("NAMESPACE", folder), "utf-8")
    (tmp_path / "b/.istiolint.yaml").write_text("parameters: {full-tracing: {percentage: 10}}\n", "utf-8")
    shown = run("--concise").output
    assert "b/x.yaml" in shown
    assert "a/x.yaml" not in shown
    environment = "environments: {staging: {namespaces: [a], parameters: {full-tracing: {percentage: 15}}}}\n"
    (tmp_path / ".istiolint.yaml").write_text(environment, "utf-8")
    assert "a/x.yaml" in run("--concise").output
    wrong = environment.replace("percentage: 15", "percentage: x, share: 5").replace("staging", "parameters")
    (tmp_path / ".istiolint.yaml").write_text(wrong, "utf-8")
    found = run("a").output
    assert "`percentage` must be a number" in found
    assert "unknown parameter `share`; `full-tracing` has `percentage`" in found
    assert len(found.splitlines()) == 3
