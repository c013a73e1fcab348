"""Who can call whom, and the access that a change opens or closes."""

import json
from textwrap import dedent

import jsonschema
from manifests import HTTP, IN_MESH, as_text, deployment, namespace, peer_authentication, service

from istiolint.access import report
from istiolint.access.table import Access, rows
from istiolint.data import folder
from istiolint.engine.lint import understand
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace.request import request
from istiolint.trace.tracer import Tracer

MESH = as_text(
    namespace("shop", **IN_MESH),
    namespace("legacy"),
    service("cart", ports=[HTTP, {"name": "tcp", "port": 5432}]),
    deployment("cart"),
    deployment("web"),
    deployment("erp", "legacy"),
)
STRICT = as_text(peer_authentication("STRICT"))
ALLOW = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: cart, namespace: shop}
spec:
  rules:
    - from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]
      to: [{operation: {methods: [GET], paths: ["/items*"]}}, {operation: {ports: ["5432"]}}]
      when: [{key: "request.headers[x-a]", values: [b]}]
    - from: [{source: {ipBlocks: [10.0.0.0/8]}}]
      to: [{operation: {paths: [/health]}}]
---
"""
DENY = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: no-admin, namespace: shop}
spec:
  action: DENY
  rules:
    - to: [{operation: {paths: [/admin]}}]
    - from: [{source: {namespaces: [legacy]}}]
---
"""


def table(*texts: str) -> list[Access]:
    meshes = understand([Source("mesh.yaml", MESH + "".join(map(dedent, texts)))], Settings(whole_mesh=True)).meshes
    return [row for _, mesh in meshes for row in rows(Tracer(mesh).model)]


def answers(*texts: str, port: int = 80) -> dict[str, str]:
    return {row.client.name: row.words for row in table(*texts) if row.port.number == port}


def test_without_policies() -> None:
    assert answers() == {"legacy/erp": "all requests", "shop/cart": "all requests", "shop/web": "all requests"}
    assert answers(STRICT)["legacy/erp"] == "denied"


def test_allow() -> None:
    found = answers(ALLOW)
    assert found["shop/web"] == "GET /items* if request.headers[x-a] is b; /health (perhaps)"
    assert found["shop/cart"] == "/health (perhaps)"
    assert answers(ALLOW, port=5432)["shop/web"] == "denied"  # HTTP conditions never allow TCP


def test_deny() -> None:
    assert answers(DENY)["shop/web"] == "all requests, except /admin"
    assert answers(DENY, port=5432)["shop/web"] == "denied"  # without HTTP the path does not count


def test_a_trace_agrees_with_the_table() -> None:
    for texts in ((), (STRICT,), (DENY,), (STRICT, DENY)):
        mesh = understand([Source("mesh.yaml", MESH + "".join(texts))], Settings(whole_mesh=True)).meshes[0][1]
        tracer = Tracer(mesh)
        for row in rows(tracer.model):
            source = f"{row.client.proxy.namespace}/{row.client.proxy.name}"
            url = "http://cart.shop/" if row.port.number == 80 else "tcp://cart.shop:5432"
            assert (tracer.trace(request(source, "GET", url)).outcome == "routed") is (row.verdict != "none"), (texts, row)


def test_reports() -> None:
    found = table(ALLOW)
    assert "  shop/web\n      GET /items*" in report.as_text(found)
    assert "| `shop/cart:80` | shop/web | GET /items\\*" in report.as_markdown(found)
    value = json.loads(report.as_json_text(found))
    jsonschema.validate(value, json.loads((folder("schemas") / "istiolint-access.schema.json").read_text("utf-8")))


def test_what_a_change_opens_and_closes() -> None:
    found = report.changes(table(STRICT), table())
    assert [change.kind for change in found] == ["opens", "opens"]
    words = "this change allows legacy/erp to call Service shop/cart port 80 without mTLS: all requests, before denied\n"
    assert words in report.changes_as_text(found)
    found = report.changes(table(), table(STRICT, DENY))
    assert {change.kind for change in found} == {"closes"}
    assert "| closes | `legacy/erp` | `shop/cart:80` | all requests without mTLS | denied |" in report.changes_as_markdown(found)
    assert json.loads(report.changes_as_json(found, "HEAD"))["against"] == "HEAD"
    assert report.changes_as_text([]) == "This change opens and closes nothing.\n"


AMBIENT = {"istio.io/dataplane-mode": "ambient", "istio.io/use-waypoint": "waypoint"}
WAYPOINT = (
    as_text(namespace("mesh", **AMBIENT), service("stock", "mesh"), deployment("stock", "mesh"))
    + """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: waypoint, namespace: mesh}
spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: read, namespace: mesh}
spec:
  targetRefs: [{kind: Service, group: "", name: stock}]
  rules: [{to: [{operation: {methods: [GET]}}]}]
---
"""
)


def test_waypoints_decide_for_clients_in_ambient_mode_only() -> None:
    found = {row.client.name: row.words for row in table(MESH + WAYPOINT) if row.service.namespace == "mesh"}
    assert found["mesh/stock"] == "GET"
    assert found["shop/web"] == found["legacy/erp"] == "all requests"
    closed = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: closed, namespace: mesh}
spec: {selector: {matchLabels: {app: stock}}, rules: [{from: [{source: {principals: [cluster.local/ns/mesh/sa/stock]}}]}]}
---
"""
    [row] = [
        row for row in table(MESH + WAYPOINT + closed) if row.client.name == "mesh/stock" and row.service.namespace == "mesh"
    ]
    assert row.words == "denied"
    assert "does not admit the waypoint" in row.because
