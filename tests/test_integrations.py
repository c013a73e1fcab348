"""What others run istiolint by: the hooks of pre-commit and the GitHub Action."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
FAULTY = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {}\ndata: {}\n"


def read(name: str) -> Any:
    return YAML(typ="safe").load((ROOT / name).read_text("utf-8"))


def hooks() -> dict[str, dict[str, Any]]:
    return {hook["id"]: hook for hook in read(".pre-commit-hooks.yaml")}


def test_hooks_of_pre_commit() -> None:
    assert set(hooks()) == {"istiolint", "istiolint-changed", "istiolint-all"}
    for name, hook in hooks().items():
        assert {"name", "description", "entry", "language"} <= hook.keys()
        assert hook["language"] == "python"
        assert hook["entry"].split()[0] == "istiolint"
        assert hook["require_serial"] is True
        reads_all = not hook.get("pass_filenames", True)
        assert reads_all == (name != "istiolint-changed")
        assert reads_all == hook.get("always_run", False)


def run_hook(hook: dict[str, Any], folder: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Run a hook in a folder as pre-commit does."""
    command = [sys.executable, "-m", *hook["entry"].split(), *hook.get("args", [])]
    names = files if hook.get("pass_filenames", True) else ()
    return subprocess.run([*command, *names], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
@pytest.mark.parametrize("hook", hooks().values(), ids=lambda hook: hook["id"])
def test_a_hook_runs_as_pre_commit_runs_it(hook: dict[str, Any], tmp_path: Path) -> None:
    """A commit adds one faulty file to another; only `istiolint-all` reports both."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "old.yaml").write_text(FAULTY, "utf-8")
    subprocess.run([*git, "add", "."], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "first"], cwd=tmp_path, check=True)
    (tmp_path / "new.yaml").write_text(FAULTY, "utf-8")
    found = run_hook(hook, tmp_path, "new.yaml")
    assert found.returncode == 1, found.stderr
    assert "new.yaml:5:1: error[duplicate-key]" in found.stdout
    assert ("old.yaml:5:1: error[duplicate-key]" in found.stdout) == (hook["id"] == "istiolint-all")


def action_step(name: str) -> dict[str, Any]:
    (step,) = [step for step in read("action.yml")["runs"]["steps"] if step["name"] == name]
    return step  # type: ignore[no-any-return]


def lint_step() -> dict[str, Any]:
    return action_step("Lint")


def test_action_takes_inputs_through_the_environment() -> None:
    action = read("action.yml")
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert ("uses" in step) or step["shell"] == "bash"
        assert "${{" not in step.get("run", "")
    used = {value for step in action["runs"]["steps"] for value in step.get("env", {}).values() if "inputs." in value}
    assert used == {f"${{{{ inputs.{name} }}}}" for name in action["inputs"]}


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner's folder for temporary files after the step that installs, with this istiolint."""
    command = tmp_path / "runner/istiolint/bin/istiolint"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m istiolint "$@"\n', "utf-8")
    command.chmod(0o755)
    return tmp_path / "runner"


def lint(runner: Path, cwd: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """The Lint step as a runner runs it: bash -e with the inputs in the environment."""
    defaults = {name: given["default"] for name, given in read("action.yml")["inputs"].items()}
    names = {value.split(".")[1].split()[0]: name for name, value in lint_step()["env"].items()}
    given = {**defaults, **{name.replace("_", "-"): value for name, value in inputs.items()}}
    values = {names[name]: value for name, value in given.items() if name in names}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", lint_step()["run"]],
        cwd=cwd, env={**os.environ, **values, "RUNNER_TEMP": str(runner), "GITHUB_STEP_SUMMARY": str(cwd / "summary.md"),
             "GITHUB_OUTPUT": str(runner / "output")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_action_annotates_and_writes_sarif(runner: Path, tmp_path: Path) -> None:
    (tmp_path / "with space.yaml").write_text(FAULTY, "utf-8")
    found = lint(runner, tmp_path, paths="with space.yaml\n", sarif_file="found.sarif")
    assert found.returncode == 1, found.stderr
    assert "::error " in found.stdout
    assert "duplicate-key" in (tmp_path / "found.sarif").read_text("utf-8")
    assert "| error | `with space.yaml:5:1` | `duplicate-key` |" in (tmp_path / "summary.md").read_text("utf-8")


def test_action_uploads_what_it_has_written(runner: Path, tmp_path: Path) -> None:
    upload = read("action.yml")["runs"]["steps"][-1]
    assert upload["uses"].startswith("github/codeql-action/upload-sarif@v")
    assert upload["with"]["sarif_file"] == "${{ steps.lint.outputs.sarif-file }}"
    assert upload["if"].startswith("${{ !cancelled() && inputs.upload-sarif == 'true' ")
    (tmp_path / "faulty.yaml").write_text(FAULTY, "utf-8")
    assert lint(runner, tmp_path, paths="faulty.yaml", upload_sarif="true").returncode == 1
    assert (runner / "output").read_text("utf-8") == f"sarif-file={runner / 'istiolint.sarif'}\n"
    assert "duplicate-key" in (runner / "istiolint.sarif").read_text("utf-8")
    (runner / "output").unlink()
    lint(runner, tmp_path, paths="faulty.yaml")
    assert (runner / "output").read_text("utf-8") == "sarif-file=\n"


def test_action_passes_when_nothing_is_found(runner: Path, tmp_path: Path) -> None:
    (tmp_path / "fine.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "utf-8")
    assert lint(runner, tmp_path, options="--whole-mesh\n--isolated").returncode == 0


def test_action_fails_on_wrong_options(runner: Path, tmp_path: Path) -> None:
    assert lint(runner, tmp_path, options="--no-such-option", sarif_file="found.sarif").returncode == 2


def test_inputs_of_the_action_are_never_commands(runner: Path, tmp_path: Path) -> None:
    found = lint(
        runner, tmp_path, paths="$(touch injected)\n`touch injected`; touch injected", options='--select="; touch injected'
    )
    assert found.returncode != 0
    assert not (tmp_path / "injected").exists()


def test_action_compares_requests(runner: Path, tmp_path: Path) -> None:
    step = action_step("Compare requests")
    for name in ("healthy", "broken"):
        (tmp_path / name).symlink_to(ROOT / "fixtures/shop" / name)
    values = {"LINT_PATHS": "healthy\n", "AGAINST": "./broken", "COMMENT": "false", "PULL_REQUEST": "1"}
    found = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path,
        env={**os.environ, **values, "RUNNER_TEMP": str(runner), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    text = (tmp_path / "summary.md").read_text("utf-8")
    assert "### Requests\n" in text
    assert "| opens | `legacy/erp` | `warehouse/stock:80` |" in text
