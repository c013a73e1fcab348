"""Gateways and waypoints that send traffic to workloads whose ALLOW policies leave them out."""

from collections.abc import Iterable, Iterator

from istiolint.authorization.callers import Caller, may_admit
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.entrances import Entrance, Identity
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.waypoints import is_waypoint, skipped_by_gateways, traffic_of
from istiolint.mesh.workloads import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_KIND = ("AuthorizationPolicy",)
_AUTO_ALLOW = "PILOT_AUTO_ALLOW_WAYPOINT_POLICY"


@check("gateway-not-allowed", severity="warning", evidence="contradiction", tags=["security"], kinds=_KIND)
def gateway_not_allowed(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report gateways that route to workloads whose ALLOW policies do not allow the gateway."""
    for workload in _workloads(policy, mesh):
        if not _has_rules(workload, mesh):
            continue  # see routed-workload-denied
        for service in mesh.workloads.services_of(workload):
            if mesh.injection.of(workload).state == "ambient" and not _called_by_gateways(service, mesh):
                continue
            for entrance in mesh.entrances.to(mesh.hosts.fqdn(service.name, service.namespace)):
                if _excluded(policy, workload, service, entrance, mesh):
                    identity = entrance.identities[0]
                    yield finding(
                        _place(policy),
                        f"{entrance.gateway.title} routes to `{workload.title}`, but no ALLOW policy allows the gateway's "
                        f"service account `{identity}`; requests get 403",
                        hint=f'add `{_principal(identity, mesh)}` to `principals`, or `"{identity.namespace}"` to `namespaces`',
                        related=[(entrance.at, f"{entrance.route.title} routes to Service `{service.name}`")],
                    )
                    return


@check("waypoint-not-allowed", severity="error", evidence="contradiction", tags=["security"], kinds=_KIND)
def waypoint_not_allowed(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies that do not allow a waypoint, whose identity ztunnel sees instead of the client."""
    for workload in _workloads(policy, mesh):
        if mesh.injection.of(workload).state != "ambient":
            continue
        for service in mesh.workloads.services_of(workload):
            use = mesh.waypoints.use(service)
            for gateway in mesh.waypoints.gateways(use) if use else ():
                identity = Identity(gateway.namespace, gateway.name)
                serves = not mesh.flags.on(_AUTO_ALLOW) and is_waypoint(gateway) and traffic_of(gateway) in ("service", "all")
                if not serves or _is_admitted(identity, workload, mesh) or mesh.exclusive(policy, gateway):
                    continue
                yield finding(
                    _place(policy),
                    f"no ALLOW policy for `{workload.title}` allows the waypoint `{identity}` of Service `{service.name}`; "
                    "ztunnel denies its connections",
                    hint=f"add `{_principal(identity, mesh)}` to `principals`, and restrict clients with a policy whose "
                    "`targetRefs` name the Service",
                    related=[(gateway.metadata["name"], "the waypoint")],
                )
                return


def _called_by_gateways(service: Resource, mesh: Mesh) -> bool:
    """Whether gateways send requests for a Service in ambient mode directly to its pods, not to a waypoint."""
    if mesh.waypoints.use(service) is None:
        return mesh.waypoints.surely_without(service)
    return skipped_by_gateways(service, mesh.namespaces.get(service.namespace, ()))


@check("routed-workload-denied", severity="warning", evidence="contradiction", tags=["security"], kinds=_KIND)
def routed_workload_denied(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ALLOW policies without rules at a gateway, or at a workload that is the target of routes."""
    for workload in mesh.allowing.led_by(policy) if not policy.spec["rules"].value else ():
        if _has_rules(workload, mesh) or not mesh.injection.of(workload).in_mesh:
            continue
        served = mesh.entrances.gateways_on(workload)
        routed = [
            service
            for service in mesh.workloads.services_of(workload)
            if _is_routed(mesh.hosts.fqdn(service.name, service.namespace), mesh)
        ]
        left = [other for other in (*served, *routed) if not mesh.exclusive(policy, other)]
        if left and not mesh.exclusive(policy, workload.resource):
            what = f"it runs {left[0].title}" if served else f"routes target Service `{left[0].name}`"
            yield finding(
                policy.metadata["name"],
                f"every request to `{workload.title}` gets 403; no ALLOW policy for it has a rule, but {what}",
                hint="add an ALLOW policy for the intended requests",
                related=[(left[0].metadata["name"], "denied traffic")],
            )
            return


def _has_rules(workload: Workload, mesh: Mesh) -> bool:
    """Whether some ALLOW policy for a workload allows anything."""
    return any(policy.spec["rules"].value for policy in mesh.allowing.of(workload))


def _is_routed(fqdn: str, mesh: Mesh) -> bool:
    return mesh.virtual_services.routes_to(fqdn) or bool(mesh.entrances.to(fqdn))


def _workloads(policy: Resource, mesh: Mesh) -> Iterator[Workload]:
    """The workloads in the mesh for which a policy is the first ALLOW policy."""
    for workload in mesh.allowing.led_by(policy):
        gateway = is_gateway(workload) or mesh.entrances.gateways_on(workload)
        if not gateway and mesh.injection.of(workload).in_mesh and not mesh.exclusive(policy, workload.resource):
            yield workload


def _excluded(policy: Resource, workload: Workload, service: Resource, entrance: Entrance, mesh: Mesh) -> bool:
    """Whether a gateway that routes to a Service is not allowed under any of its identities."""
    involved: Iterable[Resource] = (workload.resource, service, entrance.route, entrance.gateway)
    return not any(_is_admitted(identity, workload, mesh) for identity in entrance.identities) and not any(
        mesh.exclusive(policy, other) for other in involved
    )


def _is_admitted(identity: Identity, workload: Workload, mesh: Mesh) -> bool:
    domains = dict.fromkeys([mesh.config.text("trustDomain"), "cluster.local", *mesh.config.names("trustDomainAliases")])
    caller = Caller(identity.namespace, identity.account, tuple(domains))
    return any(
        may_admit(rule, caller, policy.namespace) for policy in mesh.allowing.of(workload) for rule in policy.spec["rules"]
    )


def _principal(identity: Identity, mesh: Mesh) -> str:
    return f"{mesh.config.text('trustDomain')}/ns/{identity.namespace}/sa/{identity.account}"


def _place(policy: Resource) -> Cursor:
    """The first condition on callers; the name of a policy without one."""
    for rule in policy.spec["rules"]:
        for origin in rule["from"]:
            return origin["source"]
        for condition in rule["when"]:
            return condition["key"]
    return policy.metadata["name"]
