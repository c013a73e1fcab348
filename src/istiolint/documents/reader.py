"""A source to its documents. A fault in one document costs that document only."""

import re
from collections.abc import Iterator, Mapping

from ruamel.yaml.error import YAMLError

from istiolint.documents.compose import Composed, TroubleError, compose
from istiolint.documents.document import Document
from istiolint.documents.events import second_try
from istiolint.documents.placeholders import first_placeholder
from istiolint.documents.recognise import is_object, looks_like_object, reason_to_skip, whole_file
from istiolint.documents.skip import Skip
from istiolint.documents.syntax import explain
from istiolint.documents.template import broken_template, template_field, template_kind
from istiolint.documents.ytt import first_code
from istiolint.findings.finding import Finding, Place, Related, Severity, Span
from istiolint.sources import Source

MOST_DUPLICATES = 100
"""Keys written twice that are told in one document: who has more has another problem."""

_NONE: Mapping[str, Skip] = {}
_RENDERERS = {
    Skip.HELM_TEMPLATE: "render it first: `helm template CHART | istiolint -`",
    Skip.YTT_TEMPLATE: "render it first: `ytt -f FOLDER | istiolint -`",
}
_CONTENT = re.compile(r"(?<![^\r\n])[ \t]*[^%#\s]")
_MARKER = re.compile(r"[\r\n](?P<marker>---|\.\.\.)(?=[ \t\r\n]|\Z)")


def read(source: Source, named: Mapping[str, Skip] = _NONE) -> Iterator[Document]:
    """Yield the documents of a source, in order; invalid ones have problems and no data, skipped ones a reason.

    Empty documents are left out; those that hold only comments have no data and no reason.
    `named` are the files that other files show not to be manifests (see recognise.named_by_others).
    """
    if source.trouble:
        yield Document(source, 0, 0, "", problems=[Finding(Span(source, 0, 0), source.trouble, rule="unreadable-file")])
        return
    skip = whole_file(source, named)
    told: set[str] = set()
    for index, (offset, text) in enumerate(_split(source.text)):
        if text.strip() in ("", "---"):
            continue
        document = Document(source, index, offset, text)
        if skip:
            document.skipped = skip if _CONTENT.search(text.removeprefix("---")) else None
        for problem in _code_of_ytt(document) if skip else _problems(document):
            if problem.rule not in _ONCE_A_FILE or problem.rule not in told:
                told.add(problem.rule)
                document.problems.append(problem)
        if document.data is not None and not document.skipped:
            document.skipped = reason_to_skip(document, named)
        yield document


_ONCE_A_FILE = ("unrendered-template", "unrendered-placeholder")


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and text of each document. A marker at the start of a line ends a document even inside a block scalar."""
    start = 0
    for match in _MARKER.finditer(text):
        marker = match.start("marker")
        if _CONTENT.search(text, start, marker):
            yield start, text[start:marker]
            start = match.end() if match["marker"] == "..." else marker
        elif match["marker"] == "...":
            start = match.end()
    yield start, text[start:]


def _problems(document: Document) -> Iterator[Finding]:
    """Compose the document and yield the problems of its YAML."""
    try:
        composed = _compose(document)
    except TroubleError as trouble:
        span = document.span(trouble.start, trouble.end)
        yield from _broken(document, Finding(span, trouble.message, trouble.hint, trouble.rule))
        return
    except (YAMLError, ValueError) as error:
        fault = explain(error, document.text, document.source.position(document.offset).line)
        yield from _broken(document, Finding(document.span(fault.start, fault.end), fault.message, fault.hint, "yaml-syntax"))
        return
    document.data = composed.data
    if composed.duplicates:
        yield from _duplicates(document)
    if path := template_field(document):
        yield _unrendered(document, document.locate(Place(document, path)), template_kind(document.text))
    elif placeholder := first_placeholder(document):
        place, text = placeholder
        message = f"unresolved placeholder `{text}`; references to this name are not checked"
        yield Finding(place, message, "render the manifest first, then lint the result", "unrendered-placeholder")


def _compose(document: Document) -> Composed:
    try:
        return compose(document.parse(document.text))
    except (YAMLError, ValueError) as error:
        parse = second_try(error, document.text)
        if not parse:
            raise
        document.parse = parse
        return compose(parse(document.text))


def _broken(document: Document, problem: Finding) -> Iterator[Finding]:
    """Yield an unrendered template instead of a syntax error, and a warning for text that is not meant for Kubernetes."""

    def composes(text: str) -> bool:
        try:
            compose(document.parse(text))
        except (TroubleError, YAMLError, ValueError):
            return False
        return True

    if template := broken_template(document, composes):
        yield _unrendered(document, document.span(template.start, template.end), template.skip)
    elif looks_like_object(document.text):
        yield problem
    elif document.source.path.endswith(".json"):
        document.skipped = Skip.OTHER  # JSON with comments, say: not for kubectl
    else:
        yield Finding(problem.place, problem.message, problem.hint, problem.rule, "warning")


def _code_of_ytt(document: Document) -> Iterator[Finding]:
    if document.skipped is Skip.YTT_TEMPLATE and (code := first_code(document.text)):
        yield _unrendered(document, document.span(*code), Skip.YTT_TEMPLATE)


def _unrendered(document: Document, span: Span, skip: Skip) -> Finding:
    document.skipped = skip
    document.data = None
    message = f"unrendered {skip} skipped; only its rendered output can be checked"
    return Finding(span, message, _RENDERERS.get(skip, "render it first, then lint the result"), "unrendered-template")


def _duplicates(document: Document) -> Iterator[Finding]:
    severity: Severity | None = None if is_object(document.data) else "warning"
    for duplicate in document.layout.duplicates[:MOST_DUPLICATES]:
        message = (
            f"duplicate key `{duplicate.key}`; kustomize, Flux and istioctl reject the file, other tools keep only the last value"
        )
        first = Related(document.span(duplicate.first_start, duplicate.first_end), "first occurrence")
        span = document.span(duplicate.start, duplicate.end)
        yield Finding(span, message, rule="duplicate-key", severity=severity, related=(first,))
