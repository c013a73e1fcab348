"""Gateways and waypoints that send traffic to workloads whose policies leave them out."""

from collections.abc import Iterable, Iterator

from istiolint.authorization.callers import exception_without
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.arrivals import arrivals, caller_of, is_admitted, principal_of, waypoint_arrivals, waypoints_before
from istiolint.mesh.authorization import is_dry_run
from istiolint.mesh.entrances import Entrance, Identity
from istiolint.mesh.injection import DATAPLANE_MODE, is_gateway
from istiolint.mesh.workload import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

_KIND = ("AuthorizationPolicy",)
_EXCEPTIONS = ("notPrincipals", "notNamespaces", "notServiceAccounts", "notValues")
_GATEWAY = declare(
    "gateway-not-allowed", severity="warning", evidence="contradiction", topic="authorization", tags=["security"],
)  # fmt: skip
_WAYPOINT = declare(
    "waypoint-not-allowed", severity="error", evidence="contradiction", topic="authorization", tags=["security"],
)  # fmt: skip


@further_check(_GATEWAY, kinds=_KIND, beside=["Gateway", "Ingress", KUBERNETES_GATEWAY])
def gateway_not_allowed(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report gateways that route to workloads whose ALLOW policies do not allow the gateway."""
    for workload in _led(policy, mesh):
        if not mesh.allowing.allows_something(workload):
            continue  # see routed-workload-denied
        for service, entrance in arrivals(workload, mesh):
            admitted = any(
                is_admitted(identity, mesh.allowing.of(workload), mesh, service, workload) for identity in entrance.identities
            )
            if not admitted and _together(policy, (workload.resource, service, entrance.route, entrance.gateway), mesh):
                yield _gateway_left_out(
                    policy, service, entrance, f"`{workload.title}`", status=_status(workload, mesh), mesh=mesh
                )
                return


@further_check(_GATEWAY, kinds=_KIND, when=["targetRef", "targetRefs"])
def gateway_not_allowed_at_waypoint(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report gateways that send requests to a waypoint whose ALLOW policies for the Service do not allow the gateway."""
    if policy.spec["action"].text not in ("", "ALLOW") or is_dry_run(policy) or not policy.spec["rules"].value:
        return
    for service in _target_services(policy, mesh):
        for entrance in waypoint_arrivals(service, mesh):
            allowing = [
                other
                for other in (policy, *mesh.overlapping_policies(policy, "AuthorizationPolicy"))
                if other.spec["action"].text in ("", "ALLOW")
            ]
            admitted = any(is_admitted(identity, allowing, mesh, service) for identity in entrance.identities)
            if not admitted and _together(policy, (service, entrance.route, entrance.gateway), mesh):
                yield _gateway_left_out(policy, service, entrance, f"the waypoint of `{service.name}`", status=403, mesh=mesh)
                return


@further_check(_GATEWAY, kinds=_KIND, when=_EXCEPTIONS)
def gateway_denied(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report gateways that a DENY policy denies because its exceptions name other callers only."""
    for workload in _denied(policy, mesh):
        for service, entrance in arrivals(workload, mesh):
            field = _exception(policy, entrance.identities, mesh)
            if field is not None and _together(policy, (workload.resource, service, entrance.route, entrance.gateway), mesh):
                identity = entrance.identities[0]
                yield finding(
                    field.key,
                    f"{entrance.gateway.title} routes to `{workload.title}`, but this DENY rule does not except its service "
                    f"account `{identity}`; requests get {_status(workload, mesh)}",
                    hint=f'add `{principal_of(identity, mesh)}` to `notPrincipals`, or `"{identity.namespace}"` to '
                    "`notNamespaces`",
                    related=[(entrance.at, f"{entrance.route.title} routes to Service `{service.name}`")],
                )
                return


@further_check(_WAYPOINT, kinds=_KIND, beside=[DATAPLANE_MODE])
def waypoint_not_allowed(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies that do not allow a waypoint, whose identity ztunnel sees instead of the client."""
    for workload in _led(policy, mesh):
        for service, gateway in waypoints_before(workload, mesh):
            identity = Identity(gateway.namespace, gateway.name)
            if mesh.exclusive(policy, gateway) or is_admitted(identity, mesh.allowing.of(workload), mesh, service, workload):
                continue
            yield finding(
                _place(policy),
                f"no ALLOW policy for `{workload.title}` allows the waypoint `{identity}` of Service `{service.name}`; "
                "ztunnel denies its connections",
                hint=f"add `{principal_of(identity, mesh)}` to `principals`, and restrict clients with a policy whose "
                "`targetRefs` name the Service",
                related=[(gateway.metadata["name"], "the waypoint")],
            )
            return


@further_check(_WAYPOINT, kinds=_KIND, when=_EXCEPTIONS)
def waypoint_denied(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report waypoints that a DENY policy denies because its exceptions name other callers only."""
    for workload in _denied(policy, mesh):
        for service, gateway in waypoints_before(workload, mesh):
            identity = Identity(gateway.namespace, gateway.name)
            field = _exception(policy, (identity,), mesh)
            if field is not None and not mesh.exclusive(policy, gateway):
                yield finding(
                    field.key,
                    f"this DENY rule does not except the waypoint `{identity}` of Service `{service.name}`; "
                    f"ztunnel denies its connections to `{workload.title}`",
                    hint=f"add `{principal_of(identity, mesh)}` to `notPrincipals`, and restrict clients with a policy whose "
                    "`targetRefs` name the Service",
                    related=[(gateway.metadata["name"], "the waypoint")],
                )
                return


def _status(workload: Workload, mesh: Mesh) -> int:
    """What clients of a gateway get for requests that a workload denies: in ambient mode ztunnel closes the connection."""
    return 503 if mesh.injection.of(workload).state == "ambient" else 403


def _gateway_left_out(policy: Resource, service: Resource, entrance: Entrance, where: str, *, status: int, mesh: Mesh) -> Finding:
    identity = entrance.identities[0]
    return finding(
        _place(policy),
        f"{entrance.gateway.title} routes to {where}, but no ALLOW policy allows the gateway's service account `{identity}`; "
        f"requests get {status}",
        hint=f'add `{principal_of(identity, mesh)}` to `principals`, or `"{identity.namespace}"` to `namespaces`',
        related=[(entrance.at, f"{entrance.route.title} routes to Service `{service.name}`")],
    )


def _led(policy: Resource, mesh: Mesh) -> Iterator[Workload]:
    """The workloads in the mesh for which a policy is the first ALLOW policy."""
    return (workload for workload in mesh.allowing.led_by(policy) if _is_server(workload, policy, mesh))


def _denied(policy: Resource, mesh: Mesh) -> Iterator[Workload]:
    """The workloads in the mesh to which a DENY policy applies by its selector."""
    if policy.spec["action"].text == "DENY" and not is_dry_run(policy):
        yield from (each for each in mesh.workloads_selected_by(policy) if _is_server(each, policy, mesh))


def _is_server(workload: Workload, policy: Resource, mesh: Mesh) -> bool:
    gateway = is_gateway(workload) or mesh.entrances.gateways_on(workload)
    return not gateway and mesh.injection.of(workload).in_mesh and not mesh.exclusive(policy, workload.resource)


def _exception(policy: Resource, identities: Iterable[Identity], mesh: Mesh) -> Cursor | None:
    """The exception of a DENY policy that leaves out all of these identities, so that their requests are denied."""
    found: Cursor | None = None
    for identity in identities:
        caller = caller_of(identity, mesh)
        fields = (exception_without(rule, caller, policy.namespace) for rule in policy.spec["rules"])
        found = next((field for field in fields if field is not None), None)
        if found is None:
            return None
    return found


def _target_services(policy: Resource, mesh: Mesh) -> Iterator[Resource]:
    for target in (policy.spec["targetRef"], *policy.spec["targetRefs"]):
        service = mesh.get("Service", policy.namespace, target["name"].text) if target["kind"].text == "Service" else None
        if service is not None and not mesh.exclusive(policy, service):
            yield service


def _together(policy: Resource, others: Iterable[Resource], mesh: Mesh) -> bool:
    return not any(mesh.exclusive(policy, other) for other in others)


def _place(policy: Resource) -> Cursor:
    """The first condition on callers; the name of a policy without one."""
    for rule in policy.spec["rules"]:
        for origin in rule["from"]:
            return origin["source"]
        for condition in rule["when"]:
            return condition["key"]
    return policy.metadata["name"]
