"""Tracing requests in a mesh."""

from collections.abc import Mapping, Sequence

from istiolint.mesh import Mesh
from istiolint.trace import direct
from istiolint.trace.ambient import AmbientRequest
from istiolint.trace.envoy_filters import explain_patches
from istiolint.trace.ingress import IngressRequest
from istiolint.trace.model import model_of
from istiolint.trace.request import OUTSIDE, Request, RequestError
from istiolint.trace.result import Outcome, Trace
from istiolint.trace.sidecar import SidecarRequest
from istiolint.trace.steps import Step

_UNLIKELY: tuple[Outcome, ...] = ("no-route", "passthrough", "blackhole", "no-listener")


class Tracer:
    """Traces requests in a mesh."""

    def __init__(self, mesh: Mesh, name: str = ""):
        """`name` is the name of the mesh, if the files describe several."""
        self.model, self.name = model_of(mesh), name

    def trace(self, request: Request, response: Mapping[str, str] | None = None) -> Trace:
        """Trace a request. Raises RequestError for a source that is not in the files.

        `response` are the response headers of the application, which routes may change.
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
                explain_patches(self.model.envoy_filters, client, "SIDECAR_OUTBOUND", trace.steps)
                SidecarRequest(self.model, request, client, trace, answer).run()
        _conclude(trace)
        return trace


def trace_in(tracers: Sequence[Tracer], request: Request, response: Mapping[str, str] | None = None) -> Trace:
    """Trace a request in the mesh that it is most likely meant for: one that has its client, and routes its host.

    Raises RequestError if no mesh has the client. Files that are applied separately are several meshes; other outcomes are steps.
    """
    found: list[tuple[Tracer, Trace]] = []
    failure = RequestError("the files describe no mesh")
    for tracer in tracers:
        try:
            found.append((tracer, tracer.trace(request, response)))
        except RequestError as error:
            failure = error
    if not found:
        raise failure
    chosen, trace = min(found, key=lambda each: _unlikely(each[1]))
    if chosen.name and len(tracers) > 1:
        trace.steps.insert(0, Step("client", f"the files of `{chosen.name}` are one mesh; the trace is about it"))
    for other, answer in found:
        if (answer.outcome, answer.statuses) != (trace.outcome, trace.statuses) and _unlikely(answer) == _unlikely(trace):
            status = " or ".join(map(str, answer.statuses)) or "no status"
            trace.steps.add("client", f"in `{other.name}` the outcome is `{answer.outcome}` ({status})", kind="unknown")
    return trace


def _unlikely(trace: Trace) -> int:
    """Return how unlikely it is that a request is meant for a mesh, by its outcome there."""
    return _UNLIKELY.index(trace.outcome) + 1 if trace.outcome in _UNLIKELY else 0


def _conclude(trace: Trace) -> None:
    """Set the outcome over all destinations and workloads."""
    if not trace.destinations:
        return
    outcomes = {outcome for destination in trace.destinations for outcome in destination.outcomes()}
    trace.outcome = outcomes.pop() if len(outcomes) == 1 else "mixed"
    statuses: set[int] = set()
    for destination in trace.destinations:
        if destination.leaves:
            statuses |= {leaf.status for leaf in destination.leaves if leaf.status is not None}
        elif destination.status is not None:
            statuses.add(destination.status)
        elif destination.sent is not None and trace.retries is not None:
            statuses.add(200)
        elif destination.outcome in ("no-cluster", "no-endpoints") and trace.retries is not None:
            # Envoy responds with 500 for a backend of an HTTPRoute that does not exist.
            kubernetes = trace.route is not None and trace.route.owner.type != "VirtualService"
            statuses.add(500 if kubernetes and destination.outcome == "no-cluster" else 503)
    trace.statuses = sorted(statuses)
