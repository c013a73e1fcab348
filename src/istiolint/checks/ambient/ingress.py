"""Waypoint policies that requests from gateways bypass."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.authorization import is_dry_run
from istiolint.mesh.waypoints import INGRESS_USE_WAYPOINT, is_waypoint, skipped_by_gateways
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "waypoint-skipped-by-gateway", severity="warning", evidence="contradiction", tags=["security"],
    kinds=["AuthorizationPolicy", "RequestAuthentication", "WasmPlugin"],
)  # fmt: skip
def waypoint_skipped_by_gateway(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies of a waypoint that a gateway bypasses by sending requests directly to the pods."""
    for target in (policy.spec["targetRef"], *policy.spec["targetRefs"]):
        service = mesh.get("Service", policy.namespace, target["name"].text) if target["kind"].text == "Service" else None
        if service is None or is_dry_run(policy) or mesh.exclusive(policy, service):
            continue
        use = mesh.waypoints.use(service)
        if use is None or not any(is_waypoint(gateway) for gateway in mesh.waypoints.gateways(use)):
            continue
        if not skipped_by_gateways(service, mesh.namespaces.get(service.namespace, ())):
            continue
        for entrance in mesh.entrances.to(mesh.hosts.fqdn(service.name, service.namespace)):
            if not mesh.exclusive(policy, entrance.route) and not mesh.exclusive(policy, entrance.gateway):
                yield finding(
                    target["name"],
                    f"{entrance.gateway.title} sends requests for `{service.name}` directly to its pods; they bypass this "
                    f"{policy.kind}",
                    hint=f'label the Service or its Namespace `{INGRESS_USE_WAYPOINT}: "true"`',
                    related=[
                        (entrance.at, f"{entrance.route.title} routes to the Service"),
                        (use.at, "the waypoint is set here"),
                    ],
                )
                break
