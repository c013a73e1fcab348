"""The entry: what becomes of a request in a mesh."""

from collections.abc import Mapping, Sequence

from istiolint.mesh import Mesh
from istiolint.trace import direct
from istiolint.trace.ambient import AmbientRequest
from istiolint.trace.ingress import IngressRequest
from istiolint.trace.model import Model
from istiolint.trace.request import OUTSIDE, Request, RequestError
from istiolint.trace.result import Trace
from istiolint.trace.sidecar import SidecarRequest


class Tracer:
    """Answers what becomes of requests in a mesh."""

    def __init__(self, mesh: Mesh):
        self.model = Model(mesh)

    def trace(self, request: Request, response: Mapping[str, str] | None = None) -> Trace:
        """What becomes of a request. Raises RequestError for a source that is not in the files.

        `response` are the headers that the application responds with, of which routes may change some.
        """
        trace = Trace(request)
        answer = {name.lower(): value for name, value in (response or {}).items()}
        if request.source == OUTSIDE:
            IngressRequest(self.model, request, self.model.ingress, trace, answer).run()
        else:
            client = self.model.client(request.source)
            trace.proxy = client
            if client.kind == "gateway" and self.model.gateways.of(client).servers:
                IngressRequest(self.model, request, [client], trace, answer).run()
            elif client.kind == "ambient":
                AmbientRequest(self.model, request, client, trace, answer).run()
            elif client.kind == "none":
                direct.send(self.model, request, client, trace)
            else:
                trace.steps.add("client", f"the sidecar of {client.title} receives the request: {client.because}", client.at)
                if not client.sure:
                    words = f"the files do not show whether {client.title} has a sidecar; the trace assumes one"
                    trace.steps.add("client", words, kind="unknown")
                SidecarRequest(self.model, request, client, trace, answer).run()
        _conclude(trace)
        return trace


def trace_in(tracers: Sequence[Tracer], request: Request, response: Mapping[str, str] | None = None) -> Trace:
    """What becomes of a request in the first of several meshes that has its client. Raises RequestError."""
    trouble = RequestError("the files describe no mesh")
    for tracer in tracers:
        try:
            return tracer.trace(request, response)
        except RequestError as error:
            trouble = error
    raise trouble


def _conclude(trace: Trace) -> None:
    """The outcome over all destinations and workloads."""
    if not trace.destinations:
        return
    outcomes = {outcome for destination in trace.destinations for outcome in destination.outcomes()}
    trace.outcome = outcomes.pop() if len(outcomes) == 1 else "mixed"
    statuses: set[int] = set()
    for destination in trace.destinations:
        if destination.leaves:
            statuses |= {leaf.status for leaf in destination.leaves if leaf.status is not None}
        elif destination.sent is not None and trace.retries is not None:
            statuses.add(200)
        elif destination.outcome in ("no-cluster", "no-endpoints") and trace.retries is not None:
            # A backend that an HTTPRoute names and that does not exist is answered with 500.
            kubernetes = trace.route is not None and trace.route.owner.type != "VirtualService"
            statuses.add(500 if kubernetes and destination.outcome == "no-cluster" else 503)
    trace.statuses = sorted(statuses)
