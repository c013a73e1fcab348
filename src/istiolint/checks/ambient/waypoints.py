"""Labels that set a waypoint."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.waypoints import NONE, USE_WAYPOINT, WAYPOINT_FOR, WAYPOINT_NAMESPACE, Use, is_waypoint, own_use, traffic_of
from istiolint.mesh.workload import Workload
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_SERVICES = ("Service", "ServiceEntry")
_ALL = ("Namespace", *_SERVICES, "Deployment", "StatefulSet", "DaemonSet", "Pod", "WorkloadEntry")


def _use(resource: Resource, mesh: Mesh) -> tuple[Use | None, Workload | None]:
    workload = mesh.workloads.of(resource)
    use = own_use(resource, workload.metadata["labels"]) if workload else own_use(resource)
    return (None if use is None or use.name.name == NONE else use), workload


@check(
    "waypoint-not-found", severity="warning", evidence="missing", kinds=_ALL, codes=["KIA1313"], when=["istio.io/use-waypoint"]
)
def waypoint_not_found(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report labels that name a waypoint that does not exist."""
    use, _ = _use(resource, mesh)
    if use is None:
        return
    if "/" in use.at.text:
        namespace, _, name = use.at.text.partition("/")
        yield finding(
            use.at,
            f"`{use.at.text}` is not a valid Gateway name; the label accepts only a name, and traffic bypasses the waypoint",
            hint=f"use `{USE_WAYPOINT}: {name}` and `{WAYPOINT_NAMESPACE}: {namespace}`",
            severity="error",
        )
    elif not mesh.waypoints.gateways(use):
        others = [gateway for gateway in mesh.gateways.named(use.name.name) if is_waypoint(gateway)]
        elsewhere = others[0] if others and not mesh.exclusive(resource, others[0]) else None
        yield finding(
            use.at,
            f"waypoint `{use.name}` does not exist; traffic goes directly to the pods, and request policies are not enforced",
            hint=f"add the label `{WAYPOINT_NAMESPACE}: {elsewhere.namespace}`"
            if elsewhere
            else "add the Gateway (`istioctl waypoint generate` prints one), or remove the label",
            related=[(elsewhere.metadata["name"], "a waypoint with this name in another namespace")] if elsewhere else (),
            known=bool(elsewhere) or mesh.coverage.lacks_gateway(use.name.namespace, use.name.name, resource),
        )


@check("waypoint-for-other-traffic", severity="error", evidence="contradiction", kinds=_ALL, when=["istio.io/use-waypoint"])
def waypoint_for_other_traffic(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report labels on a service that name a waypoint for workloads, and the reverse."""
    use, _ = _use(resource, mesh)
    if use is None or resource.type == "Namespace":
        return
    wanted = "service" if resource.type in _SERVICES else "workload"
    for gateway in mesh.waypoints.gateways(use):
        takes = traffic_of(gateway)
        if takes not in (wanted, "all") and is_waypoint(gateway) and not mesh.exclusive(resource, gateway):
            what = "services" if wanted == "service" else "workloads"
            label = gateway.metadata["labels"][WAYPOINT_FOR]
            yield finding(
                use.at,
                f"waypoint `{use.name}` is for `{takes}` traffic, not for {what}; the label has no effect",
                hint=f"label the waypoint `{WAYPOINT_FOR}: all`, or use a waypoint for `{wanted}` traffic",
                related=[(label if label.exists else gateway.metadata["name"], "the waypoint")],
            )


@check(
    "waypoint-outside-ambient", severity="warning", evidence="contradiction", kinds=["Service", "Namespace"],
    codes=["KIA1312"],
    when=["istio.io/use-waypoint"],
)  # fmt: skip
def waypoint_outside_ambient(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report waypoints of a Service or Namespace whose pods are all outside ambient mode."""
    use = own_use(resource)
    if use is None or use.name.name == NONE:
        return
    if resource.type == "Service":
        states = [mesh.injection.of(workload) for workload in mesh.workloads.of_service(resource)]
    else:
        states = [mesh.injection.of_namespace(resource.name)]
        states += [mesh.injection.of(workload) for workload in mesh.workloads.in_namespace(resource.name)]
    if states and all(state.state in ("sidecar", "outside") and state.explicit for state in states):
        yield finding(
            use.at,
            f"waypoints require ambient mode, but no pod here uses it: {states[0].because}",
            hint="label the namespace `istio.io/dataplane-mode: ambient`, or remove the `istio.io/use-waypoint` label",
            related=[(states[0].at, "excluded from ambient mode here")] if states[0].at else (),
        )
