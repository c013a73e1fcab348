"""Services that workloads are configured to call, compared with the hosts that their Sidecar imports."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.calls import Call
from istiolint.mesh.injection import is_control_plane, is_gateway
from istiolint.mesh.sidecar_scopes import imports_host
from istiolint.mesh.workload import Workload
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.trace.calls import is_hidden
from istiolint.trace.model import model_of

_CAPTURE = "traffic.sidecar.istio.io/"


@check("call-hidden-by-sidecar", severity="warning", evidence="contradiction", kinds=["Sidecar"])
def call_hidden_by_sidecar(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Service that a workload calls and its Sidecar does not import."""
    egress = list(sidecar.spec["egress"])
    reported: set[int] = set()
    for workload in mesh.sidecar_scopes.governed(sidecar):
        if not egress or not _has_proxy(workload, mesh) or mesh.exclusive(sidecar, workload.resource):
            continue
        for call in mesh.calls.of_caller(workload):
            to_itself = workload in mesh.workloads.of_service(call.service)
            if to_itself or id(call.service) in reported or _is_known(sidecar, call, mesh):
                continue
            reported.add(id(call.service))
            host = mesh.hosts.fqdn(call.service.name, call.service.namespace)
            yield finding(
                egress[-1]["hosts"].key,
                f"`{workload.title}` is configured to call `{host}`, which this Sidecar does not import"
                + f"{_for_port(sidecar, call, host)}; {_consequence(sidecar, mesh)}",
                hint=f"add `{call.service.namespace}/{host}`",
                related=[(call.at, "the workload is configured here"), (call.service.metadata["name"], "the Service")],
            )


def _has_proxy(workload: Workload, mesh: Mesh) -> bool:
    """Return whether all outbound calls of the workload go through a sidecar."""
    past = any(key.startswith(_CAPTURE) and "Outbound" in key for key in workload.annotations)
    apart = is_gateway(workload) or is_control_plane(workload) or workload.host_network
    return not past and not apart and mesh.injection.of(workload).state in ("sidecar", "unknown")


def _is_known(sidecar: Resource, call: Call, mesh: Mesh) -> bool:
    """Return whether the proxy of the caller may know a Service: a trace decides, where the Sidecar can be read."""
    host = mesh.hosts.fqdn(call.service.name, call.service.namespace)
    hosts = [host for listener in sidecar.spec["egress"] for host in listener["hosts"]]
    unreadable = any("/" not in each.text or each.unresolved for each in hosts)
    return unreadable or mesh.exclusive(sidecar, call.service) or not is_hidden(model_of(mesh), call, host)


def _for_port(sidecar: Resource, call: Call, host: str) -> str:
    """Return for which port the Sidecar hides a Service that it imports for others; empty for all ports."""
    own = call.caller.namespace
    return f" for port {call.port}" if call.port and imports_host(sidecar, own, call.service.namespace, host) else ""


def _consequence(sidecar: Resource, mesh: Mesh) -> str:
    own = sidecar.spec["outboundTrafficPolicy"]["mode"].text
    policy = mesh.config["outboundTrafficPolicy"]
    general = policy.get("mode") if isinstance(policy, dict) else None
    if (own or general) == "REGISTRY_ONLY":
        return "the sidecar blocks the calls"
    return "calls are sent without mTLS, routes and retries"
