"""Manifests that test meshes have in common: namespaces, Services, Deployments, and resources of Istio."""

import json
from typing import Any, TypeAlias

Manifest: TypeAlias = dict[str, Any]
IN_MESH, OUTSIDE = {"istio-injection": "enabled"}, {"istio-injection": "disabled"}
"""Labels of a namespace with and without sidecars."""
GATEWAY = {"inject.istio.io/templates": "gateway"}
"""The annotation of the pods of a gateway."""
HTTP = {"name": "http", "port": 80, "targetPort": 8080}
"""The port that a Service has unless it is given others."""
API_VERSIONS = {
    **dict.fromkeys(("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"), "security.istio.io/v1"),
    **dict.fromkeys(("GRPCRoute", "HTTPRoute"), "gateway.networking.k8s.io/v1"),
    **dict.fromkeys(("WasmPlugin", "TrafficExtension"), "extensions.istio.io/v1alpha1"),
    "EnvoyFilter": "networking.istio.io/v1alpha3",
    "ProxyConfig": "networking.istio.io/v1beta1",
    "ReferenceGrant": "gateway.networking.k8s.io/v1beta1",
    "Telemetry": "telemetry.istio.io/v1",
}
"""The API versions of kinds outside `networking.istio.io/v1`."""


def resource(kind: str, spec: Manifest, **metadata: Any) -> Manifest:
    """A resource of Istio or the Gateway API: `shop/stock`, unless `metadata` has another name or namespace."""
    api_version = API_VERSIONS.get(kind, "networking.istio.io/v1")
    return {
        "apiVersion": api_version, "kind": kind, "metadata": {"name": "stock", "namespace": "shop", **metadata}, "spec": spec,
    }  # fmt: skip


def kubernetes_gateway(spec: Manifest, **metadata: Any) -> Manifest:
    """A Gateway of the Gateway API, which shares its kind with the Gateway of Istio."""
    return resource("Gateway", spec, **metadata) | {"apiVersion": "gateway.networking.k8s.io/v1"}


def peer_authentication(mode: str | None, name: str = "default", namespace: str = "shop", **spec: Any) -> Manifest:
    """A PeerAuthentication with a mode, or with what `spec` has alone."""
    return resource("PeerAuthentication", {**({"mtls": {"mode": mode}} if mode else {}), **spec}, name=name, namespace=namespace)


def namespace(name: str = "shop", **labels: str) -> Manifest:
    """A namespace with labels."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def service(name: str, namespace: str = "shop", *, metadata: Manifest | None = None, **spec: Any) -> Manifest:
    """A Service for the pods with its name as label `app`, unless `spec` has another selector."""
    return {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace, **(metadata or {})},
        "spec": {"selector": {"app": name}, "ports": [HTTP], **spec},
    }  # fmt: skip


def deployment(
    name: str,
    namespace: str = "shop",
    *,
    calls: str = "",
    container: Manifest | None = None,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
) -> Manifest:
    """A Deployment with one container, which calls a URL; the service account and the label `app` are its name, unless
    `labels` have another."""
    environment = [{"name": "TARGET_URL", "value": calls}] if calls else []
    labels = {"app": name, **(labels or {})}
    template = {
        "metadata": {"labels": labels, "annotations": annotations or {}},
        "spec": {
            "serviceAccountName": name,
            "containers": [{"name": "app", "image": "app:1", "env": environment, **(container or {})}],
        },
    }
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }  # fmt: skip


def as_text(*manifests: Manifest) -> str:
    """The manifests as a file, to which more documents can be added: each ends with `---`."""
    return "".join(f"{json.dumps(each, indent=1)}\n---\n" for each in manifests)
