"""SNI hosts of VirtualServices: IP addresses, and names that `hosts` does not cover."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import is_ip_address
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


def _sni_hosts(service: Resource) -> Iterator[Cursor]:
    for route in service.spec["tls"]:
        for match in route["match"]:
            yield from (host for host in match["sniHosts"] if host.literal)


@check("sni-with-ip-address", severity="warning", evidence="document", kinds=["VirtualService"],
       rows=["VS-124"],
    when=["sniHosts"])  # fmt: skip
def sni_with_ip_address(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report IP addresses where clients send only names."""
    for host in _sni_hosts(service):
        if is_ip_address(host.text):
            yield finding(
                host,
                f"SNI host `{host.text}` never matches; clients send only host names in SNI, never IP addresses",
                hint="match addresses with `destinationSubnets` in a `tcp` route",
            )


@check("sni-not-in-hosts", severity="error", evidence="document", kinds=["VirtualService"],
       rows=["VS-125"],
    when=["sniHosts"])  # fmt: skip
def sni_not_in_hosts(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report SNI hosts that no host of the VirtualService covers."""
    hosts = [host.text for host in service.spec["hosts"] if host.text]
    if not hosts or any(has_placeholder(host) for host in hosts):
        return
    for sni in _sni_hosts(service):
        if not is_ip_address(sni.text) and not any(_part_of(sni.text, host) for host in hosts):
            yield finding(
                sni,
                f"SNI host `{sni.text}` is not covered by the `hosts` of this VirtualService; Istio rejects it",
                hint="add it to `hosts`",
                related=[(service.spec["hosts"].key, "the hosts")],
            )


def _part_of(name: str, host: str) -> bool:
    """Whether a host covers a name, compared as text; the name may contain a wildcard itself."""
    if not host.startswith("*"):
        return name == host
    return name.removeprefix("*").endswith(host[1:]) if name.startswith("*") else name.endswith(host[1:])
