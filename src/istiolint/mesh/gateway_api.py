"""Routes of the Gateway API: their parents, their backends, and what lets them in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from istiolint.mesh.label_selectors import selects
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource

ROUTE_KINDS = ("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute")
TCP_ROUTES = tuple(kind for kind in ROUTE_KINDS if kind != "UDPRoute")
GROUP = "gateway.networking.k8s.io"
HOSTNAME = "networking.istio.io/Hostname"
"""The type of backends that name the host of a ServiceEntry."""


_BY_PROTOCOL = {
    "HTTP": ("GRPCRoute", "HTTPRoute"),
    "HTTPS": ("GRPCRoute", "HTTPRoute"),
    "TLS": ("TCPRoute", "TLSRoute"),
    "TCP": ("TCPRoute",),
    "UDP": ("UDPRoute",),
}


class Reference(NamedTuple):
    """A reference of a route: the kind as in istiolint.resources.kinds, namespace and name, and where it is."""

    type: str
    namespace: str
    name: str
    at: Cursor


def parents(route: Resource) -> Iterator[Reference]:
    """What a route is attached to: Gateways, or Services in a mesh; for a Canary what Flagger attaches the route of it to."""
    for parent in route.spec["service"]["gatewayRefs"] if route.type == "Canary" else route.spec["parentRefs"]:
        if parent["name"].text:
            group = parent["group"].text if parent["group"].exists else GROUP
            kind = parent["kind"].text or "Gateway"
            type_ = KUBERNETES_GATEWAY if (group, kind) == (GROUP, "Gateway") else kind
            yield Reference(type_, parent["namespace"].text or route.namespace, parent["name"].text, parent)


def filter_lists(route: Resource) -> Iterator[Cursor]:
    """The lists of filters of a route: one a rule, and one a backend."""
    for rule in route.spec["rules"]:
        yield rule["filters"]
        yield from (backend["filters"] for backend in rule["backendRefs"])


def backend_cursors(route: Resource) -> Iterator[Cursor]:
    """Where a route names what it sends traffic to, copies included."""
    for rule in route.spec["rules"]:
        yield from rule["backendRefs"]
    for filters in filter_lists(route):
        yield from (each["requestMirror"]["backendRef"] for each in filters if each["requestMirror"]["backendRef"].mapping)


def backends(route: Resource) -> Iterator[Reference]:
    """Where a route sends traffic, copies included; kinds other than Service under their own names."""
    for backend in backend_cursors(route):
        if backend["name"].text:
            kind = backend["kind"].text or "Service"
            type_ = kind if not backend["group"].text else f"{backend['group'].text}/{kind}"
            yield Reference(type_, backend["namespace"].text or route.namespace, backend["name"].text, backend)


def listeners(gateway: Resource, parent: Cursor) -> list[Cursor]:
    """The listeners of a Gateway that a reference to it means: one by `sectionName`, those on a `port`, or all."""
    section, port = parent["sectionName"].text, parent["port"].number
    return [
        listener
        for listener in gateway.spec["listeners"]
        if (not section or listener["name"].text == section) and (port is None or listener["port"].number == port)
    ]


def allows_route(listener: Cursor, gateway: Resource, route: Resource, namespaces: Iterable[Resource]) -> bool | None:
    """Whether a listener takes routes of the namespace of a route; None where that hangs on labels that the input does not show.

    `namespaces` are the Namespaces of that name.
    """
    allowed = listener["allowedRoutes"]["namespaces"]
    if allowed["from"].text == "All":
        return True
    if allowed["from"].text == "Selector":
        known = list(namespaces)
        if not known:
            return None
        own = {"kubernetes.io/metadata.name": route.namespace}
        return any(selects(allowed["selector"], namespace.labels | own) for namespace in known)
    return route.namespace == gateway.namespace


def supports_kind(listener: Cursor, kind: str) -> bool:
    """Whether a listener can take routes of a kind, by its protocol and by what it allows; True for protocols of others."""
    allowed = listener["allowedRoutes"]["kinds"]
    if allowed and not any(each["kind"].text == kind and each["group"].text in ("", GROUP) for each in allowed):
        return False
    return kind in _BY_PROTOCOL.get(listener["protocol"].text, (kind,))


def backend_host(backend: Reference, cluster_domain: str) -> str:
    """The full name of the host of a backend; empty for a kind that is not a service."""
    if backend.type == HOSTNAME:
        return backend.name
    return f"{backend.name}.{backend.namespace}.svc.{cluster_domain}" if backend.type == "Service" else ""


def accepting(gateway: Resource, route: Resource, parent: Cursor, namespaces: Iterable[Resource]) -> list[Cursor]:
    """The listeners to which a reference attaches a route, apart from hostnames; those of which that is not known as well."""
    return [
        listener
        for listener in listeners(gateway, parent)
        if supports_kind(listener, route.kind) and allows_route(listener, gateway, route, namespaces) is not False
    ]


class ServiceRoutes:
    """Routes for requests: those whose parent is a Service apply to callers in the mesh."""

    def __init__(self, routes: Iterable[Resource], cluster_domain: str):
        self._by_service: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        self._destinations: set[str] = set()
        for route in routes:
            self._destinations.update(backend_host(backend, cluster_domain) for backend in backends(route))
            for parent in parents(route):
                if parent.type == "Service":
                    self._by_service[parent.namespace, parent.name].append(route)

    def of(self, namespace: str, name: str) -> Sequence[Resource]:
        """The routes for a Service, those of other namespaces (for callers there only) included."""
        return self._by_service.get((namespace, name), ())

    def send_to(self, fqdn: str) -> bool:
        """Whether some route sends requests to a host by its full name."""
        return fqdn in self._destinations


class GatewayRoutes:
    """The routes that are attached to a Gateway, each with its reference to it."""

    def __init__(self, routes: Iterable[Resource]):
        self._by_gateway: dict[tuple[str, str], list[tuple[Resource, Reference]]] = defaultdict(list)
        for route in routes:
            for parent in parents(route):
                if parent.type == KUBERNETES_GATEWAY:
                    self._by_gateway[parent.namespace, parent.name].append((route, parent))

    def on(self, gateway: Resource, listener: Cursor) -> Iterator[Resource]:
        """The routes that refer to a listener of a Gateway, or to all of its listeners."""
        for route, parent in self._by_gateway.get((gateway.namespace, gateway.name), ()):
            section, port = parent.at["sectionName"].text, parent.at["port"].number
            if section in ("", listener["name"].text) and port in (None, listener["port"].number):
                yield route


class Grants:
    """The ReferenceGrants of the input, by the namespace that they open."""

    def __init__(self, grants: Iterable[Resource]):
        self._by_namespace: dict[str, list[Resource]] = defaultdict(list)
        for grant in grants:
            self._by_namespace[grant.namespace].append(grant)

    def allow(self, resource: Resource, reference: Reference, kind: str = "Service") -> bool:
        """Whether a resource of the Gateway API may refer to an object of another namespace, of a kind of the core group."""
        return any(
            any(
                who["kind"].text == resource.kind and who["group"].text == GROUP and who["namespace"].text == resource.namespace
                for who in grant.spec["from"]
            )
            and any(
                what["kind"].text == kind and not what["group"].text and what["name"].text in ("", reference.name)
                for what in grant.spec["to"]
            )
            for grant in self._by_namespace.get(reference.namespace, ())
        )
