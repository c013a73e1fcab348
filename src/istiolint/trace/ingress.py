"""A request from outside: the gateway that listens for it, the virtual host and route that match it, and the policies."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from istiolint.mesh.allowing import allowing
from istiolint.mesh.host_index import covers
from istiolint.trace.ambient import AmbientRequest
from istiolint.trace.connections import follow, route_of
from istiolint.trace.decisions import explain
from istiolint.trace.delivery import Sending, Target
from istiolint.trace.envoy_filters import explain_patches
from istiolint.trace.gateway_servers import GatewayListeners, Server
from istiolint.trace.model import Model
from istiolint.trace.policies import Arrival
from istiolint.trace.proxies import Proxy
from istiolint.trace.request import Request
from istiolint.trace.result import Destination, Sent, Trace
from istiolint.trace.rewriting import without_port
from istiolint.trace.routing import Router, choose, explain_skipped
from istiolint.trace.waypoints import is_used_by, waypoint_of


class IngressRequest:
    """One request that reaches the mesh through a gateway."""

    def __init__(self, model: Model, request: Request, gateways: Sequence[Proxy], trace: Trace, response: Mapping[str, str]):
        self.model, self.request, self.trace, self.response = model, request, trace, response
        self.gateways = gateways

    def run(self) -> None:
        """Fill in the trace."""
        request, steps = self.request, self.trace.steps
        listening = [(proxy, listeners, servers) for proxy in self.gateways for listeners in [self.model.gateways.of(proxy)]
                     if (servers := self._servers(listeners))]  # fmt: skip
        if not listening:
            self.trace.outcome = "no-listener"
            self._explain_no_listener()
            return
        best = [each for each in listening if each[1].hosts(each[2]).find(without_port(request.authority))]
        proxy, listeners, servers = (best or listening)[0]
        if len(best or listening) > 1:
            others = ", ".join(each[0].title for each in (best or listening)[1:])
            words = f"the files do not show which gateway the client reaches; {others} would receive the request as well"
            steps.add("client", words, kind="unknown")
        self.trace.proxy = proxy
        steps.add("client", f"{proxy.title} receives the request: {proxy.because}", proxy.at)
        explain_patches(self.model.envoy_filters, proxy, "GATEWAY", steps)
        for server in servers:
            steps.add("listener", f"{server.gateway.title} opens port {server.port} ({server.protocol})", server.at["port"])
        if all(server.is_http for server in servers):
            self._http(proxy, listeners, servers)
        else:
            self._connection(proxy, servers)

    def _connection(self, proxy: Proxy, servers: Sequence[Server]) -> None:
        """Route a connection that the gateway does not read: TLS passthrough, and TCP."""
        sni = self.request.sni if self.request.scheme == "https" else None
        for server in servers:
            bound = [
                each
                for each in self.model.virtual_services.of(server.name, proxy.namespace)
                if server.serves(each, self.model.mesh)
            ]
            found = route_of(bound, proxy, server.name, server.port, sni)
            if found is not None:
                sending = Sending(self.request, proxy, self.model.scopes.of(proxy), http=False)
                follow(self.model, sending, found, server.port, self.trace)
                return
        self.trace.outcome = "no-route"
        words = "no `tls` or `tcp` route matches the connection: the gateway closes it"
        self.trace.steps.add("outcome", words, *(server.at["hosts"] for server in servers))

    def _servers(self, listeners: GatewayListeners) -> Sequence[Server]:
        if self.request.scheme == "https":
            server = listeners.with_sni(self.request.port, self.request.sni)
            return [server] if server is not None else []
        if self.request.scheme == "tcp":
            return [server for server in listeners.on_port(self.request.port) if not (server.is_http or server.is_tls)]
        return listeners.plain(self.request.port)

    def _explain_no_listener(self) -> None:
        request, steps = self.request, self.trace.steps
        if not self.gateways:
            steps.add("listener", "no workload runs a Gateway: nothing listens")
        for proxy in self.gateways:
            servers = self.model.gateways.of(proxy).servers
            ports = ", ".join(sorted({f"{server.port} ({server.protocol})" for server in servers}))
            wanted = f"port {request.port}" + (f" with SNI `{request.sni}`" if request.scheme == "https" else "")
            words = f"{proxy.title} does not listen for {request.scheme} on {wanted}; its servers: {ports or 'none'}"
            if self.model.gateways.of(proxy).on_port(request.port):
                words = f"{proxy.title} closes the connection: no server for {request.scheme} on {wanted}; its servers: {ports}"
            steps.add("listener", words, *(server.at["port"] for server in servers))

    def _http(self, proxy: Proxy, listeners: GatewayListeners, servers: Sequence[Server]) -> None:
        trace = self.trace
        authenticated = self.model.authentication.check(proxy, self.request.claims)
        if authenticated.words:
            trace.steps.add("server", authenticated.words, authenticated.at)
        if authenticated.status is not None:
            trace.outcome, trace.statuses, trace.denied_at = "denied", [authenticated.status], proxy
            return
        request = replace(self.request, claims=authenticated.claims)
        host = without_port(request.authority)
        hosts = listeners.hosts(servers)
        virtual_host = hosts.find(host)
        port = servers[0].port
        route = None
        if virtual_host is None:
            trace.steps.add("host", f"no route that is bound to the gateway has the host `{host}`", servers[0].at["hosts"])
            self._explain_no_host(host, proxy, servers)
        elif virtual_host.redirect is None:
            for virtual_service in virtual_host.virtual_services:
                place = next((at for _, at in virtual_service.hosts), None)
                trace.steps.add("host", f"{virtual_service.resource.title} routes `{virtual_host.domain}`", place)
                explain_skipped(virtual_service.routes, proxy, servers[0].name, port, trace)
            route = choose(virtual_host.routes, request, trace)
        if self._denied(proxy, listeners, request):
            return
        if virtual_host is not None and virtual_host.redirect is not None:
            trace.outcome, trace.statuses = "redirect", [301]
            trace.location = f"https://{host}{request.path}"
            at = virtual_host.redirect.at["tls"]["httpsRedirect"]
            trace.steps.add("outcome", f"the gateway redirects to `{trace.location}` (301)", at)
            return
        if route is None:
            trace.outcome, trace.statuses = "no-route", [404]
            found = virtual_host.virtual_services if virtual_host is not None else ()
            places = [each.resource.spec["http"] for each in found] or [server.at["hosts"] for server in servers]
            trace.steps.add("outcome", "no route matches: Envoy responds with 404 (NR)", *places)
            return
        onward = replace(self.request, claims=self.request.claims if authenticated.forwarded else None)
        sending = Sending(onward, proxy, self.model.scopes.of(proxy), http=True)
        _GatewayRouter(self.model, sending, port, trace, self.response).follow(route)

    def _explain_no_host(self, host: str, proxy: Proxy, servers: Sequence[Server]) -> None:
        """Add a step for each VirtualService that has the host and is not used by this gateway."""
        names = {server.name for server in servers}
        for virtual_service in self.model.virtual_services.all:
            own = next((at for name, at in virtual_service.hosts if covers(name, host.lower())), None)
            if own is None:
                continue
            places = [own]
            resource = virtual_service.resource
            if not names & virtual_service.gateways:
                bound = ", ".join(f"`{name}`" for name in sorted(virtual_service.gateways))
                why, places = f"is bound to {bound}, not to this Gateway", [resource.spec["gateways"]]
            elif all(virtual_service not in self.model.virtual_services.of(name, proxy.namespace) for name in names):
                why, places = f"is not exported to namespace `{proxy.namespace}` of the gateway", [resource.spec["exportTo"]]
            else:
                why = f"is in namespace `{resource.namespace}`, from which the server's `hosts` do not accept it"
                places += [server.at["hosts"] for server in servers]
            self.trace.steps.add("host", f"{resource.title} has this host, but {why}", *places, kind="rejected")

    def _denied(self, proxy: Proxy, listeners: GatewayListeners, request: Request) -> bool:
        """Whether the policies of the gateway deny the request."""
        trace = self.trace
        policies = self.model.policies.of(proxy)
        if not policies:
            return False
        port = listeners.service_ports.get(request.port, request.port)
        arrival = Arrival(
            True, None, port, request.method, request.path_without_query, request.authority, request.headers, request.claims
        )
        decision = self.model.policies.decide(policies, arrival)
        explain(self.model.policies, policies, arrival, decision, trace.steps)
        if decision.open:
            trace.steps.add("server", f"{proxy.title}: {decision.open}", kind="unknown")
        if decision.allowed:
            trace.steps.add("server", f"{proxy.title}: {decision.words}", decision.rule)
            return False
        trace.outcome, trace.statuses = "denied", [403]
        trace.denied_at, trace.policy = proxy, decision.policy
        places = [decision.rule] if decision.policy is not None else [each.spec for each in allowing(policies)]
        trace.steps.add("outcome", f"{proxy.title} denies the request (403): {decision.words}", *places)
        return True


class _GatewayRouter(Router):
    """The routes of a gateway, which sends requests for some Services to their waypoints."""

    def _deliver(self, target: Target, received: Sent) -> None:
        client, trace = self.sending.client, self.trace
        service = self.sending.scope.clusters.get(target.host)
        used = service is not None and is_used_by(self.model, client, service)
        waypoint = waypoint_of(self.model, service, trace.steps) if service is not None and used else None
        if service is None or waypoint is None:
            super()._deliver(target, received)
            return
        headers = {**self.sending.request.headers, **received.headers_set}
        asked = replace(
            self.sending.request, scheme="http", port=target.port, path=received.path, authority=received.authority,
            headers={name: value for name, value in headers.items() if name not in received.headers_removed},
        )  # fmt: skip
        inner = Trace(asked)
        AmbientRequest(self.model, asked, client, inner, self.response).through(waypoint, service)
        trace.steps += inner.steps
        for found in inner.destinations:
            found.weight = found.weight * target.weight // 100
            trace.destinations.append(found)
        if not inner.destinations:
            status = inner.statuses[0] if inner.statuses else None
            ended = Destination(target.host, target.port, "", target.weight, inner.outcome, at=target.at, status=status)
            trace.destinations.append(ended)
