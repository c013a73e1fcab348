"""Selectors with labels that Istio no longer sets on pods."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Fix, Rename
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.settings import minor

_KINDS = ("AuthorizationPolicy", "EnvoyFilter", "Gateway", "PeerAuthentication", "ProxyConfig", "RequestAuthentication",
          "Service", "Sidecar", "Telemetry", "WasmPlugin")  # fmt: skip
_REMOVED = {"istio.io/gateway-name": ("1.24", "gateway.networking.k8s.io/gateway-name")}
"""The pod labels that a release removed: the release, and the label that replaced it."""


@check(
    "removed-label", severity="warning", evidence="document", kinds=_KINDS, fixable=True, when=["istio.io/gateway-name"],
)  # fmt: skip
def removed_label(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a selector with a label that an Istio release removed, unless pods of the input have it."""
    spec = resource.spec
    for labels in (spec["selector"]["matchLabels"], spec["workloadSelector"]["labels"], spec["selector"]):
        for name, (release, successor) in _REMOVED.items():
            label = labels[name]
            if not label.exists or mesh.settings.istio_minor < minor(release):
                continue
            namespace = None if resource.namespace == mesh.root_namespace or resource.type == "Gateway" else resource.namespace
            if label.text and mesh.workloads.selected(labels.labels, namespace):
                continue
            yield finding(
                label.key,
                f"gateway pods no longer have label `{name}` since Istio {release}; the selector matches no pod",
                hint=f"use `{successor}`",
                fix=Fix(f"rename `{name}` to `{successor}`", (Rename(label.place, successor),)),
            )
