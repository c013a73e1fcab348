"""Test files of istio-config-validator: requests, and the routes of VirtualServices that they must match.

Such a test names no client: a request uses the first route of any VirtualService with its host whose conditions on the request
match; conditions on the client are ignored. With `wantMatch: false`, the default, all fields of the case must differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from istiolint.mesh.host_index import covers
from istiolint.request_tests.case import check_fields, check_list, error_at, listed
from istiolint.request_tests.compare import Difference, shown
from istiolint.resources.cursor import Cursor
from istiolint.trace.request import OUTSIDE, Request, RequestError, request
from istiolint.trace.result import Trace
from istiolint.trace.routing import choose
from istiolint.trace.tracer import Tracer
from istiolint.trace.virtual_services import HttpRoute

_COMPARED = ("route", "redirect", "rewrite", "fault", "headers", "headersOperations", "delegate")
_REQUEST = ("authority", "method", "uri", "headers")
_CASE = ("description", "wantMatch", "request", *_COMPARED)


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
    """Yield the cases of a document. Raises TestFileError."""
    check_fields(root, ("testCases",), "the file")
    check_list(root["testCases"], "testCases")
    for index, case in enumerate(root["testCases"]):
        check_fields(case, _CASE, "a test case")
        wanted = case["request"]
        check_fields(wanted, _REQUEST, "`request`")
        check_fields(wanted["headers"], None, "`headers`")
        authorities = _texts(wanted["authority"])
        if not authorities:
            raise error_at(case, "a test case needs `request.authority`")
        headers = {str(key): str(value) for key, value in wanted["headers"].mapping.items()}
        combinations = product(authorities, _texts(wanted["method"]) or ["GET"], _texts(wanted["uri"]) or ["/"])
        try:
            requests = tuple(request(OUTSIDE, method, f"http://{host}{uri}", headers) for host, method, uri in combinations)
        except (RequestError, ValueError) as error:
            raise error_at(wanted, str(error)) from error
        yield ValidatorCase(case["description"].text or f"test {index + 1}", requests, case, case["wantMatch"].value is True)


def _texts(values: Cursor) -> list[str]:
    return [str(each) for each in listed(values.value) if each is not None]


def check(case: ValidatorCase, request: Request, tracers: Sequence[Tracer]) -> tuple[Trace, list[Difference]]:
    """Return the trace of a request up to its route, and the differences from the case."""
    trace = Trace(request)
    route = next((found for tracer in tracers if (found := _route(tracer, request, trace)) is not None), None)
    step = trace.steps[-1] if trace.steps else None
    written = [name for name in _COMPARED if case.at[name].exists]
    equal = [name for name in written if _within(case.at[name].value, _actual(name, route))]
    if case.wants_match and route is None:
        return trace, [Difference("wantMatch", "a route", "no route", step, case.at["request"])]
    if case.wants_match:
        return trace, [
            Difference(name, shown(case.at[name].value), shown(_actual(name, route)), step, case.at[name])
            for name in written
            if name not in equal
        ]
    if written:
        return trace, [Difference(name, "another value", shown(_actual(name, route)), step, case.at[name]) for name in equal]
    return trace, [Difference("wantMatch", "no match", route.name, step, case.at)] if route is not None else []


def _route(tracer: Tracer, request: Request, trace: Trace) -> HttpRoute | None:
    for virtual_service in tracer.model.virtual_services.all:
        if not any(covers(host, request.host.lower()) for host, _ in virtual_service.hosts):
            continue
        if (found := choose(virtual_service.routes, request, trace)) is not None:
            return found
    return None


def _actual(name: str, route: HttpRoute | None) -> Any:
    """Return the value of a field of the route."""
    if route is None:
        return None
    if name == "delegate":
        return route.root["delegate"].value if route.root is not None else None
    return route["headers" if name == "headersOperations" else name].value


def _within(expected: Any, actual: Any) -> bool:
    """Whether a value contains the expected one; weights of 100 and of single destinations are optional."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(_within(value, actual.get(key, 100 if key == "weight" else None)) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, dict):
        return bool(expected) and all(_within(each, actual) for each in expected)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(_within, expected, actual))
    return bool(expected == actual)
