"""What STRICT in a PeerAuthentication breaks: probes, clients outside the mesh, workloads without a proxy."""

from collections.abc import Iterable, Iterator, Sequence

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import Membership, is_control_plane, is_gateway
from istiolint.mesh.workload import FINITE, Workload, ports_of
from istiolint.mesh.workloads import names
from istiolint.mutual_tls.server import server_mode
from istiolint.primitives.numbers import natural
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
    """Report what STRICT rejects: each probe, each Service for external clients, each caller without a proxy."""
    if not any(_strict_fields(policy)):
        return
    reach = [workload for workload in mesh.mtls.selected(policy) if not mesh.exclusive(policy, workload.resource)]
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
    """Report probes that the kubelet sends itself. (A tcpSocket probe succeeds on any open port, and STRICT keeps it open.)"""
    membership = mesh.injection.of(workload)
    if membership.state == "ambient" or mesh.injection.rewrites_probes(workload):
        return
    for probe in workload.probes:
        field = _refusing(policy, workload, probe.port, mesh)
        if field and probe.handler != "tcpSocket":
            yield finding(
                field,
                f"`STRICT` breaks the {probe.kind} of `{workload.title}` on port {probe.port}; the kubelet has no mesh "
                "certificate and probe rewriting is off",
                hint='annotate the pods with `sidecar.istio.io/rewriteAppHTTPProbers: "true"`, or set the port to '
                "`PERMISSIVE` in `portLevelMtls`",
                related=[(probe.at, "this probe")],
                severity="error" if membership.in_mesh else "warning",
            )


def _scrapes(policy: Resource, workload: Workload, mesh: Mesh) -> Iterator[Finding]:
    annotations = workload.annotations
    port = natural(annotations.get("prometheus.io/port", "80"))
    merged = annotations.get("prometheus.istio.io/merge-metrics", "").lower() != "false" and mesh.config.on(
        "enablePrometheusMerge"
    )
    if annotations.get("prometheus.io/scrape") != "true" or merged or port is None:
        return
    field = _refusing(policy, workload, port, mesh)
    if field and mesh.injection.of(workload).in_mesh:
        yield finding(
            field,
            f"`STRICT` rejects Prometheus without a mesh certificate on port {port} of `{workload.title}`; metrics "
            "merging is off",
            hint="enable metrics merging, set the port to `PERMISSIVE` in `portLevelMtls`, or give Prometheus a mesh certificate",
            related=[(workload.metadata["annotations"]["prometheus.io/scrape"], "scraped here")],
            severity="info",
        )


def _services(workloads: Iterable[Workload], mesh: Mesh) -> Iterator[tuple[Resource, list[Workload]]]:
    """Yield the Services of some workloads, each once, with the workloads that it selects."""
    found: dict[int, tuple[Resource, list[Workload]]] = {}
    for workload in workloads:
        for service in mesh.workloads.services_of(workload):
            found.setdefault(id(service), (service, []))[1].append(workload)
    yield from found.values()


def _open_services(policy: Resource, service: Resource, workloads: Sequence[Workload], mesh: Mesh) -> Iterator[Finding]:
    """Report Services whose clients are outside the cluster, and so outside the mesh."""
    if service.spec["type"].text not in _OPEN_TYPES:
        return
    for workload in workloads:
        for port, number, target in ports_of(service, workload):
            field = _refusing(policy, workload, target, mesh)
            if field:
                sure = mesh.injection.of(workload).in_mesh and service.spec["type"].text == "LoadBalancer"
                yield finding(
                    field,
                    f"`STRICT` rejects external clients of `{workload.title}` on port {number} of {service.spec['type'].text} "
                    f"Service `{service.namespace}/{service.name}`; they have no mesh certificate",
                    hint="route them through an ingress gateway, or set the port to `PERMISSIVE` in `portLevelMtls`",
                    related=[(port, "clients connect here")],
                    severity="error" if sure else "warning",
                )
                return


def _callers(
    policy: Resource, service: Resource, workloads: Sequence[Workload], mesh: Mesh
) -> Iterator[tuple[Finding, Workload]]:
    """Report callers without a proxy whose manifests configure them to call a guarded Service."""
    for call in mesh.calls.of_service(service):
        membership = mesh.injection.of(call.caller)
        if membership.state != "outside" or mesh.exclusive(policy, call.caller.resource):
            continue
        for workload in workloads:
            targets = [target for _, number, target in ports_of(service, workload) if call.port in (None, number)]
            fields = [field for target in targets if (field := _refusing(policy, workload, target, mesh))]
            if fields and len(fields) == len(targets):
                found = finding(
                    fields[0],
                    f"`STRICT` mTLS breaks calls from `{call.caller.title}` to Service `{service.namespace}/{service.name}`: the "
                    f"caller sends plaintext because {membership.because}",
                    hint="add the caller to the mesh first, or keep `PERMISSIVE` for this workload",
                    related=[(call.at, "configured to call the Service here"), *_place(membership)],
                    severity="error" if membership.sure and mesh.injection.of(workload).in_mesh else "warning",
                )
                yield found, call.caller
                break


def _outside(policy: Resource, reach: Sequence[Workload], blamed: set[int], mesh: Mesh) -> Iterator[Finding]:
    """Report workloads without a proxy in the scope of a policy whose calls are not known."""
    mode = policy.spec["mtls"]["mode"]
    scope = mesh.mtls.scope(policy)
    if mode.text != "STRICT" or scope == "workload":
        return
    reach = [workload for workload in reach if _may_call(workload, mesh)]
    if scope == "mesh":  # the policy of a namespace reports its own workloads
        reach = [workload for workload in reach if not mesh.mtls.policies(workload.namespace)]
    states = {id(workload): mesh.injection.of(workload) for workload in reach}
    outside = [workload for workload in reach if states[id(workload)].state == "outside"]
    if scope == "namespace" and len(outside) == len(reach):
        return  # the policy has no effect at all, which peer-authentication-without-effect reports
    named = [workload for workload in outside if id(workload) not in blamed]
    if named:
        lasting = [
            workload
            for workload in named
            if workload.kind not in FINITE and not workload.host_network and states[id(workload)].sure
        ]
        reasons = {states[id(workload)].because for workload in named}
        are = "is" if len({workload.title for workload in named}) == 1 else "are"  # copies of one workload count once
        yield finding(
            mode,
            f"`STRICT` applies {'mesh-wide' if scope == 'mesh' else f'to namespace `{policy.namespace}`'}, but {names(named)} "
            f"{are} outside the mesh: {_joined(reasons)}; plaintext calls from there are rejected",
            hint="start with `PERMISSIVE`, add these workloads to the mesh, then set `STRICT` one namespace at a time",
            related=[place for workload in named for place in _place(states[id(workload)])][:10],
            # under a mesh-wide policy, workloads outside the mesh may have nothing to call
            severity="warning" if lasting and scope == "namespace" else "info",
        )
    if scope == "mesh" and not named:
        yield from _empty_namespaces(mode, mesh)
    for workload in reach:
        if states[id(workload)].state == "unknown":
            yield finding(mode, f"`{workload.title}` may be outside the mesh: {states[id(workload)].because}", known=False)


def _empty_namespaces(mode: Cursor, mesh: Mesh) -> Iterator[Finding]:
    """Report namespaces that are deliberately outside the mesh and whose workloads are not in the input."""
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
            f"mesh-wide `STRICT` rejects plaintext calls from namespaces outside the mesh: {listed}",
            hint="check that no workload in them calls the mesh, or set the called workloads to `PERMISSIVE`",
            related=[place for _, membership in found for place in _place(membership)][:10],
            severity="info",
        )


def _refusing(policy: Resource, workload: Workload, port: int | None, mesh: Mesh) -> Cursor | None:
    """Return the field of this policy that makes a workload reject plaintext on a port, or None."""
    effective = server_mode(workload, port, mesh) if port is not None else None
    if effective is None or not effective.strict:
        return None
    return next((field for field, setting in zip(effective.set_by, effective.policies, strict=True) if setting is policy), None)


def _strict_fields(policy: Resource) -> Iterator[bool]:
    yield policy.spec["mtls"]["mode"].text == "STRICT"
    for _, port in policy.spec["portLevelMtls"].items():
        yield port["mode"].text == "STRICT"


def _is_guarded(workload: Workload, mesh: Mesh) -> bool:
    return mesh.injection.of(workload).state != "outside" and not is_gateway(workload) and not is_control_plane(workload)


def _may_call(workload: Workload, mesh: Mesh) -> bool:
    """Whether a workload is an application: Istio and Kubernetes components call no workload in the mesh."""
    system = workload.namespace == mesh.root_namespace or workload.namespace.startswith(("kube-", "istio-"))
    return not system and not is_gateway(workload) and not is_control_plane(workload)


def _place(membership: Membership) -> list[tuple[Cursor, str]]:
    return [(membership.at, "excluded from the mesh here")] if membership.at is not None else []


def _joined(reasons: Iterable[str]) -> str:
    words = sorted(reasons)
    return "; ".join(words[:3]) + (" and more" if len(words) > 3 else "")
