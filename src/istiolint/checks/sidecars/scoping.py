"""The scope of proxies: Sidecars that import everything, and namespaces without a Sidecar."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.selection import selector
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.rules.parameters import Parameter

_SERVICES = Parameter("services", 50, "Lowest number of Services in the mesh at which it is reported.", minimum=1)


@check("sidecar-without-scope", severity="warning", evidence="document", tags=["production"], kinds=["Sidecar"])
def sidecar_without_scope(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Sidecar that imports every service."""
    listeners = list(sidecar.spec["egress"])
    if len(listeners) == 1 and not listeners[0]["port"].exists:
        hosts = listeners[0]["hosts"]
        if [host.text for host in hosts] == ["*/*"] and not _is_exception(sidecar, mesh):
            yield finding(
                hosts[0],
                "`*/*` imports every service of every namespace; the Sidecar does not limit the configuration of its proxies",
                hint='list only the hosts that are called, such as `["./*", "istio-system/*", "checkout/*"]`',
            )


def _is_exception(sidecar: Resource, mesh: Mesh) -> bool:
    """Return whether it exempts its workloads from a narrower Sidecar of their namespace or the root namespace."""
    wider = list(mesh.in_namespace("Sidecar", mesh.root_namespace)) if sidecar.namespace != mesh.root_namespace else []
    if selector(sidecar):
        wider += mesh.in_namespace("Sidecar", sidecar.namespace)
    return any(
        not selector(other)
        and other.spec["egress"]
        and all(host.text != "*/*" for listener in other.spec["egress"] for host in listener["hosts"])
        for other in wider
    )


@check(
    "sidecar-scope-missing", severity="info", evidence="missing", tags=["production"], kinds=["Namespace"], parameters=[_SERVICES]
)
def sidecar_scope_missing(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a namespace whose proxies receive the configuration of an entire large mesh."""
    services = len(mesh.all("Service"))
    if services < _SERVICES.of(mesh, namespace) or mesh.injection.of_namespace(namespace.name).state != "sidecar":
        return
    scoped = any(mesh.in_namespace("Sidecar", place) for place in (namespace.name, mesh.root_namespace))
    proxies = [workload for workload in mesh.workloads.in_namespace(namespace.name) if workload.creates_pods]
    if not scoped and proxies:
        others = services - len(mesh.hosts.services_in(namespace.name))
        yield finding(
            namespace.metadata["name"],
            f"namespace `{namespace.name}` has no Sidecar; each proxy receives the configuration of all {services} services, "
            f"{'all' if others == services else others} from other namespaces",
            hint="add a Sidecar that lists the services that this namespace calls",
            known=mesh.settings.whole_mesh or bool(mesh.all("Sidecar")),
        )


@check(
    "outbound-policy-without-mode", severity="info", evidence="document", kinds=["Sidecar"], codes=["KIA1007"],
)  # fmt: skip
def outbound_policy_without_mode(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an outbound policy without a mode, which defaults to REGISTRY_ONLY."""
    policy = sidecar.spec["outboundTrafficPolicy"]
    if (
        isinstance(policy.value, dict) and policy["mode"].value is None and not policy["egressProxy"].exists
    ):  # another rule reports this
        yield finding(
            policy.key,
            "`outboundTrafficPolicy` has no `mode` and defaults to `REGISTRY_ONLY`; calls to unknown hosts fail",
            hint="set `mode` explicitly",
        )
