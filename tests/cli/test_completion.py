"""What the shell is told when Tab is pressed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from commands import ROOT, Process, Run

from istiolint.cli.group import group


def completed(*words: str) -> list[str]:
    *before, incomplete = words
    shell = BashComplete(group, {}, "istiolint", "_ISTIOLINT_COMPLETE")
    return [item.value for item in shell.get_completions(before, incomplete)]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(run: Run, shell: str) -> None:
    found = run("completion", shell)
    assert found.exit_code == 0
    assert f"_ISTIOLINT_COMPLETE={shell}_complete" in found.output


def test_fish_keeps_what_is_behind_a_comma(run: Run) -> None:
    script = run("completion", "fish").output
    assert 'string split --max 1 "," $completion' in script
    assert 'string split ","' not in script


def test_unknown_shell(run: Run) -> None:
    assert run("completion", "cmd").exit_code == 2


def test_rule_names_as_the_script_asks_for_them(process: Process) -> None:
    words = {"COMP_WORDS": "istiolint --select duplicate-k", "COMP_CWORD": "2", "_ISTIOLINT_COMPLETE": "bash_complete"}
    assert process(**words).stdout.splitlines() == ["plain,duplicate-key"]


def test_rule_names() -> None:
    assert completed("--ignore", "yaml-syntax,duplicate-k") == ["yaml-syntax,duplicate-key"]
    assert completed("lint", "--select", "duplicate-k") == ["duplicate-key"]
    assert completed("--select", "secur") == ["security"]
    assert "IST0101" in completed("--select", "IST010")
    assert completed("explain", "duplicate-k") == ["duplicate-key"]
    assert "IST0101" in completed("explain", "ist010")


def test_commands_options_and_paths() -> None:
    assert {"rules"} <= set(completed("ru"))
    assert {"lint", "rules", "explain", "completion"} <= set(completed(""))
    assert completed("--fail") == ["--fail-on"]
    assert completed("--fail-on", "w") == ["warning"]
    assert completed("lint", "--fail") == ["--fail-on"]
    assert completed("--format", "s") == ["sarif"]
    assert completed("rules", "--kind", "virt") == ["VirtualService"]
    assert "routing" in completed("rules", "--topic", "rout")
    assert completed("explain", "secur") == ["security"]
    assert completed("--severity", "w") == ["warning"]
    assert completed("--istio-version", "1.1") == ["1.19", "1.18"]
    assert completed("--upgrade-to", "")[0] == "1.31"


@pytest.mark.parametrize("words", ["istiolint --sel", "istiolint --select duplicate-k", "istiolint tra", "istiolint trace --fr"])
def test_tab_is_answered_without_the_rules(words: str, tmp_path: Path) -> None:
    place = str(len(words.split()) - 1)
    asked = {"COMP_WORDS": words, "COMP_CWORD": place, "_ISTIOLINT_COMPLETE": "bash_complete", "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-X", "importtime", "-m", "istiolint"]
    found = subprocess.run(command, cwd=tmp_path, env={**os.environ, **asked}, capture_output=True, text=True, check=True)
    assert found.stdout.startswith("plain,")
    imported = {line.rpartition("|")[2].strip() for line in found.stderr.splitlines()}
    packages = {".".join(name.split(".")[:2]) for name in imported}
    assert packages & {"istiolint.checks", "istiolint.engine", "istiolint.mesh"} == set()
