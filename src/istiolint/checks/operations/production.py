"""What is at home in tests and tutorials, and costs or leaks in production."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Severity
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import filter_lists
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import HELM_VALUES, Resource
from istiolint.rules.check import check, declare, finding, further_check

DEBUG_LOGGING = declare("debug-logging", severity="warning", topic="operations", tags=["production"])
FULL_MIRRORING = declare("full-mirroring", severity="warning", topic="operations", tags=["production"])

_LOG_LEVELS = ("sidecar.istio.io/logLevel", "sidecar.istio.io/agentLogLevel", "sidecar.istio.io/componentLogLevel")
_NOISY = ("trace", "debug")
_PROXY_PORTS = {
    15000: "the admin interface of the proxy, which can change and stop it",
    15004: "debug output of the proxy, with its configuration",
    15010: "istiod's configuration, without TLS",
    15014: "istiod's debug output",
    15020: "metrics and health of the proxy",
    15090: "metrics of the proxy",
}
_OPEN = ("LoadBalancer", "NodePort")


def gravity(mesh: Mesh, resource: Resource) -> Severity | None:
    """How grave it is where it stands: a warning in production, nothing in a test, else info."""
    stage = mesh.environments.stage(resource)
    return "warning" if stage == "production" else None if stage == "test" else "info"


@further_check(FULL_MIRRORING, kinds=["VirtualService"], when=["mirror", "mirrors"])
def full_mirroring(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """All requests are sent twice."""
    for route in service.spec["http"]:
        single = (route["mirror"], route["mirrorPercentage"]["value"])
        several = ((mirror["destination"], mirror["percentage"]["value"]) for mirror in route["mirrors"])
        for destination, share in (single, *several):
            if (
                not destination["host"].text
                or route["mirrorPercent"].exists
                or route["mirror_percent"].exists
                or (share.exists and share.value != 100)
            ):
                continue
            if severity := gravity(mesh, service):
                how = "all requests" if share.exists else "all requests, since no percentage is set,"
                yield finding(
                    destination.key,
                    f"{how} are sent to `{destination['host'].text}` as well: twice the load, and whatever they write is "
                    "written twice",
                    hint="mirror a few percent, and reads only (`match` by `method`)",
                    severity=severity,
                )


@further_check(FULL_MIRRORING, kinds=["GRPCRoute", "HTTPRoute"])
def full_request_mirror(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """All requests of a rule are sent twice by a filter."""
    for mirror in (each["requestMirror"] for filters in filter_lists(route) for each in filters):
        percent, fraction, name = mirror["percent"], mirror["fraction"], mirror["backendRef"]["name"]
        of_all = fraction["numerator"].number == (fraction["denominator"].number or 100) if fraction.exists else True
        if name.text and (percent.number == 100 if percent.exists else of_all) and (severity := gravity(mesh, route)):
            yield finding(
                name,
                f"all requests{'' if percent.exists or fraction.exists else ', since no percentage is set,'} are sent to "
                f"`{name.text}` as well: twice the load, and whatever they write is written twice",
                hint="mirror a few percent, and reads only (a rule with `matches` by `method`)",
                severity=severity,
            )


@check(
    "mirror-to-outside",
    severity="warning",
    evidence="contradiction",
    tags=["production"],
    kinds=["VirtualService"],
    when=["mirror", "mirrors"],
)
def mirror_to_outside(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Copies of requests leave the mesh."""
    for route in service.spec["http"]:
        for destination in (route["mirror"], *(mirror["destination"] for mirror in route["mirrors"])):
            host = destination["host"]
            for known in mesh.hosts.named(mesh.hosts.fqdn(host.text, service.namespace)) if host.text else ():
                entry = known.resource
                outside = (
                    entry is not None and entry.type == "ServiceEntry" and entry.spec["location"].text in ("", "MESH_EXTERNAL")
                )
                if entry is not None and outside and not mesh.rivals(service, entry):
                    yield finding(
                        host,
                        f"copies of requests leave the mesh for `{host.text}`, with the data and credentials that they carry",
                        hint="mirror to a service of your own",
                        related=[(entry.metadata["name"], "the service outside")],
                    )


@further_check(DEBUG_LOGGING, kinds=WORKLOADS)
def debug_logging(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A proxy that writes all that it does."""
    workload = mesh.workloads.of(resource)
    for name in _LOG_LEVELS if workload else ():
        level = workload.metadata["annotations"][name] if workload else resource
        if level.text.rpartition(":")[2].strip() in _NOISY and (severity := gravity(mesh, resource)):
            yield finding(
                level,
                f"the proxy logs at level `{level.text}`: it costs time and space with each request, and headers stand in the "
                "log",
                hint="delete the annotation, and raise the level of a running proxy with `istioctl proxy-config log`",
                severity=severity,
            )


@further_check(DEBUG_LOGGING, kinds=["Istio", "IstioOperator", HELM_VALUES])
def debug_logging_of_all(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """All proxies, or istiod, at a level that writes everything."""
    values = resource if resource.type == HELM_VALUES else resource.spec["values"]
    proxies, istiod = values["global"]["proxy"], values["global"]["logging"]["level"]
    for level, who in ((proxies["logLevel"], "every proxy"), (proxies["componentLogLevel"], "every proxy"), (istiod, "istiod")):
        noisy = [part.strip() for part in level.text.split(",") if part.rpartition(":")[2].strip() in _NOISY]
        if who == "istiod":
            noisy = [part for part in noisy if part.partition(":")[0] in ("all", "default")]
        if noisy and (severity := gravity(mesh, resource)):
            yield finding(
                level,
                f"{who} logs at level `{noisy[0]}`: it costs time and space with each request, and hides what matters",
                hint="delete it, and raise the level of single proxies with `istioctl proxy-config log`",
                severity=severity,
            )


@check("traffic-past-the-proxy", severity="warning", evidence="document", tags=["security"], kinds=WORKLOADS)
def traffic_past_the_proxy(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A pod with a proxy that sees no traffic."""
    workload = mesh.workloads.of(resource)
    annotations = workload.metadata["annotations"] if workload else resource["none"]
    for name, past in (
        ("sidecar.istio.io/interceptionMode", ("NONE",)),
        ("traffic.sidecar.istio.io/includeOutboundIPRanges", ("",)),
        ("traffic.sidecar.istio.io/excludeOutboundIPRanges", ("0.0.0.0/0", "*")),
    ):
        value = annotations[name]
        if value.value in past:
            what = "all traffic" if name.endswith("Mode") else "all that the pod sends"
            yield finding(
                value,
                f"{what} goes past the proxy: no mTLS, no routes, no policies, no telemetry",
                hint="exclude single ranges or ports, or leave the pod out of the mesh",
            )


@check("proxy-port-exposed", severity="warning", evidence="document", tags=["security"], kinds=["Service"], when=["type"])
def proxy_port_exposed(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ports of the proxy or of istiod that the world can reach."""
    if service.spec["type"].text not in _OPEN:
        return
    for port in service.spec["ports"]:
        target = port["targetPort"] if port["targetPort"].exists else port["port"]
        if what := _PROXY_PORTS.get(target.number or 0):
            yield finding(
                target,
                f"port {target.number} is {what}, and a Service of type {service.spec['type'].text} opens it to whoever "
                "reaches the cluster",
                hint="delete the port; reach it with `kubectl port-forward` or `istioctl dashboard`",
            )


@check(
    "virtual-service-for-foreign-host", severity="info", evidence="contradiction", tags=["security"], kinds=["VirtualService"],
)  # fmt: skip
def virtual_service_for_foreign_host(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Routes of one namespace for the service of another, that hold for everybody."""
    scope = mesh.virtual_services.scope(service)
    on_mesh = any(name.name == MESH for name, _ in bound_gateways(service))
    if not on_mesh or "*" not in scope or service.namespace == mesh.root_namespace or mesh.virtual_services.roots(service):
        return
    for host in service.spec["hosts"]:
        other = _foreign(host, service, mesh)
        if other is not None:
            yield finding(
                host,
                f"routes from `{service.namespace}` hold for all callers of `{host.text}`, which belongs to "
                f"`{other.namespace}`: its owners do "
                "not see why their traffic goes elsewhere",
                hint="move the VirtualService to the namespace of the service, or limit it with `exportTo: [.]`",
                related=[(other.metadata["name"], "the service")],
            )


def _foreign(host: Cursor, service: Resource, mesh: Mesh) -> Resource | None:
    for known in mesh.hosts.named(mesh.hosts.fqdn(host.text, service.namespace)) if host.text else ():
        other = known.resource
        if (
            other is not None
            and other.type == "Service"
            and other.namespace != service.namespace
            and other.placed
            and service.placed
        ):
            return None if mesh.rivals(service, other) else other
    return None


@check(
    "demo-profile", severity="warning", evidence="document", tags=["production"], kinds=["Istio", "IstioOperator", HELM_VALUES]
)
def demo_profile(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An installation for demonstrations, in production."""
    profile = resource["profile"] if resource.type == HELM_VALUES else resource.spec["profile"]
    if profile.text in ("demo", "preview") and gravity(mesh, resource) == "warning":
        yield finding(
            profile,
            f"the profile `{profile.text}` is for demonstrations: istiod has little memory, and every request is "
            "traced and logged"
            if profile.text == "demo"
            else "the profile `preview` switches on what may change or go with the next release",
            hint="write `default`, and set what else is needed",
        )
