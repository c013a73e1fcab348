"""Endpoints with a network: WorkloadEntries, WorkloadGroups, and endpoints of ServiceEntries."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_KINDS = ("ServiceEntry", "WorkloadEntry", "WorkloadGroup")
_TLS_MODE = "security.istio.io/tlsMode"


def _endpoints(resource: Resource) -> Iterator[Cursor]:
    """Yield the endpoints of a ServiceEntry, or the one that a WorkloadEntry or WorkloadGroup describes."""
    if resource.type == "ServiceEntry":
        yield from resource.spec["endpoints"]
    else:
        yield resource.spec["template"] if resource.type == "WorkloadGroup" else resource.spec


@check("unknown-network", severity="warning", evidence="missing", kinds=list(_KINDS))
def unknown_network(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an endpoint in an unknown network."""
    for endpoint in _endpoints(resource):
        network, known = endpoint["network"], mesh.networks.known
        if network.literal and known and network.text not in known:
            alike = next((name for name in sorted(known) if _letters(name) == _letters(network.text)), None)
            yield finding(
                network,
                f"unknown network `{network.text}`; no gateway is known for it, and proxies connect to its endpoints directly",
                hint=f"did you mean `{alike}`?" if alike else f"use one of {', '.join(f'`{name}`' for name in sorted(known))}",
                known=mesh.settings.whole_mesh or alike is not None,
            )


def _letters(name: str) -> str:
    """Return a name without case and punctuation, so that `Network_1` equals `network-1`."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


@check("remote-endpoint-without-mtls", severity="warning", evidence="contradiction", kinds=["ServiceEntry"])
def remote_endpoint_without_mtls(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an endpoint without mTLS behind the gateway of another network, which forwards only mTLS."""
    networks = mesh.networks
    for endpoint in _endpoints(entry):
        name = endpoint["network"].text
        if name not in networks.gateways or not networks.own or name in networks.own or _with_mtls(endpoint, entry, mesh):
            continue
        yield finding(
            endpoint["network"],
            f"the gateway of network `{name}` forwards only mesh mTLS, which this endpoint does not accept; sidecars skip the "
            "endpoint",
            hint=f"set `serviceAccount` or the label `{_TLS_MODE}: istio` if a proxy runs there, or remove `network`",
            related=[(networks.gateways[name], "gateway of this network")],
        )


def _with_mtls(endpoint: Cursor, entry: Resource, mesh: Mesh) -> bool:
    """Whether clients may use mTLS: by the label or identity of the endpoint, or by a DestinationRule."""
    mode = endpoint["labels"][_TLS_MODE]
    if mode.exists or endpoint["serviceAccount"].text:
        return mode.text in ("", "istio") or mode.unresolved
    return any(mesh.destination_rules.covering(host.text) for host in entry.spec["hosts"])
