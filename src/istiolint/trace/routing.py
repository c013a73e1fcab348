"""HTTP routing at a proxy: the route that matches a request, and its action."""

from collections.abc import Iterable, Mapping

from istiolint.mesh.gateways import GatewayName
from istiolint.resources.cursor import Cursor
from istiolint.trace.conditions import described
from istiolint.trace.cors import answers_preflight
from istiolint.trace.delivery import Sending, Target, deliver, target_of
from istiolint.trace.model import Model
from istiolint.trace.proxies import Proxy
from istiolint.trace.request import Request
from istiolint.trace.result import Mirror, Retries, Sent, Trace
from istiolint.trace.rewriting import location, sent
from istiolint.trace.services import Service
from istiolint.trace.virtual_services import HttpRoute

DEFAULT_RETRY_ON = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
DEFAULT_ATTEMPTS = 2


def choose(routes: Iterable[HttpRoute], request: Request, trace: Trace) -> HttpRoute | None:
    """Return the first route that matches a request. Adds a step for each earlier route with the reason why it does not match."""
    for route in routes:
        mismatch = route.match.mismatch(request) if route.match is not None else None
        if mismatch is None:
            trace.route = route
            via = f", to which `{route.root_name}` delegates," if route.root is not None else ""
            places = [route.at] if route.root is None else [route.at, route.root["delegate"]]
            trace.steps.add("route", f"route `{route.name}`{via} matches: {described(route.match)}", *places)
            return route
        trace.steps.add("route", f"route `{route.name}` does not match: {mismatch.words}", mismatch.at, kind="rejected")
    return None


def explain_skipped(routes: Iterable[HttpRoute], proxy: Proxy, gateway: GatewayName, port: int, trace: Trace) -> None:
    """Add a step for each route that is not part of a proxy's configuration."""
    for route in routes:
        if skipped := route.skipped(proxy, gateway, port):
            trace.steps.add("route", f"route `{route.name}` is not used here: {skipped.words}", skipped.at, kind="rejected")


class Router:
    """Carries out the action of a route for a request. `port` is that of the listener."""

    def __init__(self, model: Model, sending: Sending, port: int, trace: Trace, response: Mapping[str, str]):
        self.model, self.sending, self.port = model, sending, port
        self.trace, self.response = trace, response

    def follow(self, route: HttpRoute) -> None:
        """Carry out a route: CORS preflight, fault, redirect, direct response, or destinations."""
        trace = self.trace
        if answers_preflight(route, self.sending.request, trace) or _fault(route, trace):
            return
        if route["redirect"].mapping:
            redirect = route["redirect"]
            trace.outcome = "redirect"
            trace.statuses = [redirect["redirectCode"].number or 301]
            trace.location = location(self.sending.request, route, self.port)
            trace.steps.add("outcome", f"it redirects to `{trace.location}` ({trace.statuses[0]})", redirect)
        elif route["directResponse"].mapping:
            direct = route["directResponse"]
            trace.outcome = "direct-response"
            trace.statuses = [direct["status"].number or 200]
            trace.body = direct["body"]["string"].text or None
            trace.steps.add("outcome", f"the proxy itself responds with {trace.statuses[0]}", direct)
        else:
            self._settings(route)
            self._destinations(route)

    def follow_default(self, service: Service) -> None:
        """Follow the default route to a service without a VirtualService."""
        place = service.resource.metadata["name"] if service.resource is not None else None
        self.trace.steps.add("route", f"no VirtualService applies: the default route of {service.title} matches", place)
        self.trace.retries = _retries(self.model, None)
        received = sent(self.sending.request, None, None, self.response)
        self._deliver(Target(service.host, self.port, "", 100), received)

    def _destinations(self, route: HttpRoute) -> None:
        written = list(route["route"])
        # of the only destination a VirtualService needs no weight; a backend without one has weight 1 (see kubernetes_routes)
        is_only = len(written) == 1 and route.owner.type == "VirtualService"
        used = written if is_only else [each for each in written if each["weight"].number]
        if not used:
            self._without_destination(route)
        for weighted in used:
            weight = 100 if len(written) == 1 else weighted["weight"].number or 0
            target = self._target(route, weighted["destination"], weight)
            if weight != 100:
                self.trace.steps.add("destination", f"weight {weight} goes to {target.words}", weighted)
            received = sent(self.sending.request, route, weighted, self.response)
            self._explain_changes(route, received)
            self._deliver(target, received)

    def _explain_changes(self, route: HttpRoute, received: Sent) -> None:
        """Add steps for the changes that a route makes to the request and the response."""
        request, steps = self.sending.request, self.trace.steps
        if received.path != request.path:
            steps.add("route", f"the path becomes `{received.path}`", route["rewrite"])
        if received.authority != request.authority:
            steps.add("route", f"the host becomes `{received.authority}`", route["rewrite"])
        for words, changed, gone in (
            ("request", received.headers_set, received.headers_removed),
            ("response", received.response_set, received.response_removed),
        ):
            listed = [f"`{name}: {value}`" for name, value in changed.items()] + [f"no `{name}`" for name in gone]
            if listed:
                steps.add("route", f"the {words} now has {', '.join(listed)}", route.rule)

    def _without_destination(self, route: HttpRoute) -> None:
        """Conclude a route without destinations."""
        trace = self.trace
        if route.owner.type != "VirtualService":
            trace.outcome, trace.statuses = "no-cluster", [500]
            trace.steps.add("destination", "the rule has no backend with a weight: Envoy responds with 500", route.rule)
            return
        trace.outcome, trace.statuses = "no-cluster", [503]
        words = "the route has no destination with a weight: Istio rejects it, and what was applied before stays in effect"
        trace.steps.add("destination", words, route.rule, kind="unknown")

    def _deliver(self, target: Target, received: Sent) -> None:
        self.trace.destinations.append(deliver(self.model, self.sending, target, received, self.trace.steps))

    def _target(self, route: HttpRoute, destination: Cursor, weight: int) -> Target:
        return target_of(self.model, self.sending, route.owner, destination, weight=weight, port=self.port)

    def _settings(self, route: HttpRoute) -> None:
        """Note timeout, retries and mirrors of a route in the trace."""
        trace = self.trace
        if route["timeout"].text:
            trace.timeout = route["timeout"].text
            trace.steps.add("route", f"the proxy times out after `{trace.timeout}`", route["timeout"])
        trace.retries = _retries(self.model, route)
        if route["retries"].mapping:
            times = "does not retry" if not trace.retries.attempts else f"retries up to {trace.retries.attempts} times"
            trace.steps.add("route", f"the proxy {times}", route["retries"])
        for mirror, percentage in _mirrors(route):
            target = self._target(route, mirror, 100)
            if percentage:
                trace.mirrors.append(Mirror(target.host, target.port, target.subset, percentage))
                trace.steps.add("route", f"{percentage:g}% of the requests are mirrored to {target.words}", mirror)


def _fault(route: HttpRoute, trace: Trace) -> bool:
    """Apply the delay and abort of a route; return whether the request ends here."""
    fault = route["fault"]
    delay, abort = fault["delay"], fault["abort"]
    if delay["fixedDelay"].text and (share := _share(delay)):
        trace.delay = delay["fixedDelay"].text
        trace.steps.add("route", f"a fault delays {share:g}% of the requests by `{trace.delay}`", delay)
    share = _share(abort) if abort.mapping else 0
    if not share:
        return False
    status = abort["httpStatus"].number or (200 if abort["grpcStatus"].text else 503)
    if share < 100:
        words = f"a fault aborts {share:g}% of the requests with {status}; the rest of the trace is about the others"
        trace.steps.add("route", words, abort, kind="unknown")
        return False
    trace.outcome, trace.statuses = "fault", [status]
    trace.steps.add("outcome", f"a fault aborts the request with {status}", abort)
    return True


def _share(fault: Cursor) -> float:
    """Return the percentage of requests that a fault applies to; 0 if it is not set."""
    value = fault["percentage"]["value"].value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return float(fault["percent"].number or 0)


def _mirrors(route: HttpRoute) -> Iterable[tuple[Cursor, float]]:
    if route["mirrors"].value:
        for mirror in route["mirrors"]:
            value = mirror["percentage"]["value"].value
            yield mirror["destination"], float(value) if isinstance(value, int | float) else 100.0
    elif route["mirror"].mapping:
        value = route["mirrorPercentage"]["value"].value
        if not isinstance(value, int | float):
            value = route["mirrorPercent"].number
        yield route["mirror"], float(value) if value is not None else 100.0


def _retries(model: Model, route: HttpRoute | None) -> Retries:
    """Return the retries of a route, otherwise those of the MeshConfig, otherwise the default of Istio."""
    policy = route["retries"] if route is not None else None
    if policy is not None and policy.value is not None:
        attempts, on = policy["attempts"].number or 0, policy["retryOn"].text
        timeout = policy["perTryTimeout"].text or None
    else:
        default = model.mesh.config["defaultHttpRetryPolicy"]
        default = default if isinstance(default, dict) else {"attempts": DEFAULT_ATTEMPTS}
        attempts, on = int(default.get("attempts") or 0), str(default.get("retryOn") or "")
        timeout = default.get("perTryTimeout") or None
    if attempts <= 0:
        return Retries(0)
    return Retries(attempts, on or DEFAULT_RETRY_ON, timeout)
