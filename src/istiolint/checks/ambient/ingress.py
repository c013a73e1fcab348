"""Waypoint policies that requests from gateways, or from callers outside the mesh, bypass."""

from collections.abc import Iterable, Iterator
from itertools import islice

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.authorization import is_dry_run
from istiolint.mesh.waypoints import INGRESS_USE_WAYPOINT, WAYPOINT_CLASSES, Use, is_waypoint, skipped_by_gateways
from istiolint.mesh.workload import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "waypoint-skipped-by-gateway", severity="warning", evidence="contradiction", tags=["security"],
    kinds=["AuthorizationPolicy", "RequestAuthentication", "WasmPlugin"],
    when=["targetRef", "targetRefs"],
)  # fmt: skip
def waypoint_skipped_by_gateway(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies of a waypoint that a gateway bypasses by sending requests directly to the pods."""
    if is_dry_run(policy):
        return
    for target in (policy.spec["targetRef"], *policy.spec["targetRefs"]):
        for service, use in protected(policy, target, mesh):
            if not skipped_by_gateways(service, mesh.namespaces.get(service.namespace, ())):
                continue
            entrance = next(
                (
                    each
                    for each in mesh.entrances.to(mesh.hosts.fqdn(service.name, service.namespace))
                    if not mesh.exclusive(policy, each.route) and not mesh.exclusive(policy, each.gateway)
                ),
                None,
            )
            if entrance is not None:
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


@check(
    "waypoint-skipped-by-caller", severity="warning", evidence="contradiction", tags=["security"],
    kinds=["AuthorizationPolicy", "RequestAuthentication"], when=["targetRef", "targetRefs"],
)  # fmt: skip
def waypoint_skipped_by_caller(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies of a waypoint that callers outside the mesh bypass: they connect directly to the pods."""
    if is_dry_run(policy):
        return
    for target in (policy.spec["targetRef"], *policy.spec["targetRefs"]):
        found = (
            (service, use, call)
            for service, use in protected(policy, target, mesh)
            if _accepts_plaintext(service, mesh)
            for call in mesh.calls.of_service(service)
            if _is_outside(call.caller, mesh) and not mesh.exclusive(policy, call.caller.resource)
        )
        for service, use, call in islice(found, 1):
            yield finding(
                target["name"],
                f"`{call.caller.title}` is outside the mesh and calls the pods of `{service.name}` directly; its requests bypass "
                f"this {policy.kind}",
                hint="add the caller to the mesh, or reject plaintext with a PeerAuthentication of mode `STRICT`",
                related=[(call.at, "the call is configured here"), (use.at, "the waypoint is set here")],
            )


def protected(policy: Resource, target: Cursor, mesh: Mesh) -> Iterator[tuple[Resource, Use]]:
    """The Services for which a waypoint enforces a policy that names them, the waypoint, or the class of waypoints."""
    kind, name = target["kind"].text, target["name"].text
    services: Iterable[Resource] = ()
    if kind == "Service":
        service = mesh.get("Service", policy.namespace, name)
        services = (service,) if service is not None else ()
    elif kind == "Gateway":
        gateway = mesh.get(KUBERNETES_GATEWAY, policy.namespace, name)
        services = mesh.waypoints.services(gateway) if gateway is not None and is_waypoint(gateway) else ()
    elif kind == "GatewayClass" and name in WAYPOINT_CLASSES and policy.namespace == mesh.root_namespace:
        gateways = (gateway for gateway in mesh.all(KUBERNETES_GATEWAY) if is_waypoint(gateway))
        services = (service for gateway in gateways for service in mesh.waypoints.services(gateway))
    for service in services:
        use = mesh.waypoints.use(service)
        if use is not None and not mesh.exclusive(policy, service) and any(map(is_waypoint, mesh.waypoints.gateways(use))):
            yield service, use


def _accepts_plaintext(service: Resource, mesh: Mesh) -> bool:
    """Whether ztunnel lets plaintext through to a workload of a Service."""
    workloads = [each for each in mesh.workloads.of_service(service) if mesh.injection.of(each).state == "ambient"]
    return any(not mesh.mtls.of(workload).strict for workload in workloads)


def _is_outside(caller: Workload, mesh: Mesh) -> bool:
    membership = mesh.injection.of(caller)
    return membership.state == "outside" and (membership.explicit or membership.sure)
