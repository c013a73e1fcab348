"""Service ports that target one container port with different protocols, and names that hide their protocol."""

from collections.abc import Iterator

from istiolint.fields.service_ports import names_protocol
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.workload import ports_of
from istiolint.mesh.workloads import Services
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_FAMILIES = {
    "http": "HTTP/1.1", "http_proxy": "HTTP/1.1", "kubernetes.io/ws": "HTTP/1.1", "kubernetes.io/wss": "HTTP/1.1",
    "http2": "HTTP/2", "grpc": "HTTP/2", "kubernetes.io/h2c": "HTTP/2", "grpc-web": "gRPC-Web", "https": "TLS", "tls": "TLS",
    "tcp": "TCP", "mongo": "MongoDB", "mysql": "MySQL", "redis": "Redis",
}  # fmt: skip
_GRPC_WEB = "grpc-web"
_LAST_WORDS = (_GRPC_WEB, "grpc", "http2", "mongo", "mysql", "redis", "tls", "https")
"""Protocols that a port must declare: protocol detection misses or mistakes them."""


@check("target-port-with-two-protocols", severity="warning", evidence="contradiction", kinds=["Service"])
def target_port_with_two_protocols(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ports with different protocols for one container port, which has one inbound listener with one protocol."""
    if not any(services.once(_differ) for services in mesh.workloads.services_beside(service)):
        return
    reported: set[tuple[int, ...]] = set()
    for workload in mesh.workloads.of_service(service):
        if not mesh.workloads.services_of(workload).once(_differ):
            continue
        if is_gateway(workload) or mesh.injection.of(workload).state != "sidecar" or mesh.exclusive(service, workload.resource):
            continue
        services = [
            other for other in mesh.workloads.services_of(workload) if other is service or not mesh.exclusive(service, other)
        ]
        seen: dict[int, tuple[Resource, Cursor, int]] = {}
        for other in services[: services.index(service) + 1] if service in services else ():
            for port, number, target in ports_of(other, workload):
                if target is None or not (family := _family(port)):
                    continue
                first, before, first_number = seen.setdefault(target, (other, port, number))
                same = (other is first) or (number == first_number)  # others: target-port-with-two-ports
                if other is service and same and _family(before) != family and (target, number) not in reported:
                    reported.add((target, number))
                    yield finding(
                        _said(port),
                        f"port {number} declares {family} for container port {target}, but port {first_number} of "
                        f"`{first.name}` declares {_family(before)}; the sidecar uses one",
                        hint="declare the same protocol, or use one container port per protocol",
                        related=[(_said(before), f"{_family(before)} declared here")],
                    )


@check("protocol-last-in-port-name", severity="warning", evidence="document", kinds=["Service"])
def protocol_last_in_port_name(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report names that end with a protocol; Istio reads the protocol only at the start."""
    ports = [port for port in service.spec["ports"] if _hides_protocol(port)]
    workloads = mesh.workloads.of_service(service) if ports else ()
    if workloads and all(mesh.injection.of(workload).in_mesh for workload in workloads):
        for port in ports:
            name = port["name"]
            first, last = _ending(name.text.lower())
            yield finding(
                name,
                f"port name `{name.text}` does not declare a protocol; Istio reads only its start and has to detect the "
                "protocol of each connection",
                hint=f"set `appProtocol: {last}`"
                if (renamed := f"{last}-{first}").startswith(_GRPC_WEB) and last != _GRPC_WEB  # declares gRPC-Web
                else f"rename the port to `{renamed}`, or set `appProtocol: {last}`",
            )


def _ending(name: str) -> tuple[str, str]:
    """A port name without its last word, and that word; `grpc-web` is one word."""
    if name.endswith(f"-{_GRPC_WEB}"):
        return name.removesuffix(f"-{_GRPC_WEB}"), _GRPC_WEB
    first, _, last = name.rpartition("-")
    return first, last


def _hides_protocol(port: Cursor) -> bool:
    """Whether the name of a port only ends with a protocol that it should declare."""
    first, last = _ending(port["name"].text.lower())
    return bool(first) and last in _LAST_WORDS and not port["appProtocol"].text and not names_protocol(port)


def _differ(services: Services) -> bool:
    """Return whether some ports of these Services declare different protocols."""
    return len({family for service in services for port in service.spec["ports"] if (family := _family(port))}) > 1


def _family(port: Cursor) -> str:
    """Return the protocol family that a port declares, or an empty text."""
    text = (port["appProtocol"].text or port["name"].text).lower()
    if text.startswith("grpc-web"):
        return _FAMILIES["grpc-web"]
    return _FAMILIES.get(text) or _FAMILIES.get(text.partition("-")[0], "")


def _said(port: Cursor) -> Cursor:
    field = port["appProtocol"] if port["appProtocol"].text else port["name"]
    return field if field else port["port"]
