"""SARIF 2.1.0 for GitHub code scanning and SARIF viewers.

GitHub uses the first location only, rejects more than 25,000 results, takes relative URIs from the root of the repository and
links related locations that the message names as `[words](id)`. Columns count UTF-16 units. Nothing depends on the time or the
machine, so that the same input gives the same file.
"""

import os
from typing import Any
from urllib.parse import quote

from istiolint import __version__
from istiolint.findings.escape import as_json
from istiolint.findings.finding import Diagnostic, Fix, Span
from istiolint.findings.report import Report, Suppressed
from istiolint.fix import text_edits
from istiolint.report.addresses import home, rule_page
from istiolint.report.fingerprint import identity, line_hashes
from istiolint.report.wording import in_targets
from istiolint.rules.check import Rule
from istiolint.rules.pages import Page, pages
from istiolint.rules.reading import readable, without_near_misses
from istiolint.rules.registry import all_rules
from istiolint.sources import Position, Source

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation"}
PRECISION = {"document": "very-high", "contradiction": "high", "missing": "high", "heuristic": "medium"}
SECURITY_SEVERITY = {"error": "7.5", "warning": "5.0", "info": "2.0"}
MOST_RESULTS = 25_000
LONGEST_DESCRIPTION = 1024
_SEVERITIES = list(LEVELS)
_IN_LINK = str.maketrans("[]", "()")


def render(report: Report) -> str:
    """Return the report as SARIF, with the descriptions of the rules that have findings."""
    reported = {diagnostic.rule for diagnostic in report.diagnostics} | {one.diagnostic.rule for one in report.suppressed}
    rules = [all_rules()[rule] for rule in sorted(reported)]
    kept = sorted(report.diagnostics, key=lambda diagnostic: _SEVERITIES.index(diagnostic.severity))[:MOST_RESULTS]
    chosen = {id(diagnostic) for diagnostic in kept}
    index = {rule.id: number for number, rule in enumerate(rules)}
    hashes: dict[str, dict[int, str]] = {}
    results = [
        _result(diagnostic, index[diagnostic.rule], hashes) for diagnostic in report.diagnostics if id(diagnostic) in chosen
    ]
    if report.suppressed:  # if one result has suppressions, all must have them
        results = [result | {"suppressions": []} for result in results]
        results += [
            _result(one.diagnostic, index[one.diagnostic.rule], hashes) | {"suppressions": [_suppression(one)]}
            for one in report.suppressed[: MOST_RESULTS - len(results)]
        ]
    if report.known is not None:
        results = [result | {"baselineState": "new"} for result in results]
    book = pages()
    driver = {
        "name": "istiolint",
        "semanticVersion": __version__,
        **({"informationUri": url} if (url := home()) else {}),
        "rules": [_rule(rule, book.get(rule.id)) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "istiolint/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(report, len(report.diagnostics) - len(kept))],
        "results": results,
    }
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(rule: Rule, page: Page | None) -> dict[str, Any]:
    title, summary, text = (page.title, page.summary, _help(page)) if page else (rule.id, rule.id, rule.id)
    properties: dict[str, Any] = {
        "tags": [rule.topic, *rule.tags, *rule.codes][:20],
        "precision": PRECISION[rule.evidence],
        "problem.severity": PROBLEMS[rule.severity],
    }
    if "security" in rule.tags:
        properties["security-severity"] = SECURITY_SEVERITY[rule.severity]
    return {
        "id": rule.id,
        "name": _name(rule.id),
        "shortDescription": {"text": _cut(title)},
        "fullDescription": {"text": _cut(summary)},
        "help": {"text": summary, "markdown": text},
        **({"helpUri": url} if (url := rule_page(rule.id)) else {}),
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": properties,
    }


def _help(page: Page) -> str:
    return readable(without_near_misses(page.text))


def _name(rule_id: str) -> str:
    """Return a rule id in Pascal case: viewers show it next to the id, and it must differ from it."""
    return "".join(word[:1].upper() + word[1:] for word in rule_id.split("-"))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 3] + "..."


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    notices = [{"level": "error", "message": {"text": _text(error)}} for error in report.internal_errors]
    if left_out:
        words = f"{left_out} results of the lowest severity are omitted: code scanning accepts at most {MOST_RESULTS}."
        notices.append({"level": "warning", "message": {"text": words}})
    invocation: dict[str, Any] = {"executionSuccessful": not report.internal_errors}
    return invocation | ({"toolExecutionNotifications": notices} if notices else {})


def _result(diagnostic: Diagnostic, index: int, hashes: dict[str, dict[int, str]]) -> dict[str, Any]:
    source, line = diagnostic.span.source, diagnostic.span.begins.line
    if source.path not in hashes:
        hashes[source.path] = line_hashes(source.text)
    location: dict[str, Any] = {"physicalLocation": _place(diagnostic.span, snippet=True)}
    if diagnostic.resource:
        name = "/".join(filter(None, (diagnostic.resource.namespace, diagnostic.resource.kind, diagnostic.resource.name)))
        location["logicalLocations"] = [{"fullyQualifiedName": _text(name), "kind": "resource"}]
    result: dict[str, Any] = {
        "ruleId": diagnostic.rule,
        "ruleIndex": index,
        "level": LEVELS[diagnostic.severity],
        "message": {"text": _message(diagnostic)},
        "locations": [location],
        "partialFingerprints": {
            "primaryLocationLineHash": hashes[source.path].get(line, "0:1"),
            "istiolint/v1": identity(diagnostic),
        },
    }
    if diagnostic.targets:
        result["properties"] = {"targets": [_text(name) for name in diagnostic.targets]}
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": _text(message)}, "physicalLocation": _place(span)}
            for number, (span, message) in enumerate(diagnostic.related, 1)
        ]
    if found := fixes(diagnostic.fix):
        result["fixes"] = found
    return result


def _suppression(one: Suppressed) -> dict[str, Any]:
    return {"kind": "inSource", "status": "accepted"} | ({"justification": _text(one.reason)} if one.reason else {})


def _message(diagnostic: Diagnostic) -> str:
    """Return the message as sentences, with links to the related locations."""
    text = f"{_sentence(diagnostic.message)}"
    if diagnostic.hint:
        text += f" {_sentence(diagnostic.hint)}"
    if targets := in_targets(diagnostic):
        text += f" {_sentence(f'Only {targets}')}"
    links = [f"[{_text(message).translate(_IN_LINK)}]({number})" for number, (_, message) in enumerate(diagnostic.related, 1)]
    return f"{text} See: {', '.join(links)}." if links else text


def _sentence(text: str) -> str:
    words = _text(text)
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")


def _text(text: str) -> str:
    """Return a text without links and with valid Unicode only."""
    return text.replace("](", "] (").encode("utf-8", "replace").decode("utf-8")


def fixes(fix: Fix | None) -> list[dict[str, Any]]:
    """Return a fix as replacements that an editor can apply; none without a fix that can be applied safely."""
    edits = text_edits(fix) if fix else ()
    if not fix or not edits:
        return []
    by_path: dict[str, list[dict[str, Any]]] = {}
    for edit in edits:
        replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
        by_path.setdefault(edit.span.source.path, []).append(replacement)
    changes = [{"artifactLocation": {"uri": uri(path)}, "replacements": found} for path, found in by_path.items()]
    title = fix.title + ("" if fix.safe else " (check what it means)")
    return [{"description": {"text": _text(title)}, "artifactChanges": changes}]


def _place(span: Span, *, snippet: bool = False) -> dict[str, Any]:
    region: dict[str, Any] = _region(span)
    if (span.begins.line, region["startColumn"]) == (span.ends.line, region["endColumn"]):
        region["endColumn"] += 1  # makes the region visible; GitHub rejects an empty one
    if snippet and span.begins.line == span.ends.line:
        region["snippet"] = {"text": _text(span.source.text[span.start : span.end])}
    return {"artifactLocation": {"uri": uri(span.source.path)}, "region": region}


def _region(span: Span) -> dict[str, int]:
    begins, ends = span.begins, span.ends
    return {
        "startLine": begins.line,
        "startColumn": _utf16(span.source, begins),
        "endLine": ends.line,
        "endColumn": _utf16(span.source, ends),
    }


def _utf16(source: Source, position: Position) -> int:
    before = source.line(position.line)[: position.column - 1] if source.text else ""
    return position.column + sum(ord(character) > 0xFFFF for character in before)


def uri(path: str) -> str:
    """Return a path as a URI: relative to the current folder, or absolute if it is not below it."""
    relative = os.path.relpath(path)
    if relative.split(os.sep)[0] == os.pardir:
        return "file://" + _quoted(os.path.abspath(path))
    return _quoted(relative)


def _quoted(path: str) -> str:
    return quote(path.replace(os.sep, "/").encode("utf-8", "surrogateescape"), safe="/~")
