"""Run tests: trace every request of every case."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from istiolint.request_tests import validator
from istiolint.request_tests.case import Case, cases, roots
from istiolint.request_tests.compare import Difference, differences
from istiolint.resources.cursor import Cursor
from istiolint.sources import Source
from istiolint.trace.request import Request, RequestError
from istiolint.trace.result import Trace
from istiolint.trace.tracer import Tracer, trace_in


@dataclass(slots=True)
class Result:
    """One request of a test: `trace` is None if the request cannot be traced; `trouble` contains the reason.

    `to_route`: the trace ends at the route, without an outcome. `seconds` is the duration of the trace.
    """

    path: str
    name: str
    at: Cursor
    request: Request
    trace: Trace | None = None
    differences: list[Difference] = field(default_factory=list)
    trouble: str = ""
    to_route: bool = False
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.differences and not self.trouble

    @property
    def line(self) -> int:
        """The line of the first field with an unexpected value, otherwise that of the test."""
        at = self.differences[0].at.key if self.differences else self.at.place
        return at.span().begins.line

    @property
    def outcome(self) -> Trace | None:
        """The trace, if it has an outcome."""
        return None if self.to_route else self.trace

    @property
    def title(self) -> str:
        """The test and its request."""
        return f"{self.name} [{self.request.title} from {self.request.source}]"


def run(sources: Iterable[Source], tracers: Sequence[Tracer]) -> Iterator[Result]:
    """Yield the results of all tests, in the order of the files. Raises TestFileError."""
    for source in sources:
        for root in roots(source):
            made = _validator_results if validator.recognized(root) else _results
            yield from _timed(made(source.path, root, tracers))


def _timed(results: Iterator[Result]) -> Iterator[Result]:
    """Yield the results with their durations."""
    started = perf_counter()
    for result in results:
        result.seconds = perf_counter() - started
        yield result
        started = perf_counter()


def _results(path: str, root: Cursor, tracers: Sequence[Tracer]) -> Iterator[Result]:
    for case in cases(root):
        yield from (_result(path, case, each, tracers) for each in case.requests)


def _result(path: str, case: Case, request: Request, tracers: Sequence[Tracer]) -> Result:
    result = Result(path, case.name, case.at, request)
    try:
        result.trace = trace_in(tracers, request)
    except RequestError as error:
        result.trouble = str(error)
        return result
    result.differences = list(differences(case.expect, result.trace))
    return result


def _validator_results(path: str, root: Cursor, tracers: Sequence[Tracer]) -> Iterator[Result]:
    for case in validator.cases(root):
        for request in case.requests:
            result = Result(path, case.name, case.at, request, to_route=True)
            result.trace, result.differences = validator.check(case, request, tracers)
            yield result
