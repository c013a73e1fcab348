"""Policies that deny every request to a gateway, or to a workload that is the target of routes."""

from collections.abc import Iterator, Sequence

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.authorization import is_dry_run
from istiolint.mesh.waypoints import is_waypoint
from istiolint.mesh.workload import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

_KIND = ("AuthorizationPolicy",)
_ALLOW = ("", "ALLOW")
_RULE = declare(
    "routed-workload-denied", severity="warning", evidence="contradiction", topic="authorization", tags=["security"],
)  # fmt: skip


@further_check(_RULE, kinds=_KIND)
def routed_workload_denied(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ALLOW policies without rules at a gateway, or at a workload that is the target of routes."""
    for workload in mesh.allowing.led_by(policy) if not policy.spec["rules"].value else ():
        if mesh.allowing.allows_something(workload):
            continue
        if found := _denied(policy, policy.metadata["name"], workload, "no ALLOW policy for it has a rule", mesh):
            yield found
            return


@further_check(_RULE, kinds=_KIND, when=["action"])
def routed_workload_denied_by_empty_rule(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report DENY rules without conditions at a gateway, or at a workload that is the target of routes."""
    rule = next((rule for rule in policy.spec["rules"] if rule.value == {}), None)
    if policy.spec["action"].text != "DENY" or rule is None or is_dry_run(policy):
        return
    for workload in mesh.workloads_selected_by(policy):
        if found := _denied(policy, rule, workload, "this DENY rule has no conditions and matches all of them", mesh):
            yield found
            return


@further_check(_RULE, kinds=_KIND, when=["targetRef", "targetRefs"])
def routed_target_denied(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ALLOW policies without rules for a Gateway with routes, or for a routed Service with a waypoint."""
    if policy.spec["rules"].value or policy.spec["action"].text not in _ALLOW or is_dry_run(policy):
        return
    others = mesh.overlapping_policies(policy, "AuthorizationPolicy")
    if any(other.spec["rules"].value and other.spec["action"].text in _ALLOW for other in others):
        return
    for target in (policy.spec["targetRef"], *policy.spec["targetRefs"]):
        if routes := _routes_to_target(policy, target, mesh):
            yield finding(
                policy.metadata["name"],
                f"every request to {target['kind'].text} `{target['name'].text}` gets 403; no ALLOW policy for it has a rule, "
                "but it has routes",
                hint="add an ALLOW policy for the intended requests",
                related=[(routes[0].metadata["name"], "denied traffic")],
            )
            return


def _consequence(workload: Workload, mesh: Mesh) -> str:
    if mesh.injection.of(workload).state == "ambient":
        return f"ztunnel closes every connection to `{workload.title}`"
    return f"every request to `{workload.title}` gets 403"


def _denied(policy: Resource, at: Cursor, workload: Workload, why: str, mesh: Mesh) -> Finding | None:
    if not mesh.injection.of(workload).in_mesh or mesh.exclusive(policy, workload.resource):
        return None
    served = mesh.entrances.gateways_on(workload)
    routed = [service for service in mesh.workloads.services_of(workload) if _is_routed(service, mesh)]
    left = [other for other in (*served, *routed) if not mesh.exclusive(policy, other)]
    if not left:
        return None
    what = f"it runs {left[0].title}" if served else f"routes target Service `{left[0].name}`"
    return finding(
        at,
        f"{_consequence(workload, mesh)}; {why}, but {what}",
        hint="add an ALLOW policy for the intended requests" if at.name == "name" else "add conditions to the rule",
        related=[(left[0].metadata["name"], "denied traffic")],
    )


def _is_routed(service: Resource, mesh: Mesh) -> bool:
    fqdn = mesh.hosts.fqdn(service.name, service.namespace)
    routes = mesh.service_routes.of(service.namespace, service.name)
    return mesh.virtual_services.routes_to(fqdn) or bool(mesh.entrances.to(fqdn) or routes)


def _routes_to_target(policy: Resource, target: Cursor, mesh: Mesh) -> Sequence[Resource]:
    """What sends traffic to a target: the routes of a Gateway; for a Service with a waypoint the Service, if routes target it."""
    if target["kind"].text == "Gateway":
        gateway = mesh.get(KUBERNETES_GATEWAY, policy.namespace, target["name"].text)
        if gateway is None or is_waypoint(gateway) or mesh.exclusive(policy, gateway):
            return ()
        return [entrance.route for entrance in mesh.entrances.by_way_of(gateway)]
    service = mesh.get("Service", policy.namespace, target["name"].text) if target["kind"].text == "Service" else None
    if service is None or mesh.exclusive(policy, service):
        return ()
    use = mesh.waypoints.use(service)
    served = use is not None and any(is_waypoint(gateway) for gateway in mesh.waypoints.gateways(use))
    return (service,) if served and _is_routed(service, mesh) else ()
