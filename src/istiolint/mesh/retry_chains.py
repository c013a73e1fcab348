"""Chains of retries: a request that is tried again at each service on its way becomes many at the last one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from istiolint.mesh.calls import Calls
from istiolint.mesh.hosts import Hosts
from istiolint.mesh.virtual_services import VirtualServices, destinations
from istiolint.mesh.workloads import Workloads
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

_LONGEST = 12
"""Services that are looked at one behind the other."""


class Chain(NamedTuple):
    """So many requests reach the last service for one; `retries` are the settings on the way, the first one's first."""

    requests: int = 1
    retries: tuple[Cursor, ...] = ()


def attempts(virtual_service: Resource) -> Cursor | None:
    """Where a VirtualService asks for most retries."""
    found = [route["retries"]["attempts"] for route in virtual_service.spec["http"]]
    return max((at for at in found if (at.number or 0) > 0), key=lambda at: at.number or 0, default=None)


class RetryChains:
    """How many requests the VirtualServices of the mesh make of one, along the calls that workloads are configured to make.

    Where calls go round in circles or very far, the number is one of those that are possible, not the largest.
    """

    def __init__(
        self,
        resources: Sequence[Resource],
        virtual_services: VirtualServices,
        hosts: Hosts,
        *,
        calls: Calls,
        workloads: Workloads,
        get: Callable[[str, str, str], Resource | None],
    ):
        self._resources, self._virtual_services, self._hosts = resources, virtual_services, hosts
        self._calls, self._workloads, self._get = calls, workloads, get
        self._behind: dict[tuple[str, str], Chain] = {}
        self._calls_of = cache(self._find_calls_of)

    def of(self, virtual_service: Resource) -> Chain:
        """What becomes of a request that takes a VirtualService."""
        if not any(self._calls_of(service) for service in self._services(virtual_service)):
            own = attempts(virtual_service)
            return Chain() if own is None else Chain(1 + (own.number or 0), (own,))
        return self._all.get(id(virtual_service), Chain())

    @cached_property
    def _all(self) -> dict[int, Chain]:
        # All at once and in their order: where calls go round in circles, it matters where one begins.
        return {id(resource): self._through(resource, ()) for resource in self._resources if attempts(resource) is not None}

    def _through(self, virtual_service: Resource, way: tuple[tuple[str, str], ...]) -> Chain:
        own = attempts(virtual_service)
        further = _longest(self._after(service, way) for service in self._services(virtual_service))
        if own is None:
            return further
        return Chain((1 + (own.number or 0)) * further.requests, (own, *further.retries))

    def _services(self, virtual_service: Resource) -> Iterator[tuple[str, str]]:
        for destination in destinations(virtual_service):
            host = self._hosts.fqdn(destination["host"].text, virtual_service.namespace)
            if service := self._hosts.service_name(host):
                yield service.namespace, service.name

    def _after(self, service: tuple[str, str], way: tuple[tuple[str, str], ...]) -> Chain:
        """What the workloads of a service make of a request."""
        if service in self._behind:
            return self._behind[service]
        if len(way) >= _LONGEST:
            return Chain()
        chain = _longest(self._to(other, (*way, service)) for other in self._calls_of(service))
        self._behind[service] = chain
        return chain

    def _find_calls_of(self, service: tuple[str, str]) -> Iterable[tuple[str, str]]:
        """The services that the workloads of a service call."""
        found = self._get("Service", *service)
        workloads = self._workloads.of_service(found) if found else ()
        return dict.fromkeys(
            (call.service.namespace, call.service.name) for one in workloads for call in self._calls.of_caller(one)
        )

    def _to(self, service: tuple[str, str], way: tuple[tuple[str, str], ...]) -> Chain:
        if service in way:
            return Chain()  # who knows each other need not pass a request round in a circle
        namespace, name = service
        host = self._hosts.fqdn(name, namespace)
        routes = [each.virtual_service for each in self._virtual_services.on_mesh(host) if each.fqdn == host]
        if routes:
            return _longest(self._through(route, way) for route in routes)
        return self._after(service, way)


def _longest(chains: Iterator[Chain]) -> Chain:
    return max(chains, key=lambda chain: chain.requests, default=Chain())
