"""A request from a workload without a proxy: DNS and the address of the Service decide."""

from istiolint.trace.delivery import Sending, deliver_directly
from istiolint.trace.model import Model
from istiolint.trace.proxies import Proxy
from istiolint.trace.request import Request
from istiolint.trace.result import Destination, Sent, Trace
from istiolint.trace.waypoints import explain_bypass


def send(model: Model, request: Request, client: Proxy, trace: Trace) -> None:
    """Fill in the trace of a request that no proxy of the client sees."""
    trace.steps.add("client", f"{client.title} has no sidecar: {client.because}", client.at)
    service = model.registry.address(request.host, client.namespace) or model.registry.at_address(request.host)
    sending = Sending(request, client, model.scopes.of(client), http=False)
    if service is None:
        trace.steps.add("destination", f"`{request.host}` is not a Service: the request leaves the mesh")
        found = Destination(request.host, request.port, "", 100, "passthrough", "plaintext")
    else:
        explain_bypass(model, client, service, trace.steps)
        found = deliver_directly(model, sending, service, request.port, trace.steps)
        found.outcome = "routed" if found.leaves else "no-endpoints"
        if not found.leaves:
            found.client_tls = None
    if request.scheme == "http" and (found.leaves or service is None):
        found.sent = Sent(request.path, request.authority)
    trace.destinations.append(found)
