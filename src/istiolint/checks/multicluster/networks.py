"""Networks of a multi-network mesh: their endpoints and gateways."""

from collections.abc import Iterator
from ipaddress import ip_network

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import NETWORK_KINDS
from istiolint.mesh.networks import NETWORK, known_registries, leads_from_outside, networks_of, registries
from istiolint.primitives.numbers import natural
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
    """Report a network with endpoints from an unknown cluster."""
    found = list(registries(resource))
    known = known_registries(mesh.all("Secret"), mesh.all("IstioOperator", "Istio")) if found else set()
    for registry in found:
        if registry.name not in known:
            near = next((name for name in sorted(known) if name.lower() == registry.name.lower()), None)
            yield finding(
                registry.at,
                f"unknown cluster `{registry.name}` in network `{registry.network}`; its endpoints belong to no network",
                hint=f"did you mean `{near}`?" if near else "use the name of the cluster in its remote secret",
                known=mesh.settings.whole_mesh,
            )


@check("endpoints-in-two-networks", severity="error", evidence="document", kinds=list(NETWORK_KINDS))
def endpoints_in_two_networks(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a cluster or an address range in two networks."""
    claimed: dict[str, tuple[str, Cursor]] = {}
    for name, network in networks_of(resource):
        for endpoint in network["endpoints"]:
            for at, key in ((endpoint["fromRegistry"], endpoint["fromRegistry"].text), (endpoint["fromCidr"], _range(endpoint))):
                if not key or has_placeholder(key):
                    continue
                other, there = claimed.setdefault(key, (name, at))
                if other != name:
                    what = "cluster" if at.name == "fromRegistry" else "address range"
                    yield finding(
                        at,
                        f"{what} `{at.text}` is also in network `{other}`; istiod assigns its endpoints to either network, in "
                        "no fixed order",
                        hint=f"remove it from `{other}` or from `{name}`",
                        related=[(there, f"in network `{other}`")],
                    )


def _range(endpoint: Cursor) -> str:
    """Return the normalized CIDR range of an endpoint."""
    text = endpoint["fromCidr"].text
    try:
        return str(ip_network(text, strict=False)) if "/" in text else ""
    except ValueError:
        return ""


@check("network-gateway-not-found", severity="error", evidence="document", kinds=list(NETWORK_KINDS))
def network_gateway_not_found(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a gateway named by its Service in a network without clusters."""
    for name, network in networks_of(resource):
        searched = any(endpoint["fromRegistry"].text for endpoint in network["endpoints"])
        for gateway in network["gateways"]:
            service = gateway["registryServiceName"]
            if not service.text or gateway["address"].text or service.unresolved:
                continue
            if not searched:
                yield finding(
                    service,
                    f"istiod looks up `{service.text}` only in `fromRegistry` clusters, but network `{name}` has none; the "
                    "network has no gateway",
                    hint="add `fromRegistry` to its endpoints, or set the `address` of the gateway",
                )


@check("network-gateway-without-port", severity="warning", evidence="document", kinds=["Service"])
def network_gateway_without_port(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a network gateway Service without a port for cross-network traffic."""
    label, own = service.metadata["labels"][NETWORK], service.metadata["labels"][_PORT_LABEL]
    if not label.text or not leads_from_outside(service) or not service.spec["ports"]:
        return
    number = natural(own.text)
    wanted = _PORT if number is None else number
    ports = {port["port"].number for port in service.spec["ports"]}
    if None not in ports and not ports & {wanted, _TUNNEL_PORT}:
        yield finding(
            label,
            f"the Service is labeled as gateway of network `{label.text}`, but has neither port {wanted} nor {_TUNNEL_PORT}; "
            "istiod ignores it",
            hint=f"add port {wanted}"
            + ("" if own.exists else f", or set the port for cross-network traffic in the label `{_PORT_LABEL}`"),
            related=[(own, "port for cross-network traffic")] if own.exists else (),
        )


@check("network-names-differ", severity="warning", evidence="contradiction", kinds=["Namespace"])
def network_names_differ(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a network label on the namespace of istiod that differs from the network of the installation."""
    label = namespace.metadata["labels"][NETWORK]
    if namespace.name != mesh.root_namespace or not label.literal:
        return
    installed = mesh.networks.installed
    at = next(iter(installed.values()), None)
    if at is not None and label.text not in installed and not any(has_placeholder(name) for name in installed):
        yield finding(
            label,
            f"endpoints of this cluster are in network `{label.text}`, but its proxies are in `{at.text}`; they cannot reach "
            "each other directly",
            hint=f"use `{at.text}` here, or `{label.text}` in `values.global.network`",
            related=[(at, "network of the proxies")],
        )
