"""VirtualServices as istiod sends them to proxies: delegates merged, sorted by precedence."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from istiolint.mesh import Mesh
from istiolint.mesh.ages import oldest_first
from istiolint.mesh.gateways import MESH, GatewayName, bound_gateways
from istiolint.mesh.visibility import Scope, sees
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.conditions import Conditions, Mismatch, conditions, merged
from istiolint.trace.proxies import Proxy

MESH_GATEWAY = GatewayName("", MESH)


@dataclass(frozen=True, slots=True, eq=False)
class HttpRoute:
    """An item of `http` with one of its matches (None: it has none), as istiod sends it to a proxy.

    For a route of a delegate `rule` is the delegate's and `root` the one that delegates; `owner` and `root_owner` hold them.
    """

    owner: Resource
    rule: Cursor
    match: Conditions | None
    root: Cursor | None = None
    root_owner: Resource | None = None

    def __getitem__(self, field: str) -> Cursor:
        """Return a field of the route: that of the delegate, otherwise that of the root."""
        own = self.rule[field]
        return own if self.root is None or own.value is not None else self.root[field]

    @property
    def at(self) -> Cursor:
        """The match, or the route if it has none."""
        return self.match.at if self.match is not None else self.rule

    @property
    def takes_everything(self) -> bool:
        """Whether Istio treats it as a catch-all route."""
        return self.match is None or self.match.takes_everything

    @property
    def name(self) -> str:
        """`namespace/virtual-service:route` of the delegate, or of the VirtualService itself."""
        return route_name(self.owner, self.rule)

    @property
    def root_name(self) -> str | None:
        """The same for the route that delegates to it."""
        return route_name(self.root_owner, self.root) if self.root_owner is not None and self.root is not None else None

    def skipped(self, proxy: Proxy, gateway: GatewayName, port: int) -> Mismatch | None:
        """Return why istiod omits this route for a proxy; None if it does not."""
        return self.match.skipped(proxy, gateway, port) if self.match is not None else None


def route_name(owner: Resource, rule: Cursor) -> str:
    """Return the name of a route in results: `namespace/virtual-service:name`, or its index if it has no name."""
    return f"{owner.namespace}/{owner.name}:{rule['name'].text or rule.name}"


class VirtualService:
    """A VirtualService with hosts: the roots of delegation and those that do not delegate."""

    gateway_semantics = False

    def __init__(self, resource: Resource, mesh: Mesh):
        self.resource, self._mesh = resource, mesh
        self.namespace = resource.namespace
        self.gateways = frozenset(name for name, _ in bound_gateways(resource))
        self.hosts: tuple[tuple[str, Cursor], ...] = tuple(mesh.virtual_services.hosts(resource))

    @property
    def scope(self) -> Scope:
        """The namespaces in which it is visible."""
        return self._mesh.virtual_services.scope(self.resource)

    @property
    def tls_rules(self) -> list[Cursor]:
        """The rules for TLS connections that are not terminated."""
        return list(self.resource.spec["tls"])

    @property
    def tcp_rules(self) -> list[Cursor]:
        """The rules for other connections."""
        return list(self.resource.spec["tcp"])

    @cached_property
    def routes(self) -> tuple[HttpRoute, ...]:
        """All routes, with delegates replaced by their routes."""
        return tuple(self._routes())

    def for_proxy(self, proxy: Proxy, gateway: GatewayName, port: int) -> Iterator[HttpRoute]:
        """Yield the routes of a proxy for a port, up to the first that matches everything."""
        for route in self.routes:
            if route.skipped(proxy, gateway, port) is None:
                yield route
                if route.takes_everything:
                    return

    def _routes(self) -> Iterator[HttpRoute]:
        for rule in self.resource.spec["http"]:
            matches = [conditions(match, self.namespace) for match in rule["match"]]
            if rule["delegate"].mapping:
                yield from self._delegated(rule, matches)
            elif matches:
                yield from (HttpRoute(self.resource, rule, match) for match in matches)
            else:
                yield HttpRoute(self.resource, rule, None)

    def _delegated(self, root: Cursor, matches: Sequence[Conditions]) -> Iterator[HttpRoute]:
        delegate = self.delegate(root)
        if delegate is None:
            return
        for rule in delegate.spec["http"]:
            own = [conditions(match, delegate.namespace) for match in rule["match"]]
            for match in joined(matches, own):
                yield HttpRoute(delegate, rule, match, root, self.resource)

    def delegate(self, rule: Cursor) -> Resource | None:
        """Return the VirtualService that a route delegates to; None if it does not exist, has hosts, or is not visible here."""
        name, namespace = rule["delegate"]["name"].text, rule["delegate"]["namespace"].text or self.namespace
        found = [each for each in self._mesh.virtual_services.find(namespace, name) if not each.spec["hosts"]]
        visible = (each for each in found if sees(self.namespace, self._mesh.virtual_services.scope(each)))
        return next(visible, None)


def joined(root: Sequence[Conditions], own: Sequence[Conditions]) -> list[Conditions | None]:
    """Join the matches of a delegate's route with those of the root; empty if istiod drops the route for a contradiction."""
    if not root or not own:
        return list(own or root) or [None]
    found: list[Conditions | None] = []
    for match in own:
        pairs = [both for each in root if (both := merged(each, match)) is not None]
        if not pairs:
            return []
        found += pairs
    return found


class VirtualServiceIndex:
    """All VirtualServices by gateway and by the namespace of the proxy that uses them."""

    def __init__(self, mesh: Mesh, others: Iterable[VirtualService] = ()):
        resources = oldest_first(mesh.all("VirtualService"))
        self.all: list[VirtualService] = [VirtualService(each, mesh) for each in resources if each.spec["hosts"]]
        self.all += others
        self._private: dict[tuple[GatewayName, str], list[VirtualService]] = defaultdict(list)
        self._exported: dict[tuple[GatewayName, str], list[VirtualService]] = defaultdict(list)
        self._public: dict[GatewayName, list[VirtualService]] = defaultdict(list)
        for service in self.all:
            scope = service.scope
            for gateway in service.gateways:
                if "*" in scope:
                    self._public[gateway].append(service)
                    continue
                for namespace in scope:
                    index = self._private if namespace == service.namespace else self._exported
                    index[gateway, namespace].append(service)

    def of(self, gateway: GatewayName, namespace: str) -> list[VirtualService]:
        """Return the VirtualServices for a gateway and the proxies of a namespace: private, exported, then public ones."""
        public = self._public.get(gateway, ())
        own = [each for each in public if each.gateway_semantics and each.namespace == namespace]
        return [
            *self._private.get((gateway, namespace), ()), *self._exported.get((gateway, namespace), ()), *own,
            *(each for each in public if not (each.gateway_semantics and each.namespace == namespace)),
        ]  # fmt: skip
