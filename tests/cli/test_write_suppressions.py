"""`--write-suppressions`: comments that suppress the findings, without other changes."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from commands import FAULTY, ROOT, Process, Run

from istiolint.documents import read
from istiolint.sources import discover

MISSPELT = FAULTY.replace("      timeout: 1s\n      timeout: 2s\n", "      timout: 1s  # ours\n")


def data(folder: Path) -> dict[str, list[object]]:
    """What the documents of a folder say."""
    return {source.path: [document.data for document in read(source)] for source in discover([str(folder)])}


def test_comments_at_the_lines_of_findings(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MISSPELT, "utf-8")
    found = run("--write-suppressions", "a.yaml")
    assert (found.exit_code, found.stdout) == (0, "")
    assert found.stderr == "istiolint: wrote comments that suppress 1 finding in 1 file\n"
    written = (tmp_path / "a.yaml").read_text("utf-8")
    assert written == MISSPELT.replace("# ours\n", "# ours  # istiolint: ignore[unknown-field]\n")
    assert run("a.yaml").output.startswith("Nothing found")
    assert run("--write-suppressions", "a.yaml").stderr == "istiolint: wrote comments that suppress 0 findings in 0 files\n"
    assert (tmp_path / "a.yaml").read_text("utf-8") == written


def test_names_are_added_to_a_comment_that_is_there(run: Run, tmp_path: Path) -> None:
    text = MISSPELT.replace("# ours", "# istiolint: ignore[wrong-type] later")
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    run("--write-suppressions", "--ignore", "unused-suppression", "a.yaml")
    assert "# istiolint: ignore[wrong-type, unknown-field] later\n" in (tmp_path / "a.yaml").read_text("utf-8")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_where_no_line_can_have_a_comment_it_is_above_the_document(run: Run, tmp_path: Path, end: str) -> None:
    """In a string over several lines, and in a document that does not parse."""
    folded = "apiVersion: v1\nkind: Pod\n---\n" + MISSPELT.replace("      timout: 1s  # ours\n", '      timout: "1\n        s"\n')
    broken = MISSPELT + "  - {\n"
    for name, text in (("folded.yaml", folded), ("broken.yaml", broken)):
        (tmp_path / name).write_bytes(text.replace("\n", end).encode())
    before = data(tmp_path)
    found = run("--write-suppressions")
    assert found.exit_code == 0, found.stderr
    assert run().output.startswith("Nothing found")
    assert data(tmp_path) == before
    assert (tmp_path / "broken.yaml").read_bytes().startswith(f"# istiolint: ignore[yaml-syntax]{end}".encode())


def test_places_that_a_finding_stands_for(run: Run, tmp_path: Path) -> None:
    """A rule that reports its first place in a file reports the next one once that is suppressed."""
    head = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a{}\n  annotations:\n"
    pod = head + "    sidecar.istio.io/inject: 'true'\nspec: {{containers: []}}\n"
    (tmp_path / "pods.yaml").write_text("---\n".join(map(pod.format, range(4))), "utf-8")
    assert run("--select", "deprecated-annotation").output.count("info[deprecated-annotation]") == 1
    assert run("--write-suppressions", "--select", "deprecated-annotation").exit_code == 0
    assert (tmp_path / "pods.yaml").read_text("utf-8").count("  # istiolint: ignore[deprecated-annotation]\n") == 4
    assert run("--select", "deprecated-annotation").output.startswith("Nothing found")


def test_only_what_is_reported_is_suppressed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MISSPELT, "utf-8")
    for options in (["--ignore", "unknown-field"], ["--select", "duplicate-key"]):
        run("--write-suppressions", "a.yaml", *options)
        assert (tmp_path / "a.yaml").read_text("utf-8") == MISSPELT


def test_json_cannot_have_comments(run: Run, tmp_path: Path) -> None:
    text = json.dumps({"apiVersion": "networking.istio.io/v1", "kind": "Sidecar", "metadata": {"name": "a"}, "spec": {"x": 1}})
    (tmp_path / "a.json").write_text(text, "utf-8")
    found = run("--write-suppressions")
    assert found.exit_code == 1
    assert "istiolint: not suppressed, because no comment can be written there: a.json:1:" in found.stderr
    assert (tmp_path / "a.json").read_text("utf-8") == text


def test_the_broken_shop_becomes_silent(process: Process, tmp_path: Path) -> None:
    for name in ("shop/broken", "broken"):
        shutil.copytree(ROOT / "fixtures" / name, tmp_path / name)
    before = data(tmp_path)
    left = process("--isolated", "--write-suppressions", ".").stderr.count("not suppressed")
    assert data(tmp_path) == before
    report = json.loads(process("--isolated", "--format", "json", ".").stdout)
    assert len(report["diagnostics"]) == left
    assert {one["rule"] for one in report["diagnostics"]} <= {"unreadable-file", "yaml-syntax"}


@pytest.mark.parametrize("option", ["--fix", "--diff", "--write-baseline"])
def test_what_it_does_not_go_with(run: Run, option: str) -> None:
    assert run("--write-suppressions", option).exit_code == 2


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_only_what_is_new(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MISSPELT, "utf-8")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "--quiet"], ["add", "."], [*identity, "commit", "--quiet", "--message", "first"]):
        subprocess.run(["git", *command], cwd=tmp_path, env=environment, check=True)
    (tmp_path / "b.yaml").write_text(MISSPELT.replace("reviews", "ratings"), "utf-8")
    assert run("--write-suppressions", "--against", "HEAD").exit_code == 0
    assert (tmp_path / "a.yaml").read_text("utf-8") == MISSPELT
    assert "istiolint: ignore[unknown-field]" in (tmp_path / "b.yaml").read_text("utf-8")
