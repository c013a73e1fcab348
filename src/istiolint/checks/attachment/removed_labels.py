"""Labels that Istio no longer sets on pods, and annotations that it no longer reads, since a release."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Fix, Rename
from istiolint.istio.annotations import GONE, REMOVED_LABELS
from istiolint.mesh import Mesh
from istiolint.resources.kinds import KUBERNETES_GATEWAY, WORKLOADS
from istiolint.resources.pods import pod_of
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check
from istiolint.settings import minor

_KINDS = ("AuthorizationPolicy", "EnvoyFilter", "Gateway", "NetworkPolicy", "PeerAuthentication", "PodDisruptionBudget",
          "ProxyConfig", "RequestAuthentication", "Service", "Sidecar", "Telemetry", "WasmPlugin")  # fmt: skip
REMOVED_LABEL = declare("removed-label", severity="warning", topic="attachment", fixable=True)


@further_check(REMOVED_LABEL, kinds=_KINDS, when=list(REMOVED_LABELS))
def removed_label(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a selector with a label that an Istio release removed, unless pods of the input have it."""
    spec = resource.spec
    selector = spec["podSelector"] if resource.type == "NetworkPolicy" else spec["selector"]
    for labels in (selector["matchLabels"], spec["workloadSelector"]["labels"], selector):
        for name, (release, successor) in REMOVED_LABELS.items():
            label = labels[name]
            if not label.exists or mesh.settings.istio_minor < minor(release):
                continue
            namespace = None if resource.namespace == mesh.root_namespace or resource.type == "Gateway" else resource.namespace
            if label.text and mesh.workloads.selected(labels.labels, namespace):
                continue
            yield finding(
                label.key,
                f"since Istio {release}, gateway pods no longer have label `{name}`; the selector matches no pod",
                hint=f"use `{successor}`",
                fix=Fix(f"rename `{name}` to `{successor}`", (Rename(label.place, successor),)),
            )


@further_check(REMOVED_LABEL, kinds=[*WORKLOADS, KUBERNETES_GATEWAY], when=list(GONE))
def removed_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an annotation that an Istio release stopped reading, where a label took its place."""
    pod = pod_of(resource)
    for metadata in (resource.metadata, *([pod["metadata"]] if pod is not None and pod is not resource else [])):
        for name, (release, value, effect, hint) in GONE.items():
            annotation = metadata["annotations"][name]
            if annotation.exists and mesh.settings.istio_minor >= minor(release) and value in ("", annotation.text):
                message = f"Istio {release} and later ignore annotation `{name}`; {effect}"
                yield finding(annotation.key, message, hint=hint)
