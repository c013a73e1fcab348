"""Documents that Kustomize would make of others: changed data, each part of which knows the file that it is written in."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from istiolint.documents.document import Document
from istiolint.findings.finding import Path, Place, Span


class Provenance:
    """Where a value is written.

    Without `children` the parts of the value have the same paths there. `exact` is False where the text is not the one that is
    written: a name that got a prefix, say.
    """

    __slots__ = ("children", "document", "exact", "path")

    def __init__(self, document: Document, path: Path, exact: bool = True, children: "dict[str | int, Provenance] | None" = None):
        self.document, self.path, self.exact, self.children = document, path, exact, children

    def child(self, step: str | int) -> "Provenance":
        """Where a part of the value is written; for a part that does not exist, where it would be."""
        if self.children is not None and step in self.children:
            return self.children[step]
        return Provenance(self.document, (*self.path, step), self.exact)

    def inexact(self) -> "Provenance":
        """The same place, for a text that is not quite the one written there."""
        return Provenance(self.document, self.path, False)


class Traced(NamedTuple):
    """A value with its provenance. Edits leave it as it is and return another one, which shares what did not change."""

    value: Any
    origin: Provenance

    def get(self, *path: str | int) -> "Traced | None":
        """The part of the value at a path; None where there is none."""
        found = self
        for step in path:
            inner = found.part(step)
            if inner is None:
                return None
            found = inner
        return found

    def part(self, step: str | int) -> "Traced | None":
        """The part of the value one step below; None where there is none."""
        value = self.value
        if isinstance(value, dict):
            exists = step in value
        else:
            exists = isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value)
        return Traced(value[step], self.origin.child(step)) if exists else None

    def put(self, path: Path, new: "Traced") -> "Traced":
        """With another value at a path; mappings that are missing on the way are made. A list does not get fields."""
        if not path:
            return new
        step, rest = path[0], path[1:]
        value = self.value if isinstance(self.value, dict | list) else {}
        if isinstance(value, list) and not (str(step).isascii() and str(step).isdigit()):
            return self
        inner = self.get(step) or Traced({}, new.origin)
        return self._with(value, step, inner.put(rest, new))

    def drop(self, path: Path) -> "Traced":
        """Without what is at a path."""
        step, rest = path[0], path[1:]
        inner = self.get(step)
        if inner is None:
            return self
        if rest:
            return self._with(self.value, step, inner.drop(rest))
        if isinstance(self.value, dict):
            kept = {key: value for key, value in self.value.items() if key != step}
            return Traced(kept, self._origin({key: self.origin.child(key) for key in kept}))
        return of_items([item for number, item in enumerate(self.items()) if number != step], self.origin)

    def items(self) -> Iterator["Traced"]:
        """The items of a list."""
        for number, value in enumerate(self.value if isinstance(self.value, list) else ()):
            yield Traced(value, self.origin.child(number))

    def map_texts(self, change: Callable[[str], str]) -> "Traced":
        """Replace strings at any depth; keys stay."""
        if isinstance(self.value, str):
            text = change(self.value)
            return self if text == self.value else Traced(text, self.origin.inexact())
        changed = self
        steps = self.value if isinstance(self.value, dict) else range(len(self.value)) if isinstance(self.value, list) else ()
        for step in steps:
            inner = Traced(self.value[step], self.origin.child(step))
            if (new := inner.map_texts(change)) is not inner:
                changed = changed.put((step,), new)
        return changed

    def _with(self, value: Any, step: str | int, new: "Traced") -> "Traced":
        if isinstance(value, list):
            items = [Traced(item, self.origin.child(number)) for number, item in enumerate(value)]
            items[int(step) : int(step) + 1] = [new]
            return of_items(items, self.origin)
        children = {key: self.origin.child(key) for key in value}
        return Traced({**value, step: new.value}, self._origin({**children, step: new.origin}))

    def _origin(self, children: dict[str | int, Provenance]) -> Provenance:
        return Provenance(self.origin.document, self.origin.path, self.origin.exact, children)


def of_items(items: list[Traced], origin: Provenance) -> Traced:
    """A list of traced items, in the place of another list."""
    children: dict[str | int, Provenance] = {number: item.origin for number, item in enumerate(items)}
    return Traced([item.value for item in items], Provenance(origin.document, origin.path, origin.exact, children))


class DerivedDocument(Document):
    """A document in the form in which it is applied. Its places are those of the files that it was made of.

    `base` is the document that defines the resource, at `base_path`; `linted` says whether any of the `files` is linted.
    """

    def __init__(self, base: Document, base_path: Path, traced: Traced, linted: bool, files: frozenset[str] = frozenset()):
        super().__init__(base.source, base.index, base.offset, base.text, data=traced.value, parse=base.parse)
        self.base, self.base_path, self.traced, self._linted, self._files = base, base_path, traced, linted, files

    @property
    def linted(self) -> bool:
        """Whether any of the files that it was made of is linted."""
        return self._linted

    @property
    def files(self) -> frozenset[str]:
        """The paths of the files that it was made of."""
        return self._files

    @property
    def written(self) -> tuple[Document, Path]:
        """The document that defines the resource, and where in it."""
        return self.base, self.base_path

    def source_place(self, place: Place) -> tuple[Place, bool]:
        """The place in a file that a place of this document comes from, and whether the text there is the same."""
        origin = self.traced.origin
        rest = list(place.path)
        while rest and origin.children is not None and rest[0] in origin.children:
            origin = origin.children[rest.pop(0)]
        within = place.within if origin.exact else None
        return Place(origin.document, (*origin.path, *rest), place.part, within), origin.exact

    def locate(self, place: Place) -> Span:
        """Where a key or value is written."""
        found, _ = self.source_place(place)
        return found.document.locate(found)
