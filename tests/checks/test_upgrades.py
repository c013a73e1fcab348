"""Upgrades: each release has changes, each change is found, and wrong options are reported."""

import json
from typing import Any

import pytest

from istiolint.checks.upgrade.changes import CHANGES
from istiolint.checks.upgrade.kinds import KINDS
from istiolint.engine.lint import lint
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.settings import NEWEST, OLDEST, Settings, minor
from istiolint.sources import Source

TLS = {"host": "a.b", "trafficPolicy": {"tls": {"mode": "SIMPLE"}}}
ROUTE = [{"destination": {"host": "a"}}]


def pod(**metadata: Any) -> dict[str, Any]:
    return {"metadata": metadata, "spec": {"containers": [{"name": "a", "image": "a"}]}}


def mesh(config: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "istio"}, "data": {"mesh": json.dumps(config)}}


def patch(text: str) -> dict[str, Any]:
    return {"configPatches": [{"applyTo": "CLUSTER", "patch": {"operation": "MERGE", "value": {"name": text}}}]}


def typed(name: str) -> dict[str, Any]:
    value = {"typed_config": {"@type": f"type.googleapis.com/envoy.extensions.{name}"}}
    return {"configPatches": [{"applyTo": "HTTP_FILTER", "patch": {"operation": "INSERT_FIRST", "value": value}}]}


EXAMPLES: list[tuple[str, str, dict[str, Any]]] = [
    ("1.18", "certificates", mesh({"certificates": [{"secretName": "a"}]})),
    ("1.19", "requires its group", {"kind": "HTTPRoute", "spec": {"parentRefs": [{"kind": "Service", "name": "a"}]}}),
    ("1.20", "this filter", {"kind": "EnvoyFilter", "spec": patch("sni_verifier")}),
    ("1.21", "public CAs", {"kind": "DestinationRule", "spec": TLS}),
    ("1.21", "without `sni`", {"kind": "DestinationRule", "spec": TLS}),
    ("1.21", "policy/v1beta1", {"kind": "PodDisruptionBudget", "apiVersion": "policy/v1beta1", "spec": {}}),
    ("1.21", "jwt_authn", {"kind": "EnvoyFilter", "spec": patch("istio_authn")}),
    ("1.22", "targetPort", {"kind": "ServiceEntry", "spec": {"ports": [{"number": 80, "targetPort": 81}]}}),
    ("1.22", "withoutHeaders", {"kind": "VirtualService", "spec": {"http": [{"match": [{"withoutHeaders": {"a": {}}}],
    "route": ROUTE}]}}),
    ("1.22", "braces", {"kind": "AuthorizationPolicy", "spec": {"rules": [{"to": [{"operation": {"paths": ["/{a}"]}}]}]}}),
    ("1.22", "remote", {"kind": "IstioOperator", "spec": {"profile": "external"}}),
    ("1.23", "this provider", mesh({"extensionProviders": [{"name": "a", "stackdriver": {}}]})),
    ("1.23", "DNS", {"kind": "Pod", **pod(annotations={"traffic.sidecar.istio.io/excludeOutboundPorts": "22, 53"})}),
    ("1.24", "503", {"kind": "VirtualService", "spec": {"http": [{"retries": {"attempts": 2}, "route": ROUTE}]}}),
    ("1.24", "this label", {"kind": "Telemetry", "spec": {"selector": {"matchLabels": {"istio.io/gateway-name": "a"}}}}),
    ("1.24", "this attribute", {"kind": "Telemetry",
    "spec": {"accessLogging": [{"filter": {"expression": "wasm.downstream_peer"}}]}}),
    ("1.24", "operator no longer", {"kind": "Deployment", "metadata": {"name": "istio-operator"}, "spec": {"template": pod()}}),
    ("1.24", "annotation is ignored", {"kind": "Pod", **pod(annotations={"sidecar.istio.io/enableCoreDump": "true"})}),
    ("1.24", "warmup.duration", {"kind": "DestinationRule",
    "spec": {"trafficPolicy": {"loadBalancer": {"warmupDurationSecs": "9s"}}}}),
    ("1.25", "OpenCensus", mesh({"defaultConfig": {"tracing": {"openCensusAgent": {}}}})),
    ("1.25", "trafficDistribution", {"kind": "Service", "spec": {"trafficDistribution": "PreferClose"}}),
    ("1.25", "annotation is deprecated", {"kind": "Pod",
    **pod(annotations={"traffic.sidecar.istio.io/kubevirtInterfaces": "a"})}),
    ("1.26", "this type no longer", {"kind": "EnvoyFilter", "spec": patch("istio.envoy.config.filter.http.authn.v2alpha1.A")}),
    ("1.26", "cacerts", {"kind": "Secret", "metadata": {"name": "cacerts"}, "data": {"ca-key.pem": "YQ=="}}),
    ("1.27", "Lightstep", mesh({"extensionProviders": [{"name": "a", "lightstep": {}}]})),
    ("1.27", "native sidecar", {"kind": "Job",
    "spec": {"template": {"spec": {"containers": [{"command": ["curl /quitquitquit"]}]}}}}),
    ("1.27", "nativeSidecar", {"kind": "Pod", **pod(annotations={"sidecar.istio.io/native-side": "true"})}),
    ("1.28", "-shadow", {"kind": "VirtualService", "spec": {"http": [{"mirror": {"host": "a"}, "route": ROUTE}]}}),
    ("1.28", "only as `v1`", {"kind": "BackendTLSPolicy", "apiVersion": "gateway.networking.k8s.io/v1alpha3", "spec": {}}),
    ("1.29", "annotation is ignored", {"kind": "Pod", **pod(annotations={"sidecar.istio.io/statsCompression": "br"})}),
    ("1.22", "injected credentials", {"kind": "EnvoyFilter", "spec": typed("injected_credentials.generic.v3.Generic")}),
    ("1.24", "this filter", {"kind": "EnvoyFilter", "spec": typed("filters.http.proto_message_logging.v3.A")}),
    ("1.29", "Squash", {"kind": "EnvoyFilter", "spec": typed("filters.http.squash.v3.Squash")}),
    ("1.31", "no proxy serves", {"kind": "Gateway", "spec": {"selector": {"gateway.networking.k8s.io/gateway-name": "a"}}}),
    ("1.31", "this registry", {"kind": "WasmPlugin", "spec": {"url": "oci://gcr.io/istio-release/a:1"}}),
    ("1.31", "minHealthPercent", {"kind": "DestinationRule",
    "spec": {"trafficPolicy": {"outlierDetection": {"minHealthPercent": 1}}}}),
    ("1.31", "without backends", {"kind": "HTTPRoute", "spec": {"rules": [{}]}}),
    (
        "1.31", "the network",
        {
            "kind": "DestinationRule",
            "spec": {
                "trafficPolicy": {"loadBalancer": {"localityLbSetting": {"failoverPriority": ["topology.istio.io/network"]}}},
            },
        },
    ),
]  # fmt: skip
GROUPS = {
    **dict.fromkeys(("DestinationRule", "EnvoyFilter", "Gateway", "ServiceEntry", "VirtualService"),
    "networking.istio.io/v1beta1"),
    **dict.fromkeys(("HTTPRoute", "BackendTLSPolicy"), "gateway.networking.k8s.io/v1"),
    "AuthorizationPolicy": "security.istio.io/v1beta1",
    "Deployment": "apps/v1", "Job": "batch/v1", "Telemetry": "telemetry.istio.io/v1alpha1",
    "WasmPlugin": "extensions.istio.io/v1alpha1",
    "IstioOperator": "install.istio.io/v1alpha1",
}  # fmt: skip
RULES = ("broken-by-upgrade", "changed-by-upgrade", "flag-gone-after-upgrade")


def messages(documents: list[dict[str, Any]], istio_version: str, upgrade_to: str | None) -> list[str]:
    sources = [Source(f"{index}.yaml", json.dumps(document)) for index, document in enumerate(documents)]
    report = lint(sources, Settings(select=RULES, istio_version=istio_version, upgrade_to=upgrade_to))
    assert not report.internal_errors
    return [found.message for found in report.diagnostics]


def before(release: str) -> str:
    return f"1.{minor(release) - 1}"


def whole(part: dict[str, Any]) -> dict[str, Any]:
    document = {"apiVersion": GROUPS.get(part["kind"], "v1"), **part}
    return {**document, "metadata": {"name": "a", "namespace": "shop", **document.get("metadata", {})}}


@pytest.mark.parametrize(("release", "words", "part"), EXAMPLES)
def test_a_change_is_reported_for_upgrades_that_pass_it(release: str, words: str, part: dict[str, Any]) -> None:
    documents = [whole(part)]
    reported = messages(documents, before(release), release)
    assert [text for text in reported if f"starting with Istio {release}," in text and words in text]
    assert not [message for message in messages(documents, release, NEWEST) if f"starting with Istio {release}," in message]
    assert messages(documents, before(release), None) == []


def test_a_host_of_two_namespaces() -> None:
    entries = [
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "ServiceEntry",
            "metadata": {"name": "a", "namespace": name},
            "spec": {"hosts": ["a.b"]},
        }
        for name in ("one", "two")
    ]
    assert any("starting with Istio 1.30," in message for message in messages(entries, "1.29", "1.30"))


def test_a_flag_that_is_gone() -> None:
    values = {"pilot": {"env": {"VERIFY_CERTIFICATE_AT_CLIENT": "false"}}}
    operator = {
        "apiVersion": "install.istio.io/v1alpha1",
        "kind": "IstioOperator",
        "metadata": {"name": "a"},
        "spec": {"values": values},
    }
    assert any("VERIFY_CERTIFICATE_AT_CLIENT" in message for message in messages([operator], "1.23", "1.24"))


def test_each_release_has_something_to_tell() -> None:
    assert {change.release for change in CHANGES} == {f"1.{number}" for number in range(minor(OLDEST), minor(NEWEST) + 1)}
    assert len(EXAMPLES) + 1 >= len(CHANGES)


def test_the_kinds_are_those_of_the_changes() -> None:
    assert set(KINDS) == {kind for change in CHANGES for kind in change.kinds} | {KUBERNETES_GATEWAY}
