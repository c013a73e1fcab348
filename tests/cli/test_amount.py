"""How much a run shows: `--severity`, `--all`, `--concise`, `--show-unchecked`, and charts that are not rendered."""

import json
from pathlib import Path

import pytest
from commands import FAULTY, Process, Run

MIXED = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
    - timout: 1s
      route:
        - destination: {host: cart}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  trafficPolicy:
    tls: {mode: SIMPLE, sni: cart, sni: basket}
"""
TEMPLATE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {{ .Values.name }}
spec:
  hosts: [{{ .Values.host }}]
"""


@pytest.fixture
def mixed(tmp_path: Path) -> str:
    """A file with two resources, and one beside it with a warning."""
    (tmp_path / "mixed.yaml").write_text(MIXED, "utf-8")
    (tmp_path / "warned.yaml").write_text("a: [\n", "utf-8")
    return "mixed.yaml"


def test_severity_shows_a_level_and_above(process: Process, mixed: str) -> None:
    everything = json.loads(process("--isolated", "--format", "json").stdout)
    severities = [one["severity"] for one in everything["diagnostics"]]
    assert {"error", "warning"} <= set(severities)
    for level, shown in (("error", ["error"]), ("warning", ["error", "warning"]), ("info", ["error", "warning", "info"])):
        found = json.loads(process("--isolated", "--format", "json", "--severity", level).stdout)
        assert [one["severity"] for one in found["diagnostics"]] == [one for one in severities if one in shown]
        assert sum(found["summary"]["hidden"].values()) == len(severities) - len(found["diagnostics"])
    assert process("--isolated", "--severity", "fatal").returncode == 2


def test_what_is_hidden_does_not_affect_the_exit_status(run: Run, mixed: str) -> None:
    assert run("warned.yaml", "--fail-on", "warning").exit_code == 1
    found = run("warned.yaml", "--fail-on", "warning", "--severity", "error")
    assert found.exit_code == 0
    assert "Hidden by --severity: 1 warning." in found.output


def test_min_severity_in_the_configuration(run: Run, mixed: str, tmp_path: Path) -> None:
    (tmp_path / ".istiolint.yaml").write_text("min-severity: error\nseverity: {duplicate-key: info}\n", "utf-8")
    assert "warning[" not in run().output
    assert "duplicate-key" not in run().output
    assert "warning[yaml-syntax]" in run("--severity", "warning").output
    assert 'min-severity: "error"' in run("config").output
    assert "# --severity" in run("config", "--severity", "info").output
    (tmp_path / ".istiolint.yaml").write_text("min-severity: fatal\n", "utf-8")
    assert "`min-severity` must be one of error, warning, info" in run().output


def test_a_baseline_holds_what_is_hidden(run: Run, mixed: str) -> None:
    assert run("--write-baseline", "--severity", "error").exit_code == 0
    assert "Nothing found" in run().output
    assert "no longer match" not in run("--severity", "error").output


def test_each_finding_names_its_resource(process: Process, mixed: str, faulty: str) -> None:
    found = process("--isolated", mixed, faulty).stdout
    assert "mixed.yaml:7:7: error[unknown-field]: VirtualService shop/cart: " in found
    assert ": error[duplicate-key]: DestinationRule shop/cart: " in found
    assert "faulty.yaml:10:7: error[duplicate-key]: duplicate key" in found


def test_three_of_a_rule_and_file(process: Process, tmp_path: Path) -> None:
    (tmp_path / "many.yaml").write_text(FAULTY + "".join(f"      timout{number}: 1s\n" for number in range(9)), "utf-8")
    found = process("--isolated").stdout
    assert found.count("error[unknown-field]") == 3
    assert "… and 6 more unknown-field in this file, on lines 14, 15, 16, 17, 18, ... (--all shows them)" in found
    assert process("--isolated", "--all").stdout.count("error[unknown-field]") == 9
    concise = process("--isolated", "--concise", "--quiet").stdout.splitlines()
    assert len(concise) == 10
    assert all(line.startswith("many.yaml:") for line in concise)
    summary = process("--isolated", "--concise").stdout.split("\n\n")[-1].splitlines()
    assert summary[0] == "Most severe:"
    assert summary[1].startswith("  error: many.yaml:11:7: ")
    assert "unknown-field, 9 findings" in summary[1]


def test_concise_goes_with_text(run: Run, faulty: str) -> None:
    assert "--concise goes with the text format" in run(faulty, "--concise", "--format", "json").output


def test_references_that_are_not_checked(process: Process, tmp_path: Path) -> None:
    (tmp_path / "routes.yaml").write_text(MIXED.replace("hosts: [cart]", "hosts: [cart]\n  gateways: [infra/edge]"), "utf-8")
    found = process("--isolated", "--show-unchecked", "routes.yaml")
    assert (
        "routes.yaml:6:14: unchecked[gateway-not-found]: VirtualService shop/cart: spec.gateways[0]: infra/edge" in found.stdout
    )
    assert "unchecked[" not in process("--isolated", "routes.yaml").stdout
    listed = json.loads(process("--isolated", "--show-unchecked", "--format", "json", "routes.yaml").stdout)
    assert sum(listed["summary"]["unchecked"].values()) == len(listed["unchecked"])
    (gateway,) = [one for one in listed["unchecked"] if one["rule"] == "gateway-not-found"]
    assert (gateway["path"], gateway["line"], gateway["fieldPath"], gateway["value"], gateway["targets"]) == (
        "routes.yaml", 6, "spec.gateways[0]", "infra/edge", [],
    )  # fmt: skip
    assert json.loads(process("--isolated", "--format", "json", "routes.yaml").stdout)["unchecked"] == []


def test_charts_that_are_not_rendered(process: Process, tmp_path: Path) -> None:
    for name, text in (("edge", TEMPLATE), ("other", TEMPLATE.replace("networking.istio.io", "apps"))):
        (tmp_path / f"charts/{name}/templates").mkdir(parents=True)
        (tmp_path / f"charts/{name}/Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\n", "utf-8")
        (tmp_path / f"charts/{name}/values-prod.yaml").write_text("name: a\n", "utf-8")
        for file in ("a.yaml", "b.yaml"):
            (tmp_path / f"charts/{name}/templates/{file}").write_text(text, "utf-8")
    command = "istiolint --helm charts/edge --values charts/edge/values-prod.yaml"
    lines = process("--isolated").stdout.splitlines()
    assert [line for line in lines if line.startswith("Not rendered:")] == [f"Not rendered: chart charts/edge; run {command}"]
    summary = json.loads(process("--isolated", "--format", "json").stdout)["summary"]
    assert summary["charts"] == [{"path": "charts/edge", "command": command}]


def test_documents_of_the_context_are_not_counted_as_skipped(run: Run, sound: str, tmp_path: Path) -> None:
    (tmp_path / "chart.yaml").write_text(TEMPLATE, "utf-8")
    assert "Skipped 1 Helm template" in run(sound, "chart.yaml").output
    assert "Skipped" not in run(sound, "--context", "chart.yaml").output


def test_a_reference_of_several_targets_is_counted_once(process: Process, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/routes.yaml").write_text(FAULTY.replace("      timeout: 2s\n", "  gateways: [infra/edge]\n"), "utf-8")
    (tmp_path / "base/kustomization.yaml").write_text("resources: [routes.yaml]\n", "utf-8")
    for name in ("dev", "prod"):
        (tmp_path / f"overlays/{name}").mkdir(parents=True)
        text = f"namespace: shop-{name}\nresources: [../../base]\n"
        (tmp_path / f"overlays/{name}/kustomization.yaml").write_text(text, "utf-8")
    found = json.loads(process("--isolated", "--show-unchecked", "--format", "json", ".").stdout)
    assert found["summary"]["unchecked"]["gateway-not-found"] == 1
    (gateway,) = [one for one in found["unchecked"] if one["rule"] == "gateway-not-found"]
    assert (gateway["path"], gateway["targets"]) == ("base/routes.yaml", ["overlays/dev", "overlays/prod"])
