"""Policies that are attached to a Service with `targetRefs`, which only waypoints read."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.waypoints import USE_WAYPOINT
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_TARGETS = {"": "Service", "core": "Service", "networking.istio.io": "ServiceEntry"}
_SECURITY = ("AuthorizationPolicy", "RequestAuthentication")


@check(
    "target-without-waypoint",
    severity="error",
    evidence="contradiction",
    kinds=["AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin"],
    codes=["KIA0109", "KIA1110", "KIA1111", "KIA1112", "KIA1317"],
    when=["targetRef", "targetRefs"],
)
def target_without_waypoint(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies for a Service without a waypoint: neither ztunnel nor sidecars read `targetRefs`."""
    for target in (policy.spec["targetRef"], *policy.spec["targetRefs"]):
        kind = _TARGETS.get(target["group"].text)
        if kind is None or not target["name"].text or target["kind"].text != kind:
            continue
        service = mesh.get(kind, policy.namespace, target["name"].text)
        if service is None or mesh.exclusive(policy, service) or not mesh.waypoints.surely_without(service):
            continue
        yield finding(
            target["name"],
            f"{kind} `{service.name}` has no waypoint, and only waypoints read `targetRefs`; the {policy.kind} has no effect",
            hint=f"label the {kind} or its namespace `{USE_WAYPOINT}: NAME`, or use a `selector`",
            related=[(service.metadata["name"], f"the {kind}")],
            severity=None if policy.type in _SECURITY else "warning",
        )
