"""Routes of connections that are not read as HTTP: `tls` and `tcp` of VirtualServices, TLSRoutes and TCPRoutes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from istiolint.mesh.gateways import GatewayName, gateway_name
from istiolint.resources.cursor import Cursor
from istiolint.trace.delivery import Sending, deliver, target_of
from istiolint.trace.model import Model
from istiolint.trace.proxies import Proxy
from istiolint.trace.result import Trace
from istiolint.trace.virtual_services import VirtualService


class L4Route(NamedTuple):
    """A rule of `tls` or `tcp` with the match that applies (None: it has none)."""

    virtual_service: VirtualService
    rule: Cursor
    match: Cursor | None

    @property
    def at(self) -> Cursor:
        """The match, or the rule."""
        return self.rule if self.match is None else self.match


def route_of(
    virtual_services: Iterable[VirtualService], proxy: Proxy, gateway: GatewayName, port: int, sni: str | None
) -> L4Route | None:
    """Return the route that matches a connection: by SNI, if it is TLS, the most specific first, then the first `tcp` route."""
    listed = list(virtual_services)
    if sni is not None:
        named = [
            (found, host)
            for virtual_service in listed
            for rule in virtual_service.tls_rules
            for found in _matching(virtual_service, rule, proxy, gateway, port)
            for host in _sni_hosts(found.match)
            if takes_sni(host, sni.lower())
        ]
        if named:
            return max(named, key=lambda each: (not each[1].startswith("*"), len(each[1])))[0]
    for virtual_service in listed:
        for rule in virtual_service.tcp_rules:
            if found := next(_matching(virtual_service, rule, proxy, gateway, port), None):
                return found
    return None


def _matching(virtual_service: VirtualService, rule: Cursor, proxy: Proxy, gateway: GatewayName, port: int) -> Iterator[L4Route]:
    matches = list(rule["match"])
    if not matches:
        yield L4Route(virtual_service, rule, None)
    for match in matches:
        gateways = [gateway_name(each.text, virtual_service.namespace) for each in match["gateways"] if each.text]
        if (
            match["port"].number in (None, port)
            and (not gateways or gateway in gateways)
            and match["sourceLabels"].labels.items() <= proxy.labels.items()
            and match["sourceNamespace"].text in ("", proxy.namespace)
        ):
            yield L4Route(virtual_service, rule, match)


def _sni_hosts(match: Cursor | None) -> list[str]:
    return [host.text.lower() for host in match["sniHosts"] if host.text] if match is not None else []


def takes_sni(host: str, sni: str) -> bool:
    """Whether an SNI matches a host, which may be a wildcard."""
    return host in ("*", sni) or (host.startswith("*.") and sni.endswith(host[1:]))


def follow(model: Model, sending: Sending, found: L4Route, port: int, trace: Trace) -> None:
    """Fill in the trace with the destinations of a connection."""
    resource = found.virtual_service.resource
    trace.steps.add("route", f"{resource.title} matches the connection", found.at)
    if subnets := [each.text for match in found.rule["match"] for each in match["destinationSubnets"]]:
        words = f"the files do not show whether the address is in {', '.join(subnets)}"
        trace.steps.add("route", words, found.at, kind="unknown")
    written = list(found.rule["route"])
    for weighted in written if len(written) == 1 else _weighted(written):
        weight = 100 if len(written) == 1 else weighted["weight"].number or 0
        target = target_of(model, sending, resource, weighted["destination"], weight=weight, port=port)
        trace.destinations.append(deliver(model, sending, target, None, trace.steps))


def _weighted(written: Sequence[Cursor]) -> list[Cursor]:
    return [each for each in written if each["weight"].number]
