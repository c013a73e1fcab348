"""Who breaks when a PeerAuthentication says STRICT: probes, clients from outside the mesh, workloads without a proxy."""

from collections.abc import Iterable, Iterator, Sequence

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import Membership, is_control_plane, is_gateway
from istiolint.mesh.workloads import FINITE, Workload, names, ports_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_OPEN_TYPES = ("LoadBalancer", "NodePort")


@check(
    "strict-mtls-breaks-workload",
    severity="error",
    evidence="contradiction",
    tags=["security"],
    kinds=["PeerAuthentication"],
)
def strict_mtls_breaks_workload(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Name what a policy's STRICT refuses: each probe, each Service for outside clients, each caller without a proxy."""
    if not any(_strict_fields(policy)):
        return
    reach = [workload for workload in mesh.mtls.selected(policy) if not mesh.rivals(policy, workload.resource)]
    guarded = [workload for workload in reach if _is_guarded(workload, mesh)]
    blamed: set[int] = set()
    for workload in guarded:
        yield from _probes(policy, workload, mesh)
        yield from _scrapes(policy, workload, mesh)
    for service, workloads in _services(guarded, mesh):
        yield from _open_services(policy, service, workloads, mesh)
        for found, caller in _callers(policy, service, workloads, mesh):
            blamed.add(id(caller))
            yield found
    yield from _outside(policy, reach, blamed, mesh)


def _probes(policy: Resource, workload: Workload, mesh: Mesh) -> Iterator[Finding]:
    """Probes that the kubelet makes itself. (A tcpSocket probe succeeds at any open port, and STRICT keeps it open.)"""
    membership = mesh.injection.of(workload)
    if membership.state == "ambient" or mesh.injection.rewrites_probes(workload):
        return
    for probe in workload.probes:
        field = _refusing(policy, workload, probe.port, mesh)
        if field and probe.handler != "tcpSocket":
            yield finding(
                field,
                f"`STRICT` fails the {probe.kind} of `{workload.title}` on port {probe.port}: the kubelet has no certificate "
                "of the mesh, and the rewriting of probes is off",
                hint='annotate the pods with `sidecar.istio.io/rewriteAppHTTPProbers: "true"`, so that the proxy makes the '
                "probe, or set the port to PERMISSIVE in `portLevelMtls`",
                related=[(probe.at, "this probe")],
                severity="error" if membership.in_mesh else "warning",
            )


def _scrapes(policy: Resource, workload: Workload, mesh: Mesh) -> Iterator[Finding]:
    annotations = workload.annotations
    port = annotations.get("prometheus.io/port", "80")
    merged = annotations.get("prometheus.istio.io/merge-metrics", "").lower() != "false" and mesh.config.on(
        "enablePrometheusMerge"
    )
    if annotations.get("prometheus.io/scrape") != "true" or merged or not port.isdigit():
        return
    field = _refusing(policy, workload, int(port), mesh)
    if field and mesh.injection.of(workload).in_mesh:
        yield finding(
            field,
            f"`STRICT` refuses a Prometheus without a certificate of the mesh at port {port} of `{workload.title}`, whose "
            "metrics are not merged into the proxy's",
            hint="let Istio merge the metrics, set the port to PERMISSIVE in `portLevelMtls`, or give Prometheus a certificate",
            related=[(workload.metadata["annotations"]["prometheus.io/scrape"], "scraped here")],
            severity="info",
        )


def _services(workloads: Iterable[Workload], mesh: Mesh) -> Iterator[tuple[Resource, list[Workload]]]:
    """The Services in front of some workloads, each once, with those workloads that it selects."""
    found: dict[int, tuple[Resource, list[Workload]]] = {}
    for workload in workloads:
        for service in mesh.workloads.services_of(workload):
            found.setdefault(id(service), (service, []))[1].append(workload)
    yield from found.values()


def _open_services(policy: Resource, service: Resource, workloads: Sequence[Workload], mesh: Mesh) -> Iterator[Finding]:
    """Services whose clients come from outside the cluster, and so from outside the mesh."""
    if service.spec["type"].text not in _OPEN_TYPES:
        return
    for workload in workloads:
        for port, number, target in ports_of(service, workload):
            field = _refusing(policy, workload, target, mesh)
            if field:
                sure = mesh.injection.of(workload).in_mesh and service.spec["type"].text == "LoadBalancer"
                yield finding(
                    field,
                    f"`STRICT` refuses everybody who comes to `{workload.title}` through port {number} of the "
                    f"{service.spec['type'].text} Service `{service.namespace}/{service.name}`: clients outside the cluster have "
                    "no certificate of the mesh",
                    hint="lead them through an ingress gateway, or set the port to PERMISSIVE in `portLevelMtls`",
                    related=[(port, "clients come in here")],
                    severity="error" if sure else "warning",
                )
                return


def _callers(
    policy: Resource, service: Resource, workloads: Sequence[Workload], mesh: Mesh
) -> Iterator[tuple[Finding, Workload]]:
    """Callers without a proxy that the input itself tells to call a guarded Service."""
    for call in mesh.calls.of_service(service):
        membership = mesh.injection.of(call.caller)
        if membership.state != "outside" or mesh.rivals(policy, call.caller.resource):
            continue
        for workload in workloads:
            targets = [target for _, number, target in ports_of(service, workload) if call.port in (None, number)]
            fields = [field for target in targets if (field := _refusing(policy, workload, target, mesh))]
            if fields and len(fields) == len(targets):
                found = finding(
                    fields[0],
                    f"`STRICT` refuses the calls of `{call.caller.title}` to Service `{service.namespace}/{service.name}`: it "
                    f"sends plaintext, because {membership.because}",
                    hint="bring the caller into the mesh first; until then keep PERMISSIVE for what it calls",
                    related=[(call.at, "it is told to call the Service here"), *_place(membership)],
                    severity="error" if membership.sure and mesh.injection.of(workload).in_mesh else "warning",
                )
                yield found, call.caller
                break


def _outside(policy: Resource, reach: Sequence[Workload], blamed: set[int], mesh: Mesh) -> Iterator[Finding]:
    """The workloads without a proxy in a policy's reach, of whose calls nothing is known."""
    mode = policy.spec["mtls"]["mode"]
    scope = mesh.mtls.scope(policy)
    if mode.text != "STRICT" or scope == "workload":
        return
    reach = [workload for workload in reach if _may_call(workload, mesh)]
    if scope == "mesh":  # a namespace's own policy names its own workloads
        reach = [workload for workload in reach if not mesh.mtls.policies(workload.namespace)]
    states = {id(workload): mesh.injection.of(workload) for workload in reach}
    outside = [workload for workload in reach if states[id(workload)].state == "outside"]
    if scope == "namespace" and len(outside) == len(reach):
        return  # the policy as a whole is without effect, and another rule says so
    named = [workload for workload in outside if id(workload) not in blamed]
    if named:
        lasting = [
            workload
            for workload in named
            if workload.kind not in FINITE and not workload.host_network and states[id(workload)].sure
        ]
        reasons = {states[id(workload)].because for workload in named}
        are = "is" if len({workload.title for workload in named}) == 1 else "are"  # several copies of one are one
        yield finding(
            mode,
            f"`STRICT` {'in the whole mesh' if scope == 'mesh' else f'in the namespace `{policy.namespace}`'}, but "
            f"{names(named)} {are} outside the mesh: {_joined(reasons)}; plaintext calls from "
            "there are refused, and calls to there are not encrypted",
            hint="begin with PERMISSIVE, bring these workloads into the mesh, and turn to STRICT namespace by namespace",
            related=[place for workload in named for place in _place(states[id(workload)])][:10],
            # in a whole mesh, what is outside may have nothing to call
            severity="warning" if lasting and scope == "namespace" else "info",
        )
    if scope == "mesh" and not named:
        yield from _empty_namespaces(mode, mesh)
    for workload in reach:
        if states[id(workload)].state == "unknown":
            yield finding(mode, f"`{workload.title}` may be outside the mesh: {states[id(workload)].because}", known=False)


def _empty_namespaces(mode: Cursor, mesh: Mesh) -> Iterator[Finding]:
    """Namespaces that are kept out of the mesh on purpose, and whose workloads are not in the input."""
    found = [
        (name, membership)
        for name in sorted(mesh.namespaces)
        if name != mesh.root_namespace and not name.startswith(("kube-", "istio-")) and not mesh.workloads.in_namespace(name)
        if (membership := mesh.injection.of_namespace(name)).state == "outside" and membership.explicit
    ]
    if found:
        listed = ", ".join(f"`{name}`" for name, _ in found[:5])
        yield finding(
            mode,
            f"`STRICT` in the whole mesh refuses plaintext calls from the namespaces that are kept out of it: {listed}",
            hint="make sure that nothing in them calls the mesh, or set what they call to PERMISSIVE",
            related=[place for _, membership in found for place in _place(membership)][:10],
            severity="info",
        )


def _refusing(policy: Resource, workload: Workload, port: int | None, mesh: Mesh) -> Cursor | None:
    """The field of this very policy that makes a workload refuse plaintext at a port; None if nothing or another one does."""
    if port is None or not mesh.injection.captures(workload, port):
        return None
    effective = mesh.mtls.of(workload, port)
    own = (
        field for field in effective.set_by if field.document is policy.document and field.path[: len(policy.path)] == policy.path
    )
    return next(own, None) if effective.strict else None


def _strict_fields(policy: Resource) -> Iterator[bool]:
    yield policy.spec["mtls"]["mode"].text == "STRICT"
    for _, port in policy.spec["portLevelMtls"].items():
        yield port["mode"].text == "STRICT"


def _is_guarded(workload: Workload, mesh: Mesh) -> bool:
    return mesh.injection.of(workload).state != "outside" and not is_gateway(workload) and not is_control_plane(workload)


def _may_call(workload: Workload, mesh: Mesh) -> bool:
    """Applications: what belongs to Istio or Kubernetes themselves is outside the mesh and calls nobody in it."""
    system = workload.namespace == mesh.root_namespace or workload.namespace.startswith(("kube-", "istio-"))
    return not system and not is_gateway(workload) and not is_control_plane(workload)


def _place(membership: Membership) -> list[tuple[Cursor, str]]:
    return [(membership.at, "outside the mesh because of this")] if membership.at is not None else []


def _joined(reasons: Iterable[str]) -> str:
    words = sorted(reasons)
    return "; ".join(words[:3]) + (" and more" if len(words) > 3 else "")
