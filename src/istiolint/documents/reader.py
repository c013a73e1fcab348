"""A source to its documents. A fault in one document costs that document only."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ruamel.yaml.error import YAMLError

from istiolint.cache import Payload
from istiolint.documents.chart_values import may_name_values
from istiolint.documents.compose import Composed, TroubleError, compose
from istiolint.documents.document import Document
from istiolint.documents.events import second_try
from istiolint.documents.parsed import PARSERS, Fault, Packed, Parsed, decode, decode_head, encode, is_foreign_definition
from istiolint.documents.placeholders import first_placeholder
from istiolint.documents.recognise import (
    is_object,
    is_usual,
    looks_like_object,
    may_name_others,
    missing_identity,
    reason_to_skip,
    whole_file,
)
from istiolint.documents.skip import Skip
from istiolint.documents.store import Store
from istiolint.documents.stored import StoredDocument
from istiolint.documents.template import broken_template, template_field, template_kind
from istiolint.documents.ytt import first_code
from istiolint.findings.finding import Finding, Place, Related, Severity, Span
from istiolint.primitives.patterns import late
from istiolint.sources import Source, StoredSource

MOST_DUPLICATES = 100
"""How many duplicate keys are reported in one document."""

_NONE: Mapping[str, Skip] = {}
_NOTHING = Parsed(0, 0, 0)
_RENDERERS = {
    Skip.HELM_TEMPLATE: "render it first: `helm template CHART | istiolint -`",
    Skip.YTT_TEMPLATE: "render it first: `ytt -f FOLDER | istiolint -`",
}
_CONTENT = late(r"(?<![^\r\n])[ \t]*[^%#\s]")
_MARKER = late(r"[\r\n](?P<marker>---|\.\.\.)(?=[ \t\r\n]|\Z)")


def read(source: Source, named: Mapping[str, Skip] = _NONE, store: Store | None = None) -> Iterator[Document]:
    """Return the documents of a source, in order; invalid ones have problems and no data, skipped ones a reason.

    Empty documents are left out; those that hold only comments have no data and no reason.
    `named` are the files that other files show not to be manifests (see recognise.named_by_others).
    What `store` knows of a text is not composed again; what it does not know is added to it.
    """
    if source.trouble:
        trouble = Finding(Span(source, 0, 0), source.trouble, rule="unreadable-file")
        return iter([Document(source, 0, 0, "", problems=[trouble])])
    skip = whole_file(source, named)
    reason = named.get(os.path.normpath(source.path)) if named else None
    if store and not skip and (packed := _packed(source, store)):
        payload, rows = packed
        return iter([StoredDocument(source, row, payload, reason) for row in rows])
    return _judged(_skipped(source, skip) if skip else _composed(source, store), named, skip, reason)


def _judged(
    documents: Iterable[tuple[Document, Parsed]], named: Mapping[str, Skip], skip: Skip | None, reason: Skip | None
) -> Iterator[Document]:
    """Yield documents with their problems, or the reason why they are skipped; `skip` is the reason for the entire file."""
    reported: set[str] = set()
    for document, composed in documents:
        if composed.usual:
            document.skipped = reason
            yield document
            continue
        for problem in _code_of_ytt(document) if skip else _problems(document, composed):
            if problem.rule not in _ONCE_A_FILE or problem.rule not in reported:
                reported.add(problem.rule)
                document.problems.append(problem)
        if document.data is not None and not document.skipped:
            document.skipped = reason_to_skip(document, named)
            if document.skipped is Skip.OTHER and (missing := missing_identity(document.data)):
                document.problems.append(_incomplete(document, missing))
        yield document


def prepare(source: Source, named: Mapping[str, Skip] = _NONE) -> Payload | None:
    """Return what a store may know of a source; None where nothing can be stored for it."""
    if source.trouble or whole_file(source, named):
        return None
    store = Store()
    for _ in _composed(source, store):
        pass
    return next(iter(store.used.values()), None)


def _incomplete(document: Document, missing: str) -> Finding:
    """The finding on a resource that no tool can apply because it does not say what it is."""
    message = f"missing required field `{missing}`; kubectl rejects the file, and the resource is not checked"
    return Finding(Place(document, ("metadata",), "key"), message, f"add `{missing}`", "missing-field")


_ONCE_A_FILE = ("unrendered-template", "unrendered-placeholder")


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and text of each document. A marker at the start of a line ends a document even inside a block scalar."""
    start = 0
    for match in _MARKER.finditer(text) if "---" in text or "..." in text else ():
        marker = match.start("marker")
        if _CONTENT.search(text, start, marker):
            yield start, text[start:marker]
            start = match.end() if match["marker"] == "..." else marker
        elif match["marker"] == "...":
            start = match.end()
    yield start, text[start:]


def _documents(source: Source) -> Iterator[Document]:
    for index, (offset, text) in enumerate(_split(source.text)):
        if text.strip() not in ("", "---"):
            yield Document(source, index, offset, text)


def _skipped(source: Source, skip: Skip) -> Iterator[tuple[Document, Parsed]]:
    """Yield the documents of a file in which nothing is linted."""
    for document in _documents(source):
        document.skipped = skip if _CONTENT.search(document.text.removeprefix("---")) else None
        yield document, _NOTHING


def _composed(source: Source, store: Store | None) -> Iterator[tuple[Document, Parsed]]:
    """Yield the documents of a source with what their text alone shows, from the store if it knows the text."""
    rows = decode(store.get(store.key_of(source)), len(source.text)) if store else None
    if rows is None:
        rows = [_parse(document) for document in _documents(source)]
        if store and (payload := encode(rows)):
            key = store.key_of(source)
            store.put(key, payload)
            _note(source, key, decode_head(payload, len(source.text)), store)
    for row in rows:
        document = Document(source, row.number, row.start, source.text[row.start : row.end], row.data, parse=PARSERS[row.parser])
        document.keys = row.keys
        yield document, row


def _packed(source: Source, store: Store) -> tuple[Payload, Sequence[Packed]] | None:
    """Return the documents of a source with their payload, if the store knows them and they are objects without problems."""
    if isinstance(source, StoredSource):
        payload = store.get(source.key)
        rows = decode_head(payload, source.length)
    else:
        key = store.key_of(source)
        payload = store.get(key)
        rows = decode_head(payload, len(source.text))
        _note(source, key, rows, store)
    return (payload, rows) if payload and rows else None


def _note(source: Source, key: bytes, rows: Sequence[Packed] | None, store: Store) -> None:
    """Take note of a file that need not be read again for its documents, nor for what it says of other files."""
    if source.identity and rows and not (source.linted or may_name_others(source) or may_name_values(source)):
        store.files[source.path] = *source.identity, key, len(source.text), source.encoding


def _parse(document: Document) -> Parsed:
    """Compose a document; where that fails, say what is wrong with its YAML."""
    row = Parsed(document.index, document.offset, document.offset + len(document.text))
    if is_foreign_definition(document):
        return row
    try:
        composed = _compose(document)
    except TroubleError as trouble:
        return _broken(document, row, (trouble.start, trouble.end, trouble.rule, trouble.message, trouble.hint))
    except (YAMLError, ValueError) as error:
        from istiolint.documents.syntax import explain

        fault = explain(error, document.text, document.source.position(document.offset).line)
        return _broken(document, row, (fault.start, fault.end, "yaml-syntax", fault.message, fault.hint))
    parser = PARSERS.index(document.parse)
    usual = parser == 0 and not composed.duplicates and is_usual(composed.data, document.text)
    return row._replace(
        keys=composed.keys,
        data=composed.data,
        parser=parser,
        duplicates=composed.duplicates,
        usual=usual,
        aliases=composed.aliases,
    )


def _problems(document: Document, parsed: Parsed) -> Iterator[Finding]:
    """Yield the problems of a document's YAML."""
    if parsed.template:
        start, end, skip = parsed.template
        yield _unrendered(document, document.span(start, end), skip)
        return
    if parsed.fault:
        start, end, rule, message, hint = parsed.fault
        if parsed.severity == "skip":
            document.skipped = Skip.OTHER  # JSON with comments, say: not for kubectl
        else:
            severity: Severity | None = "warning" if parsed.severity else None
            yield Finding(document.span(start, end), message, hint, rule, severity)
        return
    if parsed.duplicates:
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


def _broken(document: Document, row: Parsed, fault: Fault) -> Parsed:
    """Add an unrendered template instead of a syntax error, or how severe it is in text that is not meant for Kubernetes."""

    def composes(text: str) -> bool:
        try:
            compose(document.parse(text))
        except (TroubleError, YAMLError, ValueError):
            return False
        return True

    row = row._replace(parser=PARSERS.index(document.parse))
    if template := broken_template(document, composes):
        return row._replace(template=(template.start, template.end, template.skip))
    if looks_like_object(document.text):
        return row._replace(fault=fault)
    return row._replace(fault=fault, severity="skip" if document.source.path.endswith(".json") else "warning")


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
            f"duplicate key `{duplicate.key}`; kustomize, Flux and istioctl reject the file, and other tools keep only the last "
            "value"
        )
        first = Related(document.span(duplicate.first_start, duplicate.first_end), "first occurrence")
        span = document.span(duplicate.start, duplicate.end)
        yield Finding(span, message, rule="duplicate-key", severity=severity, related=(first,))
