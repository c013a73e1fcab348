"""Hosts under `.global`, from the multicluster setup before Istio 1.6."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_EAST_WEST_PORT = 15443


@check("global-host", severity="warning", evidence="document", kinds=["ServiceEntry"])
def global_host(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a ServiceEntry that sends a host under `.global` to the gateway of another cluster."""
    endpoints = [endpoint for endpoint in entry.spec["endpoints"] if _EAST_WEST_PORT in endpoint["ports"].mapping.values()]
    for host in entry.spec["hosts"]:
        if endpoints and host.text.endswith(".global"):
            yield finding(
                host,
                f"`{host.text}` relies on the `.global` DNS server that Istio 1.6 removed; only DNS proxying resolves the name, "
                "and gateways do not route it",
                hint="join the clusters with remote secrets, and call the Service by its own name",
                related=[(endpoints[0], "gateway of the other cluster")],
            )
            break
