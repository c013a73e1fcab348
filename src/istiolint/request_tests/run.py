"""Runs tests: every request of every case against the mesh."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

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
    """One request of a test: `trace` is None if the request cannot be traced; `trouble` contains the reason."""

    path: str
    name: str
    at: Cursor
    request: Request
    trace: Trace | None = None
    differences: list[Difference] = field(default_factory=list)
    trouble: str = ""

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.differences and not self.trouble

    @property
    def line(self) -> int:
        """The line of the first field that is not as expected, else that of the test."""
        at = self.differences[0].at.key if self.differences else self.at.place
        return at.span().begins.line

    @property
    def title(self) -> str:
        """The test and its request."""
        return f"{self.name} [{self.request.title} from {self.request.source}]"


def run(sources: Iterable[Source], tracers: Sequence[Tracer]) -> Iterator[Result]:
    """The results of all tests, in the order of the files. Raises TestFileError."""
    for source in sources:
        for root in roots(source):
            if validator.recognized(root):
                yield from _validator_results(source.path, root, tracers)
                continue
            for case in cases(root):
                yield from (_result(source.path, case, each, tracers) for each in case.requests)


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
            result = Result(path, case.name, case.at, request)
            result.trace, result.differences = validator.check(case, request, tracers)
            yield result
