"""Who would fail to call a workload's port, if it demanded a mode: from the calls, rules and probes that the input holds."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_control_plane
from istiolint.mesh.workloads import Workload, ports_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

_OPEN_TYPES = ("LoadBalancer", "NodePort")
_WITHOUT_MESH_CERTIFICATE = {
    "DISABLE": "plaintext",
    "SIMPLE": "TLS without a mesh certificate",
    "MUTUAL": "TLS with its own certificate instead of the mesh certificate",
}


class Failure(NamedTuple):
    """A caller whose calls to a port fail, why, and where that is set. `sure` is False where the input leaves a doubt."""

    caller: str
    reason: str
    at: Cursor
    sure: bool = True


def failures(workload: Workload, port: int | None, modes: frozenset[str], mesh: Mesh) -> list[Failure]:
    """Who fails where these modes are in force (several where policies of one scope disagree); each caller once."""
    strict, disabled = modes == {"STRICT"}, modes == {"DISABLE"}
    membership = mesh.injection.of(workload)
    if port is not None and not mesh.injection.captures(workload, port):
        strict, disabled = False, True
    if membership.state == "outside":
        strict, disabled = False, True
    found: dict[tuple[str, str], Failure] = {}
    for service in mesh.workloads.services_of(workload):
        numbers = [number for _, number, target in ports_of(service, workload) if target == port]
        for number in numbers:
            for failure in _of_service(service, number, workload, strict=strict, disabled=disabled, mesh=mesh):
                found.setdefault((failure.caller, failure.reason), failure)
    if strict:
        for failure in (*_open(workload, port, mesh), *_probes(workload, port, mesh), *_scrapes(workload, port, mesh)):
            found.setdefault((failure.caller, failure.reason), failure)
    doubtful = not membership.in_mesh and membership.state != "outside"
    return [failure._replace(sure=failure.sure and not doubtful) for failure in found.values()]


def _of_service(
    service: Resource, number: int, workload: Workload, *, strict: bool, disabled: bool, mesh: Mesh
) -> Iterator[Failure]:
    host = mesh.hosts.fqdn(service.name, service.namespace)
    named: set[int] = set()
    calls = [call for call in mesh.calls.of_service(service) if call.port in (None, number)]
    for call in calls:
        if mesh.exclusive(service, call.caller.resource) or is_control_plane(call.caller):
            continue
        membership = mesh.injection.of(call.caller)
        if membership.state == "outside":
            if strict:
                yield Failure(call.caller.title, f"it sends plaintext, because {membership.because}", call.at, membership.sure)
        elif membership.state != "ambient":  # ztunnel does not look at DestinationRules
            client = client_mode(call.caller.namespace, host, number, mesh)
            reason = _mismatch(client, strict=strict, disabled=disabled)
            if client and reason:
                named.add(id(client[1]))
                yield Failure(call.caller.title, f"{client[1].title} {reason}", client[0], membership.state == "sidecar")
            elif strict and not client and not mesh.config.on("enableAutoMtls"):
                yield Failure(call.caller.title, "it sends plaintext, because `enableAutoMtls` is off", call.at)
    for rule in mesh.destination_rules.covering(host):
        mode = _mode(rule.spec["trafficPolicy"], number)
        reason = _mismatch((mode, rule) if mode is not None else None, strict=strict, disabled=disabled)
        if mesh.exclusive(rule, service):
            continue
        if mode is not None and reason and id(rule) not in named:
            yield Failure("every client that uses it", f"{rule.title} {reason}", mode)
        for name, mode in _subset_modes(rule, number, workload):
            if reason := _mismatch((mode, rule), strict=strict, disabled=disabled):
                routed = mesh.virtual_services.routes_to_subset(host, name)
                yield Failure(f"every client that is led to subset {name}", f"{rule.title} {reason}", mode, routed)


def client_mode(namespace: str, host: str, number: int, mesh: Mesh) -> tuple[Cursor, Resource] | None:
    """Return the client TLS mode that clients of a namespace use for a port of a host, and the DestinationRule that sets it."""
    for rule in mesh.destination_rules.visible_from(namespace, host):
        if (mode := _mode(rule.spec["trafficPolicy"], number)) is not None:
            return mode, rule
    return None


def _subset_modes(rule: Resource, number: int, workload: Workload) -> Iterator[tuple[str, Cursor]]:
    """What the subsets that a workload belongs to set for a Service port, each by its name."""
    for subset in rule.spec["subsets"]:
        mode = _mode(subset["trafficPolicy"], number)
        if mode is not None and subset["name"].text and workload.matches(subset["labels"].labels):
            yield subset["name"].text, mode


def _mode(policy: Cursor, number: int) -> Cursor | None:
    """What a traffic policy sets for a Service port; settings of a port replace those above."""
    for setting in policy["portLevelSettings"]:
        if setting["port"]["number"].number == number:
            return setting["tls"]["mode"] if setting["tls"]["mode"].text else None
    return policy["tls"]["mode"] if policy["tls"]["mode"].text else None


def _mismatch(client: tuple[Cursor, Resource] | None, *, strict: bool, disabled: bool) -> str:
    mode = client[0].text if client else ""
    if strict and mode in _WITHOUT_MESH_CERTIFICATE:
        return f"makes it send {_WITHOUT_MESH_CERTIFICATE[mode]} (`{mode}`)"
    if disabled and mode == "ISTIO_MUTUAL":
        return "makes it demand mTLS (`ISTIO_MUTUAL`), and nothing answers it"
    return ""


def _open(workload: Workload, port: int | None, mesh: Mesh) -> Iterator[Failure]:
    for service in mesh.workloads.services_of(workload):
        kind = service.spec["type"].text
        for entry, _, target in ports_of(service, workload):
            if kind in _OPEN_TYPES and target == port:
                reason = f"they come in through the {kind} {service.title}, and have no certificate of the mesh"
                yield Failure("clients outside the cluster", reason, entry, kind == "LoadBalancer")


def _probes(workload: Workload, port: int | None, mesh: Mesh) -> Iterator[Failure]:
    """Probes that the kubelet makes itself; a tcpSocket probe needs no answer, and ztunnel lets the kubelet through."""
    if mesh.injection.of(workload).state == "ambient" or mesh.injection.rewrites_probes(workload):
        return
    for probe in workload.probes:
        if probe.port == port and probe.handler != "tcpSocket":
            yield Failure("the kubelet", f"the {probe.kind} is not rewritten, and the kubelet has no certificate", probe.at)


def _scrapes(workload: Workload, port: int | None, mesh: Mesh) -> Iterator[Failure]:
    """Metrics that are not merged into those of the proxy, and are fetched by a Prometheus that may have no certificate."""
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
