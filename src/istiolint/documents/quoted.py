"""Resources that the text of a skipped document writes: read line by line, because templates need not be YAML."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from istiolint.primitives.patterns import late

MOST_LINES = 300
"""Lines in which the metadata of one resource is sought."""

_LINE = late(r"(?P<lead>(?P<indent>[ \t]*)(?:-[ \t]+)*)(?P<content>[^\s][^\r\n]*)")
_CONTROL = late(r"#|\{%|\{\{[^}]*\}\}[ \t]*$|<[^<>]*>[ \t]*$")
_KEY = r"(?:(?<=[\s{,])|^)(?P<quote>[\"']?)KEY(?P=quote)[ \t]*:"
_KIND = late(_KEY.replace("KEY", "kind") + r"[ \t]*[\"']?(?P<kind>[A-Z][A-Za-z0-9]*)(?=[\"'\s,}]|$)")
_METADATA = late(_KEY.replace("KEY", "metadata") + r"[ \t]*(?P<flow>\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})?")
_FIELD = late(_KEY.replace("KEY", "(?P<field>name|namespace)") + r"[ \t]*(?P<value>\"[^\"]*\"|'[^']*'|[^\s,{}#\"']*)(?=[\s,}]|$)")
_NESTED = late(r"\{[^{}]*\}")
_NAME = late(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\Z")


class QuotedResource(NamedTuple):
    """A resource in a text; name and namespace are empty where they are left out, or not known until the text is rendered."""

    kind: str
    name: str
    namespace: str


class _Line(NamedTuple):
    """A line: where it is indented to, the column of its first key, and its text from there on."""

    indent: int
    column: int
    content: str


_BOUNDARY = _Line(-1, -1, "")


def quoted_resources(text: str) -> Iterator[QuotedResource]:
    """Yield the resources that a text writes: each `kind:` with the name and namespace in the `metadata:` next to it."""
    lines = list(_lines(text)) if "kind" in text else []
    for number, line in enumerate(lines):
        if not (kind := _KIND.search(line.content)):
            continue
        metadata = _METADATA.search(line.content)
        fields: dict[str, str] | None = None
        if metadata and metadata["flow"]:
            fields = _fields([metadata["flow"]])
        elif kind.start() == 0:
            fields = _metadata_below(lines, number) or _metadata_above(lines, number)
        if fields is not None:
            yield QuotedResource(kind["kind"], fields.get("name", ""), fields.get("namespace", ""))


def _lines(text: str) -> Iterator[_Line]:
    for match in _LINE.finditer(text):
        content = match["content"]
        if content.startswith("---"):
            yield _BOUNDARY
        elif not _CONTROL.match(content):
            yield _Line(len(match["indent"]), len(match["lead"]), content)


def _metadata_below(lines: Sequence[_Line], number: int) -> dict[str, str] | None:
    column = lines[number].column
    for at in range(number + 1, min(number + MOST_LINES, len(lines))):
        line = lines[at]
        if line.indent < column:
            return None
        if line.column == column and (metadata := _METADATA.match(line.content)):
            return _fields([metadata["flow"]]) if metadata["flow"] else _fields(_children(lines, at))
    return None


def _metadata_above(lines: Sequence[_Line], number: int) -> dict[str, str] | None:
    column = lines[number].column
    at = number
    while lines[at].indent >= column and at > max(number - MOST_LINES, 0):
        at -= 1
        line = lines[at]
        if line.column == column and (metadata := _METADATA.match(line.content)):
            return _fields([metadata["flow"]]) if metadata["flow"] else _fields(_children(lines, at))
    return None


def _children(lines: Sequence[_Line], parent: int) -> Iterator[str]:
    """Yield the keys of a mapping with their values, from the lines below its key."""
    column = lines[parent].column
    first: int | None = None
    for line in lines[parent + 1 : parent + MOST_LINES]:
        if line.indent <= column:
            return
        first = line.column if first is None else first
        if line.column == first:
            yield line.content


def _fields(texts: Iterator[str] | list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        flow = text.startswith("{")
        for field in _FIELD.finditer(_NESTED.sub("", text[1:-1])) if flow else filter(None, [_FIELD.match(text)]):
            value = field["value"].strip("\"'")
            found.setdefault(field["field"], value if _NAME.match(value) else "")
    return found
