"""The virtual hosts of a sidecar's port: the VirtualService or service of each host name."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from istiolint.mesh.host_index import HostIndex, covers
from istiolint.trace.proxies import Proxy
from istiolint.trace.services import Port, Service
from istiolint.trace.virtual_services import MESH_GATEWAY, HttpRoute, VirtualService


class VirtualHost(NamedTuple):
    """A domain with the VirtualService that routes it; None for the default route to a service."""

    domain: str
    virtual_service: VirtualService | None
    service: Service | None


class VirtualHosts:
    """The domains of one port for the sidecars of a namespace, in the order of istiod.

    Several VirtualServices may have a domain: the first with a route for the proxy wins, otherwise the service.
    """

    def __init__(
        self,
        namespace: str,
        port: int,
        listed: Sequence[tuple[Service, Port]],
        virtual_services: Sequence[VirtualService],
        *,
        chosen: Mapping[str, VirtualService],
        cluster_domain: str,
    ):
        self.namespace, self.port, self._cluster_domain = namespace, port, cluster_domain
        self._services = {service.host: service for service, _ in listed}
        self._http = {service.host for service, each in listed if each.is_http}
        self._by_host = HostIndex((host, host) for host in self._services)
        self._chosen = chosen
        self._exact: dict[str, list[VirtualHost]] = defaultdict(list)
        self._wildcards: dict[str, list[VirtualHost]] = defaultdict(list)
        for virtual_service in virtual_services:
            for virtual_host in self._of(virtual_service):
                self._claim(virtual_host)
        for host in self._services:
            if host in self._http:
                for virtual_host in self._of_service(self._services[host], None):
                    self._claim(virtual_host)
        self._lengths = sorted({len(domain) for domain in self._wildcards}, reverse=True)

    def find(self, host: str, proxy: Proxy) -> Iterator[tuple[VirtualHost, tuple[HttpRoute, ...]]]:
        """Yield the virtual hosts for a host, the best first, with the proxy's routes; the first with routes is used."""
        for candidates in self._candidates(host.lower()):
            for virtual_host in candidates:
                if virtual_host.virtual_service is None:
                    yield virtual_host, ()
                    return
                routes = tuple(virtual_host.virtual_service.for_proxy(proxy, MESH_GATEWAY, self.port))
                yield virtual_host, routes
                if routes:
                    return

    def _candidates(self, host: str) -> Iterator[Sequence[VirtualHost]]:
        if host in self._exact:
            yield self._exact[host]
        for length in self._lengths:
            domain = "*" + host[len(host) - length + 1 :]
            if length <= len(host) and domain in self._wildcards:
                yield self._wildcards[domain]

    def _claim(self, virtual_host: VirtualHost) -> None:
        (self._wildcards if virtual_host.domain.startswith("*") else self._exact)[virtual_host.domain].append(virtual_host)

    def _of(self, virtual_service: VirtualService) -> Iterator[VirtualHost]:
        """Yield the domains of a VirtualService: the services of this port among its hosts, and its other hosts."""
        plain: list[str] = []
        services: dict[str, Service] = {}
        for host, _ in virtual_service.hosts:
            if not host.startswith("*"):
                if host in self._services:
                    services[host] = self._services[host]
                else:
                    plain.append(host)
                continue
            found = list(self._by_host.covered(host))
            for name in found:
                if self._chosen.get(name) is virtual_service:
                    services[name] = self._services[name]
            if not found:
                plain.append(host)
        http = [service for host, service in services.items() if host in self._http]
        if not http and self.port != 80:
            return
        for host in plain:
            yield VirtualHost(host, virtual_service, None)
        for service in http:
            yield from self._of_service(service, virtual_service)

    def _of_service(self, service: Service, virtual_service: VirtualService | None) -> Iterator[VirtualHost]:
        yield VirtualHost(service.host, virtual_service, service)
        for name in short_names(service.host, self.namespace, self._cluster_domain):
            if name not in self._services:
                yield VirtualHost(name, virtual_service, service)


def short_names(host: str, namespace: str, cluster_domain: str) -> Iterator[str]:
    """Yield the short names that proxies of a namespace accept for a service of the cluster."""
    name, _, rest = host.partition(".")
    owner, _, domain = rest.partition(".")
    if domain == f"svc.{cluster_domain}":
        if owner == namespace:
            yield name
        yield f"{name}.{owner}"
        yield f"{name}.{owner}.svc"


def most_specific(services: Iterable[Service], virtual_services: Sequence[VirtualService]) -> dict[str, VirtualService]:
    """Return the VirtualService with the most specific host for each service; the first of equal ones."""
    exact: dict[str, VirtualService] = {}
    wildcards: dict[str, VirtualService] = {}
    for virtual_service in virtual_services:
        for host, _ in virtual_service.hosts:
            (wildcards if host.startswith("*") else exact).setdefault(host, virtual_service)
    patterns = sorted(wildcards, key=len, reverse=True)
    found: dict[str, VirtualService] = {}
    for service in services:
        best = exact.get(service.host)
        if best is None:
            best = next((wildcards[pattern] for pattern in patterns if covers(pattern, service.host)), None)
        if best is not None:
            found[service.host] = best
    return found
