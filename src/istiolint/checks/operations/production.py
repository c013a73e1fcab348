"""Settings for tests and tutorials that cost performance or expose data in production."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Severity
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import filter_lists
from istiolint.mesh.gateways import is_on_mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import HELM_VALUES, Resource
from istiolint.rules.check import check, declare, finding, further_check
from istiolint.rules.parameters import Parameter

_MIRRORED = Parameter("percentage", 100.0, "Lowest percentage of mirrored requests that is reported.", minimum=0, maximum=100)

DEBUG_LOGGING = declare("debug-logging", severity="warning", topic="operations", tags=["production"])
FULL_MIRRORING = declare("full-mirroring", severity="warning", topic="operations", tags=["production"], parameters=[_MIRRORED])

_LOG_LEVELS = ("sidecar.istio.io/logLevel", "sidecar.istio.io/agentLogLevel", "sidecar.istio.io/componentLogLevel")
_NOISY = ("trace", "debug")
_PROXY_PORTS = {
    15000: "Envoy's admin interface",
    15004: "debug output of the proxy, including its configuration",
    15010: "istiod's xDS server without TLS",
    15014: "istiod's debug output",
    15020: "proxy metrics and health",
    15090: "proxy metrics",
}
_OPEN = ("LoadBalancer", "NodePort")


def environment_severity(mesh: Mesh, resource: Resource) -> Severity | None:
    """Return the severity by environment: a warning in production, None in a test, otherwise info."""
    stage = mesh.environments.stage(resource)
    return "warning" if stage == "production" else None if stage == "test" else "info"


@further_check(FULL_MIRRORING, kinds=["VirtualService"], when=["mirror", "mirrors"])
def full_mirroring(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report VirtualServices that mirror all requests."""
    for route in service.spec["http"]:
        single = (route["mirror"], route["mirrorPercentage"]["value"])
        several = ((mirror["destination"], mirror["percentage"]["value"]) for mirror in route["mirrors"])
        for destination, share in (single, *several):
            if (
                not destination["host"].text
                or route["mirrorPercent"].exists
                or route["mirror_percent"].exists
                or not _is_mirrored((_number(share) if share.exists else 100.0), service, mesh)
            ):
                continue
            if severity := environment_severity(mesh, service):
                why = "" if share.exists else " because no percentage is set"
                yield finding(
                    destination.key,
                    f"{_mirrored(_number(share) if share.exists else 100.0, destination['host'].text)}{why}; {_MIRRORING}",
                    hint="mirror a small percentage, and only requests that do not change data (`match` by `method`)",
                    severity=severity,
                )


@further_check(FULL_MIRRORING, kinds=["GRPCRoute", "HTTPRoute"])
def full_request_mirror(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report route filters that mirror all requests."""
    for mirror in (each["requestMirror"] for filters in filter_lists(route) for each in filters):
        percent, fraction, name = mirror["percent"], mirror["fraction"], mirror["backendRef"]["name"]
        share: float | None = 100.0
        if percent.exists:
            share = _number(percent)
        elif fraction.exists:
            numerator, denominator = fraction["numerator"].number, fraction["denominator"].number or 100
            share = None if numerator is None else 100 * numerator / denominator
        if name.text and _is_mirrored(share, route, mesh) and (severity := environment_severity(mesh, route)):
            yield finding(
                name,
                f"{_mirrored(share, name.text)}{'' if percent.exists or fraction.exists else ' because no percentage is set'}; "
                f"{_MIRRORING}",
                hint="mirror a small percentage, and only requests that do not change data (`matches` by `method`)",
                severity=severity,
            )


_MIRRORING = "load doubles and every write happens twice"


def _is_mirrored(share: float | None, resource: Resource, mesh: Mesh) -> bool:
    """Whether a percentage of mirrored requests is worth reporting; above 100 the value is invalid."""
    return share is not None and 0 < share <= 100 and share >= _MIRRORED.of(mesh, resource)


def _mirrored(share: float | None, host: str) -> str:
    return f"{'all' if share == 100 else f'{share:g}% of'} requests are mirrored to `{host}`"


def _number(at: Cursor) -> float | None:
    return float(at.value) if isinstance(at.value, (int, float)) and not isinstance(at.value, bool) else None


@check(
    "mirror-to-external-host",
    severity="warning",
    evidence="contradiction",
    tags=["production"],
    kinds=["VirtualService"],
    when=["mirror", "mirrors"],
)
def mirror_to_external_host(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report mirrors to a host outside the mesh."""
    for route in service.spec["http"]:
        for destination in (route["mirror"], *(mirror["destination"] for mirror in route["mirrors"])):
            host = destination["host"]
            for known in mesh.hosts.exact(mesh.hosts.fqdn(host.text, service.namespace)) if host.text else ():
                entry = known.resource
                outside = (
                    entry is not None and entry.type == "ServiceEntry" and entry.spec["location"].text in ("", "MESH_EXTERNAL")
                )
                if entry is not None and outside and not mesh.exclusive(service, entry):
                    yield finding(
                        host,
                        f"requests are mirrored to external host `{host.text}`; their data and credentials leave the mesh",
                        hint="mirror to a service inside the mesh",
                        related=[(entry.metadata["name"], "the external service")],
                    )


@further_check(DEBUG_LOGGING, kinds=WORKLOADS, when=["annotations"])
def debug_logging(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report proxies that log at debug or trace level."""
    workload = mesh.workloads.of(resource)
    for name in _LOG_LEVELS if workload else ():
        level = workload.metadata["annotations"][name] if workload else resource
        if level.text.rpartition(":")[2].strip() in _NOISY and (severity := environment_severity(mesh, resource)):
            yield finding(
                level,
                f"the proxy logs at level `{level.text}`; every request costs CPU and log storage, and headers are logged",
                hint="remove the annotation, and use `istioctl proxy-config log` to change the level of a running proxy",
                severity=severity,
            )


@further_check(DEBUG_LOGGING, kinds=["Istio", "IstioOperator", HELM_VALUES])
def debug_logging_of_all(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report all proxies, or istiod, at debug or trace level."""
    values = resource if resource.type == HELM_VALUES else resource.spec["values"]
    proxies, istiod = values["global"]["proxy"], values["global"]["logging"]["level"]
    for level, who in ((proxies["logLevel"], "every proxy"), (proxies["componentLogLevel"], "every proxy"), (istiod, "istiod")):
        noisy = [part.strip() for part in level.text.split(",") if part.rpartition(":")[2].strip() in _NOISY]
        if who == "istiod":
            noisy = [part for part in noisy if part.partition(":")[0] in ("all", "default")]
        if noisy and (severity := environment_severity(mesh, resource)):
            yield finding(
                level,
                f"{who} logs at level `{noisy[0]}`; this costs CPU and log storage, and hides important messages",
                hint="remove it, and use `istioctl proxy-config log` to change the level of individual proxies",
                severity=severity,
            )


@check(
    "traffic-bypasses-proxy", severity="warning", evidence="document", tags=["security"], kinds=WORKLOADS, when=["annotations"]
)
def traffic_bypasses_proxy(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report pods whose traffic bypasses their proxy."""
    workload = mesh.workloads.of(resource)
    annotations = workload.metadata["annotations"] if workload else resource["none"]
    for name, past in (
        ("sidecar.istio.io/interceptionMode", ("NONE",)),
        ("traffic.sidecar.istio.io/includeOutboundIPRanges", ("",)),
        ("traffic.sidecar.istio.io/excludeOutboundIPRanges", ("0.0.0.0/0", "*")),
    ):
        value = annotations[name]
        if value.value in past:
            what = "all traffic" if name.endswith("Mode") else "all outbound traffic"
            setting = f"{name.rpartition('/')[2]}: " + (value.text or '""')
            yield finding(
                value,
                f"`{setting}` makes {what} bypass the proxy; mTLS, routes, policies and telemetry do not apply",
                hint="exclude only individual IP ranges or ports, or disable injection for the pod",
            )


@check("proxy-port-exposed", severity="warning", evidence="document", tags=["security"], kinds=["Service"], when=["type"])
def proxy_port_exposed(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report internal ports of the proxy or istiod that a Service exposes outside the cluster."""
    if service.spec["type"].text not in _OPEN:
        return
    for port in service.spec["ports"]:
        target = port["targetPort"] if port["targetPort"].exists else port["port"]
        if what := _PROXY_PORTS.get(target.number or 0):
            yield finding(
                target,
                f"port {target.number} ({what}) is open to any client that reaches the cluster; the Service has type "
                f"`{service.spec['type'].text}`",
                hint="remove the port, and use `kubectl port-forward` or `istioctl dashboard` instead",
            )


@check(
    "virtual-service-for-foreign-host", severity="info", evidence="contradiction", tags=["security"], kinds=["VirtualService"],
)  # fmt: skip
def virtual_service_for_foreign_host(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes for a service in another namespace that apply to all callers."""
    scope = mesh.virtual_services.scope(service)
    on_mesh = is_on_mesh(service)
    if not on_mesh or "*" not in scope or service.namespace == mesh.root_namespace or mesh.virtual_services.roots(service):
        return
    for host in service.spec["hosts"]:
        other = _foreign(host, service, mesh)
        if other is not None:
            yield finding(
                host,
                f"routes in namespace `{service.namespace}` apply to all callers of `{host.text}`, which belongs to "
                f"`{other.namespace}`; its owners do not see these routes",
                hint="move the VirtualService to the namespace of the service, or limit it with `exportTo: [.]`",
                related=[(other.metadata["name"], "the service")],
            )


def _foreign(host: Cursor, service: Resource, mesh: Mesh) -> Resource | None:
    for known in mesh.hosts.exact(mesh.hosts.fqdn(host.text, service.namespace)) if host.text else ():
        other = known.resource
        if (
            other is not None
            and other.type == "Service"
            and other.namespace != service.namespace
            and other.placed
            and service.placed
        ):
            return None if mesh.exclusive(service, other) else other
    return None


@check(
    "demo-profile", severity="warning", evidence="document", tags=["production"], kinds=["Istio", "IstioOperator", HELM_VALUES]
)
def demo_profile(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the demo and preview profiles in production."""
    profile = resource["profile"] if resource.type == HELM_VALUES else resource.spec["profile"]
    if profile.text in ("demo", "preview") and environment_severity(mesh, resource) == "warning":
        yield finding(
            profile,
            "profile `demo` is for demonstrations; istiod has little memory, and every request is traced and logged"
            if profile.text == "demo"
            else "profile `preview` enables experimental features, which can change or disappear in the next release",
            hint="use `default`, and set the other options you need",
        )
