"""TLSMatchAttributes and L4MatchAttributes as sets of connections."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from istiolint.traffic.callers import ANYONE, Binding, Callers

_TLS_FIELDS = frozenset(("sniHosts", "destinationSubnets", "port", "sourceLabels", "gateways", "sourceNamespace"))
_TCP_FIELDS = frozenset(("destinationSubnets", "port", "sourceSubnet", "sourceLabels", "gateways", "sourceNamespace"))


class TlsMatch(NamedTuple):
    """Connections by SNI. Envoy uses the most specific SNI and subnet, not the first route: only equal ones conflict."""

    sni_hosts: frozenset[str]
    subnets: frozenset[str] = frozenset()
    port: int = 0
    callers: Callers = ANYONE

    def covers(self, other: "TlsMatch") -> bool:
        """Whether the other match gets no connection if this one comes first."""
        return (
            bool(other.sni_hosts)
            and other.sni_hosts <= self.sni_hosts
            and self.subnets == other.subnets
            and self.port in (0, other.port)
            and self.callers.covers(other.callers)
        )

    def restates(self, other: "TlsMatch") -> bool:
        """Whether the other match stays covered if both get more conditions."""
        return self.covers(other)

    @property
    def takes_everything(self) -> bool:
        """Never true: it has hosts."""
        return False

    def filings(self) -> Iterator[tuple[Hashable, ...]]:
        """The keys under which an index stores this match."""
        yield tuple(sorted(self.sni_hosts))

    def probes(self) -> Iterator[Hashable]:
        """The keys under which matches that cover this one are stored."""
        yield from sorted(self.sni_hosts)[:1]


class TcpMatch(NamedTuple):
    """Connections by address, port and caller. The first route that matches wins."""

    subnets: frozenset[str] = frozenset()
    source_subnet: str = ""
    port: int = 0
    callers: Callers = ANYONE

    def covers(self, other: "TcpMatch") -> bool:
        """Whether every connection of the other is certainly one of these."""
        return (
            (not self.subnets or (bool(other.subnets) and other.subnets <= self.subnets))
            and self.source_subnet in ("", other.source_subnet)
            and self.port in (0, other.port)
            and self.callers.covers(other.callers)
        )

    def restates(self, other: "TcpMatch") -> bool:
        """Whether the other match stays covered if both get more conditions."""
        return self.covers(other)

    @property
    def takes_everything(self) -> bool:
        """Whether it matches every connection."""
        return self.covers(TcpMatch())

    def filings(self) -> Iterator[tuple[Hashable, ...]]:
        """Alternative sets of keys under which an index can store this match."""
        if self.subnets:
            yield tuple(("subnet", subnet) for subnet in sorted(self.subnets))
        if self.port:
            yield (("port", self.port),)
        yield from self.callers.filings()

    def probes(self) -> Iterator[Hashable]:
        """The keys under which matches that cover this one are stored."""
        for subnet in sorted(self.subnets)[:1]:
            yield "subnet", subnet
        if self.port:
            yield "port", self.port
        yield from self.callers.probes()


def tls_match(data: object, binding: Binding) -> TlsMatch | None:
    """Return an item of `match` in `tls`; None if it cannot be read. SNI hosts are compared in lower case."""
    if not isinstance(data, dict) or not data.keys() <= _TLS_FIELDS:
        return None
    sni_hosts, subnets = _strings(data.get("sniHosts")), _strings(data.get("destinationSubnets", []))
    callers, port = binding.callers(data, gateways_only=False), data.get("port", 0)
    if not sni_hosts or subnets is None or callers is None or type(port) is not int:
        return None
    return TlsMatch(frozenset(host.lower() for host in sni_hosts), subnets, port, callers)


def tcp_match(data: object, binding: Binding) -> TcpMatch | None:
    """Return an item of `match` in `tcp`; None if it cannot be read."""
    if not isinstance(data, dict) or not data.keys() <= _TCP_FIELDS:
        return None
    subnets, source = _strings(data.get("destinationSubnets", [])), data.get("sourceSubnet", "")
    callers, port = binding.callers(data, gateways_only=False), data.get("port", 0)
    if subnets is None or callers is None or not isinstance(source, str) or type(port) is not int:
        return None
    return TcpMatch(subnets, source, port, callers)


def _strings(data: object) -> frozenset[str] | None:
    if not isinstance(data, list) or not all(isinstance(item, str) for item in data):
        return None
    return frozenset(data)
