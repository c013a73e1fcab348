"""One YAML document: its data, and the position of each part of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from istiolint.documents.chart_values import ChartValues
from istiolint.documents.events import events
from istiolint.documents.keys import keys_of
from istiolint.documents.skip import Skip
from istiolint.findings.finding import Finding, Path, Place, Span
from istiolint.primitives.patterns import late
from istiolint.sources import Source

if TYPE_CHECKING:
    from istiolint.documents.layout import Layout, Node
    from istiolint.documents.quoted import QuotedResource

_PROPERTIES = late(r"(?:(?:!<[^>]*>|[&!][^\s,\[\]{}]*)(?:\s+(?:#.*)?)*)*")


@dataclass(eq=False, repr=False)
class Document:
    """One document of a source. `data` is plain: dict, list, str, int, float, bool, None; keys are strings.

    `offset` is where its text begins in the source. `skipped` says why it is not linted.
    `parse` turns its text into events. `chart_values` are the parts of it that are values for Istio's Helm charts.
    `resources` are the objects in it, once they are read (resources.resource).
    """

    source: Source
    index: int
    offset: int
    text: str
    data: Any = None
    problems: list[Finding] = field(default_factory=list)
    skipped: Skip | None = None
    parse: Callable[[str], Iterator[Any]] = events
    chart_values: tuple[ChartValues, ...] = ()
    resources: Sequence[Any] | None = None

    @property
    def linted(self) -> bool:
        """Whether findings in it are shown."""
        return self.source.linted

    @property
    def written(self) -> tuple["Document", Path]:
        """The document of a file behind this one, and where in it: itself, unless it is derived."""
        return self, ()

    @property
    def files(self) -> frozenset[str]:
        """The paths of the files that it was made of: its own, unless it is derived."""
        return frozenset((self.source.path,))

    @property
    def is_unread(self) -> bool:
        """Whether it holds something that is not known: a template, say, or YAML that does not parse."""
        if self.skipped:
            return self.skipped.hides_resources
        return bool(self.problems) and self.data is None

    def hold_values(self, values: tuple[ChartValues, ...]) -> None:
        """Take note of its parts that are values for Istio's charts; a document that is nothing else is not skipped then."""
        if self.skipped in (None, Skip.KUSTOMIZATION, Skip.OTHER):
            self.chart_values = values
            self.skipped = None if self.skipped is Skip.OTHER else self.skipped

    def source_place(self, place: Place) -> tuple[Place, bool]:
        """The place in a file that a place comes from, and whether the text there is the same."""
        return place, True

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys that occur in its data, also in YAML and JSON within strings; perhaps a few more, but not fewer."""
        return keys_of(self.data)

    @cached_property
    def layout(self) -> "Layout":
        """The positions of all keys and values; the document is parsed once more for them."""
        from istiolint.documents.layout import layout

        return layout(self.parse(self.text))

    @cached_property
    def quoted_resources(self) -> "frozenset[QuotedResource]":
        """The resources that its text writes, for documents that are skipped: what is in them exists somewhere."""
        from istiolint.documents.quoted import quoted_resources

        return frozenset(quoted_resources(self.text))

    def span(self, start: int, end: int) -> Span:
        """A stretch of the document's text: at least one character, if it has any."""
        if start == end:
            start, end = min(start, max(len(self.text) - 1, 0)), min(start + 1, len(self.text))
        start, end = self.offset + start, self.offset + end
        if enclosing := self.source.enclosing:
            first = enclosing.offsets[start]
            return Span(enclosing.source, first, max(enclosing.offsets[end], first + 1))
        return Span(self.source, start, end)

    def locate(self, place: Place) -> Span:
        """Return where a key or value is; the nearest parent's key (or first line) for a path that does not exist.

        The value of an alias is where its anchor is; an empty value is shown at its key.
        """
        node = self.layout.root
        key: tuple[int, int] | None = None
        for step in place.path:
            extent = (node.children or {}).get(step)
            if extent is None:
                return self.span(*(key or self._first_line(node)))
            node, key = extent.node, (extent.key_start, extent.key_end) if isinstance(step, str) else None
        start, end = self._trimmed(node)
        if key and (place.part == "key" or start == end):
            return self.span(*key)
        if place.within and node.children is None:
            start, end = self._within(start, end, *place.within)
        return self.span(start - (start == end > 0), end)  # the dash of an empty item

    def _trimmed(self, node: "Node") -> tuple[int, int]:
        """Without anchor and tag before it, and without the line ends behind block scalars."""
        properties = _PROPERTIES.match(self.text, node.start, node.end)
        start = properties.end() if properties else node.start
        return start, start + len(self.text[start : node.end].rstrip())

    def _first_line(self, node: "Node") -> tuple[int, int]:
        start, end = self._trimmed(node)
        first = start + len(self.text[start:end].partition("\n")[0].rstrip())
        return start - (start == end > 0), first

    def _within(self, start: int, end: int, first: int, past: int) -> tuple[int, int]:
        from istiolint.documents.within import characters

        offsets = characters(self.text[start:end])
        if offsets is None or not 0 <= first <= past < len(offsets):
            return start, end
        return start + offsets[first], start + offsets[past]


def value_at(data: Any, path: Path) -> tuple[bool, Any]:
    """Whether there is something at a path, and what."""
    for step in path:
        inside = step in data if isinstance(data, dict) else isinstance(data, list) and step in range(len(data))
        if not inside:
            return False, None
        data = data[step]
    return True, data


def document_of(place: Place) -> Document:
    """Return the document of a place."""
    return cast(Document, place.document)
