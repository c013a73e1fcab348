"""TLSMatchAttributes and L4MatchAttributes as sets of connections."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

from istiolint.traffic.callers import ANYONE, Binding, Callers

_TLS_FIELDS = frozenset(("sniHosts", "destinationSubnets", "port", "sourceLabels", "gateways", "sourceNamespace"))
_TCP_FIELDS = frozenset(("destinationSubnets", "port", "sourceSubnet", "sourceLabels", "gateways", "sourceNamespace"))


class TlsMatch(NamedTuple):
    """Connections by SNI. Envoy picks the most specific SNI and subnet, not the first route: only the same ones collide."""

    sni_hosts: frozenset[str]
    subnets: frozenset[str] = frozenset()
    port: int = 0
    callers: Callers = ANYONE

    def covers(self, other: "TlsMatch") -> bool:
        """Whether this match, if it comes first, leaves nothing to the other."""
        return (
            bool(other.sni_hosts)
            and other.sni_hosts <= self.sni_hosts
            and self.subnets == other.subnets
            and self.port in (0, other.port)
            and self.callers.covers(other.callers)
        )

    def restates(self, other: "TlsMatch") -> bool:
        """Whether the other match is covered, whatever both are joined with."""
        return self.covers(other)

    @property
    def takes_everything(self) -> bool:
        """Never: it has hosts."""
        return False

    def filings(self) -> Iterator[tuple[Hashable, ...]]:
        """Where an index keeps this match."""
        yield tuple(sorted(self.sni_hosts))

    def probes(self) -> Iterator[Hashable]:
        """Where matches that cover this one can be."""
        yield from sorted(self.sni_hosts)[:1]


class TcpMatch(NamedTuple):
    """Connections by address, port and caller. The first route that matches wins."""

    subnets: frozenset[str] = frozenset()
    source_subnet: str = ""
    port: int = 0
    callers: Callers = ANYONE

    def covers(self, other: "TcpMatch") -> bool:
        """Whether every connection of the other is surely one of these."""
        return (
            (not self.subnets or (bool(other.subnets) and other.subnets <= self.subnets))
            and self.source_subnet in ("", other.source_subnet)
            and self.port in (0, other.port)
            and self.callers.covers(other.callers)
        )

    def restates(self, other: "TcpMatch") -> bool:
        """Whether the other match is covered, whatever both are joined with."""
        return self.covers(other)

    @property
    def takes_everything(self) -> bool:
        """Whether no connection goes past it."""
        return self.covers(TcpMatch())

    def filings(self) -> Iterator[tuple[Hashable, ...]]:
        """Where an index can keep this match; each filing is a set of keys."""
        if self.subnets:
            yield tuple(("subnet", subnet) for subnet in sorted(self.subnets))
        if self.port:
            yield (("port", self.port),)
        yield from self.callers.filings()

    def probes(self) -> Iterator[Hashable]:
        """Where matches that cover this one can be."""
        for subnet in sorted(self.subnets)[:1]:
            yield "subnet", subnet
        if self.port:
            yield "port", self.port
        yield from self.callers.probes()


def tls_match(data: object, binding: Binding) -> TlsMatch | None:
    """A TLS match as written; None where it cannot be read. SNI hosts are compared in lower case."""
    if not isinstance(data, dict) or not data.keys() <= _TLS_FIELDS:
        return None
    sni_hosts, subnets = _strings(data.get("sniHosts")), _strings(data.get("destinationSubnets", []))
    callers, port = binding.callers(data, gateways_only=False), data.get("port", 0)
    if not sni_hosts or subnets is None or callers is None or type(port) is not int:
        return None
    return TlsMatch(frozenset(host.lower() for host in sni_hosts), subnets, port, callers)


def tcp_match(data: object, binding: Binding) -> TcpMatch | None:
    """A TCP match as written; None where it cannot be read."""
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
