"""ServiceEntries against one another, and what those without addresses take over."""

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
    """The same host and port with another protocol, visible to the same clients."""
    for port in entry.spec["ports"]:
        ports = mesh.service_entries.contradicting_ports(entry, port)
        if other := next((other for owner, other in ports if not mesh.rivals(entry, owner)), None):
            yield finding(
                port["protocol"],
                f"port {port['number'].number} is `{_protocol(port)}` here and `{_protocol(other)}` in another ServiceEntry for "
                "the same host; Istio builds one listener, and connections of the other protocol fail",
                hint="give both the same protocol, separate ports, or an `exportTo` that keeps them apart",
                related=[(other["protocol"] if other["protocol"] else other["number"], "the other protocol")],
            )


@check(
    "conflicting-service-entry-resolution", severity="warning", evidence="contradiction", kinds=["ServiceEntry"], fold="pair",
)  # fmt: skip
def conflicting_service_entry_resolution(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The same host and port with another resolution: Istio joins both into one service."""
    own = entry.spec["resolution"].text or "NONE"
    for port in entry.spec["ports"]:
        for other, other_port in mesh.service_entries.same_ports(entry, port):
            theirs = other.spec["resolution"]
            if own == (theirs.text or "NONE") or other.namespace != entry.namespace or mesh.rivals(entry, other):
                continue
            yield finding(
                entry.spec["resolution"] if entry.spec["resolution"].text else port["number"],
                f"the resolution is `{own}` here and `{theirs.text or 'NONE'}` in {other.title} for the same host and port "
                f"{port['number'].number}; Istio uses one of the two, and traffic may go nowhere",
                hint="keep one ServiceEntry for the host, or give both the same resolution",
                related=[(theirs if theirs.text else other_port["number"], "the other resolution")],
            )
            return


@check("service-entries-share-tcp-port", severity="warning", evidence="missing", kinds=["ServiceEntry"], fold="pair")
def service_entries_share_tcp_port(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two hosts with a TCP port of one number and no addresses: sidecars have one listener for both."""
    if _has_addresses(entry) or mesh.config.captures_dns or mesh.injection.of_namespace(entry.namespace).state == "ambient":
        return
    for port in entry.spec["ports"]:
        others = mesh.service_entries.sharing_listener(entry, port) if is_raw_tcp(port) else ()
        if found := next(((other, at) for other, at in others if not mesh.rivals(entry, other)), None):
            other, at = found
            yield finding(
                port["number"],
                f"{other.title} has TCP port {port['number'].number} and no addresses either: sidecars have one listener for "
                "both, and all connections to the port go to one of the hosts",
                hint="set `addresses`, or turn on `ISTIO_META_DNS_CAPTURE`",
                related=[(at["number"], "the same port")],
                known=mesh.settings.whole_mesh or mesh.config.known,
            )


@check(
    "tcp-port-without-address", severity="warning", evidence="document", kinds=["ServiceEntry"],
    codes=["IST0134"], rows=["SE-14"],
)  # fmt: skip
def tcp_port_without_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """TCP without an address, where istiod hands out none either: the listener takes the port for every address."""
    if _has_addresses(entry) or not _is_without_automatic_address(entry):
        return
    for port in entry.spec["ports"]:
        if _protocol(port) in ("", "TCP"):
            yield finding(
                port["protocol"] if port["protocol"] else port["number"],
                f"port {port['number'].number} is plain TCP and the entry has no addresses: connections to that port, whatever "
                "their address, go to this entry; Istio warns of it",
                hint="set `addresses`, or name a protocol that carries a host, such as HTTP or TLS",
            )


@check(
    "service-entry-without-address", severity="info", evidence="heuristic", kinds=["ServiceEntry"],
    codes=["IST0134"], default=False,
)  # fmt: skip
def service_entry_without_address(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """TCP without an address: where sidecars do not capture DNS, the listener takes the port for every address."""
    if _has_addresses(entry) or _is_without_automatic_address(entry) or mesh.config.captures_dns:
        return
    for port in entry.spec["ports"]:
        if _protocol(port) in ("", "TCP"):
            yield finding(
                port["protocol"] if port["protocol"] else port["name"],
                f"port {port['number'].number} is plain TCP and the entry has no addresses: unless sidecars capture DNS, all "
                "traffic to that port, whatever its address, goes to this entry",
                hint="set `addresses`, name an HTTP or TLS protocol, or turn on `ISTIO_META_DNS_CAPTURE`",
            )


def _has_addresses(entry: Resource) -> bool:
    return bool(entry.spec["addresses"] or entry["status"]["addresses"])


def _is_without_automatic_address(entry: Resource) -> bool:
    """Whether istiod gives the hosts of an entry no addresses of its own."""
    switched_off = entry.labels.get("networking.istio.io/enable-autoallocate-ip", "").lower() == "false"
    return switched_off or entry.spec["resolution"].text in ("", "NONE")


def _protocol(port: Cursor) -> str:
    return port["protocol"].text.upper()
