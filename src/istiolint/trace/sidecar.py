"""A request from a workload with a sidecar: listener, virtual host, route; or a connection that the proxy does not read."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from istiolint.mesh.host_index import covers
from istiolint.mesh.hosts import in_dns
from istiolint.resources.cursor import Cursor
from istiolint.trace import connections
from istiolint.trace.connections import route_of, takes_sni
from istiolint.trace.delivery import Sending, Target, deliver, deliver_directly
from istiolint.trace.model import Model
from istiolint.trace.proxies import Proxy
from istiolint.trace.request import Request
from istiolint.trace.result import Destination, Retries, Sent, Trace
from istiolint.trace.rewriting import without_port
from istiolint.trace.routing import Router, choose, explain_skipped
from istiolint.trace.scopes import Egress, Scope
from istiolint.trace.services import Port, Service
from istiolint.trace.virtual_services import MESH_GATEWAY


class SidecarRequest:
    """One request of a workload with a sidecar."""

    def __init__(self, model: Model, request: Request, client: Proxy, trace: Trace, response: Mapping[str, str]):
        self.model, self.request, self.client = model, request, client
        self.trace, self.response = trace, response
        self.scope: Scope = model.scopes.of(client)
        self.address = model.registry.address(request.host, client.namespace) or model.registry.at_address(request.host)

    def run(self) -> None:
        """Fill in the trace."""
        request, steps = self.request, self.trace.steps
        egress = self.scope.listener(request.port)
        if egress is None:
            steps.add("listener", f"the Sidecar has no egress listener for port {request.port}", self.scope.sidecar)
            self._passed_through()
            return
        listed = egress.by_port.get(request.port, [])
        own = self._own_listener(egress)
        http = any(port.protocol == "HTTP" for _, port in listed)
        if own is not None:
            service, port = own
            steps.add("listener", f"the sidecar listens on the address of {service.title} on port {port.number}", port.at)
            if port.protocol == "AUTO" and request.scheme == "http":
                self._http(egress, service)
            else:
                self._tcp(service)
        elif http and request.scheme == "http":
            place = self._own_port(egress) or next(port.at for _, port in listed if port.protocol == "HTTP")
            steps.add("listener", f"the sidecar routes HTTP on port {request.port}", place)
            self._http(egress, None)
        elif any(not service.has_address for service, port in listed if port.protocol in ("TCP", "TLS", "AUTO")):
            self._without_address([each for each in listed if not each[0].has_address and each[1].protocol != "HTTP"])
        else:
            steps.add("listener", f"no service that the sidecar knows has port {request.port}: `outboundTrafficPolicy` decides")
            self._passed_through()

    def _own_port(self, egress: Egress) -> Cursor | None:
        """Return the place of the port that the client connects to, if the sidecar knows its service."""
        service = egress.services.get(self.address.host) if self.address is not None else None
        port = service.port(self.request.port) if service is not None else None
        return port.at if port is not None else None

    def _own_listener(self, egress: Egress) -> tuple[Service, Port] | None:
        """Return the service that the client connects to by its own address, if the sidecar listens there."""
        if self.address is None:
            return None
        service = egress.services.get(self.address.host)
        port = service.port(self.request.port) if service is not None else None
        if service is None or port is None or not service.has_address or port.protocol in ("HTTP", "UDP"):
            return None
        return service, port

    def _http(self, egress: Egress, only: Service | None) -> None:
        """Route an HTTP request: find the virtual host by the authority, or that of one service only."""
        trace, steps, port = self.trace, self.trace.steps, self.request.port
        host = only.host if only is not None else without_port(self.request.authority)
        sending = Sending(self.request, self.client, self.scope, http=True)
        router = Router(self.model, sending, port, trace, self.response)
        for virtual_host, routes in egress.virtual_hosts(port, self.model.cluster_domain).find(host, self.client):
            virtual_service = virtual_host.virtual_service
            if virtual_service is None:
                if virtual_host.service is not None:
                    router.follow_default(virtual_host.service)
                    return
                continue
            resource = virtual_service.resource
            place = next((at for name, at in virtual_service.hosts if name == virtual_host.domain), resource.spec["hosts"])
            steps.add("host", f"{resource.title} routes `{host}`", place)
            explain_skipped(virtual_service.routes, self.client, MESH_GATEWAY, port, trace)
            if not routes:
                words = f"{resource.title} has no route for this client and port, so it is not used"
                steps.add("host", words, place, kind="rejected")
                continue
            route = choose(routes, self.request, trace)
            if route is None:
                self._no_route(f"no route of {resource.title} matches", resource.spec["http"])
                return
            router.follow(route)
            return
        self._unknown_host(host)

    def _no_route(self, words: str, at: Cursor) -> None:
        self.trace.outcome, self.trace.statuses = "no-route", [404]
        self.trace.steps.add("outcome", f"{words}: Envoy responds with 404 (NR)", at)

    def _unknown_host(self, host: str) -> None:
        """Apply the catch-all virtual host: the original destination, or 502."""
        trace = self.trace
        self._explain_missing_service()
        outbound = self.scope.outbound
        if outbound.registry_only:
            trace.outcome, trace.statuses = "blackhole", [502]
            words = f"the sidecar does not know `{host}`, and `outboundTrafficPolicy` is REGISTRY_ONLY: Envoy responds with 502"
            trace.steps.add("host", words, outbound.at)
            return
        words = f"the sidecar does not know `{host}` and sends the request on to the original address (PassthroughCluster)"
        trace.steps.add("host", words, outbound.at)
        trace.retries = Retries(0)
        self._to_original(http=True)

    def _passed_through(self) -> None:
        """Conclude a connection that the sidecar does not read and has no cluster for."""
        self._explain_missing_service()
        outbound = self.scope.outbound
        if outbound.registry_only:
            self.trace.outcome = "blackhole"
            words = "`outboundTrafficPolicy` is REGISTRY_ONLY: the sidecar closes the connection (BlackHoleCluster)"
            self.trace.steps.add("outcome", words, outbound.at)
            return
        self.trace.steps.add("listener", "the sidecar passes the connection on to the original address", outbound.at)
        self._to_original(http=False)

    def _explain_missing_service(self) -> None:
        """Add a step for a host that may be a Service outside the files."""
        host, mesh = self.request.host, self.model.mesh
        if self.address is not None:
            self._explain_hidden_service(self.address)
            return
        found = in_dns(host, self.client.namespace, self.model.cluster_domain)
        if found is None or (host.count(".") == 1 and found.namespace not in mesh.namespaces):
            return
        name, namespace = found
        known = mesh.settings.whole_mesh or mesh.coverage.is_closed(namespace)
        if near := get_close_matches(name, [each.name for each in mesh.in_namespace("Service", namespace)], 1, 0.75):
            words = f"no Service `{namespace}/{name}` in the files; did you mean `{near[0]}`?"
            self.trace.steps.add("host", words, kind="rejected")
        if not known:
            words = (
                f"`{host}` may be Service `{namespace}/{name}`, which is not in the files: then the sidecar may route the request"
            )
            self.trace.steps.add("host", words, kind="unknown")

    def _explain_hidden_service(self, service: Service) -> None:
        """Add a step for a Service that exists but is hidden from the sidecar."""
        sidecar, steps = self.scope.sidecar, self.trace.steps
        if self.model.registry.find(service.host, self.client.namespace) is None:
            place = service.resource.metadata["annotations"] if service.resource is not None else None
            words = f"{service.title} has this host, but is not exported to namespace `{self.client.namespace}`"
            steps.add("host", words, place, kind="rejected")
        elif service.port(self.request.port) is None:
            place = service.resource.spec["ports"] if service.resource is not None else None
            words = f"{service.title} has this host, but not port {self.request.port}"
            steps.add("host", words, place, kind="rejected")
        elif sidecar is not None:
            listener = self.scope.listener(self.request.port)
            if listener is None or service.host not in listener.services:
                words = f"{service.title} has this host, but {sidecar.title} does not import it for port {self.request.port}"
                steps.add("host", words, sidecar.spec["egress"], kind="rejected")

    def _to_original(self, *, http: bool) -> None:
        sending = Sending(self.request, self.client, self.scope, http)
        if self.address is not None:
            found = deliver_directly(self.model, sending, self.address, self.request.port, self.trace.steps)
        else:
            found = Destination(self.request.host, self.request.port, "", 100, "passthrough", "plaintext")
        if http:
            found.sent = Sent(self.request.path, self.request.authority)
        self.trace.destinations.append(found)

    def _tcp(self, service: Service) -> None:
        """Send a connection to a service without reading it."""
        sending = Sending(self.request, self.client, self.scope, http=False)
        egress, port = self.scope.listener(self.request.port), self.request.port
        known = egress.virtual_services if egress is not None else ()
        bound = [each for each in known if any(covers(host, service.host) for host, _ in each.hosts)]
        sni = self.request.sni if self.request.scheme == "https" else None
        found = route_of(bound, self.client, MESH_GATEWAY, port, sni)
        if found is not None:
            connections.follow(self.model, sending, found, port, self.trace)
            return
        place = service.resource.metadata["name"] if service.resource is not None else None
        self.trace.steps.add("route", f"the sidecar proxies the connection to {service.title} without reading it", place)
        target = Target(service.host, self.request.port, "", 100)
        self.trace.destinations.append(deliver(self.model, sending, target, None, self.trace.steps))

    def _without_address(self, listed: Sequence[tuple[Service, Port]]) -> None:
        """Find the service among those without an address: they share the listener of their port, and TLS selects by SNI."""
        sni = self.request.sni.lower() if self.request.scheme == "https" else ""
        best = max(
            (service for service, port in listed if port.protocol != "TLS" or takes_sni(service.host, sni)),
            key=lambda service: (not service.host.startswith("*"), len(service.host)),
            default=None,
        )
        if best is None:
            self.trace.steps.add("listener", f"no service on port {self.request.port} has the SNI `{sni}`")
            self._passed_through()
        else:
            self._tcp(best)
