"""ServiceEntries that conflict with each other, and those without addresses."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.service_entries import is_raw_tcp
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "conflicting-service-entry-protocol",
    severity="warning",
    evidence="contradiction",
    kinds=["ServiceEntry"],
    codes=["IST0177", "KIA1212"],
    fold="pair",
)
def conflicting_service_entry_protocol(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the same host and port with different protocols, visible to the same clients."""
    for port in entry.spec["ports"]:
        ports = mesh.service_entries.contradicting_ports(entry, port)
        if other := next((other for owner, other in ports if not mesh.exclusive(entry, owner)), None):
            yield finding(
                port["protocol"],
                f"port {port['number'].number} is `{_protocol(port)}` here and `{_protocol(other)}` in another ServiceEntry for "
                "the host; connections with one of the protocols fail",
                hint="use the same protocol, use separate ports, or limit visibility with `exportTo`",
                related=[(other["protocol"] if other["protocol"] else other["number"], "the other protocol")],
            )


@check(
    "conflicting-service-entry-resolution", severity="warning", evidence="contradiction", kinds=["ServiceEntry"], fold="pair",
)  # fmt: skip
def conflicting_service_entry_resolution(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the same host and port with different resolutions: Istio merges both into one service."""
    own = entry.spec["resolution"].text or "NONE"
    for port in entry.spec["ports"]:
        for other, other_port in mesh.service_entries.same_ports(entry, port):
            theirs = other.spec["resolution"]
            if own == (theirs.text or "NONE") or other.namespace != entry.namespace or mesh.exclusive(entry, other):
                continue
            yield finding(
                entry.spec["resolution"] if entry.spec["resolution"].text else port["number"],
                f"`resolution` is `{own}` here and `{theirs.text or 'NONE'}` in {other.title} for the same host and port "
                f"{port['number'].number}; Istio ignores the endpoints of one",
                hint="keep one ServiceEntry for the host, or use the same resolution in both",
                related=[(theirs if theirs.text else other_port["number"], "the other resolution")],
            )
            return


@check("service-entries-share-tcp-port", severity="warning", evidence="missing", kinds=["ServiceEntry"], fold="pair")
def service_entries_share_tcp_port(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two hosts with the same TCP port and no addresses: a sidecar has one listener for both."""
    if _has_addresses(entry) or mesh.config.captures_dns or mesh.injection.of_namespace(entry.namespace).state == "ambient":
        return
    for port in entry.spec["ports"]:
        others = mesh.service_entries.sharing_listener(entry, port) if is_raw_tcp(port) else ()
        if found := next(((other, at) for other, at in others if not mesh.exclusive(entry, other)), None):
            other, at = found
            yield finding(
                port["number"],
                f"{other.title} also has TCP port {port['number'].number} without addresses; sidecars send all connections to "
                "one of the hosts",
                hint="set `addresses`, or enable DNS proxying (`ISTIO_META_DNS_CAPTURE`)",
                related=[(at["number"], "the same port")],
                known=mesh.settings.whole_mesh or mesh.config.known,
            )


@check(
    "tcp-port-without-address", severity="warning", evidence="document", kinds=["ServiceEntry"],
    codes=["IST0134"], rows=["SE-14"],
)  # fmt: skip
def tcp_port_without_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report raw TCP ports without an address that istiod does not allocate one for either."""
    if _has_addresses(entry) or not _is_without_automatic_address(entry):
        return
    for port in entry.spec["ports"]:
        if _protocol(port) in ("", "TCP"):
            yield finding(
                port["protocol"] if port["protocol"] else port["number"],
                f"port {port['number'].number} is raw TCP without `addresses`; sidecars send connections to this port on any "
                "address to this ServiceEntry",
                hint="set `addresses`, or use a protocol that carries a host name, such as HTTP or TLS",
            )


@check(
    "service-entry-without-address", severity="info", evidence="heuristic", kinds=["ServiceEntry"],
    codes=["IST0134"], default=False,
)  # fmt: skip
def service_entry_without_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report raw TCP ports without an address: without DNS proxying the listener matches every address."""
    if _has_addresses(entry) or _is_without_automatic_address(entry) or mesh.config.captures_dns:
        return
    for port in entry.spec["ports"]:
        if _protocol(port) in ("", "TCP"):
            yield finding(
                port["protocol"] if port["protocol"] else port["name"],
                f"port {port['number'].number} is raw TCP and has no `addresses`; without DNS proxying, sidecars send all "
                "traffic to that port to this ServiceEntry",
                hint="set `addresses`, use HTTP or TLS, or enable DNS proxying (`ISTIO_META_DNS_CAPTURE`)",
            )


def _has_addresses(entry: Resource) -> bool:
    return bool(entry.spec["addresses"] or entry["status"]["addresses"])


def _is_without_automatic_address(entry: Resource) -> bool:
    """Return whether istiod does not allocate addresses for the hosts of an entry."""
    switched_off = entry.labels.get("networking.istio.io/enable-autoallocate-ip", "").lower() == "false"
    return switched_off or entry.spec["resolution"].text in ("", "NONE")


def _protocol(port: Cursor) -> str:
    return port["protocol"].text.upper()
