"""Client TLS in DestinationRules against the mTLS mode of the server's proxy."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from istiolint.checks.tls.mesh_wide_rules import other_namespaces
from istiolint.findings.finding import Finding, Path
from istiolint.mesh import Mesh
from istiolint.mesh.client_rules import at_port
from istiolint.mesh.workload import Workload, ports_of
from istiolint.mesh.workloads import names
from istiolint.mutual_tls.client import SetTls
from istiolint.mutual_tls.server import server_mode
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.trace.model import Endpoint, model_of
from istiolint.trace.proxies import Proxy
from istiolint.trace.services import ports_of_host

_WITHOUT_MESH_CERTIFICATE = ("DISABLE", "SIMPLE")
_PLAIN_TLS = ("SIMPLE", "MUTUAL")
"""Modes that send TLS which the proxy of a server does not terminate."""


class _ClientTls(NamedTuple):
    """A `tls.mode` of a DestinationRule, with the labels of its subset and the ports of a Service that it applies to."""

    mode: Cursor
    labels: dict[str, str]
    ports: frozenset[int]


@check(
    "client-tls-contradicts-server",
    severity="error",
    evidence="contradiction",
    tags=["security"],
    kinds=["DestinationRule"],
    codes=["KIA0207", "KIA0208", "KIA0505", "KIA0506"],
    when=["tls"],
)
def client_tls_contradicts_server(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report plaintext or plain TLS to an mTLS-only server, and mTLS to a server without it. (No `tls` is auto mTLS.)"""
    host = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    if host.startswith("*"):
        yield from _many_hosts(rule, host, mesh)
        yield from other_namespaces(rule, host, mesh)
        return
    service = next((known.resource for known in mesh.hosts.covering(host) if known.name == host and known.resource), None)
    if service is None or service.type != "Service" or mesh.exclusive(rule, service) or not _heeded(rule, service, host, mesh):
        return
    for tls in _settings(rule, service):
        workloads = [
            workload
            for workload in mesh.workloads.of_service(service)
            if workload.matches(tls.labels) and not mesh.exclusive(rule, workload.resource)
        ]
        if tls.mode.text in _WITHOUT_MESH_CERTIFICATE:
            yield from _refused(rule, tls, service, workloads, mesh)
        if tls.mode.text in _PLAIN_TLS:
            yield from _unmatched(rule, tls, service, workloads, mesh)
        elif tls.mode.text == "ISTIO_MUTUAL":
            yield from _unanswered(rule, tls, service, workloads, mesh)


@check(
    "strict-mtls-without-client-mtls",
    severity="error",
    evidence="contradiction",
    tags=["security"],
    kinds=["PeerAuthentication"],
    codes=["KIA0401", "KIA0501"],
)
def strict_mtls_without_client_mtls(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report servers that require mTLS while auto mTLS is off and no DestinationRule enables it for their clients."""
    mode = _strict(policy)
    if mode is None or mesh.config.on("enableAutoMtls"):
        return
    left = sorted(set(_plaintext_to_strict(policy, mesh)))
    if left:
        shown = ", ".join(f"`{title}`" for title in left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")
        switch = mesh.config.at("enableAutoMtls")
        yield finding(
            mode,
            f"`STRICT` rejects in-mesh clients of {shown}; `enableAutoMtls` is off and no DestinationRule sets `ISTIO_MUTUAL`, "
            "so they send plaintext",
            hint="set `enableAutoMtls: true`, or add DestinationRules with `tls: {mode: ISTIO_MUTUAL}`",
            related=[(switch, "auto mTLS is disabled here")] if switch is not None else [],
        )


@check(
    "strict-mtls-in-disabled-namespace",
    severity="error",
    evidence="contradiction",
    tags=["security"],
    kinds=["PeerAuthentication"],
)
def strict_mtls_in_disabled_namespace(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report STRICT workloads in a namespace with mode DISABLE: auto mTLS follows the namespace, not the workload."""
    if not mesh.config.on("enableAutoMtls") or mesh.mtls.scope(policy) != "workload":
        return
    namespace = mesh.mtls.of_namespace(policy.namespace)
    strict = _strict(policy)
    if strict is None or not namespace.disabled or any(mesh.exclusive(policy, other) for other in namespace.policies):
        return
    left = sorted(set(_plaintext_to_strict(policy, mesh)))
    if left:
        shown = ", ".join(f"`{title}`" for title in left[:5])
        yield finding(
            strict,
            f"`STRICT` rejects in-mesh clients of {shown}; auto mTLS follows the mode of namespace `{policy.namespace}`, "
            "`DISABLE`, so they send plaintext",
            hint="set `PERMISSIVE` for the namespace, or add DestinationRules with `tls: {mode: ISTIO_MUTUAL}`",
            related=[(field, "mode of the namespace") for field in namespace.set_by],
        )


def _strict(policy: Resource) -> Cursor | None:
    """Return the field that sets STRICT, for the workload or for a port."""
    fields = [policy.spec["mtls"]["mode"], *(port["mode"] for _, port in policy.spec["portLevelMtls"].items())]
    return next((field for field in fields if field.text == "STRICT"), None)


def _plaintext_to_strict(policy: Resource, mesh: Mesh) -> Iterator[str]:
    """Yield the Services whose clients send plaintext to a STRICT port of a workload, according to a trace."""
    model = model_of(mesh)
    for workload in mesh.mtls.selected(policy):
        server = model.proxy(workload)
        if server.kind != "sidecar":
            continue
        for resource in mesh.workloads.services_of(workload):
            host = mesh.hosts.fqdn(resource.name, resource.namespace)
            service = next((known for known in model.registry.named(host) if known.resource is resource), None)
            client = Proxy("sidecar", "a client", resource.namespace, "client")
            for _, number, target in ports_of(resource, workload) if service is not None else ():
                mode = model.mode(server, target)
                if service is not None and mode is not None and mode.mode == "STRICT" and policy in mode.policies:
                    opened = model.opened(client, service, number, endpoint=Endpoint(workload, target))
                    if not isinstance(opened, SetTls) and opened.tls == "plaintext":
                        yield resource.title


def _settings(rule: Resource, service: Resource) -> Iterator[_ClientTls]:
    """Yield each client TLS mode that applies to ports of a Service."""
    policies = [(rule.spec["trafficPolicy"], dict[str, str]())]
    policies += [(subset["trafficPolicy"], subset["labels"].labels) for subset in rule.spec["subsets"]]
    numbers = [number for port in service.spec["ports"] if (number := port["port"].number) is not None]
    for policy, labels in policies:
        modes: dict[Path, tuple[Cursor, set[int]]] = {}
        for number in numbers:
            tls = at_port(policy, "tls", number)
            if tls is not None and tls["mode"].text:
                modes.setdefault(tls.path, (tls["mode"], set()))[1].add(number)
        yield from (_ClientTls(mode, labels, frozenset(ports)) for mode, ports in modes.values())


def _ports(tls: _ClientTls, service: Resource, workload: Workload) -> Iterator[int]:
    """Yield the container ports behind the Service ports that a setting applies to."""
    for _, number, target in ports_of(service, workload):
        if target is not None and number in tls.ports:
            yield target


def _refused(rule: Resource, tls: _ClientTls, service: Resource, workloads: Sequence[Workload], mesh: Mesh) -> Iterator[Finding]:
    for workload in workloads:
        membership = mesh.injection.of(workload)
        if membership.state not in ("sidecar", "unknown"):
            continue
        for port in _ports(tls, service, workload):
            effective = server_mode(workload, port, mesh)
            if effective is None or not effective.strict:
                continue
            if any(mesh.exclusive(rule, policy) for policy in effective.policies):
                continue
            sends = "plaintext" if tls.mode.text == "DISABLE" else "TLS without a mesh certificate"
            yield finding(
                tls.mode,
                f"`{tls.mode.text}` sends {sends} to Service `{service.namespace}/{service.name}`, but `{workload.title}` "
                f"accepts only mTLS on port {port}; connections fail",
                hint="remove `tls`; auto mTLS uses mTLS wherever the server supports it",
                related=[(field, "mode of the server") for field in effective.set_by],
                severity="error" if membership.in_mesh else "warning",
            )
            return


def _unmatched(
    rule: Resource, tls: _ClientTls, service: Resource, workloads: Sequence[Workload], mesh: Mesh
) -> Iterator[Finding]:
    """Report TLS that is not Istio's to a port whose name says HTTP: a PERMISSIVE sidecar has no filter chain for it."""
    host = mesh.hosts.fqdn(service.name, service.namespace)
    known = [one for one in mesh.hosts.exact(host) if one.resource is service]
    http = {port.number for one in known for port in ports_of_host(one) if port.protocol == "HTTP"}
    for workload in workloads:
        sidecar = mesh.sidecar_scopes.of(workload)
        if mesh.injection.of(workload).state != "sidecar" or (sidecar is not None and sidecar.spec["ingress"]):
            continue
        for _, number, target in ports_of(service, workload):
            if target is None or number not in http or number not in tls.ports:
                continue
            effective = server_mode(workload, target, mesh)
            if effective is not None and not effective.strict and not effective.disabled:
                yield finding(
                    tls.mode,
                    f"`{tls.mode.text}` sends TLS to HTTP port `{number}` of Service `{service.namespace}/{service.name}`; the "
                    f"sidecar of `{workload.title}` accepts plaintext and mesh mTLS there, and resets the connection",
                    hint="remove `tls`, or name the port `https` if the application terminates TLS",
                )
                return


def _unanswered(
    rule: Resource, tls: _ClientTls, service: Resource, workloads: Sequence[Workload], mesh: Mesh
) -> Iterator[Finding]:
    hint = "remove `tls`; auto mTLS uses mTLS wherever the server supports it"
    outside = [workload for workload in workloads if mesh.injection.of(workload).state == "outside"]
    if outside:
        membership = mesh.injection.of(outside[0])
        yield finding(
            tls.mode,
            f"`ISTIO_MUTUAL` sends mTLS to Service `{service.namespace}/{service.name}`, but {names(outside)} "
            f"{'has' if len(outside) == 1 else 'have'} no proxy to terminate it: {membership.because}",
            hint=hint,
            related=[(membership.at, "excluded from the mesh here")] if membership.at is not None else [],
            severity="error" if len(outside) == len(workloads) and membership.sure else "warning",
        )
    for workload in workloads:
        for port in _ports(tls, service, workload):
            effective = server_mode(workload, port, mesh)
            if effective is not None and effective.disabled and mesh.injection.of(workload).state == "sidecar":
                if any(mesh.exclusive(rule, policy) for policy in effective.policies):
                    continue
                yield finding(
                    tls.mode,
                    f"`ISTIO_MUTUAL` sends mTLS to Service `{service.namespace}/{service.name}`, but mTLS is disabled on port "
                    f"{port} of `{workload.title}`; the handshake fails",
                    hint=hint,
                    related=[(field, "mode of the server") for field in effective.set_by],
                )
                return


def _heeded(rule: Resource, service: Resource, host: str, mesh: Mesh) -> bool:
    """Whether clients in any namespace use a rule: a closer rule often hides one in the root namespace."""
    clients = {rule.namespace, service.namespace, *mesh.namespaces}
    return any(rule in mesh.destination_rules.visible_from(namespace, host) for namespace in clients)


def _many_hosts(rule: Resource, host: str, mesh: Mesh) -> Iterator[Finding]:
    """Compare a rule for all services of a namespace or the mesh with the mode of that namespace or mesh."""
    mode = rule.spec["trafficPolicy"]["tls"]["mode"]
    suffix = f".svc.{mesh.settings.cluster_domain}"
    namespace = host.removeprefix("*.").removesuffix(suffix)
    everywhere = host == "*" or suffix.endswith(host.removeprefix("*"))
    if not everywhere and ("." in namespace or f"*.{namespace}{suffix}" != host):
        return  # hosts outside the mesh, or the pods of a headless Service, which destination-rule-for-pods reports
    where = mesh.root_namespace if everywhere else namespace
    effective, membership = mesh.mtls.of_namespace(where), mesh.injection.of_namespace(where)
    if any(mesh.exclusive(rule, policy) for policy in effective.policies) or (everywhere and not effective.policies):
        return
    services = "of the mesh" if everywhere else f"in namespace `{namespace}`"
    related = [(field, "mode of the servers") for field in effective.set_by]
    hint = "remove `tls`; auto mTLS uses mTLS wherever the server supports it"
    if mode.text in _WITHOUT_MESH_CERTIFICATE and effective.strict and (everywhere or membership.state != "outside"):
        yield finding(
            mode,
            f"`{mode.text}` applies to all services {services}, which accept only mTLS; connections without another "
            "DestinationRule fail",
            hint=hint,
            related=related,
            severity="error" if everywhere or membership.in_mesh else "warning",
        )
    elif mode.text == "ISTIO_MUTUAL" and effective.disabled and (everywhere or membership.state == "sidecar"):
        yield finding(
            mode,
            f"`ISTIO_MUTUAL` applies to all services {services}, where mTLS is disabled; connections without another "
            "DestinationRule fail",
            hint=hint,
            related=related,
        )
