"""`istiolint graph`."""

import json
from pathlib import Path

import pytest
from commands import ROOT, Run

HEALTHY = str(ROOT / "fixtures/shop/healthy")


def test_the_shop(run: Run) -> None:
    found = run("graph", "--format", "mermaid", HEALTHY)
    assert found.exit_code == 0
    assert found.stdout.startswith("flowchart LR\n")
    assert 'payments-v1<br/>mixed mTLS"' in found.stdout


@pytest.mark.parametrize("format_", ["dot", "html", "json", "mermaid"])
def test_formats(run: Run, format_: str, tmp_path: Path) -> None:
    printed = run("graph", "--format", format_, HEALTHY)
    assert run("graph", "--format", format_, "--output", "out", HEALTHY).stdout == ""
    assert (tmp_path / "out").read_text("utf-8") == printed.stdout


def test_part_of_the_mesh(run: Run) -> None:
    value = json.loads(run("graph", "--format", "json", "--namespace", "legacy", HEALTHY).stdout)
    assert {node["name"] for node in value["meshes"][0]["nodes"]} == {"erp", "stock", "shipping"}
    closed = json.loads(run("graph", "--format", "json", "--collapse", HEALTHY).stdout)
    assert {node["kind"] for node in closed["meshes"][0]["nodes"]} == {"namespace", "host", "outside"}
    assert run("graph", "--namespace", "nowhere", HEALTHY).exit_code == 2


def test_what_cannot_be_read_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [1\n", "utf-8")
    found = run("graph", "--format", "mermaid", "a.yaml")
    assert (found.exit_code, found.stdout.splitlines()[0]) == (1, "flowchart LR")
    assert found.stderr.startswith("istiolint: a.yaml:")
    assert run("graph", "missing").exit_code == 2
