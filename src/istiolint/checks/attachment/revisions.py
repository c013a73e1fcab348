"""Resources whose revision differs from the control plane revision of their namespace."""

import re
from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.mesh.injection import NAMESPACE_INJECTION, REVISION
from istiolint.resources.kinds import ISTIO
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_FOR_WORKLOADS = (
    "AuthorizationPolicy", "EnvoyFilter", "PeerAuthentication", "ProxyConfig", "RequestAuthentication", "Sidecar", "Telemetry",
    "TrafficExtension", "VirtualService", "WasmPlugin",
)  # fmt: skip
"""Kinds that only proxies of their own namespace use."""
_CONFIGURATION = [
    kind for group, kinds in ISTIO.items() if group not in ("install.istio.io", "sailoperator.io") for kind in kinds
]
_OF_A_RELEASE = re.compile(r"v?\d+[-.]\d+.*")
_DEFAULT = "default"


@check("resource-of-other-revision", severity="warning", evidence="contradiction", kinds=_CONFIGURATION)
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


def _is_for_own_namespace(resource: Resource, mesh: Mesh) -> bool:
    """Return whether only the proxies of the same namespace use a resource."""
    if resource.type not in _FOR_WORKLOADS or resource.namespace == mesh.root_namespace:
        return False
    return resource.type != "VirtualService" or all(name.name == MESH for name, _ in bound_gateways(resource))


def _differ(revision: str, other: str) -> bool:
    """Return whether two revision names certainly differ: a revision tag may point to a release revision."""
    return revision != other and bool(_OF_A_RELEASE.fullmatch(revision)) == bool(_OF_A_RELEASE.fullmatch(other))
