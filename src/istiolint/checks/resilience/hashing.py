"""Consistent hashing that cannot keep a client on one pod."""

from collections.abc import Iterator

from istiolint.fields.service_ports import carries_http, names_protocol
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.primitives.ports import HTTP, PROTOCOLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_OF_REQUESTS = ("httpCookie", "httpHeaderName", "httpQueryParameterName")


@check("hash-of-requests-without-http", severity="warning", evidence="contradiction", kinds=["DestinationRule"])
def hash_of_requests_without_http(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a hash of cookies or headers for ports on which proxies do not parse requests."""
    fqdn = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    for policy in traffic_policies(rule):
        key = next((policy["loadBalancer"]["consistentHash"][name] for name in _OF_REQUESTS
                    if policy["loadBalancer"]["consistentHash"][name]), None)  # fmt: skip
        if key is None or mesh.virtual_services.routes_http_to(fqdn):
            continue
        owners = [known.resource for known in mesh.hosts.exact(fqdn)]
        number = policy["port"]["number"].number
        ports = [(port, owner) for owner in owners if owner for port in owner.spec["ports"]]
        ports = [
            (port, owner) for port, owner in ports if number is None or number in (port["port"].number, port["number"].number)
        ]
        if not ports or not all(_is_opaque(port, owner) for port, owner in ports):
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


@check("hash-over-weighted-split", severity="warning", evidence="contradiction", kinds=["VirtualService"])
def hash_over_weighted_split(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report consistent hashing over a weighted split: Envoy picks the destination before it computes the hash."""
    namespaces = mesh.entrances.namespaces(virtual_service) or (virtual_service.namespace,)
    for route in virtual_service.spec["http"]:
        targets = [target for target in route["route"] if target["weight"].number]
        for target in targets if len(targets) > 1 else ():
            host = target["destination"]["host"]
            fqdn = mesh.hosts.fqdn(host.text, virtual_service.namespace)
            rules = [rule for namespace in namespaces for rule in mesh.destination_rules.visible_from(namespace, fqdn)]
            hashed = next(
                (at for rule in rules if (at := _hash(rule, target)) and not mesh.exclusive(virtual_service, rule)), None
            )
            if hashed is not None:
                yield finding(
                    route["route"].key,
                    f"consistent hashing for `{host.text}` does not apply across the weighted split; clients move between pods",
                    hint="route by a cookie or header that identifies the client, or remove the hash while traffic is split",
                    related=[(hashed.key, "the consistent hash")],
                )
                break


def _hash(rule: Resource, target: Cursor) -> Cursor | None:
    """Return the consistent hash of a rule for a destination; the hash of a subset replaces that of the host."""
    name = target["destination"]["subset"].text
    subset = next((each["trafficPolicy"] for each in rule.spec["subsets"] if name and each["name"].text == name), None)
    for policy in (subset, rule.spec["trafficPolicy"]):
        if policy is not None and policy["loadBalancer"]:
            found = policy["loadBalancer"]["consistentHash"]
            return found if found else None
    return None


def _is_opaque(port: Cursor, owner: Resource) -> bool:
    """Whether a port declares a protocol other than HTTP."""
    if owner.type == "ServiceEntry":
        protocol = port["protocol"].text.upper()
        return protocol in PROTOCOLS and protocol not in HTTP
    return bool(port["appProtocol"].text or port["name"].text) and names_protocol(port) and not carries_http(port)
