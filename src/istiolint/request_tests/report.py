"""Results of tests as text, TAP, JUnit, JSON and annotations of GitHub Actions."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from json import dumps

from istiolint.findings.escape import as_json, printable
from istiolint.report.github import data, property_value
from istiolint.report.junit import unique
from istiolint.report.xml import HEAD, attributes
from istiolint.report.xml import text as xml_text
from istiolint.request_tests.run import Result
from istiolint.trace.places import line
from istiolint.trace.text import in_words

VERSION = 1
"""Raised when something is removed or changes its meaning; additions do not raise it."""


def as_text(results: Sequence[Result]) -> str:
    """Return the failures, each with the step that causes it, and the counts."""
    lines: list[str] = []
    for result in results:
        if not result.passed:
            lines += [f"{result.path}:{result.line}: FAILED {result.title}", *(f"    {each}" for each in details(result)), ""]
    return "\n".join([*map(printable, lines), counts(results)]) + "\n"


def counts(results: Sequence[Result]) -> str:
    """Return how many requests pass and fail."""
    failed = sum(not result.passed for result in results)
    total = f"{len(results)} request{'s' if len(results) != 1 else ''}"
    return f"{total}: {len(results) - failed} passed, {failed} failed"


def details(result: Result) -> list[str]:
    """Return the differences of a result, and their reasons."""
    if result.trouble:
        return [result.trouble]
    found: list[str] = []
    for each in result.differences:
        found.append(f"{each.field}: expected {each.expected}, actual {each.actual}")
        if each.step is not None:
            where = ", ".join(map(line, each.step.places))
            found.append(f"  because {each.step.words}" + (f" ({where})" if where else ""))
    if result.outcome is not None:
        found.append(f"outcome: {in_words(result.outcome)}")
    return list(dict.fromkeys(found))


def as_tap(results: Sequence[Result]) -> str:
    """Return results in the Test Anything Protocol, version 14: place and details of failures are in YAML blocks."""
    lines = ["TAP version 14", f"1..{len(results)}"]
    for number, result in enumerate(results, 1):
        title = printable(result.title).replace("\\", "\\\\").replace("#", "\\#")
        lines.append(f"{'ok' if result.passed else 'not ok'} {number} - {title}")
        if not result.passed:
            lines += ["  ---", *(f"  {each}" for each in _diagnosis(result)), "  ..."]
    return "\n".join(lines) + "\n"


def _diagnosis(result: Result) -> Iterator[str]:
    message, *more = map(_quoted, details(result))
    yield from (f"message: {message}", "severity: fail", "at:", f"  file: {_quoted(result.path)}", f"  line: {result.line}")
    if more:
        yield from ("details:", *(f"  - {each}" for each in more))


def _quoted(text: str) -> str:
    return dumps(printable(text), ensure_ascii=False)


def as_junit(results: Sequence[Result]) -> str:
    """Return JUnit's XML: one suite per file, one test case per request. Requests that cannot be traced are errors."""
    suites = [_suite(path, list(group)) for path, group in groupby(results, key=lambda result: result.path)]
    return f"{HEAD}<testsuites{attributes(_counts('istiolint test', results))}>\n{''.join(suites)}</testsuites>\n"


def _suite(path: str, results: Sequence[Result]) -> str:
    cases = map(_case, results, unique(result.title for result in results))
    return f"<testsuite{attributes(_counts(path, results))}>\n{''.join(cases)}</testsuite>\n"


def _counts(name: str, results: Sequence[Result]) -> dict[str, str | int]:
    errors = sum(bool(result.trouble) for result in results)
    return {
        "name": name,
        "tests": len(results),
        "failures": sum(not result.passed for result in results) - errors,
        "errors": errors,
        "skipped": 0,
        "time": _seconds(sum(result.seconds for result in results)),
    }


def _case(result: Result, name: str) -> str:
    inner = ""
    if not result.passed:
        lines = details(result)
        body = "\n".join(map(xml_text, [f"{result.path}:{result.line}", *lines]))
        tag, kind = ("error", "request") if result.trouble else ("failure", result.differences[0].field)
        inner = f"<{tag}{attributes({'type': kind, 'message': lines[0]})}>{body}</{tag}>"
    values: dict[str, str | int] = {"name": name, "classname": result.path, "file": result.path, "line": result.line}
    values["time"] = _seconds(result.seconds)
    return f"<testcase{attributes(values)}>{inner}</testcase>\n"


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def as_github(results: Sequence[Result]) -> str:
    """Return one annotation per failure, and the counts."""
    commands = "".join(
        f"::error title=istiolint test,file={property_value(result.path)},line={result.line}::"
        + "%0A".join(map(data, [result.title, *details(result)]))
        + "\n"
        for result in results
        if not result.passed
    )
    return f"{commands}{counts(results)}\n"


def as_json_text(results: Sequence[Result]) -> str:
    """Return all results as JSON; schemas/istiolint-test-results.schema.json describes them."""
    value = {
        "version": VERSION,
        "passed": sum(result.passed for result in results),
        "failed": sum(not result.passed for result in results),
        "results": [
            {
                "path": result.path, "line": result.line, "name": result.name, "request": result.request.title,
                "from": result.request.source, "passed": result.passed, "trouble": result.trouble or None,
                "outcome": result.outcome.outcome if result.outcome is not None else None,
                "differences": [
                    {
                        "field": each.field, "expected": each.expected, "actual": each.actual,
                        "step": each.step.words if each.step is not None else None,
                        "places": list(map(line, each.step.places)) if each.step is not None else [],
                    }
                    for each in result.differences
                ],
            }
            for result in results
        ],
    }  # fmt: skip
    return as_json(value, indent=2)


FORMATS: dict[str, Callable[[Sequence[Result]], str]] = {
    "text": as_text,
    "junit": as_junit,
    "json": as_json_text,
    "github": as_github,
    "tap": as_tap,
}
