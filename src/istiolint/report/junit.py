"""JUnit's XML, which build servers show as tests: one suite per file, one failed test per finding.

An `info` finding is a test that passes, with the message as output. Build servers treat a report without tests as a failure, so
there is always one. Failures of istiolint itself are errors. The name of a test consists of rule, resource and field, because
build servers recognize tests by name and lines move.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.report.text import where
from istiolint.report.wording import related, worded
from istiolint.report.xml import HEAD, attributes, text

NAME = "istiolint"


def render(report: Report) -> str:
    """Return the report in the format of JUnit."""
    own = [_error(error) for error in report.internal_errors] or ([] if report.diagnostics else [_test(NAME, NAME, "")])
    suites = [_suite(NAME, own, 0, len(report.internal_errors))] if own else []
    for path, group in groupby(report.diagnostics, key=lambda diagnostic: diagnostic.span.source.path):
        found = list(group)
        suites.append(_suite(path, list(map(_case, found, unique(_names(found)))), sum(map(_fails, found)), 0))
    counts = {
        "tests": len(own) + len(report.diagnostics),
        "failures": sum(map(_fails, report.diagnostics)),
        "errors": len(report.internal_errors),
    }
    return f"{HEAD}<testsuites{attributes({'name': NAME, **counts})}>\n{''.join(suites)}</testsuites>\n"


def _fails(diagnostic: Diagnostic) -> bool:
    return diagnostic.severity != "info"


def _suite(name: str, tests: list[str], failures: int, errors: int) -> str:
    values: dict[str, str | int] = {"name": name, "tests": len(tests), "failures": failures, "errors": errors}
    return f"<testsuite{attributes(values)}>\n{''.join(tests)}</testsuite>\n"


def _names(diagnostics: list[Diagnostic]) -> Iterator[str]:
    for diagnostic in diagnostics:
        of = str(diagnostic.resource) if diagnostic.resource else ""
        yield " ".join(filter(None, (f"{diagnostic.rule}:", of, diagnostic.field_path))).rstrip(":")


def unique(names: Iterable[str]) -> Iterator[str]:
    """Yield unique names of tests: build servers recognize tests by name."""
    counts: Counter[str] = Counter()
    for name in names:
        counts[name] += 1
        yield name if counts[name] == 1 else f"{name} ({counts[name]})"


def _case(diagnostic: Diagnostic, name: str) -> str:
    head = f"{where(diagnostic.span)}: {diagnostic.severity}: {worded(diagnostic)}"
    body = "\n".join(map(text, [head, *related(diagnostic)]))
    if _fails(diagnostic):
        inner = f"<failure{attributes({'type': diagnostic.severity, 'message': diagnostic.message})}>{body}</failure>"
    else:
        inner = f"<system-out>{body}</system-out>"
    return _test(name, diagnostic.span.source.path, inner)


def _error(words: str) -> str:
    return _test("internal error", NAME, f"<error{attributes({'type': 'internal', 'message': words})}/>")


def _test(name: str, of: str, inner: str) -> str:
    return f"<testcase{attributes({'name': name, 'classname': of})}>{inner}</testcase>\n"
