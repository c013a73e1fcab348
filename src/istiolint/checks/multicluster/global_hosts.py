"""What is left of the first way to join clusters: hosts under `.global`."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_EAST_WEST_PORT = 15443


@check("global-host", severity="warning", evidence="document", kinds=["ServiceEntry"])
def global_host(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A ServiceEntry that leads a host under `.global` to the gateway of another cluster."""
    endpoints = [endpoint for endpoint in entry.spec["endpoints"] if _EAST_WEST_PORT in endpoint["ports"].mapping.values()]
    for host in entry.spec["hosts"]:
        if endpoints and host.text.endswith(".global"):
            yield finding(
                host,
                f"`{host.text}` is from the time before Istio 1.6, when a DNS server of Istio resolved `.global`: today no "
                "client resolves it, unless sidecars capture DNS, and gateways have no routes for it",
                hint="join the clusters with remote secrets, and call the Service by its own name; Istio finds both clusters",
                related=[(endpoints[0], "the gateway of the other cluster")],
            )
            break
