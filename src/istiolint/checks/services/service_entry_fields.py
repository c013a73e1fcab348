"""ServiceEntries: hosts, addresses and ports."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_ADDRESS, INVALID_HOST, INVALID_PORT_NAME
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import is_cidr, is_ip_address, leading_zeros
from istiolint.primitives.hosts import is_label, is_partial_wildcard, joined_items, pattern_fault
from istiolint.primitives.ports import HTTP, PROTOCOLS, TLS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check

KIND = ("ServiceEntry",)
_TCP = frozenset(("TCP", "MONGO", "REDIS", "MYSQL"))


@further_check(INVALID_HOST, kinds=KIND, rows=["SE-06"])
def service_entry_host(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The hosts of a ServiceEntry. (Of `*` the schema tells.)"""
    for host in entry.spec["hosts"]:
        if not isinstance(host.value, str) or host.text == "*" or host.unresolved:
            continue
        if fault := pattern_fault(host.text):
            yield finding(
                host,
                f"`{host.text}` is no host of a ServiceEntry: {fault}; Istio refuses it",
                hint=joined_items(host.text) or "write the name of the service, such as `api.example.com`",
            )


@check(
    "wildcard-within-label", severity="warning", evidence="document", kinds=KIND, rows=["SE-07"],
)  # fmt: skip
def wildcard_within_label(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A wildcard for a part of a name between dots."""
    for host in entry.spec["hosts"]:
        if is_partial_wildcard(host.text) and entry.spec["resolution"].text != "DYNAMIC_DNS" and not pattern_fault(host.text):
            yield finding(
                host,
                f"Istio warns of `{host.text}`: DNS and certificates know a `*` for whole labels only",
                hint="let the `*` stand for whole labels, as in `*.example.com`",
            )


@further_check(INVALID_ADDRESS, kinds=KIND, rows=["SE-08"])
def virtual_addresses(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Addresses under which applications call the service."""
    for address in entry.spec["addresses"]:
        if not isinstance(address.value, str) or address.unresolved:
            continue
        if not is_ip_address(address.text) and not is_cidr(address.text):
            yield finding(
                address,
                f"`{address.text}` is neither an IP address nor a range; Istio refuses the ServiceEntry",
                hint=leading_zeros(address.text)
                or "names belong under `hosts`; leave `addresses` out if applications call the names",
            )


@further_check(INVALID_PORT_NAME, kinds=KIND, rows=["SE-15"])
def service_entry_port_name(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The names of ports. (Of one that is missing the schema tells.)"""
    for port in entry.spec["ports"]:
        name = port["name"]
        if name.literal and not is_label(name.text):
            yield finding(
                name,
                f"`{name.text}` is no name of a port; Istio refuses the ServiceEntry",
                hint="write letters and digits with `-` between them, such as `https-api`",
            )


@further_check(EMPTY_FIELD, kinds=KIND, rows=["SE-15"])
def service_entry_port_without_name(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Names of ports that are empty."""
    for port in entry.spec["ports"]:
        if port["name"].value == "":
            message = "the name of a port is empty; Istio refuses the ServiceEntry"
            yield finding(port["name"], message, hint="name it, as in `https`")


@check(
    "hosts-share-tcp-port", severity="error", evidence="document", kinds=KIND, rows=["SE-41"],
)  # fmt: skip
def hosts_share_tcp_port(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Several hosts behind a port on which no name tells them apart."""
    hosts = list(entry.spec["hosts"])
    if len(hosts) < 2 or entry.spec["resolution"].text in ("", "NONE"):
        return
    for port in entry.spec["ports"]:
        protocol = port["protocol"].text.upper()
        if protocol not in HTTP | TLS and (protocol in PROTOCOLS or not protocol):
            yield finding(
                port["protocol"] if port["protocol"].exists else port,
                f"nothing tells the {len(hosts)} hosts apart on a port of plain {protocol or 'TCP'}; Istio refuses the "
                "ServiceEntry",
                hint="write a ServiceEntry for each host, with addresses of its own",
            )


@check(
    "addresses-of-several-hosts", severity="warning", evidence="document", kinds=KIND, rows=["SE-30"],
)  # fmt: skip
def addresses_of_several_hosts(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Addresses that several hosts share, on ports where the address is all there is."""
    spec = entry.spec
    if spec["resolution"].text not in ("DNS", "DNS_ROUND_ROBIN") or not spec["addresses"] or len(list(spec["hosts"])) < 2:
        return
    if port := next((port for port in spec["ports"] if port["protocol"].text.upper() in _TCP | TLS), None):
        yield finding(
            spec["addresses"].key,
            f"all hosts share these addresses, and on port {port['number'].value} "
            f"({port['protocol'].text}) the address decides: traffic may reach another host than was meant",
            hint="write a ServiceEntry for each host",
            related=[(port["protocol"], "here the address decides")],
        )
