"""CORS at a route: preflight requests that the proxy answers itself, and origins that it does not allow."""

from istiolint.resources.cursor import Cursor
from istiolint.trace.request import Request
from istiolint.trace.result import Trace
from istiolint.trace.virtual_services import HttpRoute
from istiolint.traffic.string_match import string_match


def answers_preflight(route: HttpRoute, request: Request, trace: Trace) -> bool:
    """Whether the CORS policy of a route answers a request itself. Adds a step for the origin of the request."""
    policy, origin = route["corsPolicy"], request.headers.get("origin")
    if not policy.mapping or origin is None:
        return False
    preflight = request.method == "OPTIONS" and "access-control-request-method" in request.headers
    allowed = _allows(policy, origin)
    if not preflight:
        does = (
            "allows it: the response has `access-control-allow-origin`"
            if allowed
            else "does not allow it: browsers hide the response"
        )
        trace.steps.add("route", f"the origin is `{origin}`, and the CORS policy {does}", policy)
        return False
    if not allowed and policy["unmatchedPreflights"].text != "IGNORE":
        words = f"the CORS policy does not allow the origin `{origin}`: the preflight request goes on to the destination"
        trace.steps.add("route", words, policy)
        return False
    trace.outcome, trace.statuses = "direct-response", [200]
    what = "with" if allowed else "without"
    trace.steps.add("outcome", f"the proxy answers the preflight request itself (200), {what} CORS headers", policy)
    return True


def _allows(policy: Cursor, origin: str) -> bool:
    if any(each.text in ("*", origin) for each in policy["allowOrigin"]):
        return True
    matches = (string_match(each.value) for each in policy["allowOrigins"])
    return any(match is not None and (match.text == "*" or match.takes(origin)) for match in matches)
