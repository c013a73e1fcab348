"""ServiceEntries: hosts, addresses and ports."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_ADDRESS, INVALID_HOST, INVALID_PORT_NAME
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import is_cidr, is_ip_address, leading_zeros
from istiolint.primitives.hosts import is_label, is_partial_wildcard, joined_items, pattern_fault
from istiolint.primitives.ports import HTTP, PROTOCOLS, TLS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected

KIND = ("ServiceEntry",)
_TCP = frozenset(("TCP", "MONGO", "REDIS", "MYSQL"))


@further_check(INVALID_HOST, kinds=KIND, rows=["SE-06"])
def service_entry_host(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid hosts of a ServiceEntry. (The schema reports `*`.)"""
    for host in entry.spec["hosts"]:
        if not isinstance(host.value, str) or host.text == "*" or host.unresolved:
            continue
        if fault := pattern_fault(host.text):
            yield finding(
                host,
                f"invalid ServiceEntry host `{host.text}`: {fault}; Istio rejects it",
                hint=joined_items(host.text) or "use a host name such as `api.example.com`",
            )


@check(
    "wildcard-within-label", severity="warning", evidence="document", kinds=KIND, rows=["SE-07"],
)  # fmt: skip
def wildcard_within_label(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report wildcards that match part of a DNS label."""
    for host in entry.spec["hosts"]:
        if is_partial_wildcard(host.text) and entry.spec["resolution"].text != "DYNAMIC_DNS" and not pattern_fault(host.text):
            yield finding(
                host,
                f"wildcard in `{host.text}` covers part of a DNS label; in DNS and certificates it matches only entire labels",
                hint="use the wildcard for an entire label, as in `*.example.com`",
            )


@further_check(INVALID_ADDRESS, kinds=KIND, rows=["SE-08"])
def virtual_addresses(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid virtual addresses of the service."""
    for address in entry.spec["addresses"]:
        if not isinstance(address.value, str) or address.unresolved:
            continue
        if not is_ip_address(address.text) and not is_cidr(address.text):
            yield finding(
                address,
                rejected(f"`{address.text}` is not an IP address or CIDR range", "ServiceEntry"),
                hint=leading_zeros(address.text)
                or "move names to `hosts`; `addresses` is optional if clients call the service by name",
            )


@further_check(INVALID_PORT_NAME, kinds=KIND, rows=["SE-15"])
def service_entry_port_name(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid port names. (The schema reports missing ones.)"""
    for port in entry.spec["ports"]:
        name = port["name"]
        if name.literal and not is_label(name.text):
            yield finding(
                name,
                rejected(f"invalid port name `{name.text}`", "ServiceEntry"),
                hint="use letters, digits and `-`, such as `https-api`",
            )


@further_check(EMPTY_FIELD, kinds=KIND, rows=["SE-15"])
def service_entry_port_without_name(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report empty port names."""
    for port in entry.spec["ports"]:
        if port["name"].value == "":
            message = rejected("port name is empty", "ServiceEntry")
            yield finding(port["name"], message, hint="set a name such as `https`")


@check(
    "hosts-share-tcp-port", severity="error", evidence="document", kinds=KIND, rows=["SE-41"],
)  # fmt: skip
def hosts_share_tcp_port(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report several hosts that share a port whose protocol carries no host name."""
    hosts = list(entry.spec["hosts"])
    if len(hosts) < 2 or entry.spec["resolution"].text in ("", "NONE"):
        return
    for port in entry.spec["ports"]:
        protocol = port["protocol"].text.upper()
        if protocol not in HTTP | TLS and (protocol in PROTOCOLS or not protocol):
            yield finding(
                port["protocol"] if port["protocol"].exists else port,
                rejected(
                    f"{len(hosts)} hosts share a `{protocol or 'TCP'}` port, which carries no host name to route by",
                    "ServiceEntry",
                ),
                hint="create one ServiceEntry per host, each with its own addresses",
            )


@check(
    "hosts-share-addresses", severity="warning", evidence="document", kinds=KIND, rows=["SE-30"],
)  # fmt: skip
def hosts_share_addresses(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report addresses that several hosts share on ports that are routed by address."""
    spec = entry.spec
    if spec["resolution"].text not in ("DNS", "DNS_ROUND_ROBIN") or not spec["addresses"] or len(list(spec["hosts"])) < 2:
        return
    if port := next((port for port in spec["ports"] if port["protocol"].text.upper() in _TCP | TLS), None):
        yield finding(
            spec["addresses"].key,
            f"{len(list(spec['hosts']))} hosts share these addresses, and port {port['number'].value} "
            f"(`{port['protocol'].text}`) is routed by address; traffic may reach the wrong host",
            hint="create one ServiceEntry per host",
            related=[(port["protocol"], "this port is routed by address")],
        )
