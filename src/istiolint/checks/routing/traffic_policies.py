"""Traffic policies of DestinationRules: required settings, tunnels, and port-level settings."""

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
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import CONFLICTING_FIELDS, MISSING_FIELD, UNKNOWN_VALUE

_OF_A_PORT = ("outlierDetection", "connectionPool", "loadBalancer", "tls")
_OF_A_HOST = (*_OF_A_PORT, "portLevelSettings", "tunnel", "proxyProtocol", "retryBudget")
_PROTOCOLS = ("CONNECT", "POST")


def _empty(policy: Cursor, fields: tuple[str, ...], allowed: frozenset[str] = frozenset()) -> bool:
    """Whether none of the fields is set, and no unknown field either (the schema covers those)."""
    return all(policy[field].value in (None, []) for field in fields) and policy.mapping.keys() <= {*fields, *allowed}


@check(
    "traffic-policy-without-settings", severity="error", evidence="document", kinds=["DestinationRule"],
    rows=["TP-01", "TP-04", "TP-05"],
)  # fmt: skip
def traffic_policy_without_settings(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies and port-level settings that set nothing."""
    for policy in host_policies(rule):
        if _empty(policy, _OF_A_HOST):
            yield _without(policy.key, "`trafficPolicy`")
        for port in policy["portLevelSettings"]:
            if isinstance(port.value, dict) and port["port"].exists and _empty(port, _OF_A_PORT, frozenset(["port"])):
                yield _without(port["port"].key, f"`portLevelSettings` for port {port['port']['number'].value}")


def _without(at: Cursor | Place, what: str) -> Finding:
    listed = ", ".join(f"`{field}`" for field in _OF_A_PORT)
    return finding(
        at,
        rejected(f"{what} has no settings", "DestinationRule"),
        hint=f"set one of {listed}, or remove it",
    )


@further_check(CONFLICTING_FIELDS, kinds=["DestinationRule"], rows=["TP-02"], when=["tunnel"])
def tunnel_with_proxy_protocol(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a tunnel and PROXY protocol in one policy."""
    for policy in host_policies(rule):
        if isinstance(policy["tunnel"].value, dict) and isinstance(policy["proxyProtocol"].value, dict):
            yield finding(
                policy["proxyProtocol"].key,
                rejected("`tunnel` and `proxyProtocol` are mutually exclusive", "DestinationRule"),
                hint="keep one of the two",
                related=[(policy["tunnel"].key, "`tunnel` is set here")],
            )


@further_check(MISSING_FIELD, kinds=["DestinationRule"], rows=["TP-03"], when=["portLevelSettings"])
def settings_without_port(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report port-level settings without a port."""
    for policy in host_policies(rule):
        for port in policy["portLevelSettings"]:
            if isinstance(port.value, dict) and port["port"].value is None:
                yield finding(
                    port,
                    rejected("`portLevelSettings` item without `port`", "DestinationRule"),
                    hint="add `port: {number: 8080}`",
                )


@further_check(UNKNOWN_VALUE, kinds=["DestinationRule"], rows=["TP-06"], when=["tunnel"])
def tunnel_protocol(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report unknown tunnel protocols."""
    for policy in host_policies(rule):
        protocol = policy["tunnel"]["protocol"]
        if protocol.literal and protocol.text not in _PROTOCOLS:
            yield finding(
                protocol,
                rejected(f"unknown tunnel protocol `{protocol.text}`", "DestinationRule"),
                hint="use `CONNECT` or `POST`",
            )


@further_check(INVALID_HOST, kinds=["DestinationRule"], rows=["TP-07"], when=["tunnel"])
def tunnel_host(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid target hosts of tunnels."""
    for policy in host_policies(rule):
        host = policy["tunnel"]["targetHost"]
        if not isinstance(host.value, str) or host.unresolved or is_ip_address(host.text):
            continue
        if fault := name_fault(host.text):
            yield finding(
                host,
                rejected(f"invalid tunnel target host `{host.text}`: {fault}", "DestinationRule"),
                hint="use a name such as `www.example.com`, or an IP address",
            )


@further_check(INVALID_PORT, kinds=["DestinationRule"], rows=["TP-08"], when=["tunnel"])
def tunnel_port(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid target ports of tunnels."""
    for policy in host_policies(rule):
        port = policy["tunnel"]["targetPort"]
        if port.number is not None and 0 <= port.number < 2**32 and not is_port(port.number):
            yield finding(port, rejected(f"invalid port `{port.number}`", "DestinationRule"), hint="use a port from 1 to 65535")
