"""`--stdin-filename`: standard input is the text of a file, as an editor has it."""

import json
import subprocess
from pathlib import Path

import pytest
from commands import FAULTY, Process, Run

SOUND = FAULTY.replace("      timeout: 2s\n", "")
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: reviews, namespace: prod}\nspec: {ports: [{port: 80, name: http}]}\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with a sound file and a Service."""
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh/routes.yaml").write_text(SOUND, "utf-8")
    (tmp_path / "mesh/services.yaml").write_text(SERVICE, "utf-8")
    return tmp_path


def test_findings_are_those_of_the_file(process: Process, tree: Path) -> None:
    found = process("--stdin-filename", "./mesh/routes.yaml", "-", input=FAULTY)
    assert found.returncode == 1
    assert found.stdout.startswith("mesh/routes.yaml:10:7: error[duplicate-key]: ")
    assert process("--stdin-filename", "mesh/routes.yaml", input=FAULTY).stdout == found.stdout
    assert process("--stdin-filename", "new/file.yaml", "-", input=FAULTY).stdout.startswith("new/file.yaml:10:7: ")


def test_the_file_itself_is_not_read(process: Process, tree: Path) -> None:
    (tree / "mesh/routes.yaml").write_text(FAULTY, "utf-8")
    assert process("mesh").returncode == 1
    for options in (["--context", "mesh"], ["mesh"], [str(tree)]):
        found = json.loads(process("--format", "json", "--stdin-filename", "mesh/routes.yaml", "-", *options, input=SOUND).stdout)
        assert [one["rule"] for one in found["diagnostics"]] == []


def test_the_configuration_is_that_of_the_file(process: Process, tree: Path) -> None:
    (tree / "mesh/.istiolint.yaml").write_text("per-path-ignores: {routes.yaml: [duplicate-key]}\n", "utf-8")
    assert process("-", input=FAULTY).returncode == 1
    assert process("--stdin-filename", "mesh/routes.yaml", "-", input=FAULTY).returncode == 0


def test_fixes_go_to_standard_output(process: Process, tree: Path) -> None:
    text = SOUND.replace("timeout", "timout")
    found = process("--stdin-filename", "mesh/routes.yaml", "--fix", "-", input=text)
    assert found.stdout == SOUND
    assert (tree / "mesh/routes.yaml").read_text("utf-8") == SOUND
    diff = process("--stdin-filename", "mesh/routes.yaml", "--diff", "-", input=text).stdout
    assert diff.startswith("--- a/mesh/routes.yaml\n+++ b/mesh/routes.yaml\n")


def test_against_the_file_of_a_revision(process: Process, tree: Path) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "--message", "first"]):
        subprocess.run(["git", *command], cwd=tree, check=True)
    assert process("--stdin-filename", "mesh/routes.yaml", "-", "--against", "HEAD", input=FAULTY).returncode == 1
    (tree / "mesh/routes.yaml").write_text(FAULTY, "utf-8")
    for command in (["add", "."], [*identity, "commit", "--quiet", "--message", "second"]):
        subprocess.run(["git", *command], cwd=tree, check=True)
    assert process("--stdin-filename", "mesh/routes.yaml", "-", "--against", "HEAD", input=FAULTY).returncode == 0


def test_it_needs_standard_input(run: Run, tree: Path) -> None:
    found = run("--stdin-filename", "mesh/routes.yaml", "mesh")
    assert found.exit_code == 2
    assert "`-`" in found.output
