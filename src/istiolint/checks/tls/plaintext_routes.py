"""HTTP routes that send plaintext to a port where the server expects TLS."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from istiolint.fields.service_ports import carries_http, declared_protocol, names_protocol
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import backend_host, backends
from istiolint.mesh.gateways import MESH, bound_names
from istiolint.primitives.ports import TLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import declare, finding, further_check

_ORIGINATED = ("SIMPLE", "MUTUAL", "ISTIO_MUTUAL")
_RULE = declare("http-route-to-tls-port", severity="warning", evidence="missing", topic="tls")


class _Target(NamedTuple):
    """A destination of HTTP requests: its full name, its port, and where they are."""

    fqdn: str
    port: Cursor
    host: Cursor


@further_check(_RULE, kinds=["VirtualService"])
def http_route_to_tls_port(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report destinations of HTTP routes."""
    for route in virtual_service.spec["http"]:
        for destination in (target["destination"] for target in route["route"]):
            fqdn = mesh.hosts.fqdn(destination["host"].text, virtual_service.namespace)
            target = _Target(fqdn, destination["port"]["number"], destination["host"])
            for found in _plaintext(virtual_service, target, mesh):
                if not _is_unused(virtual_service, target, mesh):
                    yield found


@further_check(_RULE, kinds=["GRPCRoute", "HTTPRoute"])
def http_backend_with_tls_port(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report backends of the Gateway API."""
    if mesh.gateway_classes.leaves_istio_out(route):
        return
    for backend in backends(route):
        host = backend_host(backend, mesh.hosts.cluster_domain)
        if host and not _has_tls_policy(backend.namespace, backend.name, mesh):
            yield from _plaintext(route, _Target(host, backend.at["port"], backend.at["name"]), mesh)


def _is_unused(virtual_service: Resource, target: _Target, mesh: Mesh) -> bool:
    """Whether only sidecars would use a route, but its host has no HTTP port: see routes-for-another-protocol."""
    if any(name.name != MESH for name in bound_names(virtual_service)):
        return False
    own = [known.resource for host in mesh.virtual_services.mesh_hosts(virtual_service) for known in mesh.hosts.exact(host.fqdn)]
    ports = [port for owner in own if owner is not None and owner.type == "Service" for port in owner.spec["ports"]]
    return bool(ports) and not any(carries_http(port) or not names_protocol(port) for port in ports)


def _plaintext(route: Resource, target: _Target, mesh: Mesh) -> Iterator[Finding]:
    for owner in (known.resource for known in mesh.hosts.exact(target.fqdn)):
        if owner is None or not _tls_ports(owner) or mesh.exclusive(route, owner):
            continue
        field = "number" if owner.type == "ServiceEntry" else "port"
        ports = list(owner.spec["ports"])
        wanted = target.port.number or (ports[0][field].number if len(ports) == 1 else None)
        port = next((each for each in ports if each[field].number == wanted), None)
        if wanted is None or port is None or (protocol := _protocol(port, owner)) not in TLS:
            continue
        rules = mesh.destination_rules.covering(target.fqdn)
        if any(_originates_somewhere(rule, wanted) for rule in _used(route, target.fqdn, rules, mesh)):
            continue
        yield finding(
            target.port if target.port.exists else target.host,
            f"requests reach port {wanted} of `{target.fqdn}` in plaintext, but the server expects {protocol}; it closes the "
            "connection or returns 400",
            hint=f"add a DestinationRule for `{target.fqdn}` with `tls: {{mode: SIMPLE}}`"
            + ("" if owner.type == "ServiceEntry" else ", or name the port `http` if the application expects plaintext"),
            related=[(_said(port, owner), f"{owner.title} declares TLS here")],
            known=mesh.settings.whole_mesh or bool(rules) or _has_rules_here(route, owner, mesh),
        )


@once
def _tls_ports(owner: Resource) -> Iterator[Cursor]:
    """The ports of a Service or ServiceEntry on which the server expects TLS."""
    if owner.type in ("Service", "ServiceEntry"):
        yield from (port for port in owner.spec["ports"] if _protocol(port, owner) in TLS)


def _used(route: Resource, fqdn: str, rules: Sequence[Resource], mesh: Mesh) -> Sequence[Resource]:
    """The DestinationRules that the gateways of a VirtualService use; all for the host where the gateways are not known."""
    namespaces = mesh.entrances.namespaces(route) if route.type == "VirtualService" and route.placed else ()
    found = [rule for namespace in namespaces for rule in mesh.destination_rules.visible_from(namespace, fqdn)]
    return found if namespaces and all(rule.placed for rule in rules) else rules


def _protocol(port: Cursor, owner: Resource) -> str:
    """The declared protocol of a port in upper case."""
    return port["protocol"].text.upper() if owner.type == "ServiceEntry" else declared_protocol(port).upper()


def _said(port: Cursor, owner: Resource) -> Cursor:
    return port["protocol" if owner.type == "ServiceEntry" else "appProtocol" if port["appProtocol"] else "name"]


def _has_tls_policy(namespace: str, name: str, mesh: Mesh) -> bool:
    """Whether a BackendTLSPolicy originates TLS to a Service."""
    policies = mesh.in_namespace("BackendTLSPolicy", namespace)
    return any(target["name"].text == name for policy in policies for target in policy.spec["targetRefs"])


def _originates_somewhere(rule: Resource, port: int) -> bool:
    """Whether a rule, or one of its subsets, originates TLS for a port."""
    policies = (rule.spec["trafficPolicy"], *(subset["trafficPolicy"] for subset in rule.spec["subsets"]))
    return any(_mode_for(policy, port) in _ORIGINATED for policy in policies)


def _mode_for(policy: Cursor, port: int) -> str:
    """The client TLS mode of a policy for a port: port-level settings replace the general ones entirely."""
    own = next((at for at in policy["portLevelSettings"] if at["port"]["number"].number == port), policy)
    return own["tls"]["mode"].text


def _has_rules_here(route: Resource, owner: Resource, mesh: Mesh) -> bool:
    """Whether the input has DestinationRules in these namespaces, so that one for the host would be among them."""
    placed = route.placed and owner.placed
    return placed and any(mesh.in_namespace("DestinationRule", each.namespace) for each in (route, owner))
