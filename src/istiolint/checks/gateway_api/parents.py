"""Whether Gateway API routes attach to their parents: by group, kind, hostname and Service."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.checks.gateway_api.routes import ROUTE_NOT_ALLOWED_BY_GATEWAY, existing_service, gateways_of
from istiolint.checks.routing.destination_ports import DESTINATION_PORT_NOT_FOUND
from istiolint.documents.placeholders import can_be_name
from istiolint.fields.service_ports import ports_in_words
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import GROUP, ROUTE_KINDS, TCP_ROUTES, Reference, accepting, listeners, parents, supports_kind
from istiolint.mesh.host_index import overlap
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check

_WITH_HOSTNAMES = ("GRPCRoute", "HTTPRoute", "TLSRoute")
_NAMED = ("HTTP", "HTTPS", "TLS")
"""Protocols with host names."""
_GROUPS = {"Service": "", "ServiceEntry": "networking.istio.io", "Gateway": GROUP}
_GROUPS_OF_OTHERS = ("", GROUP, "networking.istio.io")
"""Groups with known kinds; other groups may have a kind with that name."""
_GROUP_DEMANDED = 19
"""The minor release since which Istio requires the group of a parent."""


@check("parent-of-wrong-group", severity="error", evidence="document", kinds=ROUTE_KINDS)
def parent_of_wrong_group(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a parent whose group does not have its kind; the default group is the Gateway API."""
    for parent in route.spec["parentRefs"] if mesh.settings.istio_minor >= _GROUP_DEMANDED else ():
        kind = parent["kind"].text or "Gateway"
        group = parent["group"].text if parent["group"].exists else GROUP
        right = _GROUPS.get(kind)
        if right is not None and group != right and group in _GROUPS_OF_OTHERS and parent["name"].text:
            written = f"group `{group}`" if parent["group"].exists else f"the default group `{GROUP}`"
            yield finding(
                parent["group"] if parent["group"].exists else parent["kind"],
                f"{written} has no {kind} that routes can attach to; Istio ignores the parent and the route has no effect",
                hint=f'set `group: "{right}"`' if not right else f"set `group: {right}`",
            )


@check("route-without-parent", severity="warning", evidence="document", kinds=ROUTE_KINDS)
def route_without_parent(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a route without `parentRefs`, which is attached to nothing."""
    if route.spec["rules"] and not route.spec["parentRefs"] and not route.spec["useDefaultGateways"]:
        yield finding(
            route.spec["parentRefs"] if route.spec["parentRefs"].exists else route.spec.key,
            f"{route.kind} has no `parentRefs`; it is not attached to any Gateway or Service and has no effect",
            hint="add `parentRefs` with the Gateway that receives the traffic, or with the Service that clients call",
        )


@further_check(ROUTE_NOT_ALLOWED_BY_GATEWAY, kinds=ROUTE_KINDS)
def kind_not_let_in(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a route of a kind that none of the listeners accepts."""
    for parent in parents(route):
        meant = [listener for gateway in gateways_of(parent, mesh) for listener in listeners(gateway, parent.at)]
        if meant and not any(supports_kind(listener, route.kind) for listener in meant):
            allowed, protocol = meant[0]["allowedRoutes"]["kinds"], meant[0]["protocol"]
            why = "`allowedRoutes.kinds` excludes them" if allowed else f"protocol `{protocol.text}` does not support them"
            gateway = f"Gateway `{parent.name}`"
            what = (
                f"listener `{meant[0]['name'].text}` of {gateway} does not accept {route.kind}s"
                if len(meant) == 1
                else f"no listener of {gateway} accepts {route.kind}s"
            )
            yield finding(
                parent.at["sectionName"] if parent.at["sectionName"] else parent.at["name"],
                f"{what}: {why}; the route has no effect",
                hint="reference another listener, or use a route kind that the listener accepts",
                related=[(allowed if allowed else protocol, "the listener is here")],
            )


class _Served(NamedTuple):
    """Listeners to which a parent attaches a route, apart from hostnames."""

    parent: Reference
    gateway: Resource
    listeners: list[Cursor]

    def serves(self, host: str) -> bool:
        return any(overlap(listener["hostname"].text.lower() or "*", host.lower()) for listener in self.listeners)


@check(
    "hostname-not-served-by-listener", severity="error", evidence="contradiction", kinds=_WITH_HOSTNAMES,
    codes=["KIA1401"],
)  # fmt: skip
def hostname_not_served_by_listener(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report hostnames of a route that no listener serves: all of them, or one."""
    hostnames = [host for host in route.spec["hostnames"] if host.text]
    if not hostnames or any(not can_be_name(host.text) for host in hostnames):
        return
    found, complete = _attachments(route, mesh)
    for served in found:
        if not any(served.serves(host.text) for host in hostnames):
            theirs = [listener["hostname"] for listener in served.listeners]
            yield finding(
                route.spec["hostnames"].key,
                f"no listener of {served.gateway.title} serves {_list(hostnames)}; the route does not attach and requests "
                "get 404",
                hint=f"use a hostname that its listeners serve: {_list(theirs)}",
                related=[(theirs[0], "the hostname of the listener is here")],
            )
    for host in hostnames if complete else ():
        if not any(served.serves(host.text) for served in found) and any(
            served.serves(other.text) for served in found for other in hostnames
        ):
            yield finding(
                host,
                f"no listener of the route's Gateways serves `{host.text}`, only its other hostnames; requests for it get 404",
                hint="add a listener for the hostname, or remove it here",
                related=[(found[0].listeners[0]["hostname"], "a listener is here")],
                severity="warning",
            )


def _attachments(route: Resource, mesh: Mesh) -> tuple[list[_Served], bool]:
    """Return the listeners that may accept a route, by parent, and whether all parents are known."""
    found: list[_Served] = []
    complete = True
    namespaces = mesh.namespaces.get(route.namespace, ())
    for parent in parents(route):
        gateways = gateways_of(parent, mesh)
        if len(gateways) != 1 or mesh.exclusive(route, gateways[0]):
            complete = False
            continue
        meant = accepting(gateways[0], route, parent.at, namespaces)
        if meant and all(_is_known(listener) for listener in meant):
            found.append(_Served(parent, gateways[0], meant))
        else:
            complete = False
    return found, complete


def _is_known(listener: Cursor) -> bool:
    return listener["protocol"].text in _NAMED and can_be_name(listener["hostname"].text)


def _list(hosts: list[Cursor]) -> str:
    return " and ".join(f"`{host.text}`" for host in hosts[:3]) + (" and others" if len(hosts) > 3 else "")


@check("hostnames-of-mesh-route", severity="warning", evidence="document", kinds=["GRPCRoute", "HTTPRoute"])
def hostnames_of_mesh_route(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report hostnames of a route for a Service, which Istio ignores."""
    known = list(parents(route))
    if route.spec["hostnames"] and known and all(parent.type in ("Service", "ServiceEntry") for parent in known):
        yield finding(
            route.spec["hostnames"].key,
            f"`hostnames` is ignored on routes for a {known[0].type}; the route applies to all requests to `{known[0].name}`",
            hint="remove it, or attach the route to a Gateway to match by host",
            related=[(known[0].at["name"], f"the {known[0].type} is referenced here")],
        )


@check("parent-service-not-found", severity="error", evidence="missing", kinds=ROUTE_KINDS, codes=["KIA1402"])
def parent_service_not_found(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a route for a Service that does not exist."""
    for parent in parents(route):
        fqdn = f"{parent.name}.{parent.namespace}.svc.{mesh.hosts.cluster_domain}"
        if parent.type != "Service" or not can_be_name(parent.name) or mesh.hosts.exact(fqdn):
            continue
        elsewhere = sorted({other.namespace for other in mesh.hosts.services_named(parent.name)})
        yield finding(
            parent.at["name"],
            f"Service `{parent.name}` not found in namespace `{parent.namespace}`; the route has no effect",
            hint=f"set `namespace`; a Service with that name is in {' and '.join(f'`{name}`' for name in elsewhere[:3])}"
            if elsewhere
            else existing_service(parent, mesh),
            known=mesh.hosts.lacks(fqdn if parent.at["namespace"] else parent.name, route),
        )


@further_check(DESTINATION_PORT_NOT_FOUND, kinds=TCP_ROUTES)
def port_of_parent(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a route for a port that its Service does not have."""
    for parent in parents(route):
        port = parent.at["port"]
        ports = mesh.hosts.ports_of(parent.name, parent.namespace) if parent.type == "Service" else []
        if port.number and ports and port.number not in ports:
            yield finding(
                port,
                f"Service `{parent.name}` has no port `{port.number}`; the route has no effect",
                hint=f"use one of its ports: {ports_in_words(ports)}, or remove `port` to apply the route to all of them",
            )
