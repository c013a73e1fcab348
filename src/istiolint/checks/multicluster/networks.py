"""Networks of a mesh that spans several: whose endpoints are in which, and by which gateways others reach them."""

from collections.abc import Iterator
from ipaddress import ip_network

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import NETWORK_KINDS
from istiolint.mesh.networks import NETWORK, known_registries, leads_from_outside, networks_of, registries
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_PORT, _TUNNEL_PORT = 15443, 15008
_PORT_LABEL = "networking.istio.io/gatewayPort"


@check(
    "unknown-registry", severity="error", evidence="missing", kinds=["MeshNetworks", "ConfigMap"],
    codes=["IST0126"],
)  # fmt: skip
def unknown_registry(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A network takes its endpoints from a cluster that istiod does not know."""
    found = list(registries(resource))
    known = known_registries(mesh.all("Secret"), mesh.all("IstioOperator", "Istio")) if found else set()
    for registry in found:
        if registry.name not in known:
            near = next((name for name in sorted(known) if name.lower() == registry.name.lower()), None)
            yield finding(
                registry.at,
                f"the network `{registry.network}` takes endpoints from the registry `{registry.name}`, and no cluster is "
                "called so; its endpoints are taken to be in no network",
                hint=f"did you mean `{near}`?" if near else "write the name of a cluster, as in its remote secret",
                known=mesh.settings.whole_mesh,
            )


@check("endpoints-in-two-networks", severity="error", evidence="document", kinds=list(NETWORK_KINDS))
def endpoints_in_two_networks(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A cluster or a range of addresses that two networks claim."""
    claimed: dict[str, tuple[str, Cursor]] = {}
    for name, network in networks_of(resource):
        for endpoint in network["endpoints"]:
            for at, key in ((endpoint["fromRegistry"], endpoint["fromRegistry"].text), (endpoint["fromCidr"], _range(endpoint))):
                if not key or has_placeholder(key):
                    continue
                other, there = claimed.setdefault(key, (name, at))
                if other != name:
                    what = "the cluster" if at.name == "fromRegistry" else "the addresses"
                    yield finding(
                        at,
                        f"the network `{other}` claims {what} `{at.text}` as well: istiod puts the endpoints into one of the two "
                        "networks, and nothing decides into which",
                        hint=f"remove it from `{other}` or from `{name}`",
                        related=[(there, f"in the network `{other}`")],
                    )


def _range(endpoint: Cursor) -> str:
    """The addresses of an endpoint, in one form."""
    text = endpoint["fromCidr"].text
    try:
        return str(ip_network(text, strict=False)) if "/" in text else ""
    except ValueError:
        return ""


@check("network-gateway-not-found", severity="error", evidence="document", kinds=list(NETWORK_KINDS))
def network_gateway_not_found(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A gateway by the name of its Service, where no cluster is named in which to look for that."""
    for name, network in networks_of(resource):
        searched = any(endpoint["fromRegistry"].text for endpoint in network["endpoints"])
        for gateway in network["gateways"]:
            service = gateway["registryServiceName"]
            if not service.text or gateway["address"].text or service.unresolved:
                continue
            if not searched:
                yield finding(
                    service,
                    f"istiod looks for `{service.text}` only in clusters that the network `{name}` names with `fromRegistry`, "
                    "and there is none: the network has no gateway",
                    hint="add `fromRegistry` to its endpoints, or write the gateway's `address`",
                )


@check("network-gateway-without-port", severity="warning", evidence="document", kinds=["Service"])
def network_gateway_without_port(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A Service that leads into a network, and has none of the ports by which it could."""
    label, own = service.metadata["labels"][NETWORK], service.metadata["labels"][_PORT_LABEL]
    if not label.text or not leads_from_outside(service) or not service.spec["ports"]:
        return
    wanted = int(own.text) if own.text.isascii() and own.text.isdigit() else _PORT
    ports = {port["port"].number for port in service.spec["ports"]}
    if None not in ports and not ports & {wanted, _TUNNEL_PORT}:
        yield finding(
            label,
            f"the label makes this Service the gateway of the network `{label.text}`, but it has neither port {wanted} nor "
            f"{_TUNNEL_PORT}: istiod does not take it, and other networks cannot reach this one through it",
            hint=f"add port {wanted}"
            + ("" if own.exists else f", or name the port that is for other networks with the label `{_PORT_LABEL}`"),
            related=[(own, "the port for other networks")] if own.exists else (),
        )


@check("network-names-differ", severity="warning", evidence="contradiction", kinds=["Namespace"])
def network_names_differ(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The label of istiod's namespace puts the cluster into another network than the installation does its proxies."""
    label = namespace.metadata["labels"][NETWORK]
    if namespace.name != mesh.root_namespace or not label.literal:
        return
    installed = mesh.networks.installed
    at = next(iter(installed.values()), None)
    if at is not None and label.text not in installed and not any(has_placeholder(name) for name in installed):
        yield finding(
            label,
            f"istiod takes this cluster to be in the network `{label.text}`, and its proxies think they are in `{at.text}`: "
            "they go to each other through gateways, or not at all",
            hint=f"write `{at.text}` here, or `{label.text}` in `values.global.network`",
            related=[(at, "the network of the proxies")],
        )
