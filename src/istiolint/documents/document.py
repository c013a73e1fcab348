"""One YAML document: its data, and where each part of it stands."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from istiolint.documents.compose import Tree, compose
from istiolint.documents.events import events, pure_events
from istiolint.finding import Finding, Place, Span
from istiolint.sources import Source


@dataclass(eq=False)
class Document:
    """One document of a source. `data` is plain: dict, list, str, int, float, bool, None; keys are strings.

    `offset` is where its text begins in the source. `skipped` says in words why it is left alone (a template, say).
    """

    source: Source
    index: int
    offset: int
    text: str
    data: Any = None
    problems: list[Finding] = field(default_factory=list)
    skipped: str | None = None
    pure: bool = False

    @cached_property
    def tree(self) -> Tree:
        """The document composed once more, with the extents of all keys and values."""
        return compose((pure_events if self.pure else events)(self.text), extents=True)

    def locate(self, place: Place) -> Span:
        """Where a key or value stands; the nearest parent's key for a path that is not there.

        The value of an alias stands where its anchor is; an empty value is shown at its key.
        """
        tree = self.tree
        node, start, end = tree.data, tree.start, tree.end
        for depth, step in enumerate(place.path):
            extent = tree.extents.get(id(node), {}).get(step)
            if extent is None:
                break
            last = depth == len(place.path) - 1
            key = (last and place.part == "key") or extent.start == extent.end
            start, end = (extent.key_start, extent.key_end) if key else (extent.start, extent.end)
            if not last and tree.extents.get(id(node[step]), {}).get(place.path[depth + 1]) is None:
                start, end = extent.key_start, extent.key_end
                break
            node = node[step]
        start, end = self._trimmed(start, end)
        if place.within:
            start, end = self._within(start, end, *place.within)
        return Span(self.source, self.offset + start, self.offset + end)

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        text = self.text[start:end]
        return start, start + len(text.rstrip()) if text.strip() else end

    def _within(self, start: int, end: int, first: int, past: int) -> tuple[int, int]:
        """Characters of a scalar, where the text shows it as it is; else the whole scalar."""
        text = self.text[start:end]
        if text[:1] in "'\"" and "\\" not in text and "''" not in text[1:-1] and "\n" not in text:
            return start + 1 + first, start + 1 + past
        return (start + first, start + past) if text[:1] not in "'\"|>" and "\n" not in text else (start, end)
