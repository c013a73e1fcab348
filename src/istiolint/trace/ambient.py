"""A request from a workload in ambient mode: ztunnel, and the waypoint of the Service if it has one."""

from collections.abc import Mapping

from istiolint.mesh.allowing import allowing
from istiolint.mesh.host_index import covers
from istiolint.trace.decisions import explain
from istiolint.trace.delivery import Sending, Target, deliver
from istiolint.trace.envoy_filters import explain_patches
from istiolint.trace.model import Model
from istiolint.trace.policies import Arrival
from istiolint.trace.proxies import Proxy
from istiolint.trace.request import Request
from istiolint.trace.result import Destination, Trace
from istiolint.trace.routing import Router, choose
from istiolint.trace.services import Service
from istiolint.trace.virtual_services import MESH_GATEWAY
from istiolint.trace.waypoints import Waypoint, policies_for, waypoint_of


class AmbientRequest:
    """One request of a workload in ambient mode."""

    def __init__(self, model: Model, request: Request, client: Proxy, trace: Trace, response: Mapping[str, str]):
        self.model, self.request, self.client = model, request, client
        self.trace, self.response = trace, response

    def run(self) -> None:
        """Fill in the trace."""
        request, steps = self.request, self.trace.steps
        steps.add(
            "client", f"{self.client.title} is in ambient mode, ztunnel sends for it: {self.client.because}", self.client.at
        )
        registry = self.model.registry
        service = registry.address(request.host, self.client.namespace) or registry.at_address(request.host)
        if service is None:
            steps.add("destination", f"`{request.host}` is not a Service: ztunnel passes the connection on")
            self.trace.destinations.append(Destination(request.host, request.port, "", 100, "passthrough", "plaintext"))
            return
        waypoint = waypoint_of(self.model, service, steps)
        if waypoint is None:
            sending = Sending(request, self.client, self.model.scopes.of(self.client), http=False)
            steps.add("route", f"no waypoint serves {service.title}: ztunnel connects to its workloads")
            self.trace.destinations.append(deliver(self.model, sending, Target(service.host, request.port, "", 100), None, steps))
            return
        self.through(waypoint, service)

    def through(self, waypoint: Waypoint, service: Service) -> None:
        """Apply the policies and routes of a waypoint, then deliver to the workloads."""
        trace, request, proxy = self.trace, self.request, waypoint.proxy
        trace.steps.add("host", f"the waypoint {proxy.title} serves {service.title}", waypoint.at)
        explain_patches(self.model.envoy_filters, proxy, "GATEWAY", trace.steps)
        port = service.port(request.port)
        http = request.scheme == "http" and port is not None and port.is_http
        if self._denied(waypoint, service, http=http):
            return
        if port is None or not http:
            sending = Sending(request, proxy, self.model.scopes.of(proxy), http=False)
            target = Target(service.host, request.port, "", 100)
            trace.destinations.append(deliver(self.model, sending, target, None, trace.steps))
            return
        router = Router(
            self.model, Sending(request, proxy, self.model.scopes.of(proxy), http=True), port.number, trace, self.response
        )
        for virtual_service in self.model.virtual_services.of(MESH_GATEWAY, service.namespace):
            if not any(covers(host, service.host) for host, _ in virtual_service.hosts):
                continue
            routes = tuple(virtual_service.for_proxy(self.client, MESH_GATEWAY, port.number))
            if routes:
                trace.steps.add("host", f"{virtual_service.resource.title} routes `{service.host}`", virtual_service.hosts[0][1])
                route = choose(routes, request, trace)
                if route is None:
                    trace.outcome, trace.statuses = "no-route", [404]
                    words = f"no route of {virtual_service.resource.title} matches: the waypoint responds with 404 (NR)"
                    trace.steps.add("outcome", words, virtual_service.resource.spec)
                else:
                    router.follow(route)
                return
        router.follow_default(service)

    def _denied(self, waypoint: Waypoint, service: Service, *, http: bool) -> bool:
        """Whether a policy that is bound to the waypoint or the Service denies the request."""
        request, trace, proxy = self.request, self.trace, waypoint.proxy
        claims = None
        if http:
            policies = self.model.authentication.bound_to(waypoint.gateway, service.resource)
            authenticated = self.model.authentication.check(proxy, request.claims, policies)
            if authenticated.words:
                trace.steps.add("server", authenticated.words, authenticated.at)
            if authenticated.status is not None:
                trace.outcome, trace.statuses, trace.denied_at = "denied", [authenticated.status], proxy
                return True
            claims = authenticated.claims
        applying = policies_for(self.model, waypoint, service)
        identity = self.client.identity(self.model.trust_domain)
        arrival = Arrival(False, identity, request.port)
        if http:
            path, headers = request.path_without_query, request.headers
            arrival = Arrival(True, identity, request.port, request.method, path, request.authority, headers, claims)
        decision = self.model.policies.decide(applying, arrival)
        explain(self.model.policies, applying, arrival, decision, trace.steps)
        if decision.open:
            trace.steps.add("server", f"{proxy.title}: {decision.open}", kind="unknown")
        if decision.allowed:
            if applying:
                trace.steps.add("server", f"{proxy.title}: {decision.words}", decision.rule)
            return False
        trace.outcome, trace.statuses = "denied", [403] if http else []
        trace.denied_at, trace.policy = proxy, decision.policy
        places = [decision.rule] if decision.policy is not None else [each.spec for each in allowing(applying)]
        does = "denies the request (403)" if http else "closes the connection"
        trace.steps.add("outcome", f"the waypoint {proxy.title} {does}: {decision.words}", *places)
        return True
