"""`istiolint snapshot`: a mesh for other repositories, without what they must not see."""

import json
from pathlib import Path

import pytest
from commands import ROOT, Process

SHOP = ROOT / "fixtures/shop/broken"
DUMP = """\
{"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [
 {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "edge-cert", "namespace": "istio-system",
   "managedFields": [{"manager": "kubectl"}], "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{s3cret}"}},
  "data": {"tls.crt": "c2VjcmV0", "tls.key": "c2VjcmV0"}},
 {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart", "namespace": "shop", "uid": "1"},
  "spec": {"template": {"metadata": {"labels": {"app": "cart"}}, "spec": {"containers": [
    {"name": "cart", "image": "cart:1", "env": [{"name": "PASSWORD", "value": "s3cret"}], "ports": [{"containerPort": 8080}]}]}}},
  "status": {"replicas": 1}},
 {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cart", "namespace": "shop",
   "annotations": {"networking.istio.io/exportTo": "*", "team.example/token": "s3cret"}},
  "spec": {"selector": {"app": "cart"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}},
 {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app", "namespace": "shop"}, "data": {"key": "s3cret"}},
 {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "cart", "namespace": "shop",
   "managedFields": [{"manager": "kubectl"}]},
  "spec": {"hosts": ["cart"], "http": [{"route": [{"destination": {"host": "carts"}}]}]}}
]}
"""


def findings(process: Process, *arguments: str, input: str = "") -> list[tuple[str, str, int, str]]:
    found = process("--format", "json", *arguments, input=input)
    assert found.returncode in (0, 1), found.stderr
    return [(each["rule"], each["path"], each["line"], each["message"]) for each in json.loads(found.stdout)["diagnostics"]]


def test_a_dump_of_a_cluster_is_reduced(process: Process, tmp_path: Path) -> None:
    found = process("snapshot", "-", input=DUMP)
    assert found.returncode == 0, found.stderr
    for secret in ("s3cret", "c2VjcmV0", "managedFields", "PASSWORD", "uid", "replicas", "last-applied"):
        assert secret not in found.stdout
    items = {item["kind"]: item for item in json.loads(found.stdout)["items"]}
    assert items["Secret"]["data"] == {"tls.crt": "${REDACTED}", "tls.key": "${REDACTED}"}
    assert items["Service"]["metadata"]["annotations"] == {"networking.istio.io/exportTo": "*"}
    (tmp_path / "mesh.json").write_text(found.stdout, "utf-8")
    again = process("snapshot", "mesh.json")
    assert json.loads(again.stdout) == json.loads(found.stdout), "what is reduced stays as it is"


def test_a_dump_of_a_cluster_is_linted_by_resource(process: Process) -> None:
    found = process("--concise", "-", input=DUMP)
    assert "VirtualService shop/cart" in found.stdout
    assert "host-not-found" in found.stdout
    assert "managedFields" not in found.stdout


def test_a_snapshot_resolves_references(process: Process, tmp_path: Path) -> None:
    (tmp_path / "mesh.json").write_text(process("snapshot", "-", input=DUMP).stdout, "utf-8")
    text = (
        "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: web, namespace: shop},\n"
        " spec: {hosts: [web], http: [{route: [{destination: {host: %s, port: {number: %s}}}]}]}}\n"
    )
    (tmp_path / "web.yaml").write_text(text % ("cart", 81), "utf-8")
    assert [rule for rule, *_ in findings(process, "web.yaml", "--context", "mesh.json")] == ["destination-port-not-found"]
    (tmp_path / "web.yaml").write_text(text % ("crat", 80), "utf-8")
    assert [rule for rule, *_ in findings(process, "web.yaml", "--context", "mesh.json")] == ["host-not-found"]


@pytest.mark.parametrize("team", sorted(path.name for path in SHOP.iterdir() if path.is_dir()))
def test_a_team_sees_the_same_with_a_snapshot_of_the_others(process: Process, tmp_path: Path, team: str) -> None:
    (tmp_path / "shop").symlink_to(SHOP)
    others = [f"shop/{path.name}" for path in sorted(SHOP.iterdir()) if path.name != team]
    snapshot = process("snapshot", *others)
    (tmp_path / "mesh.json").write_text(snapshot.stdout, "utf-8")
    context = [argument for path in others for argument in ("--context", path)]
    seen = [found[:3] for found in findings(process, f"shop/{team}", "--context", "mesh.json")]
    assert seen == [found[:3] for found in findings(process, f"shop/{team}", *context)]


def test_unreadable_files_are_named(process: Process, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n", "utf-8")
    found = process("snapshot", "a.yaml")
    assert found.returncode == 1
    assert "a.yaml:" in found.stderr
    assert json.loads(found.stdout)["items"] == []


def test_secrets_in_the_input_are_a_warning(process: Process) -> None:
    found = process("snapshot", "-", input=DUMP)
    assert "istiolint: the input has 1 Secret; its values are not in the snapshot, only the names of the keys" in found.stderr
    assert "Secret" not in process("snapshot", "-", input=DUMP.replace('"Secret"', '"Node"')).stderr
