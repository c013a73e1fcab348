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


GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always"]
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")


def test_values_from_workflows_are_never_part_of_a_script() -> None:
    action = read("action.yml")
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert ("uses" in step) or step["shell"] == "bash"
        assert "${{" not in step.get("run", "")
    given = [value for step in action["runs"]["steps"] for value in (*step.get("env", {}).values(), step.get("if", ""))]
    assert not [name for name in action["inputs"] if not any(f"inputs.{name}" in value for value in given)]


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """The runner's folder for temporary files after the step that installs, with this istiolint."""
    folder = tmp_path / "runner/istiolint/bin"
    folder.mkdir(parents=True)
    for name, command in (("istiolint", f'"{sys.executable}" -m istiolint'), ("python", f'"{sys.executable}"')):
        (folder / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n', "utf-8")
        (folder / name).chmod(0o755)
    return tmp_path / "runner"


def run_step(name: str, runner: Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as a runner does: bash -e with the values in the environment."""
    values = dict.fromkeys(action_step(name).get("env", {}), "") | {
        "ISTIOLINT_BIN": str(runner / "istiolint/bin"),
        "RUNNER_TEMP": str(runner),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(cwd / "summary.md"),
        "GITHUB_OUTPUT": str(runner / "output"),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", action_step(name)["run"]],
        cwd=cwd, env={**os.environ, **values, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def lint(runner: Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the Lint step."""
    return run_step("Lint", runner, cwd, **({"LINT_PATHS": "."} | environment))


def outputs(runner: Path) -> dict[str, str]:
    """The last value of each output that the steps wrote."""
    return dict(line.split("=", 1) for line in (runner / "output").read_text("utf-8").splitlines())


def test_action_annotates_and_writes_sarif(runner: Path, tmp_path: Path) -> None:
    (tmp_path / "with space.yaml").write_text(FAULTY, "utf-8")
    found = lint(runner, tmp_path, LINT_PATHS="with space.yaml\n", SARIF_FILE="found.sarif")
    assert found.returncode == 1, found.stderr
    assert "::error " in found.stdout
    assert "duplicate-key" in (tmp_path / "found.sarif").read_text("utf-8")
    assert "| error | `with space.yaml:5:1` | `duplicate-key` |" in (tmp_path / "summary.md").read_text("utf-8")
    assert outputs(runner) == {"errors": "1", "warnings": "0", "infos": "0", "sarif-file": "found.sarif"}


def test_action_uploads_what_it_has_written(runner: Path, tmp_path: Path) -> None:
    upload = read("action.yml")["runs"]["steps"][-1]
    assert upload["uses"].startswith("github/codeql-action/upload-sarif@v")
    assert upload["with"]["sarif_file"] == "${{ steps.lint.outputs.sarif-file }}"
    assert upload["if"].startswith("${{ !cancelled() && inputs.upload-sarif == 'true' ")
    (tmp_path / "faulty.yaml").write_text(FAULTY, "utf-8")
    assert lint(runner, tmp_path, LINT_PATHS="faulty.yaml", UPLOAD_SARIF="true").returncode == 1
    assert outputs(runner)["sarif-file"] == str(runner / "istiolint.sarif")
    assert "duplicate-key" in (runner / "istiolint.sarif").read_text("utf-8")
    lint(runner, tmp_path, LINT_PATHS="faulty.yaml")
    assert outputs(runner)["sarif-file"] == ""


@pytest.mark.parametrize("options", ["--whole-mesh\n--isolated", "--whole-mesh --isolated", "--ignore 'IST0101'  --isolated\n"])
def test_options_on_one_line_or_several(runner: Path, tmp_path: Path, options: str) -> None:
    (tmp_path / "fine.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "utf-8")
    found = lint(runner, tmp_path, LINT_OPTIONS=options, LINT_PATHS="fine.yaml")
    assert found.returncode == 0, found.stderr


def test_action_fails_on_wrong_options(runner: Path, tmp_path: Path) -> None:
    assert lint(runner, tmp_path, LINT_OPTIONS="--no-such-option", SARIF_FILE="found.sarif").returncode == 2
    assert outputs(runner) == {"sarif-file": ""}
    for name in ("Compare requests", "Comment on the pull request"):
        assert "steps.lint.outputs.errors != ''" in action_step(name)["if"]
    found = lint(runner, tmp_path, LINT_OPTIONS="--select 'unclosed")
    assert (found.returncode, "::error::invalid options: No closing quotation" in found.stderr) == (2, True)


def test_inputs_of_the_action_are_never_commands(runner: Path, tmp_path: Path) -> None:
    injected = "$(touch injected)\n`touch injected`; touch injected"
    found = lint(runner, tmp_path, LINT_PATHS=injected, LINT_OPTIONS="'; touch injected' '$(touch injected)'")
    assert found.returncode != 0
    run_step("Find the state to compare with", runner, tmp_path, AGAINST="; touch injected")
    run_step("Find the state to compare with", runner, tmp_path, AGAINST="--upload-pack=touch injected")
    assert not (tmp_path / "injected").exists()


def repository(folder: Path) -> list[str]:
    """A repository with a faulty file on main and another in a merged branch; the commits of base, head and merge."""
    folder.mkdir(parents=True)

    def git(*arguments: str) -> str:
        return subprocess.run([*GIT, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()

    def commit(name: str, text: str) -> str:
        (folder / name).write_text(text, "utf-8")
        git("add", ".")
        git("commit", "--quiet", "--message", name)
        return git("rev-parse", "HEAD")

    git("init", "--quiet", "--initial-branch=main")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    commit("old.yaml", FAULTY)
    git("switch", "--quiet", "--create", "change")
    head = commit("new.yaml", FAULTY)
    git("switch", "--quiet", "main")
    base = commit("later.yaml", FAULTY)
    git("merge", "--quiet", "--no-ff", "--message", "merge", "change")
    return [base, head, git("rev-parse", "HEAD")]


@needs_git
def test_pull_requests_are_compared_with_their_base(runner: Path, tmp_path: Path) -> None:
    """A checkout of depth 1 has the merge commit alone; what main got since the branch was cut is not the change's."""
    base, head, merge = repository(tmp_path / "origin")
    subprocess.run([*GIT, "clone", "--quiet", "--depth=1", f"file://{tmp_path / 'origin'}", "work"], cwd=tmp_path, check=True)
    find = "Find the state to compare with"
    found = run_step(find, runner, tmp_path / "work", AGAINST="auto", BASE=f"{merge}~2", PULL_REQUEST_HEAD=head)
    assert (found.returncode, outputs(runner)["against"]) == (0, base), found.stderr
    found = lint(runner, tmp_path / "work", AGAINST=base, SARIF_FILE="all.sarif")
    assert found.returncode == 1
    assert "new.yaml" in found.stdout
    assert "later.yaml" not in found.stdout
    assert "later.yaml" in (tmp_path / "work/all.sarif").read_text("utf-8")
    assert outputs(runner)["errors"] == "1"
    run_step(find, runner, tmp_path / "work", AGAINST="none", BASE=base)
    assert outputs(runner)["against"] == ""
    run_step(find, runner, tmp_path / "work", AGAINST="origin/change")
    assert outputs(runner)["against"] == head
    found = run_step(find, runner, tmp_path / "work", AGAINST="0" * 40)
    assert (outputs(runner)["against"], "::warning::" in found.stdout) == ("", True)


def test_action_compares_requests(runner: Path, tmp_path: Path) -> None:
    for name in ("healthy", "broken"):
        (tmp_path / name).symlink_to(ROOT / "fixtures/shop" / name)
    found = run_step("Compare requests", runner, tmp_path, LINT_PATHS="healthy\n", AGAINST="./broken")
    assert found.returncode == 0, found.stderr
    text = (tmp_path / "summary.md").read_text("utf-8")
    assert "### Requests\n" in text
    assert "| opens | `legacy/erp` | `warehouse/stock:80` |" in text


def test_the_comment_is_written_once_and_then_replaced(runner: Path, tmp_path: Path) -> None:
    gh = tmp_path / "bin/gh"
    gh.parent.mkdir()
    gh.write_text(
        '#!/bin/sh\necho "$@" >> "$RUNNER_TEMP/calls"\ncase "$*" in *--paginate*) cat "$RUNNER_TEMP/ids";; esac\n', "utf-8"
    )
    gh.chmod(0o755)
    (runner / "istiolint.md").write_text("## istiolint\n" + "x" * 70_000, "utf-8")
    (runner / "istiolint-changes.md").write_text("### Requests\n", "utf-8")
    values = {"PATH": f"{gh.parent}:{os.environ['PATH']}", "PULL_REQUEST": "7", "REPOSITORY": "shop/mesh"}
    for ids, method in (
        ("", "--method POST repos/shop/mesh/issues/7/comments"),
        ("12\n", "--method PATCH repos/shop/mesh/issues/comments/12"),
    ):
        (runner / "ids").write_text(ids, "utf-8")
        found = run_step("Comment on the pull request", runner, tmp_path, **values)
        assert found.returncode == 0, found.stderr
        assert method in (runner / "calls").read_text("utf-8").splitlines()[-1]
    body = (runner / "istiolint-comment.md").read_text("utf-8")
    assert body.startswith("<!-- istiolint -->\n## istiolint\n")
    assert len(body) < 65_536


def test_windows_runners_have_another_layout(runner: Path, tmp_path: Path) -> None:
    """The step that installs finds the folder of programs in a virtual environment of Windows."""
    python = tmp_path / "bin/python3"
    python.parent.mkdir()
    scripts = runner / "istiolint/Scripts"
    shutil.rmtree(runner / "istiolint")
    create = f'mkdir -p "{scripts}" && cp "$0" "{scripts}/python"'
    python.write_text(f'#!/bin/sh\nif [ "$1" = -m ]; then {create}; fi\necho "$@" >> "{runner}/calls"\n', "utf-8")
    python.chmod(0o755)
    path = f"{python.parent}:{os.environ['PATH']}"
    found = run_step("Install istiolint", runner, tmp_path, PATH=path, VERSION="1.2.3")
    assert found.returncode == 0, found.stderr
    assert outputs(runner)["bin"] == str(scripts)
    assert (runner / "calls").read_text("utf-8").splitlines()[-1].endswith(" istiolint==1.2.3")
    run_step("Install istiolint", runner, tmp_path, PATH=path, PACKAGES="istiolint-acme\nother>=2\n")
    assert (runner / "calls").read_text("utf-8").splitlines()[-1].endswith(f" {ROOT} istiolint-acme other>=2")
