"""What workloads are told to call, against what their Sidecar lets their proxies know."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.calls import Call
from istiolint.mesh.injection import is_control_plane, is_gateway
from istiolint.mesh.sidecar_scopes import lets_in
from istiolint.mesh.workloads import Workload
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_CAPTURE = "traffic.sidecar.istio.io/"


@check("call-hidden-by-sidecar", severity="warning", evidence="contradiction", kinds=["Sidecar"])
def call_hidden_by_sidecar(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A Service that a workload calls, and that its proxy does not know."""
    egress = list(sidecar.spec["egress"])
    told: set[int] = set()
    for workload in mesh.sidecar_scopes.governed(sidecar):
        if not egress or not _has_proxy(workload, mesh) or mesh.rivals(sidecar, workload.resource):
            continue
        for call in mesh.calls.of_caller(workload):
            to_itself = workload in mesh.workloads.of_service(call.service)
            if to_itself or id(call.service) in told or _is_known(sidecar, call, mesh):
                continue
            told.add(id(call.service))
            host = mesh.hosts.fqdn(call.service.name, call.service.namespace)
            yield finding(
                egress[-1]["hosts"].key,
                f"`{workload.title}` is told to call `{host}`, and no host of this Sidecar shows it to the proxy: "
                + _consequence(sidecar, mesh),
                hint=f"add `{call.service.namespace}/{host}`",
                related=[(call.at, "the workload learns of it here"), (call.service.metadata["name"], "the Service")],
            )


def _has_proxy(workload: Workload, mesh: Mesh) -> bool:
    """Whether the workload's calls go through a sidecar, none of them led past it."""
    past = any(key.startswith(_CAPTURE) and "Outbound" in key for key in workload.annotations)
    apart = is_gateway(workload) or is_control_plane(workload) or workload.host_network
    return not past and not apart and mesh.injection.of(workload).state in ("sidecar", "unknown")


def _is_known(sidecar: Resource, call: Call, mesh: Mesh) -> bool:
    """Whether the proxy may know a Service. Istio adds by itself what the VirtualServices that it lets in lead to."""
    host = mesh.hosts.fqdn(call.service.name, call.service.namespace)
    owners = {call.service.namespace, *(known.namespace for known in mesh.hosts.behind(host))}
    return (
        any(lets_in(sidecar, call.caller.namespace, owner, host) for owner in owners)
        or mesh.virtual_services.routes_to(host)
        or mesh.rivals(sidecar, call.service)
    )


def _consequence(sidecar: Resource, mesh: Mesh) -> str:
    own = sidecar.spec["outboundTrafficPolicy"]["mode"].text
    policy = mesh.config["outboundTrafficPolicy"]
    general = policy.get("mode") if isinstance(policy, dict) else None
    if (own or general) == "REGISTRY_ONLY":
        return "the calls are refused"
    return "the calls go out as unknown traffic, without mTLS, routes and retries"
