"""`kustomize build`: the output of an overlay, and the file of each field.

The output does not name the files. istiolint also applies the kustomization itself, which keeps the place of each value; a
rendered resource is found in that result by its kind, name, and namespace, and a field by its path.
"""

import os
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from istiolint.documents import KUSTOMIZATION_NAMES, Document, read
from istiolint.documents.derived import DerivedDocument
from istiolint.documents.layout import Node
from istiolint.findings.finding import Part, Path, Place
from istiolint.rendered.programs import argument, as_source, output, program
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, resources
from istiolint.sources import MissingPathError, Source, Stretch, discover
from istiolint.sources.discover import MOST_BYTES
from istiolint.targets import kustomization
from istiolint.targets.library import Library


class Name(NamedTuple):
    """The identity of a resource."""

    group: str
    kind: str
    name: str


def build(folder: str, *, most_bytes: int = MOST_BYTES) -> Source:
    """Return the output of `kustomize build` for a folder. Raises RenderError and MissingPathError."""
    if not os.path.isdir(folder):  # kustomize would clone it, and istiolint uses no network
        raise MissingPathError(folder)
    shown = f"kustomize build {folder}"
    found = program(["kustomize", "kubectl"], "--kustomize", f"{shown} | istiolint -")
    verb = "kustomize" if os.path.basename(found).startswith("kubectl") else "build"
    content = output([found, verb, argument(folder)], shown if verb == "build" else f"kubectl kustomize {folder}")
    path = os.path.join(folder, "<kustomize build>")
    source = as_source(path, content, most_bytes)
    source.origin, source.target = Overlay(source, folder), folder
    return source


class Overlay:
    """The files of a kustomization, to map its output to them."""

    def __init__(self, rendered: Source, folder: str):
        self.rendered, self.folder = rendered, folder

    def find(self, start: int, end: int) -> Stretch | None:
        """Return the place of a field: in the file that defines the resource, in a patch, or in a kustomization that sets it.

        If no file contains the field, return the place of the resource.
        """
        number = bisect_right(self._documents, start, key=lambda document: document.offset) - 1
        document = self._documents[number] if number >= 0 else None
        resource = next(iter(resources(document)), None) if document else None
        found = self._defining(resource) if resource else None
        if not document or not resource or not found:
            return None
        path, part = field_at(document.layout.root, start - document.offset)
        value, ours = _field(resource, path).value, _field(found, path)
        if not ours.exists:
            return _stretch(found["kind"].place, exact=False)
        is_same = isinstance(value, dict | list) or ours.value == value
        return _stretch(Place(found.document, (*found.path, *path), part), exact=is_same)

    @cached_property
    def _documents(self) -> list[Document]:
        return list(read(self.rendered))

    @cached_property
    def _built(self) -> dict[Name, list[Resource]]:
        """The result of applying the same kustomization natively."""
        names = (os.path.join(self.folder, name) for name in KUSTOMIZATION_NAMES)
        first = next((path for path in names if os.path.isfile(path)), None)
        found: dict[Name, list[Resource]] = {}
        for piece in kustomization.build(self.folder, Library(_load(first) if first else (), _loaded)).pieces:
            resource = piece.finish()
            found.setdefault(_name(resource), []).append(resource)
        return found

    def _defining(self, rendered: Resource) -> Resource | None:
        """Return the only resource of this name; resources with equal names are distinguished by namespace."""
        alike = self._built.get(_name(rendered), [])
        namespace = rendered.metadata["namespace"].text
        found = [resource for resource in alike if resource.metadata["namespace"].text == namespace] or alike
        return found[0] if len(found) == 1 else None


def field_at(node: Node, offset: int) -> tuple[Path, Part]:
    """Return the path of the innermost field at an offset, and whether the offset is in its key or its value."""
    path: list[str | int] = []
    while node.children:
        inner = None
        for step, extent in node.children.items():
            if isinstance(step, str) and extent.key_start <= offset < extent.key_end:
                return (*path, step), "key"
            if extent.start <= offset < max(extent.end, extent.start + 1):
                inner = step, extent.node
        if not inner:
            break
        path.append(inner[0])
        node = inner[1]
    return tuple(path), "value"


def _field(resource: Resource, path: Path) -> Cursor:
    field: Cursor = resource
    for step in path:
        field = field[step]
    return field


def _name(resource: Resource) -> Name:
    return Name(resource.group, resource.kind, resource.name)


def _loaded(path: str, by: Source) -> list[Document]:
    """Return the documents of a file that a kustomization names."""
    return _load(path) if os.path.isfile(path) else []


def _load(path: str) -> list[Document]:
    return [document for source in discover([path]) for document in read(source)]


def _stretch(place: Place, *, exact: bool) -> Stretch:
    document = place.document
    if isinstance(document, DerivedDocument):
        place, is_written = document.source_place(place)
        exact = exact and is_written
    span = place.document.locate(place)
    return Stretch(span.source, span.start, span.end, exact)
