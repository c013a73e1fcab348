"""Write comments that suppress the findings of a run.

A comment is written at the end of the line of its finding. If it would be part of a string there, or the document does not parse,
it is written above the document. The next run shows whether it suppresses the finding.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from istiolint.documents import Document, read
from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.primitives.replacing import replaced
from istiolint.sources import Source
from istiolint.sources.source import LINE_END
from istiolint.suppression.comments import Comment, comments, strings
from istiolint.suppression.rules import UNKNOWN, UNUSED

MOST_ROUNDS = 100
"""A rule may report the next place once the first one is suppressed."""
_OF_SUPPRESSIONS = (UNKNOWN.id, UNUSED.id)


@dataclass(slots=True)
class Suppressing:
    """The texts with comments by path, how many findings they suppress, and the findings that no comment can suppress."""

    texts: dict[str, str] = field(default_factory=dict)
    suppressed: int = 0
    left: list[Diagnostic] = field(default_factory=list)


def suppress(sources: Iterable[Source], lint: Callable[[Iterable[Source]], Report]) -> Suppressing:
    """Suppress the findings of `lint` in these sources, except those that no comment can suppress."""
    current = list(sources)
    report = lint(current)
    found = len(report.diagnostics)
    editable = {source.path: source for source in current if source.linted and not source.origin and not source.stdin}
    before = {path: _data(source) for path, source in editable.items()}
    texts: dict[str, str] = {}
    for _ in range(MOST_ROUNDS):
        made = next(filter(None, (_checked(report, editable, before, place) for place in (_at_lines, _above_document))), None)
        if not made:
            break
        editable |= {path: replace(editable[path], text=text) for path, text in made.items()}
        texts |= made
        current = [editable.get(source.path, source) for source in current]
        report = lint(current)
    return Suppressing(texts, found - len(report.diagnostics), report.diagnostics)


def with_comments(report: Report, source: Source) -> str | None:
    """Return the text of a source with comments that suppress the findings of a report in it; None if none can be written."""
    before = {source.path: _data(source)}
    made = (_checked(report, {source.path: source}, before, place) for place in (_at_lines, _above_document))
    return next((texts[source.path] for texts in made if texts), None)


def _checked(report: Report, sources: dict[str, Source], before: dict[str, list[object]], place: "_Place") -> dict[str, str]:
    """Return the files in which the comments do not change the data."""
    made = _edited(report, sources, place)
    return {path: text for path, text in made if _data(replace(sources[path], text=text)) == before[path]}


_Insertion = tuple[int, str]
_Place = Callable[[Document, dict[int, list[str]]], Iterator[_Insertion]]


def _edited(report: Report, sources: dict[str, Source], place: _Place) -> Iterator[tuple[str, str]]:
    """Yield the files with findings, each with its new text."""
    by_path: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for diagnostic in report.diagnostics:
        path = diagnostic.span.source.path
        if path in sources and not path.endswith(".json") and diagnostic.rule not in _OF_SUPPRESSIONS:
            by_path[path][diagnostic.span.begins.line].append(diagnostic.rule)
    for path, lines in by_path.items():
        if insertions := list(_insertions(sources[path], lines, place)):
            yield path, replaced(sources[path].text, ((at, at, text) for at, text in insertions))


def _insertions(source: Source, lines: dict[int, list[str]], place: _Place) -> Iterator[_Insertion]:
    documents = list(read(source))
    of_document: dict[int, dict[int, list[str]]] = defaultdict(dict)
    for line, rules in sorted(lines.items()):
        start = source.line_starts[line - 1]
        if documents:
            index = min(bisect_right(documents, start, key=lambda one: one.offset + len(one.text)), len(documents) - 1)
            of_document[index][line] = sorted(set(rules))
    for index, found in of_document.items():
        yield from place(documents[index], found)


def _at_lines(document: Document, found: dict[int, list[str]]) -> Iterator[_Insertion]:
    """Yield the edits that add comments at the end of lines, or names to a comment that applies to the line."""
    source, inside = document.source, strings(document)
    existing = {comment.lines: comment for comment in comments(document) if comment.suppression and comment.lines}
    for line, rules in found.items():
        end = source.line_starts[line - 1] + len(source.line(line).rstrip())
        if comment := existing.get(range(line, line + 1)):
            yield from _added(comment, rules)
        elif inside is not None and not inside.contain(end - document.offset):
            yield end, f"  {_comment(rules)}"


def _above_document(document: Document, found: dict[int, list[str]]) -> Iterator[_Insertion]:
    """Yield the edits that add a comment above the document, or names to a comment that applies to all of it."""
    text, rules = document.source.text, sorted({rule for rules in found.values() for rule in rules})
    for comment in comments(document):
        if comment.suppression and comment.lines and len(comment.lines) > 1 and all(line in comment.lines for line in found):
            yield from _added(comment, rules)
            return
    first = LINE_END.search(document.text)
    is_marker = first and document.text[: first.start()].rstrip() == "---"
    end = LINE_END.search(text)
    yield document.offset + (first.end() if first and is_marker else 0), _comment(rules) + (end[0] if end else "\n")


def _added(comment: Comment, rules: Collection[str]) -> Iterator[_Insertion]:
    """Yield the edit that adds names to a comment; none if it has all of them."""
    present = comment.suppression.names if comment.suppression else ()
    if names := "".join(f", {rule}" for rule in rules if rule not in present):
        yield comment.span.source.text.index("]", comment.span.start), names


def _comment(rules: Collection[str]) -> str:
    return f"# istiolint: ignore[{', '.join(rules)}]"


def _data(source: Source) -> list[object]:
    return [document.data for document in read(source) if document.data is not None]
