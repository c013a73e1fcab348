"""The `resolution` of a ServiceEntry, compared with its hosts, addresses and endpoints."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_ADDRESS, INVALID_LABEL
from istiolint.documents.placeholders import has_placeholder
from istiolint.fields.labels import label_faults
from istiolint.findings.finding import Finding, Place
from istiolint.mesh import Mesh
from istiolint.mesh.waypoints import NONE, USE_WAYPOINT
from istiolint.primitives.addresses import UNIX, is_ip_address, leading_zeros
from istiolint.primitives.hosts import name_fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import CONFLICTING_RESOLUTION
from istiolint.settings import minor

KIND = ("ServiceEntry",)
_DNS = ("DNS", "DNS_ROUND_ROBIN")
_DYNAMIC = "DYNAMIC_DNS"
_DYNAMIC_PROTOCOLS = {28: ("HTTP",), 29: ("HTTP", "TLS"), 30: ("HTTP", "HTTP2", "GRPC", "TLS")}
"""The port protocols that DYNAMIC_DNS supports, by the minor release that added them."""
_INTERNAL_SINCE = 30


@further_check(CONFLICTING_RESOLUTION, kinds=KIND, rows=["SE-23"])
def wildcard_by_dns(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report hosts that DNS cannot resolve: wildcards and numbers."""
    resolution = entry.spec["resolution"]
    if resolution.text not in _DNS or entry.spec["endpoints"]:
        return
    for host in entry.spec["hosts"]:
        if host.text.startswith("*") and host.text != "*":
            yield finding(
                host,
                rejected(f"`resolution: {resolution.text}` cannot resolve wildcard host `{host.text}`", "ServiceEntry"),
                hint="set `resolution: NONE`, or add `endpoints`"
                + (
                    f"; `{_DYNAMIC}` resolves each name when a client calls it"
                    if minor(mesh.settings.istio_version) >= min(_DYNAMIC_PROTOCOLS)
                    else ""
                ),
                related=[(resolution, "the resolution")],
            )
            return
        if host.text.isascii() and host.text.isdecimal():
            yield finding(
                host,
                rejected(f"`{host.text}` is not a host name that DNS can resolve", "ServiceEntry"),
                hint="use a host name",
                related=[(resolution, "the resolution")],
            )


@further_check(CONFLICTING_RESOLUTION, kinds=KIND, rows=["SE-31", "SE-32", "SE-33", "SE-34", "SE-35", "SE-36", "SE-39"])
def dynamic_dns(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report what DYNAMIC_DNS does not support."""
    spec, version = entry.spec, minor(mesh.settings.istio_version)
    if spec["resolution"].text != _DYNAMIC or version < min(_DYNAMIC_PROTOCOLS):
        return
    for host in spec["hosts"]:
        if host.literal and not host.text.startswith("*"):
            yield _refused(
                host, f"`{_DYNAMIC}` requires wildcard hosts, and `{host.text}` is not a wildcard", "use `resolution: DNS`"
            )
    for field in ("addresses", "endpoints"):
        if spec[field]:
            yield _refused(spec[field].key, f"`{_DYNAMIC}` cannot be combined with `{field}`", f"remove `{field}`")
    allowed = _DYNAMIC_PROTOCOLS[max(known for known in _DYNAMIC_PROTOCOLS if known <= version)]
    for port in spec["ports"]:
        protocol = port["protocol"]
        if protocol.text.upper() not in allowed and not protocol.unresolved:
            at = protocol if protocol.exists else port
            called = f"protocol `{protocol.text}`" if protocol.text else "a port without a protocol"
            yield _refused(at, f"`{_DYNAMIC}` does not support {called}", f"use {' or '.join(allowed)}")
    location = spec["location"]
    if location.text == "MESH_INTERNAL":
        label = entry.metadata["labels"][USE_WAYPOINT]
        if version < _INTERNAL_SINCE:
            yield _refused(location, f"`{_DYNAMIC}` does not support `MESH_INTERNAL`", "use `location: MESH_EXTERNAL`")
        elif label.text and label.text != NONE:
            yield _refused(label, f"`{_DYNAMIC}` with `MESH_INTERNAL` does not support waypoints", "remove the label")


def _refused(at: Cursor | Place, what: str, hint: str) -> Finding:
    return finding(at, rejected(what, "ServiceEntry"), hint=hint)


@check(
    "selector-without-resolution", severity="warning", evidence="document", kinds=KIND, rows=["SE-18"],
)  # fmt: skip
def selector_without_resolution(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a selector that resolution NONE ignores."""
    resolution, selector = entry.spec["resolution"], entry.spec["workloadSelector"]
    if (
        isinstance(selector.value, dict)
        and resolution.text in ("", "NONE")
        and not (resolution.exists and resolution.value is None)
    ):
        yield finding(
            selector.key,
            "`workloadSelector` has no effect with resolution `NONE`; the proxy forwards connections to their original "
            "destination",
            hint="set `resolution: STATIC`",
            related=[(resolution, "the resolution")] if resolution.exists else (),
        )


def _endpoints(entry: Resource) -> Iterator[Cursor]:
    for endpoint in entry.spec["endpoints"]:
        if isinstance(endpoint.value, dict):
            yield endpoint


@further_check(INVALID_ADDRESS, kinds=KIND, rows=["SE-20", "SE-25"])
def endpoint_addresses(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report endpoint addresses that the resolution does not support."""
    resolution = entry.spec["resolution"].text
    for endpoint in _endpoints(entry):
        address = endpoint["address"]
        if not address.literal or is_ip_address(address.text):
            continue
        if resolution == "STATIC" and not address.text.startswith(UNIX):
            yield finding(
                address,
                rejected(f"`{address.text}` is not an IP address, and `STATIC` does not resolve names", "ServiceEntry"),
                hint=leading_zeros(address.text) or "set `resolution: DNS`, or use the IP address",
            )
        elif resolution in _DNS and (
            fault := "it is a Unix domain socket" if address.text.startswith(UNIX) else name_fault(address.text)
        ):
            yield finding(
                address,
                rejected(f"DNS cannot resolve endpoint address `{address.text}`: {fault}", "ServiceEntry"),
                hint="use a host name such as `eu.api.example.com`, or an IP address",
            )


@further_check(EMPTY_FIELD, kinds=KIND, rows=["SE-25"])
def endpoint_without_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report endpoints with an empty address, or with only a network. (The schema reports endpoints with neither.)"""
    looked_up = entry.spec["resolution"].text in _DNS
    for endpoint in _endpoints(entry):
        address, network = endpoint["address"], endpoint["network"]
        if address.value == "" and not network:
            yield finding(
                address,
                rejected("endpoint address is empty", "ServiceEntry"),
                hint="set the IP address or host name of the endpoint",
            )
        elif looked_up and not address.text and network.text and address.value in (None, ""):
            yield finding(
                network,
                rejected(f"endpoint in network `{network.text}` has no address for DNS to resolve", "ServiceEntry"),
                hint="set its host name, or use `resolution: STATIC`",
            )


@further_check(INVALID_LABEL, kinds=KIND, rows=["SE-26"])
def endpoint_labels(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid endpoint labels."""
    for endpoint in _endpoints(entry):
        yield from label_faults(endpoint["labels"], entry.kind)


@check(
    "unknown-endpoint-port", severity="error", evidence="document", kinds=KIND, rows=["SE-21", "SE-27"],
)  # fmt: skip
def unknown_endpoint_port(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report endpoint ports whose names are not under `spec.ports`."""
    names = [port["name"].text for port in entry.spec["ports"] if port["name"].text]
    for endpoint in _endpoints(entry):
        for name, port in endpoint["ports"].items():
            if name not in names and entry.spec["resolution"].text in ("STATIC", *_DNS) and not has_placeholder(name):
                listed = ", ".join(f"`{known}`" for known in names)
                yield finding(
                    port.key,
                    rejected(f"unknown port `{name}` in endpoint", "ServiceEntry"),
                    hint=f"use a port of the ServiceEntry: {listed}" if listed else "name the ports of the ServiceEntry",
                )


@check(
    "socket-needs-one-port", severity="error", evidence="document", kinds=KIND, rows=["SE-22"],
)  # fmt: skip
def socket_needs_one_port(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Unix domain socket endpoint of a ServiceEntry with several ports."""
    ports = list(entry.spec["ports"])
    for endpoint in _endpoints(entry):
        if endpoint["address"].text.startswith(UNIX) and entry.spec["resolution"].text == "STATIC" and len(ports) != 1:
            yield finding(
                endpoint["address"],
                rejected(f"Unix domain socket endpoint requires exactly one service port, found {len(ports)}", "ServiceEntry"),
                hint="create one ServiceEntry per port",
            )
