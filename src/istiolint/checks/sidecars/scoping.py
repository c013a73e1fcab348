"""What each proxy has to know: Sidecars that leave nothing out, and namespaces without any."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.selection import selector
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MANY_SERVICES = 50


@check("sidecar-without-scope", severity="warning", evidence="document", tags=["production"], kinds=["Sidecar"])
def sidecar_without_scope(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A Sidecar that lets its proxies know everything."""
    listeners = list(sidecar.spec["egress"])
    if len(listeners) == 1 and not listeners[0]["port"].exists:
        hosts = listeners[0]["hosts"]
        if [host.text for host in hosts] == ["*/*"] and not _is_exception(sidecar, mesh):
            yield finding(
                hosts[0],
                "`*/*` names every service of every namespace, as if there were no Sidecar",
                hint='name what is called, as in `["./*", "istio-system/*", "checkout/orders.checkout.svc.cluster.local"]`',
            )


def _is_exception(sidecar: Resource, mesh: Mesh) -> bool:
    """Whether it frees its workloads from a narrower Sidecar of their namespace or of the root namespace."""
    wider = list(mesh.in_namespace("Sidecar", mesh.root_namespace)) if sidecar.namespace != mesh.root_namespace else []
    if selector(sidecar):
        wider += mesh.in_namespace("Sidecar", sidecar.namespace)
    return any(
        not selector(other)
        and other.spec["egress"]
        and all(host.text != "*/*" for listener in other.spec["egress"] for host in listener["hosts"])
        for other in wider
    )


@check("sidecar-scope-missing", severity="info", evidence="missing", tags=["production"], kinds=["Namespace"])
def sidecar_scope_missing(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Proxies that are told of a large mesh as a whole."""
    services = len(mesh.all("Service"))
    if services < _MANY_SERVICES or mesh.injection.of_namespace(namespace.name).state != "sidecar":
        return
    scoped = any(mesh.in_namespace("Sidecar", place) for place in (namespace.name, mesh.root_namespace))
    proxies = [workload for workload in mesh.workloads.in_namespace(namespace.name) if workload.runs_pods]
    if not scoped and proxies:
        others = services - len(mesh.hosts.services_in(namespace.name))
        yield finding(
            namespace.metadata["name"],
            f"each pod of the {len(proxies)} workloads here keeps the configuration of all {services} services in memory, "
            f"{others} of them of "
            "other namespaces, and gets an update whenever one of them changes",
            hint="add a Sidecar that names the services which this namespace calls",
            known=mesh.settings.whole_mesh or bool(mesh.all("Sidecar")),
        )


@check(
    "outbound-policy-without-mode", severity="info", evidence="document", kinds=["Sidecar"], codes=["KIA1007"],
)  # fmt: skip
def outbound_policy_without_mode(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An outbound policy that says nothing, which is the strict one."""
    policy = sidecar.spec["outboundTrafficPolicy"]
    if (
        isinstance(policy.value, dict) and policy["mode"].value is None and not policy["egressProxy"].exists
    ):  # another rule tells of that
        yield finding(
            policy.key,
            "`outboundTrafficPolicy` without a `mode` is `REGISTRY_ONLY`: calls to hosts that the mesh does not know fail",
            hint="write the `mode` that is meant",
        )
