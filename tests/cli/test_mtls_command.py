"""`istiolint mtls`."""

import json
from pathlib import Path

from commands import ROOT, Run


def test_the_shop(run: Run) -> None:
    found = run("mtls", str(ROOT / "fixtures/shop/healthy"))
    assert found.exit_code == 0
    assert "Stage of the mesh: mixed." in found.stdout
    assert "Deployment legacy/erp -> Deployment warehouse/stock" in found.stdout


def test_json(run: Run) -> None:
    value = json.loads(run("mtls", "--format", "json", str(ROOT / "fixtures/shop/healthy")).stdout)
    assert (value["version"], value["mesh"]["stage"]) == (1, "mixed")


def test_what_cannot_be_read_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [1\n", "utf-8")
    found = run("mtls", "a.yaml")
    assert found.exit_code == 1
    assert found.stdout == "No workloads found.\n"
    assert found.stderr.startswith("istiolint: a.yaml:")


def test_a_path_that_is_not_there(run: Run) -> None:
    assert run("mtls", "nowhere").exit_code == 2
