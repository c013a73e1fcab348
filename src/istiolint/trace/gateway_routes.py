"""Whether a gateway has a route for a host, for rules."""

from istiolint.mesh.host_index import overlap
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.gateway_servers import GatewayListeners, Server
from istiolint.trace.model import Model
from istiolint.trace.proxies import Proxy


def is_routed(model: Model, gateway: Resource, server: Cursor, host: str) -> bool:
    """Whether a workload of an Istio Gateway routes or redirects requests that one of its servers accepts for a host.

    For a wildcard, a route for some of its hosts is enough.
    """
    return any(_is_routed(model, proxy, gateway, server, host) for proxy in model.runs(gateway))


def _is_routed(model: Model, proxy: Proxy, gateway: Resource, at: Cursor, host: str) -> bool:
    listeners = model.gateways.of(proxy)
    server = next((each for each in listeners.servers if each.gateway is gateway and each.at.name == at.name), None)
    if server is None:
        return True  # a server of another Gateway has the host
    if not server.is_http:
        return _has_connections(model, proxy, server)
    return _has_host(listeners, server, host)


def _has_connections(model: Model, proxy: Proxy, server: Server) -> bool:
    if server.at["tls"]["mode"].text == "AUTO_PASSTHROUGH":
        return True
    bound = model.virtual_services.of(server.name, proxy.namespace)
    return any(each.tls_rules or each.tcp_rules for each in bound if server.serves(each, model.mesh))


def _has_host(listeners: GatewayListeners, server: Server, host: str) -> bool:
    found = listeners.hosts(listeners.together(server))
    return any(overlap(domain, host) for domain in found.hosts) if host.startswith("*") else found.find(host) is not None
