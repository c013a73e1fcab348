"""Endpoints that say in which network they are: machines, and what ServiceEntries list."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_KINDS = ("ServiceEntry", "WorkloadEntry", "WorkloadGroup")
_TLS_MODE = "security.istio.io/tlsMode"


def _endpoints(resource: Resource) -> Iterator[Cursor]:
    """The endpoints that a resource lists, or the one that it is."""
    if resource.type == "ServiceEntry":
        yield from resource.spec["endpoints"]
    else:
        yield resource.spec["template"] if resource.type == "WorkloadGroup" else resource.spec


@check("unknown-network", severity="warning", evidence="missing", kinds=list(_KINDS))
def unknown_network(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An endpoint in a network that nothing else knows."""
    for endpoint in _endpoints(resource):
        network, known = endpoint["network"], mesh.networks.known
        if network.literal and known and network.text not in known:
            alike = next((name for name in sorted(known) if _letters(name) == _letters(network.text)), None)
            yield finding(
                network,
                f"nothing else speaks of a network `{network.text}`: no gateway leads into it, and proxies take its endpoints to "
                "be in reach",
                hint=f"did you mean `{alike}`?"
                if alike
                else f"the networks are {', '.join(f'`{name}`' for name in sorted(known))}",
                known=mesh.settings.whole_mesh or alike is not None,
            )


def _letters(name: str) -> str:
    """A name as people compare it: `Network_1` for `network-1`."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


@check("remote-endpoint-without-mtls", severity="warning", evidence="contradiction", kinds=["ServiceEntry"])
def remote_endpoint_without_mtls(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An endpoint behind the gateway of another network, which sends on mTLS alone."""
    networks = mesh.networks
    for endpoint in _endpoints(entry):
        name = endpoint["network"].text
        if name not in networks.gateways or not networks.own or name in networks.own or _with_mtls(endpoint, entry, mesh):
            continue
        yield finding(
            endpoint["network"],
            f"the endpoint is reached through the gateway of `{name}`, which finds its way by the mTLS of the mesh; this one "
            "does not take it: sidecars leave the endpoint out",
            hint=f"write `serviceAccount`, or the label `{_TLS_MODE}: istio`, if a proxy runs there; else remove `network`",
            related=[(networks.gateways[name], "the gateway of this network")],
        )


def _with_mtls(endpoint: Cursor, entry: Resource, mesh: Mesh) -> bool:
    """Whether clients may use mTLS: the endpoint says so or has an identity, or a DestinationRule decides."""
    mode = endpoint["labels"][_TLS_MODE]
    if mode.exists or endpoint["serviceAccount"].text:
        return mode.text in ("", "istio") or mode.unresolved
    return any(mesh.destination_rules.anywhere(host.text) for host in entry.spec["hosts"])
