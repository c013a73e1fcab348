"""What the shell offers when Tab is pressed."""

import os
import shutil
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


def test_unknown_shell(run: Run) -> None:
    assert run("completion", "cmd").exit_code == 2


def test_rule_names_as_the_script_asks_for_them(process: Process) -> None:
    words = {"COMP_WORDS": "istiolint --select duplicate-k", "COMP_CWORD": "2", "_ISTIOLINT_COMPLETE": "bash_complete"}
    assert process(**words).stdout.splitlines() == ["plain,duplicate-key"]


ASK = {
    "bash": """\
compopt() { :; }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_istiolint_completion istiolint
printf '%s\\n' "${COMPREPLY[@]}"
""",
    "zsh": """\
compdef() { :; }
compset() { [[ $words[CURRENT] == -*=* ]]; }
compadd() { print -rl -- $values; }
_describe() { print -rl -- ${described%%:*}; }
_path_files() { print -r -- "${option}some folder"; }
words=("$@"); CURRENT=$#
""",
    "fish": 'complete -C "$argv" | string split --fields 1 \\t',
}
"""How a script is called when Tab is pressed at the end of the arguments; what zsh itself does is imitated."""


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("istiolint --format=sari", "sarif"),
        ("istiolint --select yaml-syntax,duplicate-k", "yaml-syntax,duplicate-key"),
        ("istiolint tra", "trace"),
        ("istiolint --output=some", "some folder/"),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells(shell: str, line: str, wanted: str, run: Run, tmp_path: Path) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "some folder").mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/istiolint").write_text(f"#!/bin/sh\nexec '{sys.executable}' -m istiolint \"$@\"\n", "utf-8")
    (tmp_path / "bin/istiolint").chmod(0o755)
    script = run("completion", shell).output
    words = [part for word in line.split() for part in (word.replace("=", "\n=\n").split("\n") if shell == "bash" else [word])]
    script = ASK[shell] + script + "_istiolint_completion\n" if shell == "zsh" else script + ASK[shell]
    path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
    asked = subprocess.run(
        [shell, "-c", script, *([] if shell == "fish" else ["-"]), *([line] if shell == "fish" else words)],
        cwd=tmp_path, env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    option, equals, _ = line.rsplit(maxsplit=1)[-1].partition("=")
    prefix = option + equals if equals and shell != "bash" else ""  # bash itself cuts words at `=`
    found = {one.replace("\\ ", " ").rstrip("/") for one in asked.stdout.splitlines()}
    assert (asked.stderr, prefix + wanted.rstrip("/") in found) == ("", True), found


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


def test_revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert completed("--against", "ma") == ["ma"]  # no repository: a folder
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "--quiet", "--initial-branch=main"], ["commit", "--quiet", "--allow-empty", "-m", "a"], ["tag", "v1"]):
        subprocess.run([*git, *words], check=True)
    assert completed("--against", "ma") == ["main"]
    assert {"HEAD", "main", "v1"} == set(completed("trace", "--against", ""))


def test_names_in_the_mesh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "fixtures/shop/healthy")
    assert completed("trace", "--from", "out") == ["outside"]
    assert "storefront/web" in completed("trace", "--from", "storefront/")
    assert "checkout/orders" in completed("access", "--from", "checkout/")
    assert completed("access", "--to", "checkout/pa") == ["checkout/payments"]
    assert completed("access", "nothing-here", "--config", "none.yaml", "--to", "x") == []


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
