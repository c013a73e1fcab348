"""Test files of istio-config-validator: requests, and the route that VirtualServices must give them.

Such a test names no client: a request uses the first route of any VirtualService with its host whose conditions on the request
match; conditions on the client are not looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from istiolint.mesh.host_index import covers
from istiolint.request_tests.case import TestFileError, listed
from istiolint.request_tests.compare import Difference
from istiolint.resources.cursor import Cursor
from istiolint.trace.request import OUTSIDE, Request, RequestError, request
from istiolint.trace.result import Trace
from istiolint.trace.routing import choose
from istiolint.trace.tracer import Tracer
from istiolint.trace.virtual_services import HttpRoute

_COMPARED = ("route", "redirect", "rewrite", "fault", "headers", "delegate")


@dataclass(frozen=True, slots=True)
class ValidatorCase:
    """A case; its expectations are fields of the case itself."""

    name: str
    requests: tuple[Request, ...]
    at: Cursor
    wants_match: bool


def recognized(root: Cursor) -> bool:
    """Whether a document is in this format."""
    return root["testCases"].exists


def cases(root: Cursor) -> Iterator[ValidatorCase]:
    """The cases of a document. Raises TestFileError."""
    for case in root["testCases"]:
        wanted = case["request"].mapping
        combinations = product(
            listed(wanted.get("authority")), listed(wanted.get("method")) or ["GET"], listed(wanted.get("uri")) or ["/"]
        )
        headers = case["request"]["headers"].mapping
        try:
            requests = tuple(
                request(OUTSIDE, str(method), f"http://{host}{uri}", {str(key): str(value) for key, value in headers.items()})
                for host, method, uri in combinations
            )
        except RequestError as error:
            span = case.place.span()
            raise TestFileError(f"{span.source.path}:{span.begins.line}: {error}") from error
        yield ValidatorCase(case["description"].text or "test", requests, case, case["wantMatch"].value is not False)


def check(case: ValidatorCase, request: Request, tracers: Sequence[Tracer]) -> tuple[Trace, list[Difference]]:
    """The trace of a request as far as its route, and what is not as expected."""
    trace = Trace(request)
    route = next((found for tracer in tracers if (found := _route(tracer, request, trace)) is not None), None)
    wrong = [name for name in _COMPARED if case.at[name].exists and not _same(name, case.at[name].value, route)]
    matches = route is not None and not wrong
    if matches is case.wants_match:
        return trace, []
    step = trace.steps[-1] if trace.steps else None
    if not case.wants_match:
        return trace, [Difference("wantMatch", "no match", route.name if route else "none", step, case.at["wantMatch"])]
    if route is None:
        return trace, [Difference("wantMatch", "a route", "no route", step, case.at["request"])]
    return trace, [Difference(name, str(case.at[name].value), str(route[name].value), step, case.at[name]) for name in wrong]


def _route(tracer: Tracer, request: Request, trace: Trace) -> HttpRoute | None:
    for virtual_service in tracer.model.virtual_services.all:
        if not any(covers(host, request.host.lower()) for host, _ in virtual_service.hosts):
            continue
        if (found := choose(virtual_service.routes, request, trace)) is not None:
            return found
    return None


def _same(name: str, expected: Any, route: HttpRoute | None) -> bool:
    if route is None:
        return False
    actual = (route.root["delegate"].value if route.root is not None else None) if name == "delegate" else route[name].value
    return _within(expected, actual)


def _within(expected: Any, actual: Any) -> bool:
    """Whether all that is written is there; weights of 100 and of single destinations may be left out."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(_within(value, actual.get(key, 100 if key == "weight" else None)) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(_within, expected, actual))
    return bool(expected == actual)
