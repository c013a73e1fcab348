"""Every rule that the API server has for Istio's kinds beyond structure: refused where it is broken, silent beside it."""

from typing import Any

import pytest

from schema.found import found_in, resource

ROUTE = {"destination": {"host": "stock"}}
PORTS = [{"number": 80, "name": "http", "protocol": "HTTP"}]
TARGET = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "waypoint"}
JWT = {"issuer": "https://login.example.com"}


def entry(**spec: Any) -> dict[str, Any]:
    return resource("networking.istio.io/v1", "ServiceEntry", {"hosts": ["a.example.com"], "ports": PORTS} | spec)


def security(kind: str, **spec: Any) -> dict[str, Any]:
    return resource("security.istio.io/v1", kind, spec)


def wasm(**spec: Any) -> dict[str, Any]:
    return resource("extensions.istio.io/v1alpha1", "WasmPlugin", {"url": "oci://example.com/a"} | spec)


def extension(**spec: Any) -> dict[str, Any]:
    return resource("extensions.istio.io/v1alpha1", "TrafficExtension", spec)


def telemetry(tag: dict[str, Any]) -> dict[str, Any]:
    overrides = [{"tagOverrides": {"site": tag}}]
    return resource("telemetry.istio.io/v1", "Telemetry", {"metrics": [{"overrides": overrides}]})


def filter_(match: dict[str, Any], **spec: Any) -> dict[str, Any]:
    patches = [{"applyTo": "CLUSTER", "match": match, "patch": {"operation": "REMOVE"}}]
    return resource("networking.istio.io/v1alpha3", "EnvoyFilter", {"configPatches": patches} | spec)


def gateway(**tls: Any) -> dict[str, Any]:
    server = {"hosts": ["a.example.com"], "port": {"number": 443, "name": "tls", "protocol": "HTTPS"}, "tls": tls}
    return resource("networking.istio.io/v1", "Gateway", {"servers": [server]})


def workload(**spec: Any) -> dict[str, Any]:
    return resource("networking.istio.io/v1", "WorkloadEntry", spec)


def group(**probe: Any) -> dict[str, Any]:
    return resource("networking.istio.io/v1", "WorkloadGroup", {"template": {"address": "192.0.2.1"}, "probe": probe})


def timeout(value: str) -> dict[str, Any]:
    return resource("networking.istio.io/v1", "VirtualService", {"hosts": ["a"], "http": [{"route": [ROUTE], "timeout": value}]})


CIDR = {"addresses": ["192.0.2.0/24"]}
TWO = [{"address": "192.0.2.1"}, {"address": "192.0.2.2"}]
ENV = {"name": "SITE", "valueFrom": "HOST"}
LABELS = {"matchLabels": {"app": "stock"}}
CASES = [
    ("duration", timeout("5s"), timeout("999us"), "invalid-duration"),
    (
        "target namespace",
        wasm(targetRefs=[TARGET | {"namespace": ""}]),
        wasm(targetRefs=[TARGET | {"namespace": "b"}]),
        "cross-namespace-target",
    ),
    (
        "port",
        workload(address="192.0.2.1", ports={"http": 65535}),
        workload(address="192.0.2.1", ports={"http": 0}),
        "out-of-range",
    ),
    ("label value", wasm(selector=LABELS), wasm(selector={"matchLabels": {"app": "a*"}}), "wildcard-in-selector"),
    ("label key", wasm(selector=LABELS), wasm(selector={"matchLabels": {"a*": "a"}}), "wildcard-in-selector"),
    ("empty label key", wasm(selector=LABELS), wasm(selector={"matchLabels": {"": "a"}}), "wildcard-in-selector"),
    ("selector and target", wasm(targetRefs=[TARGET]), wasm(targetRefs=[], selector=LABELS), "conflicting-fields"),
    (
        "workload selector",
        filter_({}, workloadSelector={"labels": {"app": "a"}}),
        filter_({}, workloadSelector={"labels": {"app": "*"}}),
        "wildcard-in-selector",
    ),
    ("socket with ports", workload(address="unix:///a"), workload(address="unix:///a", ports={}), "conflicting-fields"),
    ("port name", workload(address="a", ports={"h" * 62: 80}), workload(address="a", ports={"h" * 63: 80}), "invalid-value"),
    ("socket is a folder", workload(address="unix:///a"), workload(address="unix:///a/"), "invalid-value"),
    ("relative socket", workload(address="unix://@a"), workload(address="unix://a"), "invalid-value"),
    ("empty socket", workload(address="unix://@"), workload(address="unix://"), "invalid-value"),
    ("credentials", gateway(credentialNames=["a"]), gateway(credentialName="a", credentialNames=["a"]), "conflicting-fields"),
    ("certificates", gateway(tlsCertificates=[{}]), gateway(credentialNames=["a"], tlsCertificates=[{}]), "conflicting-fields"),
    ("variable of the host", wasm(vmConfig={"env": [ENV]}), wasm(vmConfig={"env": [ENV | {"value": ""}]}), "conflicting-fields"),
    ("address", workload(network="north"), workload(labels={"app": "a"}), "missing-field"),
    (
        "keys",
        security("RequestAuthentication", jwtRules=[JWT | {"jwksUri": "https://a.example.com/k"}]),
        security("RequestAuthentication", jwtRules=[JWT | {"jwks_uri": "a.example.com/k"}]),
        "invalid-url",
    ),
    ("address range", entry(resolution="STATIC", **CIDR), entry(resolution="DNS", **CIDR), "conflicting-resolution"),
    ("removed tag", telemetry({"operation": "REMOVE"}), telemetry({"operation": "REMOVE", "value": "1"}), "conflicting-fields"),
    (
        "set tag",
        telemetry({"operation": "UPSERT", "value": "1"}),
        telemetry({"operation": "UPSERT", "value": ""}),
        "missing-field",
    ),
    ("set tag without value", telemetry({}), telemetry({"operation": "UPSERT"}), "missing-field"),
    (
        "round robin",
        entry(resolution="DNS_ROUND_ROBIN", endpoints=TWO[:1]),
        entry(resolution="DNS_ROUND_ROBIN", endpoints=TWO),
        "conflicting-resolution",
    ),
    ("endpoints without resolution", entry(), entry(endpoints=[]), "conflicting-resolution"),
    (
        "one source of keys",
        security("RequestAuthentication", jwtRules=[JWT | {"jwks": "{}"}]),
        security("RequestAuthentication", jwtRules=[JWT | {"jwks": "{}", "jwksUri": "https://a.example.com"}]),
        "conflicting-fields",
    ),
    (
        "extension's target",
        extension(lua={"inlineCode": "-"}, selector=LABELS),
        extension(lua={"inlineCode": "-"}, selector=LABELS, targetRefs=[TARGET]),
        "conflicting-fields",
    ),
    (
        "service accounts",
        security("AuthorizationPolicy", rules=[{"from": [{"source": {"notServiceAccounts": ["a"]}}]}]),
        security("AuthorizationPolicy", rules=[{"from": [{"source": {"notServiceAccounts": ["a"], "notNamespaces": []}}]}]),
        "conflicting-fields",
    ),
    (
        "endpoints and selector",
        entry(resolution="STATIC", endpoints=TWO),
        entry(resolution="STATIC", endpoints=TWO, workloadSelector={"labels": {"app": "a"}}),
        "conflicting-fields",
    ),
    (
        "filter's target",
        filter_({}, targetRefs=[TARGET]),
        filter_({}, targetRefs=[TARGET], workloadSelector={}),
        "conflicting-fields",
    ),
    ("waypoint", filter_({"context": "WAYPOINT", "waypoint": {}}), filter_({"waypoint": {}}), "conflicting-fields"),
    ("context", filter_({"context": "WAYPOINT", "waypoint": {}}), filter_({"context": "WAYPOINT"}), "missing-field"),
    (
        "ports need a selector",
        security("PeerAuthentication", selector=LABELS, portLevelMtls={"80": {"mode": "STRICT"}}),
        security("PeerAuthentication", selector={"matchLabels": {}}, portLevelMtls={"80": {"mode": "STRICT"}}),
        "missing-field",
    ),
    ("wasm or lua", extension(wasm={"url": "oci://a/b"}), extension(phase="AUTHN"), "missing-field"),
    (
        "not wasm and lua",
        extension(lua={"inlineCode": "-"}),
        extension(lua={"inlineCode": "-"}, wasm={"url": "oci://a/b"}),
        "conflicting-fields",
    ),
    ("extension's url", extension(wasm={"url": "a/b:1"}), extension(wasm={"url": "s3://a/b"}), "invalid-url"),
    ("module's url", wasm(url="http://a/b"), wasm(url="ftp://a/b"), "invalid-url"),
    ("host", entry(hosts=["*.example.com"]), entry(hosts=["*"]), "invalid-value"),
    ("scheme", group(httpGet={"port": 80, "scheme": ""}), group(httpGet={"port": 80, "scheme": "https"}), "unknown-value"),
    (
        "port keys",
        security("PeerAuthentication", selector=LABELS, portLevelMtls={"65535": {}}),
        security("PeerAuthentication", selector=LABELS, portLevelMtls={"65536": {}}),
        "out-of-range",
    ),
    (
        "port numbers",
        entry(ports=[*PORTS, {"number": 81, "name": "b"}]),
        entry(ports=[*PORTS, {"number": 80, "name": "b"}]),
        "duplicate-item",
    ),
    (
        "port names",
        entry(ports=[*PORTS, {"number": 81, "name": "b"}]),
        entry(ports=[*PORTS, {"number": 81, "name": "http"}]),
        "duplicate-item",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "rule"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_rule(right: dict[str, Any], wrong: dict[str, Any], rule: str) -> None:
    assert found_in(right) == []
    assert [found for found, _ in found_in(wrong)] == [rule]
