"""Configuration that ambient mode ignores: ztunnel sees connections, not requests, and has no sidecar settings."""

from collections.abc import Iterator, Sequence

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import DATAPLANE_MODE, is_gateway
from istiolint.mesh.selected_workloads import once_per_selection
from istiolint.mesh.waypoints import USE_WAYPOINT
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import names
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_OF_REQUESTS = {
    "source": ("requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks"),
    "operation": ("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths"),
}
_OF_CONNECTIONS = (
    "source.ip",
    "source.namespace",
    "source.principal",
    "source.serviceAccount",
    "destination.ip",
    "destination.port",
)
_PODS = ("Deployment", "StatefulSet", "DaemonSet", "Pod")


@once_per_selection
def _ambient(workloads: Sequence[Workload], mesh: Mesh) -> list[Workload]:
    """Return the workloads of a policy if all of them are in ambient mode, not counting gateways and waypoints."""
    found = [workload for workload in workloads if not is_gateway(workload)]
    states = {mesh.injection.of(workload).state for workload in found}
    return found if states == {"ambient"} else []


@check(
    "request-policy-without-waypoint", severity="error", evidence="contradiction", tags=["security"],
    kinds=["AuthorizationPolicy"], codes=["KIA0109", "KIA0110", "KIA1317"],
    beside=[DATAPLANE_MODE],
)  # fmt: skip
def request_policy_without_waypoint(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report request conditions for workloads behind ztunnel, which sees only connections."""
    if not (workloads := _ambient(policy, mesh)):
        return
    action = policy.spec["action"]
    if action.text in ("CUSTOM", "AUDIT"):
        yield finding(
            action,
            f"ztunnel does not support action `{action.text}`; the policy is not enforced for {names(workloads)} in ambient mode",
            hint="attach the policy to the Service or its waypoint with `targetRefs`",
        )
        return
    if field := next(_request_fields(policy), None):
        effect = (
            "denies more than intended, or nothing" if action.text == "DENY"
            else "is dropped, and requests that only it allows are rejected"
        )  # fmt: skip
        attribute = field.text if field.name == "key" else field.name
        yield finding(
            field.key,
            f"ztunnel cannot match `{attribute}`; for {names(workloads)} in ambient mode, the rule {effect}",
            hint="attach the policy to the Service with `targetRefs`, and add a waypoint for the Service",
        )


def _request_fields(policy: Resource) -> Iterator[Cursor]:
    for rule in policy.spec["rules"]:
        for part, fields in _OF_REQUESTS.items():
            for item in rule["from" if part == "source" else "to"]:
                yield from (item[part][field] for field in fields if item[part][field])
        yield from (
            condition["key"]
            for condition in rule["when"]
            if condition["key"].text and not condition["key"].text.startswith(_OF_CONNECTIONS)
        )


@check(
    "request-authentication-without-waypoint",
    severity="error",
    evidence="contradiction",
    tags=["security"],
    kinds=["RequestAuthentication"],
    codes=["KIA1110", "KIA1115"],
)
def request_authentication_without_waypoint(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report JWT rules for workloads behind ztunnel, which does not inspect requests."""
    if workloads := _ambient(policy, mesh):
        yield finding(
            policy.spec["selector"].key if policy.spec["selector"].exists else policy.metadata["name"],
            f"JWTs are not validated for {names(workloads)}: ztunnel does not inspect requests, and waypoints apply only "
            "policies with `targetRefs`",
            hint="attach the policy to the Service with `targetRefs`, and add a waypoint for the Service",
        )


@check(
    "routes-without-waypoint",
    severity="warning",
    evidence="contradiction",
    kinds=["VirtualService", "DestinationRule"],
    codes=["KIA0210", "KIA0211", "KIA0212", "KIA1109", "KIA1113", "KIA1114"],
    beside=[DATAPLANE_MODE],
)
def routes_without_waypoint(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes and traffic policies for a Service in ambient mode that has no waypoint."""
    if resource.type == "VirtualService":
        hosts = [(host.at, host.fqdn) for host in mesh.virtual_services.mesh_hosts(resource)]
    else:
        hosts = [(resource.spec["host"], mesh.hosts.fqdn(resource.spec["host"].text, resource.namespace))]
        if _asks_for_mesh_mtls_only(resource):
            return
    for at, fqdn in hosts:
        for known in mesh.hosts.exact(fqdn):
            service = known.resource
            if service is None or service.type != "Service":
                continue
            states = [mesh.injection.of(workload).state for workload in mesh.workloads.of_service(service)]
            if not states or any(state != "ambient" for state in states) or mesh.exclusive(resource, service):
                continue
            if _past_waypoint(resource, service, mesh):
                yield finding(
                    at,
                    f"the waypoint of `{fqdn}` ignores a {resource.kind} in namespace `{resource.namespace}`; it has no effect",
                    hint=f"move it to namespace `{service.namespace}`",
                    related=[(service.metadata["name"], "the Service")],
                )
                continue
            client = mesh.injection.of_namespace(resource.namespace)
            if client.state not in ("ambient", "unknown") or not mesh.waypoints.surely_without(service):
                continue
            what = (
                "routes, retries, timeouts and faults"
                if resource.type == "VirtualService"
                else "subsets, limits and TLS settings"
            )
            yield finding(
                at,
                f"`{fqdn}` is in ambient mode and has no waypoint; clients in ambient mode bypass these {what}",
                hint=f"add a waypoint, and label the Service or its Namespace `{USE_WAYPOINT}: NAME`",
                related=[(service.metadata["name"], "the Service")],
            )


def _asks_for_mesh_mtls_only(rule: Resource) -> bool:
    """Whether a DestinationRule only asks for the mTLS that ztunnel uses anyway."""
    policy = rule.spec["trafficPolicy"]
    return policy.mapping.keys() == {"tls"} and policy["tls"]["mode"].text == "ISTIO_MUTUAL" and not rule.spec["subsets"]


def _past_waypoint(resource: Resource, service: Resource, mesh: Mesh) -> bool:
    """Return whether only the waypoint of a Service could apply a resource, which is in another namespace."""
    sidecars = (resource.namespace,) if resource.type == "DestinationRule" else tuple(mesh.namespaces)
    states = {mesh.injection.of_namespace(namespace).state for namespace in (*sidecars, resource.namespace)}
    elsewhere = resource.namespace not in (service.namespace, mesh.root_namespace)
    gateways = any(resource.spec["gateways"])
    return elsewhere and not gateways and mesh.waypoints.use(service) is not None and "sidecar" not in states


@check(
    "proxy-settings-in-ambient",
    severity="warning",
    evidence="contradiction",
    kinds=["EnvoyFilter", "Telemetry", "WasmPlugin"],
    codes=["KIA1111", "KIA1112", "KIA1116", "KIA1117"],
)
def proxy_settings_in_ambient(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report patches and plugins for pods without a proxy."""
    if resource.namespace != mesh.root_namespace and (workloads := _ambient(resource, mesh)):
        yield finding(
            resource.metadata["name"],
            f"{names(workloads)} {'has' if len(workloads) == 1 else 'have'} no sidecar in ambient mode, and waypoints apply only "
            f"resources with `targetRefs`; the {resource.kind} has no effect",
            hint=f"attach the {resource.kind} to a waypoint with `targetRefs`, or delete it",
        )


@check(
    "host-network-in-ambient", severity="warning", evidence="document", kinds=_PODS,
    when=["hostNetwork"],
)  # fmt: skip
def host_network_in_ambient(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report pods in the host network that are labeled for ambient mode."""
    workload = mesh.workloads.of(resource)
    label = workload.metadata["labels"]["istio.io/dataplane-mode"] if workload else None
    if workload and workload.host_network and label is not None and label.text == "ambient":
        yield finding(
            label,
            "pods with `hostNetwork: true` are never in ambient mode; their traffic is neither encrypted nor authorized",
            hint="remove the label, or `hostNetwork`",
            related=[(workload.spec["hostNetwork"], "the pod uses the host network")],
        )
