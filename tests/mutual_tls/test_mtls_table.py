"""The effective mutual TLS of workloads and ports: modes, where they come from, whose calls fail, and the next step."""

import json
from textwrap import dedent
from typing import Any

import jsonschema
import pytest
from manifests import IN_MESH, OUTSIDE, Manifest, deployment, namespace, resource, service
from manifests import peer_authentication as policy

from istiolint.data import folder
from istiolint.engine import lint as engine
from istiolint.mutual_tls import json as as_json
from istiolint.mutual_tls import text
from istiolint.mutual_tls.stages import by_namespace, next_step, of_mesh
from istiolint.mutual_tls.table import Row, rows
from istiolint.settings import Settings
from istiolint.sources import Source

SCHEMA = json.loads((folder("schemas") / "istiolint-mtls.schema.json").read_text("utf-8"))


def workload(name: str, namespace: str = "shop", container: Manifest | None = None, **given: Any) -> Manifest:
    named = {"ports": [{"containerPort": 8080, "name": "http"}], **(container or {})}
    return deployment(name, namespace, container=named, **given)


def client(mode: str, host: str = "cart.shop.svc.cluster.local", **traffic: Any) -> Manifest:
    return resource("DestinationRule", {"host": host, "trafficPolicy": {"tls": {"mode": mode}, **traffic}}, name="cart")


SHOP = [namespace("shop", **IN_MESH), namespace("legacy", **OUTSIDE), workload("cart"), service("cart")]
BATCH = workload("batch-7", "legacy", calls="http://cart.shop")
WEB = workload("web", calls="http://cart")


def table(*resources: Manifest) -> list[Row]:
    sources = [Source(f"{number}.yaml", json.dumps(resource)) for number, resource in enumerate(resources)]
    understood = engine.understand(sources, Settings())
    assert not understood.unreadable
    return [row for cluster, mesh in understood.meshes for row in rows(mesh, cluster)]


def cart(*resources: Manifest) -> Row:
    return next(row for row in table(*resources) if row.workload.resource.name == "cart")


def callers(row: Row) -> list[str]:
    return [failure.caller for failure in row.failing]


SELECTED = {"selector": {"matchLabels": {"app": "cart"}}}
LEVELS: dict[str, tuple[list[Manifest], str, str]] = {
    "default": ([], "PERMISSIVE", "default"),
    "mesh": ([policy("STRICT", namespace="istio-system")], "STRICT", "mesh"),
    "namespace": ([policy("DISABLE"), policy("STRICT", namespace="istio-system")], "DISABLE", "namespace"),
    "workload": ([policy("PERMISSIVE", "cart", **SELECTED), policy("STRICT")], "PERMISSIVE", "workload"),
    "port": ([policy("DISABLE", "cart", **SELECTED, portLevelMtls={"8080": {"mode": "STRICT"}})], "STRICT", "port"),
    "service-port": ([policy("DISABLE", "cart", **SELECTED, portLevelMtls={"80": {"mode": "STRICT"}})], "DISABLE", "workload"),
}


@pytest.mark.parametrize("case", LEVELS)
def test_the_mode_and_its_level(case: str) -> None:
    policies, mode, level = LEVELS[case]
    row = next(row for row in table(*SHOP, *policies) if row.port.number == 8080)
    assert (row.mode, [origin.level for origin in row.origins]) == (mode, [level])


def test_two_policies_of_one_scope_leave_it_open() -> None:
    row = cart(*SHOP, BATCH, policy("STRICT", "one"), policy("PERMISSIVE", "two"))
    assert (row.mode, len(row.origins), callers(row)) == ("PERMISSIVE or STRICT", 2, [])


def test_the_port_has_the_services_name_and_protocol() -> None:
    unnamed = workload("cart", container={"ports": []})
    row = cart(namespace("shop", **IN_MESH), unnamed, service("cart"))
    assert row.port == (8080, "http", "http")


def test_what_mtls_does_not_concern() -> None:
    assert cart(namespace("shop", **OUTSIDE), workload("cart"), service("cart"), policy("STRICT")).mode == "outside"
    gateway = workload("cart", labels={"istio": "ingressgateway"})
    assert cart(namespace("shop", **IN_MESH), gateway, policy("STRICT")).mode == "gateway"
    bypassed = workload("cart", annotations={"traffic.sidecar.istio.io/excludeInboundPorts": "8080"})
    assert cart(namespace("shop", **IN_MESH), bypassed, policy("STRICT")).mode == "bypassed"


def test_ambient_knows_no_disable() -> None:
    row = cart(namespace("shop", **{"istio.io/dataplane-mode": "ambient"}), workload("cart"), service("cart"), policy("DISABLE"))
    assert (row.membership.state, row.mode) == ("ambient", "PERMISSIVE")
    assert "PERMISSIVE (HBONE)" in text.render([row])


def test_a_caller_without_a_proxy_fails_under_strict() -> None:
    row = cart(*SHOP, BATCH, WEB, policy("STRICT"))
    assert callers(row) == ["Deployment legacy/batch-7"]
    assert row.failing[0].sure


def test_a_caller_without_a_proxy_blocks_strict() -> None:
    row = cart(*SHOP, BATCH, WEB)
    assert (callers(row), [failure.caller for failure in row.blocking]) == ([], ["Deployment legacy/batch-7"])


@pytest.mark.parametrize("mode", ["DISABLE", "SIMPLE", "MUTUAL"])
def test_a_client_mode_that_the_server_refuses(mode: str) -> None:
    assert callers(cart(*SHOP, WEB, client(mode), policy("STRICT"))) == ["Deployment shop/web"]
    assert callers(cart(*SHOP, client(mode), policy("STRICT"))) == ["every client that uses it"]
    assert callers(cart(*SHOP, WEB, client(mode))) == []


def test_settings_of_a_port_replace_those_above() -> None:
    port = [{"port": {"number": 80}, "tls": {"mode": "ISTIO_MUTUAL"}}]
    assert callers(cart(*SHOP, WEB, client("DISABLE", portLevelSettings=port), policy("STRICT"))) == []


def test_automatic_mtls_follows_the_mode_of_the_namespace() -> None:
    row = cart(*SHOP, WEB, policy("DISABLE"), policy("STRICT", "cart", **SELECTED))
    [failure] = row.failing
    assert (failure.caller, failure.reason) == (
        "Deployment shop/web", "it sends plaintext, because namespace `shop` has mTLS mode DISABLE",
    )  # fmt: skip
    assert callers(cart(*SHOP, WEB, policy("PERMISSIVE"), policy("STRICT", "cart", **SELECTED))) == []


def test_only_the_first_traffic_policy_of_merged_rules_counts() -> None:
    first, second = client("DISABLE"), client("ISTIO_MUTUAL")
    first["spec"]["trafficPolicy"] = {"connectionPool": {"tcp": {"maxConnections": 9}}}
    second["metadata"]["name"] = "later"
    assert "Deployment shop/web" not in callers(cart(*SHOP, WEB, first, second, policy("DISABLE")))
    assert "Deployment shop/web" in callers(cart(*SHOP, WEB, second, first, policy("DISABLE")))


def test_mtls_to_a_server_without_it() -> None:
    assert callers(cart(*SHOP, WEB, client("ISTIO_MUTUAL"), policy("DISABLE"))) == ["Deployment shop/web"]
    assert callers(cart(*SHOP, WEB, client("ISTIO_MUTUAL"), policy("STRICT"))) == []


def test_a_subset_counts_for_the_workloads_that_carry_its_labels() -> None:
    plain = {"trafficPolicy": {"tls": {"mode": "DISABLE"}}}
    rule = client("ISTIO_MUTUAL")
    rule["spec"]["subsets"] = [
        {"name": "old", "labels": {"app": "cart"}, **plain},
        {"name": "new", "labels": {"v": "2"}, **plain},
    ]
    [failure] = cart(*SHOP, WEB, rule, policy("STRICT")).failing
    assert (failure.caller, failure.sure) == ("every client that uses subset old", False)
    assert callers(cart(*SHOP, WEB, rule, policy("PERMISSIVE"))) == []


def test_a_subset_to_which_a_route_leads_fails_surely() -> None:
    host = "cart.shop.svc.cluster.local"
    rule = client("ISTIO_MUTUAL")
    rule["spec"]["subsets"] = [{"name": "all", "trafficPolicy": {"tls": {"mode": "SIMPLE"}}}]
    routes = resource(
        "VirtualService", {"hosts": [host], "http": [{"route": [{"destination": {"host": host, "subset": "all"}}]}]}
    )
    [failure] = cart(*SHOP, WEB, rule, routes, policy("STRICT")).failing
    assert failure.sure
    assert "`SIMPLE`" in failure.reason


def test_clients_outside_and_probes() -> None:
    open_ = service("cart", type="LoadBalancer")
    assert callers(cart(*SHOP[:3], open_, policy("STRICT"))) == ["clients outside the cluster"]
    off = {"sidecar.istio.io/rewriteAppHTTPProbers": "false"}
    probe = {"livenessProbe": {"httpGet": {"port": "http"}}}
    assert callers(cart(SHOP[0], workload("cart", annotations=off, container=probe), policy("STRICT"))) == ["the kubelet"]
    assert callers(cart(SHOP[0], workload("cart", container=probe), policy("STRICT"))) == []


STAGES: dict[str, tuple[list[Manifest], str, str]] = {
    "permissive": ([], "permissive", "set STRICT for `shop`"),
    "blocked": ([BATCH], "permissive", "no safe step"),
    "strict": ([policy("STRICT")], "strict", "none: all workloads"),
    "failing": ([BATCH, policy("STRICT")], "strict", "fix the calls"),
    "excepted": (
        [WEB, policy("STRICT"), policy("PERMISSIVE", "cart", **SELECTED)], "mixed", "remove the exceptions"
    ),
    "disabled": ([policy("DISABLE")], "disabled", "set PERMISSIVE"),
}  # fmt: skip


@pytest.mark.parametrize("case", STAGES)
def test_the_stage_and_the_next_step(case: str) -> None:
    resources, stage, step = STAGES[case]
    found = table(*SHOP, *resources)
    assert of_mesh(found).stage == stage
    assert next_step(found).startswith(step)
    assert [progress.stage for progress, _ in by_namespace(found) if progress.namespace == "shop"] == [stage]


def test_text_is_one_line_a_port_and_escaped() -> None:
    evil = workload("cart", container={"ports": [{"containerPort": 8080, "name": "\033[31mred\n"}]})
    shown = text.render(table(SHOP[0], evil))
    assert "\033" not in shown
    assert "8080 \\x1b[31mred\\n" in shown
    assert text.render([]) == "No workloads found.\n"


def test_json_is_as_described() -> None:
    found = table(*SHOP, BATCH, WEB, client("DISABLE"), policy("STRICT"), policy("DISABLE", "two"))
    value = json.loads(as_json.render(found))
    jsonschema.validate(value, SCHEMA)
    ports = {row["workload"]["name"]: row for row in value["ports"]}
    assert ports["cart"]["modes"] == ["DISABLE", "STRICT"]
    assert ports["cart"]["origins"][0]["place"]["path"].endswith(".yaml")


def test_odd_types_do_no_harm() -> None:
    odd = dedent("""\
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: a, namespace: shop}
        spec: {selector: {matchLabels: {app: cart}}, mtls: [1], portLevelMtls: [STRICT]}
    """)
    mesh = engine.understand([Source("o.yaml", odd), *(Source(f"{n}.yaml", json.dumps(r)) for n, r in enumerate(SHOP))]).meshes
    assert [row.mode for row in rows(mesh[0][1])] == ["PERMISSIVE"]
