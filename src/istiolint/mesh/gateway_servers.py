"""Servers of Istio Gateways that meet on one workload: the same port and host, or the same certificate."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from istiolint.mesh.host_index import HostIndex
from istiolint.primitives.ports import TLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource


class Server(NamedTuple):
    """An item of `spec.servers` with the Gateway that holds it."""

    gateway: Resource
    cursor: Cursor

    @property
    def port(self) -> int | None:
        """`port.number`."""
        return self.cursor["port"]["number"].number

    @property
    def protocol(self) -> str:
        """`port.protocol` in upper case."""
        return self.cursor["port"]["protocol"].text.upper()

    @property
    def hosts(self) -> Iterator[tuple[str, Cursor]]:
        """Each host without its namespace prefix, in lower case, with its cursor."""
        for host in self.cursor["hosts"]:
            if host.text:
                yield host.text.rpartition("/")[2].lower(), host


def runs_on_all_of(gateway: Resource, other: Resource) -> bool:
    """Whether every workload that `other` selects is selected by `gateway` too: its selector is a part of the other's."""
    return gateway.spec["selector"].labels.items() <= other.spec["selector"].labels.items()


class GatewayServers:
    """Servers by port and host, and by certificate."""

    def __init__(self, gateways: Iterable[Resource]):
        self._by_host: dict[tuple[int, str], list[Server]] = defaultdict(list)
        self._by_certificate: dict[str, list[Server]] = defaultdict(list)
        inside_tls: list[tuple[str, Server]] = []
        served: list[tuple[str, Server]] = []
        for gateway in gateways:
            for cursor in gateway.spec["servers"]:
                server = Server(gateway, cursor)
                served += ((host, server) for host, _ in server.hosts)
                if server.port is not None:
                    for host in {host for host, _ in server.hosts}:
                        self._by_host[server.port, host].append(server)
                if certificate := certificate_of(server):
                    self._by_certificate[certificate].append(server)
                if server.protocol in TLS:
                    inside_tls += ((host, server) for host, _ in server.hosts)
        self._inside_tls = HostIndex(inside_tls)
        self._served = HostIndex(served)

    def with_host(self, server: Server, host: str) -> Iterator[Server]:
        """Servers of other Gateways for the same port and host that run on the same workloads."""
        for other in self._by_host.get((server.port or 0, host), ()):
            if _beside(server, other):
                yield other

    def with_wildcard_over(self, server: Server, host: str) -> Iterator[Server]:
        """The same for a wildcard that covers a host; the most specific first."""
        labels = host.split(".")
        for wildcard in (".".join(["*", *labels[at:]]) for at in range(1, len(labels) + 1)):
            yield from (other for other in self._by_host.get((server.port or 0, wildcard), ()) if _beside(server, other))

    def serves(self, host: str) -> bool:
        """Whether some server takes a host, perhaps by a wildcard."""
        return any(self._served.overlapping(host))

    def with_tls(self, gateway: Resource, host: str) -> bool:
        """Whether some server takes a host inside TLS on workloads that run this Gateway as well."""
        found = (server.gateway for server in self._inside_tls.overlapping(host))
        return any(runs_on_all_of(gateway, other) or runs_on_all_of(other, gateway) for other in found)

    def with_certificate(self, server: Server) -> Iterator[Server]:
        """Servers of other Gateways with the same certificate, on workloads that this Gateway runs on as well."""
        for other in self._by_certificate.get(certificate_of(server), ()):
            if other.gateway is not server.gateway and runs_on_all_of(server.gateway, other.gateway):
                yield other


def _beside(server: Server, other: Server) -> bool:
    """Whether servers of two Gateways meet at one address of workloads that run both."""
    same_bind = server.cursor["bind"].text == other.cursor["bind"].text
    together = runs_on_all_of(server.gateway, other.gateway) or runs_on_all_of(other.gateway, server.gateway)
    return other.gateway is not server.gateway and same_bind and together


def certificate_of(server: Server) -> str:
    """What identifies a server's certificate: the credential, or the files of key and certificate; "" where it has none."""
    tls = server.cursor["tls"]
    if name := tls["credentialName"].text:
        return name
    files = tls["serverCertificate"].text, tls["privateKey"].text
    return "\n".join(files) if all(files) else ""
