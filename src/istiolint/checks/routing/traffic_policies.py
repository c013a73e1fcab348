"""Traffic policies of DestinationRules: what must be in one, tunnels, and settings for single ports."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import INVALID_HOST, INVALID_PORT
from istiolint.findings.finding import Finding, Place
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import host_policies
from istiolint.primitives.addresses import is_ip_address
from istiolint.primitives.hosts import name_fault
from istiolint.primitives.ports import is_port
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import CONFLICTING_FIELDS, MISSING_FIELD, UNKNOWN_VALUE

_OF_A_PORT = ("outlierDetection", "connectionPool", "loadBalancer", "tls")
_OF_A_HOST = (*_OF_A_PORT, "portLevelSettings", "tunnel", "proxyProtocol", "retryBudget")
_PROTOCOLS = ("CONNECT", "POST")


def _empty(policy: Cursor, fields: tuple[str, ...], allowed: frozenset[str] = frozenset()) -> bool:
    """Whether none of the fields is set, and nothing else either, of which the schema would tell."""
    return all(policy[field].value in (None, []) for field in fields) and policy.mapping.keys() <= {*fields, *allowed}


@check(
    "traffic-policy-without-settings", severity="error", evidence="document", kinds=["DestinationRule"],
    rows=["TP-01", "TP-04", "TP-05"],
)  # fmt: skip
def traffic_policy_without_settings(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A policy, or settings for a port, that set nothing."""
    for policy in host_policies(rule):
        if _empty(policy, _OF_A_HOST):
            yield _without(policy.key, "`trafficPolicy`")
        for port in policy["portLevelSettings"]:
            if isinstance(port.value, dict) and port["port"].exists and _empty(port, _OF_A_PORT, frozenset(["port"])):
                yield _without(port["port"].key, f"the item for port {port['port']['number'].value}")


def _without(at: Cursor | Place, what: str) -> Finding:
    listed = ", ".join(f"`{field}`" for field in _OF_A_PORT)
    return finding(
        at,
        f"{what} sets nothing; Istio refuses the DestinationRule",
        hint=f"write one of {listed}, or delete it",
    )


@further_check(CONFLICTING_FIELDS, kinds=["DestinationRule"], rows=["TP-02"], when=["tunnel"])
def tunnel_with_proxy_protocol(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A tunnel and PROXY protocol in one policy."""
    for policy in host_policies(rule):
        if isinstance(policy["tunnel"].value, dict) and isinstance(policy["proxyProtocol"].value, dict):
            yield finding(
                policy["proxyProtocol"].key,
                "`tunnel` and `proxyProtocol` exclude each other; Istio refuses the DestinationRule",
                hint="keep one of them",
                related=[(policy["tunnel"].key, "the tunnel")],
            )


@further_check(MISSING_FIELD, kinds=["DestinationRule"], rows=["TP-03"], when=["portLevelSettings"])
def settings_without_port(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Settings for a port that name none."""
    for policy in host_policies(rule):
        for port in policy["portLevelSettings"]:
            if isinstance(port.value, dict) and port["port"].value is None:
                yield finding(
                    port, "these settings name no `port`; Istio refuses the DestinationRule", hint="write `port: {number: 8080}`"
                )


@further_check(UNKNOWN_VALUE, kinds=["DestinationRule"], rows=["TP-06"], when=["tunnel"])
def tunnel_protocol(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """How a tunnel is asked for."""
    for policy in host_policies(rule):
        protocol = policy["tunnel"]["protocol"]
        if protocol.literal and protocol.text not in _PROTOCOLS:
            yield finding(
                protocol,
                f"a tunnel is not asked for by `{protocol.text}`; Istio refuses the DestinationRule",
                hint="use CONNECT or POST",
            )


@further_check(INVALID_HOST, kinds=["DestinationRule"], rows=["TP-07"], when=["tunnel"])
def tunnel_host(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Where a tunnel leads."""
    for policy in host_policies(rule):
        host = policy["tunnel"]["targetHost"]
        if not isinstance(host.value, str) or host.unresolved or is_ip_address(host.text):
            continue
        if fault := name_fault(host.text):
            yield finding(
                host,
                f"a tunnel cannot lead to `{host.text}`: {fault}; Istio refuses the DestinationRule",
                hint="write a name such as `www.example.com`, or an IP address",
            )


@further_check(INVALID_PORT, kinds=["DestinationRule"], rows=["TP-08"], when=["tunnel"])
def tunnel_port(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The port to which a tunnel leads."""
    for policy in host_policies(rule):
        port = policy["tunnel"]["targetPort"]
        if port.number is not None and 0 <= port.number < 2**32 and not is_port(port.number):
            yield finding(
                port, f"`{port.number}` is no port; Istio refuses the DestinationRule", hint="write a number from 1 to 65535"
            )
