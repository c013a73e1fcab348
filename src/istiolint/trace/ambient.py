"""A request from a workload in ambient mode: ztunnel, and the waypoint of the Service if it has one."""

from collections.abc import Mapping
from typing import NamedTuple

from istiolint.mesh.host_index import covers
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.decisions import explain
from istiolint.trace.delivery import Sending, Target, deliver
from istiolint.trace.model import Model
from istiolint.trace.policies import Arrival
from istiolint.trace.proxies import Proxy
from istiolint.trace.request import Request
from istiolint.trace.result import Destination, Trace
from istiolint.trace.routing import Router, choose
from istiolint.trace.services import Service
from istiolint.trace.virtual_services import MESH_GATEWAY


class _Waypoint(NamedTuple):
    """The waypoint of a Service, and the label that names it."""

    gateway: Resource
    at: Cursor


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
        waypoint = self._waypoint(service)
        if waypoint is None:
            sending = Sending(request, self.client, self.model.scopes.of(self.client), http=False)
            steps.add("route", f"no waypoint serves {service.title}: ztunnel connects to its workloads")
            self.trace.destinations.append(deliver(self.model, sending, Target(service.host, request.port, "", 100), None, steps))
            return
        self._through(waypoint, service)

    def _waypoint(self, service: Service) -> _Waypoint | None:
        use = self.model.mesh.waypoints.use(service.resource) if service.resource is not None else None
        if use is None:
            return None
        found = self.model.mesh.waypoints.gateways(use)
        if not found:
            words = f"the waypoint `{use.name}` is not in the files: the trace ignores it"
            self.trace.steps.add("host", words, use.at, kind="unknown")
            return None
        return _Waypoint(found[0], use.at)

    def _through(self, waypoint: _Waypoint, service: Service) -> None:
        """Policies and routes at the waypoint, then the workloads."""
        trace, request = self.trace, self.request
        proxy = self.model.gateway_proxy(waypoint.gateway)
        trace.steps.add("host", f"the waypoint {proxy.title} serves {service.title}", waypoint.at)
        port = service.port(request.port)
        if request.scheme != "http" or port is None or not port.is_http:
            sending = Sending(request, proxy, self.model.scopes.of(proxy), http=False)
            target = Target(service.host, request.port, "", 100)
            trace.destinations.append(deliver(self.model, sending, target, None, trace.steps))
            return
        if self._denied(proxy, service):
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

    def _denied(self, proxy: Proxy, service: Service) -> bool:
        """Whether a policy that is bound to the waypoint or the Service denies the request."""
        request, trace = self.request, self.trace
        policies = [each for each in self.model.policies.of(proxy) if each.spec["targetRefs"] or each.spec["targetRef"]]
        if service.resource is not None:
            policies += self.model.policies.targeting(service.namespace, "Service", service.resource.name)
        identity = self.client.identity(self.model.trust_domain)
        arrival = Arrival(
            True, identity, request.port, request.method, request.path_without_query, request.authority, request.headers,
            request.claims,
        )  # fmt: skip
        decision = self.model.policies.decide(policies, arrival)
        explain(self.model.policies, policies, arrival, decision, trace.steps)
        if decision.open:
            trace.steps.add("server", f"{proxy.title}: {decision.open}", kind="unknown")
        if decision.allowed:
            return False
        trace.outcome, trace.statuses = "denied", [403]
        trace.denied_at, trace.policy = proxy, decision.policy
        trace.steps.add("outcome", f"the waypoint {proxy.title} denies the request (403): {decision.words}", decision.rule)
        return True
