"""A source to its documents. A fault in one document costs that document only."""

import re
from collections.abc import Iterator

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from istiolint.documents.compose import Tree, TroubleError, compose
from istiolint.documents.document import Document
from istiolint.documents.events import events, libyaml_may_err, pure_events
from istiolint.finding import Finding, Related, Span
from istiolint.sources import Source

_MARKER = re.compile(r"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.MULTILINE)


def read(source: Source) -> Iterator[Document]:
    """The documents of a source, in order; faulty ones carry problems and no data."""
    if source.trouble:
        yield Document(source, 0, 0, "", problems=[Finding(Span(source, 0, 0), source.trouble, rule="unreadable-file")])
        return
    for index, (offset, text) in enumerate(_split(source.text)):
        yield _document(source, index, offset, text)


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of each document. A marker at the start of a line ends a document even inside a block scalar."""
    starts = [0]
    for match in _MARKER.finditer(text):
        if match[0] == "---" and _holds_only_directives(text[starts[-1] : match.start()]):
            continue
        starts.append(match.start())
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield start, text[start:end]


def _holds_only_directives(text: str) -> bool:
    return not any(line and not line.startswith(("%", "#")) for line in map(str.strip, text.splitlines()))


def _document(source: Source, index: int, offset: int, text: str) -> Document:
    document = Document(source, index, offset, text)
    try:
        tree = _compose(document)
    except TroubleError as trouble:
        span = Span(source, offset + trouble.start, offset + trouble.end)
        document.problems.append(Finding(span, trouble.message, rule=trouble.rule))
    except YAMLError as error:
        document.problems.append(_syntax_problem(document, error))
    else:
        document.data = tree.data
        for duplicate in tree.duplicates:
            span = Span(source, offset + duplicate.start, offset + duplicate.end)
            first = Span(source, offset + duplicate.first_start, offset + duplicate.first_end)
            message = f"the key `{duplicate.key}` is written twice; only the last one counts, the first is lost"
            related = (Related(first, "first written here"),)
            document.problems.append(Finding(span, message, rule="duplicate-key", related=related))
    return document


def _compose(document: Document) -> Tree:
    try:
        return compose(events(document.text))
    except YAMLError as error:
        if not libyaml_may_err(error, document.text):
            raise
        document.pure = True
        return compose(pure_events(document.text))


def _syntax_problem(document: Document, error: YAMLError) -> Finding:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    at = document.offset + (mark.index if mark else 0)
    message = str(error.problem if isinstance(error, MarkedYAMLError) else error)
    return Finding(Span(document.source, at, at + 1), message, rule="yaml-syntax")
