"""The ports of a workload on which mutual TLS is decided."""

from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.mesh.workload import Workload, ports_of
from istiolint.primitives.numbers import natural
from istiolint.resources.cursor import Cursor

_PROTOCOLS = ("tcp", "grpc", "grpc-web", "http", "http2", "https", "tls", "mongo", "redis", "mysql")


class Port(NamedTuple):
    """A container port. `number` is None for a workload without known ports; `protocol` is "" if it is not known."""

    number: int | None
    name: str = ""
    protocol: str = ""


def ports(workload: Workload, mesh: Mesh) -> list[Port]:
    """Return the TCP ports that its containers declare, that Services target, and that policies name; by number."""
    found: dict[int, Port] = {}
    for number, name, protocol in _declared(workload):
        found.setdefault(number, Port(number, name, protocol))
    for service in mesh.workloads.services_of(workload):
        for port, _, target in ports_of(service, workload):
            if target is not None:
                known = found.get(target, Port(target))
                found[target] = Port(target, known.name or port["name"].text, _protocol(port) or known.protocol)
    for policy in mesh.mtls.selecting(workload):
        for key, _ in policy.spec["portLevelMtls"].items():
            if (written := natural(key)) is not None:
                found.setdefault(written, Port(written))
    return [found[number] for number in sorted(found)] or [Port(None)]


def _declared(workload: Workload) -> list[tuple[int, str, str]]:
    if workload.creates_pods:
        return [
            (number, port["name"].text, _protocol(port))
            for container in workload.containers
            if container["name"].text != "istio-proxy"
            for port in container["ports"]
            if (number := port["containerPort"].number) is not None and port["protocol"].text in ("", "TCP")
        ]
    spec = workload.resource.spec if workload.kind == "WorkloadEntry" else workload.resource.spec["template"]
    return [(port.number, name, _of_name(name)) for name, port in spec["ports"].items() if port.number is not None]


def _protocol(port: Cursor) -> str:
    return _of_name(port["appProtocol"].text) or _of_name(port["name"].text)


def _of_name(name: str) -> str:
    """Return the protocol in the name or the appProtocol of a port: `http` for `http-admin`."""
    name = name.lower()
    if name.startswith("grpc-web"):
        return "grpc-web"
    first = name.partition("-")[0]
    return first if first in _PROTOCOLS else ""
