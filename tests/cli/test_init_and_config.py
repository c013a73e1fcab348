"""`istiolint init` and `istiolint config`."""

import json
import re
from pathlib import Path

import pytest
from commands import FAULTY, ROOT, Run

from istiolint.config import load
from istiolint.config.schema import setting_names

ISTIOD = "{kind: Deployment, apiVersion: apps/v1, metadata: {name: istiod}, spec: {template: {spec: {containers: [\n  %s]}}}}\n"


def test_init_writes_what_the_files_tell(run: Run, tmp_path: Path) -> None:
    (tmp_path / "istiod.yaml").write_text(ISTIOD % "{image: docker.io/istio/pilot:1.29.1}", "utf-8")
    (tmp_path / "route.yaml").write_text(FAULTY.replace("  http:", "  gateways: [edge/public]\n  http:"), "utf-8")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/Chart.yaml").write_text("name: shop\nversion: 0.1.0\n", "utf-8")
    found = run("init")
    assert found.exit_code == 0
    assert "Wrote .istiolint.yaml based on 3 files." in found.output
    text = (tmp_path / ".istiolint.yaml").read_text("utf-8")
    assert load(tmp_path / ".istiolint.yaml").values == {"istio-version": "1.29", "fail-on": "error"}
    for said in (
        "from istiod.yaml:2", 'known-hosts: ["reviews.prod.svc.cluster.local"]', 'known-gateways: ["edge/public"]',
        "Recognized as production: prod\n", "`istiolint --helm shop`\n",
    ):  # fmt: skip
        assert said in text


def test_what_init_proposes_can_be_turned_on(run: Run, tmp_path: Path) -> None:
    assert run("init").exit_code == 0
    path = tmp_path / ".istiolint.yaml"
    proposals = [line.removeprefix("# ") for line in path.read_text("utf-8").splitlines() if not line[2:3].isupper()]
    path.write_text("\n".join(proposals), "utf-8")
    known = set(load(path).values)
    assert known > {"istio-version", "whole-mesh", "context", "known-hosts", "environments", "clusters", "severity", "fail-on"}
    path.write_text("\n".join(line for line in proposals if not line.startswith("context")), "utf-8")
    assert run("config").exit_code == 0


def test_init_writes_over_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".istiolint.yaml").write_text("fail-on: info\n", "utf-8")
    found = run("init")
    assert found.exit_code == 2
    assert "--force writes over it" in found.output
    assert (tmp_path / ".istiolint.yaml").read_text("utf-8") == "fail-on: info\n"
    assert run("init", "--stdout").output.startswith("# Configuration of istiolint.")
    assert (tmp_path / ".istiolint.yaml").read_text("utf-8") == "fail-on: info\n"
    assert run("init", "--force").exit_code == 0
    assert load(tmp_path / ".istiolint.yaml").values == {"fail-on": "error"}


def test_init_below_a_configuration_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".istiolint.yaml").write_text("", "utf-8")
    (tmp_path / "below").mkdir()
    assert "which also applies to this folder" in " ".join(run("init", "below").output.split())
    assert (tmp_path / "below/.istiolint.yaml").exists()


@pytest.mark.parametrize(
    ("text", "release"),
    [
        (ISTIOD % "{image: gcr.io/istio-release/proxyv2:1.24.2-distroless}", "1.24"),
        (ISTIOD % "{image: pilot:1.24.2}, {image: pilot:1.22.0}, {image: pilot:1.9.1}", "1.22"),
        ("{apiVersion: install.istio.io/v1alpha1, kind: IstioOperator, spec: {tag: 1.21.0}}", "1.21"),
        ("{apiVersion: sailoperator.io/v1, kind: Istio, metadata: {name: default}, spec: {version: v1.28-latest}}", "1.28"),
        (
            "{kind: Application, apiVersion: argoproj.io/v1alpha1, spec: {source: {chart: istiod, targetRevision: 1.30.1}}}",
            "1.30",
        ),
        ("dependencies: [{name: istiod, version: 1.27.3}]", "1.27"),
        ("dependencies: [{name: base, version: 1.27.3}]", None),
        (ISTIOD % "{image: copilot:1.24.2}, {image: pilot:latest}, {image: pilot:1.99.1}", None),
        ("{kind: IstioOperator, apiVersion: install.istio.io/v1alpha1, spec: {tag: {a: 1}}}", None),
    ],
)
def test_the_release_of_istio_is_found(run: Run, tmp_path: Path, text: str, release: str | None) -> None:
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    assert run("init").exit_code == 0
    assert load(tmp_path / ".istiolint.yaml").values.get("istio-version") == release


def test_clusters_are_known_by_their_folders(run: Run, tmp_path: Path) -> None:
    for name in ("east", "west: #"):
        (tmp_path / "clusters" / name / "apps").mkdir(parents=True)
        (tmp_path / "clusters" / name / "apps/a.yaml").write_text(FAULTY, "utf-8")
    output = run("init", "--stdout").output
    assert '#   "east": ["clusters/east"]' in output
    assert '#   "west: #": ["clusters/west: #"]' in output


def test_config_tells_where_each_setting_comes_from(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".istiolint.yaml").write_text("fail-on: info\nignore: [IST0101]\nistio-version: '1.30'\n", "utf-8")
    output = run("config", "--ignore", "syntax", "--istio-version", "1.29").output
    *settings, on = output.splitlines()
    lines = dict(line.split(": ", 1) for line in settings)
    assert re.fullmatch(r"# \d+ of \d+ rules are on; .*", on)
    assert lines["fail-on"].split() == ['"info"', "#", ".istiolint.yaml:1:1"]
    assert lines["ignore"].split("  # ") == ['["syntax", "IST0101"]'.ljust(36), "--ignore, .istiolint.yaml:2:1"]
    assert lines["istio-version"].split() == ['"1.29"', "#", "--istio-version"]
    assert lines["whole-mesh"].split() == ["false", "#", "default"]


def test_what_config_shows_is_a_configuration(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".istiolint.yaml").write_text(
        "environments: {live: {namespaces: [a]}}\nclusters: {east: [.]}\ntrust-domain: a.example\nignore: [syntax]\n", "utf-8"
    )
    shown = run("config").output
    (tmp_path / "shown.yaml").write_text(shown, "utf-8")
    again = run("config", "--config", "shown.yaml").output
    assert [line.partition("  #")[0] for line in shown.splitlines()] == [line.partition("  #")[0] for line in again.splitlines()]


def test_config_as_json_has_every_setting(run: Run) -> None:
    found = json.loads(run("config", "--format", "json").output)
    assert found["config"] is None
    assert tuple(found["settings"]) == setting_names()
    assert found["settings"]["fail-on"] == {"value": "error", "source": "default"}
    schema = json.loads((ROOT / "schemas/istiolint-config.schema.json").read_text("utf-8"))
    assert {*setting_names(), "$schema", "root"} == set(schema["properties"])


def test_a_faulty_configuration_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".istiolint.yaml").write_text("fail_on: info\n", "utf-8")
    found = run("config")
    assert found.exit_code == 2
    assert "did you mean `fail-on`?" in found.output


def test_a_folder_called_config_can_still_be_linted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/a.yaml").write_text(FAULTY, "utf-8")
    assert "istiolint ./config" in run("config").output
    assert run("./config").exit_code == 1
