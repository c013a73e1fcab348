"""References of Gateway API routes to Gateways, listeners and Services, and whether they are allowed."""

from collections.abc import Iterator

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import ROUTE_KINDS, Reference, allows_route, backends, listeners, parents
from istiolint.mesh.gateways import GatewayName
from istiolint.primitives.similar import misspelt
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

ROUTE_NOT_ALLOWED_BY_GATEWAY = declare(
    "route-not-allowed-by-gateway", severity="error", evidence="contradiction", topic="gateway-api", codes=["KIA1401"]
)


@check(
    "parent-gateway-not-found", severity="error", evidence="missing", kinds=[*ROUTE_KINDS, "Canary"], codes=["KIA1401"],
)  # fmt: skip
def parent_gateway_not_found(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a parent Gateway that does not exist."""
    for parent in parents(route):
        if parent.type != KUBERNETES_GATEWAY or not can_be_name(parent.name) or gateways_of(parent, mesh):
            continue
        if mesh.settings.is_known_gateway(parent.namespace, parent.name):
            continue
        elsewhere = [other for other in mesh.gateways.named(parent.name) if other.type == KUBERNETES_GATEWAY]
        names = sorted({other.namespace for other in elsewhere})
        own = not parent.at["namespace"]
        placed = all(other.placed for other in elsewhere) and (route.placed or not own)
        yield finding(
            parent.at["name"],
            f"Gateway `{parent.name}` not found in namespace `{parent.namespace}`; the route has no effect there",
            hint=f"set `namespace`; a Gateway with that name is in {' and '.join(f'`{name}`' for name in names[:3])}"
            if names
            else "add the Gateway, or reference an existing one",
            related=[(other.metadata["name"], f"{other.title} is here") for other in elsewhere[:3]],
            known=mesh.settings.whole_mesh or (placed and len(names) == 1 and own),
        )


@check(
    "listener-not-found", severity="error", evidence="contradiction", kinds=ROUTE_KINDS, codes=["KIA1401"],
)  # fmt: skip
def listener_not_found(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a parent reference to a listener that the Gateway does not have."""
    for parent in parents(route):
        gateways = gateways_of(parent, mesh)
        if gateways and not any(listeners(gateway, parent.at) for gateway in gateways):
            wanted = parent.at["sectionName"] if parent.at["sectionName"] else parent.at["port"]
            names = ", ".join(f"`{listener['name'].text}`" for listener in gateways[0].spec["listeners"])
            if wanted and gateways[0].spec["listeners"]:
                yield finding(
                    wanted,
                    f"Gateway `{parent.name}` has no listener with `{wanted.name}: {wanted.value}`; the route has no "
                    "effect there",
                    hint=f"use one of its listeners: {names}",
                    related=[(gateways[0].spec["listeners"].key, "the listeners of the Gateway are here")],
                )


@further_check(ROUTE_NOT_ALLOWED_BY_GATEWAY, kinds=ROUTE_KINDS)
def route_not_allowed_by_gateway(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a route in a namespace that no listener allows; by default only the Gateway's own."""
    for parent in parents(route):
        gateways = gateways_of(parent, mesh)
        namespaces = mesh.namespaces.get(route.namespace, ())
        meant = [(gateway, listener) for gateway in gateways for listener in listeners(gateway, parent.at)]
        placed = route.placed and all(gateway.placed for gateway in gateways)
        if meant and placed and all(allows_route(listener, gateway, route, namespaces) is False for gateway, listener in meant):
            gateway, listener = meant[0]
            allowed = listener["allowedRoutes"]["namespaces"]
            yield finding(
                parent.at["name"],
                f"{gateway.kind} {parent.namespace}/{parent.name} does not allow routes from namespace `{route.namespace}`"
                + ("" if allowed else " (only from its own, without `allowedRoutes`)")
                + "; the route has no effect",
                hint="set `allowedRoutes.namespaces.from` of the listener to `All`, or `Selector` with the namespace's labels",
                related=[(allowed if allowed else listener["name"], "the listener is here")],
            )


@check(
    "backend-not-found", severity="error", evidence="missing", kinds=ROUTE_KINDS, codes=["KIA1402"],
)  # fmt: skip
def backend_not_found(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a backend Service that does not exist."""
    for backend in backends(route):
        fqdn = f"{backend.name}.{backend.namespace}.svc.{mesh.hosts.cluster_domain}"
        if backend.type != "Service" or not can_be_name(backend.name) or "." in backend.name or mesh.hosts.exact(fqdn):
            continue
        elsewhere = sorted({other.namespace for other in mesh.hosts.services_named(backend.name)})
        host = fqdn if backend.at["namespace"] else backend.name
        yield finding(
            backend.at["name"],
            f"Service `{backend.name}` not found in namespace `{backend.namespace}`; requests get 500",
            hint=f"set `namespace` and add a ReferenceGrant there; a Service with that name is in "
            f"{' and '.join(f'`{name}`' for name in elsewhere[:3])}"
            if elsewhere
            else existing_service(backend, mesh),
            known=mesh.hosts.lacks(host, route),
        )


def existing_service(reference: Reference, mesh: Mesh) -> str:
    """Return the hint for a Service that no namespace has: a similar name in the namespace, if there is one."""
    near = misspelt(reference.name, mesh.hosts.services_in(reference.namespace))
    return f"did you mean `{near}`?" if near else "add the Service, or reference an existing one"


@check(
    "backend-not-granted", severity="error", evidence="missing", kinds=ROUTE_KINDS, codes=["KIA1402"],
)  # fmt: skip
def backend_not_granted(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a backend in another namespace without a ReferenceGrant. (Mesh routes need no grant.)"""
    if all(parent.type != KUBERNETES_GATEWAY for parent in parents(route)):
        return
    for backend in backends(route):
        if backend.type != "Service" or backend.namespace == route.namespace or mesh.grants.allow(route, backend):
            continue
        yield finding(
            backend.at["namespace"],
            f"no ReferenceGrant allows {route.kind}s in namespace `{route.namespace}` to use Service "
            f"`{backend.namespace}/{backend.name}`; requests get 500",
            hint=f"add a ReferenceGrant in `{backend.namespace}`, from {route.kind} in `{route.namespace}` to Service "
            f"`{backend.name}`",
            known=mesh.coverage.decides(route) and mesh.coverage.is_closed(backend.namespace),
        )


def gateways_of(parent: Reference, mesh: Mesh) -> list[Resource]:
    """Return the Gateway API Gateways that a parent references: several if the input has alternatives."""
    if parent.type != KUBERNETES_GATEWAY:
        return []
    found = mesh.gateways.find(GatewayName(parent.namespace, parent.name))
    return [gateway for gateway in found if gateway.type == KUBERNETES_GATEWAY]
