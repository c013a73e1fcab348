"""Consistent hashing that cannot keep a client on one pod."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.fields.service_ports import carries_http, names_protocol
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import TCP_ROUTES, parents
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.primitives.ports import HTTP, PROTOCOLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_OF_REQUESTS = ("httpCookie", "httpHeaderName", "httpQueryParameterName")


@check(
    "hash-of-requests-without-http",
    severity="warning",
    evidence="contradiction",
    kinds=["DestinationRule"],
    when=["consistentHash"],
)
def hash_of_requests_without_http(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a hash of cookies or headers for ports on which proxies do not parse requests."""
    fqdn = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    for policy in traffic_policies(rule):
        key = next((policy["loadBalancer"]["consistentHash"][name] for name in _OF_REQUESTS
                    if policy["loadBalancer"]["consistentHash"][name]), None)  # fmt: skip
        if key is None or mesh.virtual_services.routes_http_to(fqdn) or mesh.service_routes.send_to(fqdn):
            continue
        owners = [known.resource for known in mesh.hosts.exact(fqdn)]
        number = policy["port"]["number"].number
        ports = [(port, owner) for owner in owners if owner for port in owner.spec["ports"]]
        ports = [
            (port, owner) for port, owner in ports if number is None or number in (port["port"].number, port["number"].number)
        ]
        if not ports or not all(_is_opaque(port, owner) or _is_passed_through(port, fqdn, mesh) for port, owner in ports):
            continue
        if any(owner is None or mesh.exclusive(rule, owner) for owner in owners):
            continue
        said = ports[0][0]
        yield finding(
            key.key,
            f"`{key.name}` requires HTTP, but no port of `{fqdn}` declares HTTP; Envoy picks a random endpoint for each "
            "connection",
            hint="use `useSourceIp`, or terminate TLS at the gateway and declare the port as HTTP",
            related=[
                (said["protocol"] if said["number"].exists else said["name"] or said["port"], "the protocol is declared here")
            ],
        )


class _Target(NamedTuple):
    """A destination of a split."""

    host: str
    fqdn: str
    subset: str
    port: int | None


class _Split(NamedTuple):
    """A list of destinations of which several have a weight; `protocol` is `http`, or another one for connections."""

    protocol: str
    at: Cursor
    targets: list[_Target]


@check(
    "hash-over-weighted-split",
    severity="warning",
    evidence="contradiction",
    kinds=["VirtualService", *TCP_ROUTES],
    beside=["consistentHash"],
)
def hash_over_weighted_split(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report consistent hashing over a weighted split: Envoy picks the destination before it computes the hash."""
    if "consistentHash" not in mesh.destination_rules.fields:
        return
    if route.type == "VirtualService":
        splits, namespaces = _splits(route, mesh), mesh.entrances.namespaces(route)
    else:
        splits = _splits_of_backends(route, mesh)
        namespaces = tuple(parent.namespace for parent in parents(route) if parent.type == KUBERNETES_GATEWAY)
    for protocol, targets_at, targets in splits:
        for target in targets:
            rules = [
                rule
                for namespace in namespaces or (route.namespace,)
                for rule in mesh.destination_rules.visible_from(namespace, target.fqdn)
            ]
            hashed = next(
                (at for rule in rules if (at := _hash(rule, target)) is not None and not mesh.exclusive(route, rule)), None
            )
            if hashed is not None and (protocol == "http" or hashed["useSourceIp"].value is True):
                yield finding(
                    targets_at.key,
                    f"consistent hashing for `{target.host}` does not apply across the weighted split; clients move between pods",
                    hint="route by a cookie or header that identifies the client, or remove the hash while traffic is split"
                    if protocol == "http"
                    else "send all connections to one destination, or remove the hash while traffic is split",
                    related=[(hashed.key, "the consistent hash")],
                )
                break


def _splits(virtual_service: Resource, mesh: Mesh) -> Iterator[_Split]:
    for protocol in ("http", "tcp", "tls"):
        for route in virtual_service.spec[protocol]:
            weighted = [target["destination"] for target in route["route"] if target["weight"].number]
            if len(weighted) > 1:
                yield _Split(protocol, route["route"], [
                    _target(at["host"].text, mesh.hosts.fqdn(at["host"].text, virtual_service.namespace), at["subset"].text,
                            at["port"]["number"].number, mesh)
                    for at in weighted
                ])  # fmt: skip


def _splits_of_backends(route: Resource, mesh: Mesh) -> Iterator[_Split]:
    protocol = "http" if route.kind in ("GRPCRoute", "HTTPRoute") else "tcp"
    for rule in route.spec["rules"]:
        weighted = [backend for backend in rule["backendRefs"] if backend["weight"].number != 0 and backend["name"].text]
        if len(weighted) > 1 and all(backend["kind"].text in ("", "Service") for backend in weighted):
            yield _Split(protocol, rule["backendRefs"], [
                _target(at["name"].text,
                        f"{at['name'].text}.{at['namespace'].text or route.namespace}.svc.{mesh.hosts.cluster_domain}",
                        "", at["port"].number, mesh)
                for at in weighted
            ])  # fmt: skip


def _target(host: str, fqdn: str, subset: str, port: int | None, mesh: Mesh) -> _Target:
    """Return a destination; without a port, that of a host which has only one."""
    ports = {number for known in mesh.hosts.exact(fqdn) for number in known.ports} if port is None else {port}
    return _Target(host, fqdn, subset, ports.pop() if len(ports) == 1 else None)


def _hash(rule: Resource, target: _Target) -> Cursor | None:
    """Return the consistent hash of a rule for a destination.

    The load balancer of a subset replaces that of the host, and that of a port the one of its policy.
    """
    subset = next(
        (each["trafficPolicy"] for each in rule.spec["subsets"] if target.subset and target.subset == each["name"].text), None
    )
    for policy in (subset, rule.spec["trafficPolicy"]):
        for each in policy["portLevelSettings"] if policy is not None and target.port is not None else ():
            if each["port"]["number"].number == target.port:
                found = each["loadBalancer"]["consistentHash"]
                return found if found else None
        if policy is not None and policy["loadBalancer"]:
            found = policy["loadBalancer"]["consistentHash"]
            return found if found else None
    return None


def _is_passed_through(port: Cursor, fqdn: str, mesh: Mesh) -> bool:
    """Whether a port without a declared protocol only receives connections that gateways pass through."""
    return not names_protocol(port) and mesh.virtual_services.passes_to(fqdn, port["port"].number)


def _is_opaque(port: Cursor, owner: Resource) -> bool:
    """Whether a port declares a protocol other than HTTP."""
    if owner.type == "ServiceEntry":
        protocol = port["protocol"].text.upper()
        return protocol in PROTOCOLS and protocol not in HTTP
    return bool(port["appProtocol"].text or port["name"].text) and names_protocol(port) and not carries_http(port)
