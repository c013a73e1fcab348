"""Servers of Istio Gateways that meet on one workload: the same port and host, or the same certificate."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from istiolint.mesh.host_index import HostIndex, overlap
from istiolint.primitives.ports import TLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

PASSTHROUGH_MODES = ("PASSTHROUGH", "AUTO_PASSTHROUGH")
"""The values of `tls.mode` with which a server does not terminate TLS."""


def passes_tls(server: Cursor) -> bool:
    """Whether a server passes TLS through, so that it sees only the SNI, and its TLS settings have no effect."""
    return server["tls"]["mode"].text in PASSTHROUGH_MODES


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


class _Group(NamedTuple):
    """What servers have in common that meet the same others."""

    protocol: str
    bind: str
    selector: frozenset[tuple[str, str]]


def runs_on_all_of(gateway: Resource, other: Resource) -> bool:
    """Whether every workload that `other` selects is selected by `gateway` too: its selector is a part of the other's."""
    return gateway.spec["selector"].labels.items() <= other.spec["selector"].labels.items()


class GatewayServers:
    """Servers by port and host, and by certificate."""

    def __init__(self, gateways: Iterable[Resource]):
        self._by_host: dict[tuple[int, str], dict[_Group, list[Server]]] = defaultdict(dict)
        self._by_certificate: dict[str, list[Server]] = defaultdict(list)
        inside_tls: list[tuple[str, Server]] = []
        served: list[tuple[str, Server]] = []
        for gateway in gateways:
            for cursor in gateway.spec["servers"]:
                server = Server(gateway, cursor)
                served += ((host, server) for host, _ in server.hosts)
                if server.port is not None:
                    for host in {host for host, _ in server.hosts}:
                        self._by_host[server.port, host].setdefault(_group(server), []).append(server)
                if certificate := certificate_of(server):
                    self._by_certificate[certificate].append(server)
                if server.protocol in TLS:
                    inside_tls += ((host, server) for host, _ in server.hosts)
        self._inside_tls = HostIndex(inside_tls)
        self._served = HostIndex(served)

    def with_host(self, server: Server, host: str) -> Iterator[Server]:
        """Servers of other Gateways for the same port and host that run on the same workloads; other protocols first.

        Servers that are alike are compared once, so that the first few cost little however many there are.
        """
        groups = self._by_host.get((server.port or 0, host), {})
        for group, others in sorted(groups.items(), key=lambda item: item[0].protocol == server.protocol):
            if _meet(_group(server), group):
                yield from (other for other in others if other.gateway is not server.gateway)

    def with_wildcard_over(self, server: Server, host: str) -> Iterator[Server]:
        """The same for a wildcard that covers a host; the most specific first."""
        labels = host.split(".")
        for wildcard in (".".join(["*", *labels[at:]]) for at in range(1, len(labels) + 1)):
            yield from self.with_host(server, wildcard)

    def serves(self, host: str) -> bool:
        """Whether some server takes a host, perhaps by a wildcard."""
        return any(self._served.overlapping(host))

    def serving(self, host: str) -> Iterator[Server]:
        """The servers that name a host, one that it covers, or a wildcard over it other than `*`; the most specific first."""
        for server in self._served.overlapping(host):
            if any(name != "*" and overlap(name, host) for name, _ in server.hosts):
                yield server

    def with_tls(self, gateway: Resource, host: str) -> bool:
        """Whether some server takes a host inside TLS on workloads that run this Gateway as well."""
        found = (server.gateway for server in self._inside_tls.overlapping(host))
        return any(runs_on_all_of(gateway, other) or runs_on_all_of(other, gateway) for other in found)

    def with_certificate(self, server: Server) -> Iterator[Server]:
        """Servers of other Gateways with the same certificate, on workloads that this Gateway runs on as well."""
        for other in self._by_certificate.get(certificate_of(server), ()):
            if other.gateway is not server.gateway and runs_on_all_of(server.gateway, other.gateway):
                yield other


def _group(server: Server) -> _Group:
    return _Group(server.protocol, server.cursor["bind"].text, frozenset(server.gateway.spec["selector"].labels.items()))


def _meet(one: _Group, other: _Group) -> bool:
    """Whether servers meet at one address of workloads that run both Gateways."""
    return one.bind == other.bind and (one.selector <= other.selector or other.selector <= one.selector)


def certificate_of(server: Server) -> str:
    """What identifies a server's certificates: the credentials, or the files of keys and certificates; "" where it has none."""
    tls = server.cursor["tls"]
    if name := tls["credentialName"].text:
        return name
    if names := sorted(name.text for name in tls["credentialNames"] if name.text):
        return " ".join(names)
    pairs = [(at["serverCertificate"].text, at["privateKey"].text) for at in (tls, *tls["tlsCertificates"])]
    return "\n".join(sorted(" ".join(pair) for pair in pairs if all(pair)))
