"""The gateways and waypoints whose requests arrive at a workload, and the identity under which policies know them."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from istiolint.authorization.callers import Caller, may_admit
from istiolint.mesh.entrances import Entrance, Identity
from istiolint.mesh.waypoints import is_waypoint, skipped_by_gateways, traffic_of
from istiolint.mesh.workload import Workload, ports_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

if TYPE_CHECKING:
    from istiolint.mesh.mesh import Mesh

_AUTO_ALLOW = "PILOT_AUTO_ALLOW_WAYPOINT_POLICY"


def caller_of(identity: Identity, mesh: "Mesh") -> Caller:
    """An identity with all trust domains under which policies know it."""
    domains = dict.fromkeys([mesh.config.text("trustDomain"), "cluster.local", *mesh.config.names("trustDomainAliases")])
    return Caller(identity.namespace, identity.account, tuple(domains))


def principal_of(identity: Identity, mesh: "Mesh") -> str:
    """An identity as `principals` name it."""
    return f"{mesh.config.text('trustDomain')}/ns/{identity.namespace}/sa/{identity.account}"


def arrivals(workload: Workload, mesh: "Mesh") -> Iterator[tuple[Resource, Entrance]]:
    """The Services of a workload with the routes by which gateways send requests directly to its pods."""
    for service in mesh.workloads.services_of(workload):
        if mesh.injection.of(workload).state != "ambient" or _called_directly(service, mesh):
            for entrance in mesh.entrances.to(mesh.hosts.fqdn(service.name, service.namespace)):
                yield service, entrance


def waypoint_arrivals(service: Resource, mesh: "Mesh") -> Iterator[Entrance]:
    """The routes by which gateways send requests for a Service to its waypoint."""
    use = mesh.waypoints.use(service)
    serving = use is not None and any(is_waypoint(gateway) for gateway in mesh.waypoints.gateways(use))
    if serving and not skipped_by_gateways(service, mesh.namespaces.get(service.namespace, ())):
        yield from mesh.entrances.to(mesh.hosts.fqdn(service.name, service.namespace))


def waypoints_before(workload: Workload, mesh: "Mesh") -> Iterator[tuple[Resource, Resource]]:
    """The Services of a workload in ambient mode, each with a waypoint that connects to its pods under its own identity."""
    if mesh.injection.of(workload).state != "ambient" or mesh.flags.on(_AUTO_ALLOW):
        return
    for service in mesh.workloads.services_of(workload):
        use = mesh.waypoints.use(service)
        for gateway in mesh.waypoints.gateways(use) if use else ():
            if is_waypoint(gateway) and traffic_of(gateway) in ("service", "all"):
                yield service, gateway


def is_admitted(
    identity: Identity, policies: Iterable[Resource], mesh: "Mesh", service: Resource, workload: Workload | None = None
) -> bool:
    """Whether a rule of ALLOW policies may match requests for a Service under an identity.

    `workload` is None at a waypoint, where conditions on ports compare the port of the Service.
    """
    caller = caller_of(identity, mesh)
    if workload is None:
        ports: set[int | None] = {port["port"].number for port in service.spec["ports"]}
    else:
        ports = {target for _, _, target in ports_of(service, workload)}
    return any(
        may_admit(rule, caller, policy.namespace) and _covers(rule, ports) for policy in policies for rule in policy.spec["rules"]
    )


def _covers(rule: Cursor, ports: set[int | None]) -> bool:
    """Whether a rule may apply to one of the ports."""
    lists = [target["operation"]["ports"] for target in rule["to"]]
    if not lists or not ports or None in ports:
        return True
    wanted = {str(port) for port in ports}
    return any(not each or any(port.text in wanted or port.unresolved for port in each) for each in lists)


def _called_directly(service: Resource, mesh: "Mesh") -> bool:
    """Whether gateways send requests for a Service in ambient mode directly to its pods, not to a waypoint."""
    if mesh.waypoints.use(service) is None:
        return mesh.waypoints.surely_without(service)
    return skipped_by_gateways(service, mesh.namespaces.get(service.namespace, ()))
