import json

import pytest
from meshes import mesh


def state(pod: str = "", namespace: str | None = "", spec: str = "", more: str = "", ns: str = "shop") -> str:
    documents = [f"{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: {ns}, {pod}}}, spec: {{{spec}}}}}"]
    if namespace is not None:
        documents.append(f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {ns}, labels: {{{namespace}}}}}}}")
    found = mesh("\n---\n".join([*documents, more]))
    return found.injection.of(found.workloads.all[0]).state


@pytest.mark.parametrize(
    ("pod", "namespace", "expected"),
    [
        ("", None, "unknown"),
        ("", "", "outside"),
        ("", "istio-injection: enabled", "sidecar"),
        ("", "istio-injection: disabled", "outside"),
        ("", "istio-injection: Enabled", "outside"),
        ("", "istio.io/rev: canary", "sidecar"),
        ("", "istio-injection: disabled, istio.io/rev: canary", "outside"),
        ("", "istio.io/dataplane-mode: ambient", "ambient"),
        ("", "istio-injection: enabled, istio.io/dataplane-mode: ambient", "sidecar"),
        ("", "istio-injection: disabled, istio.io/dataplane-mode: ambient", "ambient"),
        ('labels: {sidecar.istio.io/inject: "true"}', "", "sidecar"),
        ('labels: {sidecar.istio.io/inject: "true"}', None, "sidecar"),
        ('labels: {sidecar.istio.io/inject: "true"}', "istio-injection: disabled", "outside"),
        ('labels: {sidecar.istio.io/inject: "false"}', "istio-injection: enabled", "outside"),
        ('labels: {sidecar.istio.io/inject: "false"}', None, "outside"),
        ('annotations: {sidecar.istio.io/inject: "false"}', "istio-injection: enabled", "outside"),
        (
            'labels: {sidecar.istio.io/inject: "true"}, annotations: {sidecar.istio.io/inject: "false"}',
            "istio-injection: enabled",
            "sidecar",
        ),
        ('annotations: {sidecar.istio.io/inject: "true"}', "", "outside"),
        ("labels: {istio.io/rev: canary}", "", "sidecar"),
        ("labels: {istio.io/dataplane-mode: ambient}", "", "ambient"),
        ("labels: {istio.io/dataplane-mode: none}", "istio.io/dataplane-mode: ambient", "outside"),
        ('labels: {sidecar.istio.io/inject: "false"}', "istio.io/dataplane-mode: ambient", "ambient"),
        ('labels: {sidecar.istio.io/inject: "true"}', "istio.io/dataplane-mode: ambient", "sidecar"),
    ],
)
def test_labels(pod: str, namespace: str | None, expected: str) -> None:
    assert state(pod, namespace) == expected


def test_host_network_is_never_injected() -> None:
    assert state(namespace="istio-injection: enabled", spec="hostNetwork: true") == "outside"
    assert state(namespace="istio.io/dataplane-mode: ambient", spec="hostNetwork: true") == "outside"


def test_a_proxy_written_into_the_pod_is_in_the_mesh() -> None:
    assert state(namespace=None, spec="containers: [{name: istio-proxy, image: proxyv2}]") == "sidecar"
    assert state(namespace=None, spec="containers: [{name: istio-proxy, image: auto}]") == "unknown"


def test_kubernetes_own_namespaces_are_outside() -> None:
    assert state('labels: {sidecar.istio.io/inject: "true"}', None, ns="kube-system") == "outside"


def test_a_namespace_written_twice_with_other_labels_tells_nothing() -> None:
    twice = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: disabled}}}"
    assert state(namespace="istio-injection: enabled", more=twice) == "unknown"
    assert state(namespace="istio-injection: disabled", more=twice) == "outside"


def injector(values: object) -> str:
    text = json.dumps({"values": json.dumps(values)})
    return (
        f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: istio-sidecar-injector, namespace: istio-system}}, data: {text}}}"
    )


@pytest.mark.parametrize(
    "values", [3, {}, {"sidecarInjectorWebhook": 1}, {"sidecarInjectorWebhook": {"enableNamespacesByDefault": False}}]
)
def test_injectors_that_inject_only_what_is_labelled(values: object) -> None:
    assert state(namespace="", more=injector(values)) == "outside"


def test_namespaces_may_be_injected_by_default() -> None:
    values = {"sidecarInjectorWebhook": {"enableNamespacesByDefault": True}}
    assert state(namespace="", more=injector(values)) == "sidecar"
    assert state(namespace="istio-injection: disabled", more=injector(values)) == "outside"


def test_probes_are_rewritten_by_default() -> None:
    pods = """
{apiVersion: v1, kind: Pod, metadata: {name: a}}
---
{apiVersion: v1, kind: Pod, metadata: {name: b, annotations: {sidecar.istio.io/rewriteAppHTTPProbers: "false"}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: c, annotations: {sidecar.istio.io/rewriteAppHTTPProbers: "true"}}}
"""
    found = mesh(pods)
    assert [found.injection.rewrites_probes(pod) for pod in found.workloads.all] == [True, False, True]
    found = mesh(pods + "---\n" + injector({"sidecarInjectorWebhook": {"rewriteAppHTTPProbe": False}}))
    assert [found.injection.rewrites_probes(pod) for pod in found.workloads.all] == [False, False, True]


def test_a_missing_label_says_little_where_few_namespaces_are_labelled() -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}}"
    namespaces = [f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}}}}}" for name in "ab"]
    labelled = [
        f"{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{istio-injection: enabled}}}}}}" for name in "cd"
    ]
    for documents, sure in (([pod, *namespaces, labelled[0]], False), ([pod, *namespaces, *labelled], True)):
        found = mesh("\n---\n".join(documents))
        membership = found.injection.of(found.workloads.all[0])
        assert (membership.state, membership.sure) == ("outside", sure)
