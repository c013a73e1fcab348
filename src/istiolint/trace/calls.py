"""Calls that workloads are configured to make: whether their sidecars know the Service."""

from istiolint.mesh.calls import Call
from istiolint.trace.model import Model
from istiolint.trace.request import request
from istiolint.trace.result import Trace
from istiolint.trace.sidecar import SidecarRequest


def is_hidden(model: Model, call: Call, host: str) -> bool:
    """Whether the Sidecar of the caller hides a Service that is exported to it, on all ports that the call may use."""
    client = model.proxy(call.caller)
    service = model.registry.find(host, client.namespace)
    if service is None:
        return False
    ports = [port for port in service.ports if port.protocol != "UDP" and call.port in (None, port.number)]
    return bool(ports) and all(_passes_by(model, call, host, port.number, http=port.is_http) for port in ports)


def _passes_by(model: Model, call: Call, host: str, port: int, *, http: bool) -> bool:
    asked = request(call.caller.namespace, "GET", f"{'http' if http else 'tcp'}://{host}:{port}")
    trace = Trace(asked)
    SidecarRequest(model, asked, model.proxy(call.caller), trace, {}).run()
    return trace.outcome == "blackhole" or any(each.outcome == "passthrough" for each in trace.destinations)
