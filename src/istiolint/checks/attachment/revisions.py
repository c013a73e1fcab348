"""Resources whose revision differs from the control plane revision of their namespace."""

import re
from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH, bound_names
from istiolint.mesh.injection import NAMESPACE_INJECTION, REVISION
from istiolint.resources.kinds import ISTIO, WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

_FOR_WORKLOADS = (
    "AuthorizationPolicy", "EnvoyFilter", "PeerAuthentication", "ProxyConfig", "RequestAuthentication", "Sidecar", "Telemetry",
    "TrafficExtension", "VirtualService", "WasmPlugin",
)  # fmt: skip
"""Kinds that only proxies of their own namespace use."""
_CONFIGURATION = [
    kind for group, kinds in ISTIO.items() if group not in ("install.istio.io", "sailoperator.io") for kind in kinds
]
_INJECTED = "sidecar.istio.io/status"
"""The annotation of pod templates into which a sidecar was injected by hand; istioctl also annotates them with the revision."""
_OF_A_RELEASE = re.compile(r"v?\d+[-.]\d+.*")
_DEFAULT = "default"


OTHER_REVISION = declare("resource-of-other-revision", severity="warning", evidence="contradiction", topic="attachment")


@further_check(OTHER_REVISION, kinds=_CONFIGURATION, when=[REVISION])
def resource_of_other_revision(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a revision label that hides a resource from the control plane of its namespace, or one set as an annotation."""
    written = resource.metadata["annotations"][REVISION]
    if written.literal:
        yield finding(
            written.key,
            f"`{REVISION}` is set as an annotation instead of a label; every control plane revision reads this {resource.kind}",
            hint="move it to `metadata.labels`",
        )
    label = resource.metadata["labels"][REVISION]
    if not label.literal or not _is_for_own_namespace(resource, mesh):
        return
    if any(workload.labels.get(REVISION) == label.text for workload in mesh.workloads.in_namespace(resource.namespace)):
        return  # pods choose the revision themselves
    for namespace in mesh.namespaces.get(resource.namespace, ()):
        own = namespace.metadata["labels"][REVISION]
        revision = _DEFAULT if namespace.labels.get(NAMESPACE_INJECTION) == "enabled" else own.text
        if revision and _differ(label.text, revision) and not mesh.exclusive(resource, namespace):
            yield finding(
                label,
                f"only revision `{label.text}` reads this {resource.kind}; the proxies of namespace "
                f"`{namespace.name}` belong to revision `{revision}` and never receive it",
                hint=f"remove the label, or set `{REVISION}: {revision}`",
                related=[(own if own.text else namespace.metadata["labels"][NAMESPACE_INJECTION], "revision of the namespace")],
            )


@further_check(OTHER_REVISION, kinds=["Namespace", *WORKLOADS], when=[REVISION])
def revision_as_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a revision of a Namespace or a pod template that is set as an annotation, which the injector ignores."""
    if resource.type == "Namespace":
        metadata = resource.metadata
    elif resource.type == "Pod":
        return  # the injector writes this annotation to pods
    else:
        metadata = resource.spec["template"]["metadata"]
    annotations = metadata["annotations"]
    if annotations[REVISION].literal and not metadata["labels"][REVISION].exists and not annotations[_INJECTED].exists:
        yield finding(
            annotations[REVISION].key,
            f"`{REVISION}` is set as an annotation instead of a label; it does not select a revision, and no sidecar is injected "
            "because of it",
            hint="move it to the labels",
        )


def _is_for_own_namespace(resource: Resource, mesh: Mesh) -> bool:
    """Return whether only the proxies of the same namespace use a resource."""
    if resource.type not in _FOR_WORKLOADS or resource.namespace == mesh.root_namespace:
        return False
    return resource.type != "VirtualService" or all(name.name == MESH for name in bound_names(resource))


def _differ(revision: str, other: str) -> bool:
    """Return whether two revision names certainly differ: a revision tag may point to a release revision."""
    return revision != other and bool(_OF_A_RELEASE.fullmatch(revision)) == bool(_OF_A_RELEASE.fullmatch(other))
