"""Backends of Gateway API routes that are not exported to the proxies that run the route."""

from collections.abc import Iterator

from istiolint.checks.routing.destinations import HOST_NOT_VISIBLE
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import TCP_ROUTES, Reference, backend_host, backends, parents
from istiolint.mesh.gateways import GatewayName
from istiolint.mesh.hosts import KnownHost
from istiolint.mesh.visibility import SERVICE_ANNOTATION, in_words, sees
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check


@further_check(HOST_NOT_VISIBLE, kinds=TCP_ROUTES)
def backend_not_visible(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report backends that are not exported to the namespace of a Gateway to which the route is attached."""
    if mesh.gateway_classes.leaves_istio_out(route):
        return
    gateways = {
        parent.namespace: gateway
        for parent in parents(route)
        if parent.type == KUBERNETES_GATEWAY
        for gateway in mesh.gateways.find(GatewayName(parent.namespace, parent.name))
        if gateway.type == KUBERNETES_GATEWAY and not mesh.exclusive(route, gateway)
    }
    for backend in backends(route) if gateways else ():
        known = _services(backend, mesh)
        blind = [name for name in gateways if not any(sees(name, service.scope) for service in known)]
        if not known or not blind or any(service.resource and mesh.exclusive(route, service.resource) for service in known):
            continue
        yield finding(
            backend.at["name"],
            f"`{backend.name}` is exported only to {in_words(known[0].scope)}; gateways in {in_words(frozenset(blind))} have no "
            "cluster for it and return 503",
            hint=f"add the namespace of the Gateway to its `exportTo` (for a Service, the annotation `{SERVICE_ANNOTATION}`)",
            related=[*(place for service in known[:1] if (place := service.place)),
                     (gateways[blind[0]].metadata["name"], "the Gateway")],
        )  # fmt: skip


def _services(backend: Reference, mesh: Mesh) -> list[KnownHost]:
    """The Services or ServiceEntries behind a backend."""
    host = backend_host(backend, mesh.hosts.cluster_domain)
    return list(mesh.hosts.covering(host)) if host else []
