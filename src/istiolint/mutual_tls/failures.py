"""The callers of a workload's port that fail under an mTLS mode, found by calls, DestinationRules and probes of the input."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.mesh.client_rules import at_port
from istiolint.mesh.injection import is_control_plane
from istiolint.mesh.mtls import DEFAULT_MODE, Mode
from istiolint.mesh.workload import Workload, ports_of
from istiolint.mutual_tls.client import Opened, SetTls, automatic_tls, tls_set_by
from istiolint.mutual_tls.server import ClientTls, accepts, server_mode
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

_OPEN_TYPES = ("LoadBalancer", "NodePort")
_MISMATCHES: dict[ClientTls, str] = {
    "plaintext": "makes it send plaintext (`DISABLE`)",
    "simple": "makes it send TLS without a mesh certificate (`SIMPLE`)",
    "mutual": "makes it send TLS with its own certificate instead of the mesh certificate (`MUTUAL`)",
    "mtls": "makes it demand mTLS (`ISTIO_MUTUAL`), and nothing answers it",
}


class Failure(NamedTuple):
    """A caller whose calls to a port fail, the reason, and its place. `sure` is False if the input leaves a doubt."""

    caller: str
    reason: str
    at: Cursor
    sure: bool = True


def failures(workload: Workload, port: int | None, modes: frozenset[Mode], mesh: Mesh) -> list[Failure]:
    """Return the callers that fail under these modes, each once. There are several modes if policies of one scope disagree."""
    now, membership = server_mode(workload, port, mesh), mesh.injection.of(workload)
    mode = None if now is None else next(iter(modes)) if len(modes) == 1 else DEFAULT_MODE
    server = _Server(workload, port, mode, now is None or modes == now.modes)
    found: dict[tuple[str, str], Failure] = {}
    for service in mesh.workloads.services_of(workload):
        for number in [number for _, number, target in ports_of(service, workload) if target == port]:
            for failure in _of_service(service, number, server, mesh):
                found.setdefault((failure.caller, failure.reason), failure)
    if mode == "STRICT":
        for failure in (*_open(workload, port, mesh), *_probes(workload, port, mesh), *_scrapes(workload, port, mesh)):
            found.setdefault((failure.caller, failure.reason), failure)
    doubtful = not membership.in_mesh and membership.state != "outside"
    return [failure._replace(sure=failure.sure and not doubtful) for failure in found.values()]


class _Server(NamedTuple):
    """A port of a workload with a mode (None: no proxy enforces one); `current` is False for a hypothetical mode."""

    workload: Workload
    port: int | None
    mode: Mode | None
    current: bool

    def fails(self, opened: Opened) -> bool:
        """Whether it rejects the TLS of a client. Other TLS may be for the application, unless mutual TLS is required."""
        for_application = self.mode != "STRICT" and opened.tls in ("simple", "mutual")
        return not for_application and not accepts(self.mode, opened.tls)

    def automatic(self, namespace: str, mesh: Mesh) -> Opened:
        """Return the TLS of automatic mutual TLS to it. With a hypothetical mode, clients are taken to adapt to it."""
        opened = automatic_tls(namespace, self.workload, self.port, mesh)
        return opened if self.current or not mesh.config.on("enableAutoMtls") else opened._replace(tls="mtls")


def _of_service(service: Resource, number: int, server: _Server, mesh: Mesh) -> Iterator[Failure]:
    host = mesh.hosts.fqdn(service.name, service.namespace)
    named: set[int] = set()
    for call in mesh.calls.of_service(service):
        if call.port not in (None, number) or mesh.exclusive(service, call.caller.resource) or is_control_plane(call.caller):
            continue
        membership = mesh.injection.of(call.caller)
        if membership.state == "outside":
            if server.mode == "STRICT":
                yield Failure(call.caller.title, f"it sends plaintext, because {membership.because}", call.at, membership.sure)
        elif membership.state != "ambient":  # ztunnel ignores DestinationRules
            used = mesh.client_rules.of(call.caller.namespace, call.caller.labels, host)
            opened = tls_set_by(used.tls("", number)) if used is not None else None
            if used is None or opened is None:
                automatic = server.automatic(service.namespace, mesh)
                if server.mode == "STRICT" and server.fails(automatic):
                    yield Failure(call.caller.title, f"it sends plaintext, because {automatic.because}", call.at)
            elif server.fails(opened):
                rule = used.rule_of(opened.at)
                named.add(id(rule))
                reason = f"{rule.title} {_MISMATCHES[opened.tls]}"
                yield Failure(call.caller.title, reason, opened.at, membership.state == "sidecar")
    for rule in mesh.destination_rules.covering(host):
        if not mesh.exclusive(rule, service):
            yield from _of_rule(rule, host, number, server, mesh, named=id(rule) in named)


def _of_rule(rule: Resource, host: str, number: int, server: _Server, mesh: Mesh, *, named: bool) -> Iterator[Failure]:
    """Yield failures of unknown clients that use a DestinationRule; `named` is whether known clients fail because of it."""
    opened = tls_set_by(at_port(rule.spec["trafficPolicy"], "tls", number))
    if opened is not None and server.fails(opened) and not named:
        yield Failure("every client that uses it", f"{rule.title} {_MISMATCHES[opened.tls]}", opened.at)
    for name, of_subset in _of_subsets(rule, number, server.workload):
        if server.fails(of_subset):
            routed = mesh.virtual_services.routes_to_subset(host, name)
            reason = f"{rule.title} {_MISMATCHES[of_subset.tls]}"
            yield Failure(f"every client that uses subset {name}", reason, of_subset.at, routed)


def _of_subsets(rule: Resource, number: int, workload: Workload) -> Iterator[tuple[str, SetTls]]:
    """Yield name and TLS of the subsets of a workload that set TLS for a Service port."""
    for subset in rule.spec["subsets"]:
        opened = tls_set_by(at_port(subset["trafficPolicy"], "tls", number))
        if opened is not None and subset["name"].text and workload.matches(subset["labels"].labels):
            yield subset["name"].text, opened


def _open(workload: Workload, port: int | None, mesh: Mesh) -> Iterator[Failure]:
    for service in mesh.workloads.services_of(workload):
        kind = service.spec["type"].text
        for entry, _, target in ports_of(service, workload):
            if kind in _OPEN_TYPES and target == port:
                reason = f"they come in through the {kind} {service.title}, and have no certificate of the mesh"
                yield Failure("clients outside the cluster", reason, entry, kind == "LoadBalancer")


def _probes(workload: Workload, port: int | None, mesh: Mesh) -> Iterator[Failure]:
    """Yield probes that fail: those not rewritten to the agent. A tcpSocket probe only connects; ztunnel allows the kubelet."""
    if mesh.injection.of(workload).state == "ambient" or mesh.injection.rewrites_probes(workload):
        return
    for probe in workload.probes:
        if probe.port == port and probe.handler != "tcpSocket":
            yield Failure("the kubelet", f"the {probe.kind} is not rewritten, and the kubelet has no certificate", probe.at)


def _scrapes(workload: Workload, port: int | None, mesh: Mesh) -> Iterator[Failure]:
    """Yield scrapes that may fail: metrics not merged into those of the proxy, so that Prometheus needs a certificate."""
    annotations = workload.annotations
    merged = annotations.get("prometheus.istio.io/merge-metrics", "").lower() != "false" and mesh.config.on(
        "enablePrometheusMerge"
    )
    if (
        annotations.get("prometheus.io/scrape") == "true"
        and not merged
        and annotations.get("prometheus.io/port", "80") == str(port)
    ):
        at = workload.metadata["annotations"]["prometheus.io/scrape"]
        yield Failure("Prometheus", "it scrapes the port itself, and may have no certificate of the mesh", at, sure=False)
