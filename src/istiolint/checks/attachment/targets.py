"""Targets of policies and plugins that do not exist in their namespace."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.waypoints import WAYPOINT_CLASSES
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_KINDS = ["AuthorizationPolicy", "EnvoyFilter", "RequestAuthentication", "Telemetry", "TrafficExtension", "WasmPlugin"]
_TYPES = {
    ("", "Service"): "Service",
    ("core", "Service"): "Service",
    ("gateway.networking.k8s.io", "Gateway"): KUBERNETES_GATEWAY,
    ("networking.istio.io", "ServiceEntry"): "ServiceEntry",
}


@check("target-not-found", severity="warning", evidence="missing", kinds=_KINDS, when=["targetRef", "targetRefs"])
def target_not_found(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a target that is not in the namespace of the resource."""
    for target in (policy.spec["targetRef"], *policy.spec["targetRefs"]):
        name, kind = target["name"], target["kind"].text
        type_ = _TYPES.get((target["group"].text, kind))
        elsewhere_named = target["namespace"].text not in ("", policy.namespace)
        if kind == "GatewayClass" and name.literal:
            yield from _class(policy, name, mesh)
        if type_ is None or not name.literal or elsewhere_named:
            continue
        if mesh.get(type_, policy.namespace, name.text):
            continue
        elsewhere = [other for other in mesh.named(type_, name.text) if not mesh.exclusive(policy, other)]
        placed = policy.placed and all(other.placed for other in elsewhere)
        yield finding(
            name,
            f"no {kind} `{name.text}` in namespace `{policy.namespace}`; the {policy.kind} has no effect",
            hint=f"move the {policy.kind} to namespace `{elsewhere[0].namespace}`; targets must be in the same namespace"
            if elsewhere
            else f"use the name of an existing {kind} in this namespace",
            related=[(other.metadata["name"], f"{other.title} is here") for other in elsewhere[:2]],
            known=mesh.settings.whole_mesh or (placed and bool(elsewhere)) or _is_known(type_, name.text, policy, mesh),
        )


def _class(policy: Resource, name: Cursor, mesh: Mesh) -> Iterator[Finding]:
    """Report a class of Gateways that is not that of waypoints, or in another namespace than the root namespace."""
    if name.text not in WAYPOINT_CLASSES:
        yield finding(
            name,
            f"policies can target GatewayClass `{WAYPOINT_CLASSES[0]}` only; the {policy.kind} has no effect",
            hint=f"use `{WAYPOINT_CLASSES[0]}`, or target a Gateway",
        )
    elif policy.namespace != mesh.root_namespace:
        yield finding(
            name,
            f"a GatewayClass can be a target only in the root namespace `{mesh.root_namespace}`; the {policy.kind} has no effect",
            hint=f"move the {policy.kind} to namespace `{mesh.root_namespace}`, or target a Gateway in this namespace",
            known=policy.placed
            and (mesh.settings.whole_mesh or mesh.config.known or bool(mesh.workloads.in_namespace(policy.namespace))),
        )


def _is_known(type_: str, name: str, policy: Resource, mesh: Mesh) -> bool:
    """Return whether the input would contain a target of this type in the namespace of a policy."""
    if type_ == KUBERNETES_GATEWAY:
        return mesh.coverage.lacks_gateway(policy.namespace, name, policy)
    return type_ == "Service" and mesh.coverage.lacks("Service", policy.namespace, name, policy)
