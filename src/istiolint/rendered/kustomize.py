"""`kustomize build`: what an overlay renders to, and which file each field came from.

Kustomize leaves no trace of the files. They are found again as Kustomize finds them, from one kustomization to the next: a
resource is known by its kind and by the name and namespace that the kustomizations on the way give it, a field by its path.
"""

import os
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from istiolint.documents import Document, read
from istiolint.documents.layout import Node
from istiolint.findings.finding import Part, Path, Place
from istiolint.rendered.kustomizations import Name, definitions, patches
from istiolint.rendered.programs import argument, output, program
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, resources
from istiolint.sources import MissingPathError, Source, Stretch
from istiolint.sources.decode import source_of
from istiolint.sources.discover import MOST_BYTES, too_large


def build(folder: str) -> Source:
    """What `kustomize build` prints for a folder. Raises RenderError and MissingPathError."""
    if not os.path.isdir(folder):  # kustomize would clone it, and istiolint asks no network
        raise MissingPathError(folder)
    shown = f"kustomize build {folder}"
    found = program(["kustomize", "kubectl"], "--kustomize", f"{shown} | istiolint -")
    verb = "kustomize" if os.path.basename(found).startswith("kubectl") else "build"
    content = output([found, verb, argument(folder)], shown if verb == "build" else f"kubectl kustomize {folder}")
    path = os.path.join(folder, "<kustomize build>")
    source = source_of(path, content) if len(content) <= MOST_BYTES else Source(path, trouble=too_large(len(content)))
    source.origin, source.target = Overlay(source, folder), folder
    return source


class Overlay:
    """The files behind what a kustomization renders to."""

    def __init__(self, rendered: Source, folder: str):
        self.rendered, self.folder = rendered, folder

    def find(self, start: int, end: int) -> Stretch | None:
        """The field in the only file that defines the resource, or in the patch that sets it; else the resource's own place."""
        number = bisect_right(self._documents, start, key=lambda document: document.offset) - 1
        document = self._documents[number] if number >= 0 else None
        resource = next(resources(document), None) if document else None
        if not document or not resource:
            return None
        found = self._defining(Name(resource.group, resource.kind, resource.metadata["namespace"].text, resource.name))
        if not found:
            return None
        path, part = field_at(document.layout.root, start - document.offset)
        value = _field(resource, path).value
        for candidate in (found, *self._patching(found)):
            if _holds(candidate, path, value):
                span = candidate.document.locate(Place(candidate.document, (*candidate.path, *path), part))
                return _stretch(candidate, span.start, span.end, exact=True)
        near = path
        while near and not _field(found, near).exists:
            near = near[:-1]
        place = Place(found.document, (*found.path, *near)) if near == path else found["kind"].place
        span = found.document.locate(place)
        return _stretch(found, span.start, span.end, exact=False)

    @cached_property
    def _documents(self) -> list[Document]:
        return list(read(self.rendered))

    @cached_property
    def _files(self) -> dict[Name, list[tuple[str, Resource]]]:
        """The resources by what they are called, with their namespaces."""
        found: dict[Name, list[tuple[str, Resource]]] = {}
        for name, resource in definitions(self.folder):
            found.setdefault(name._replace(namespace=""), []).append((name.namespace, resource))
        return found

    @cached_property
    def _patches(self) -> dict[tuple[str, str, str], list[Resource]]:
        found: dict[tuple[str, str, str], list[Resource]] = {}
        for patch in patches(self.folder):
            found.setdefault((patch.group, patch.kind, patch.name), []).append(patch)
        return found

    def _defining(self, name: Name) -> Resource | None:
        """Return the only resource of this name; resources with equal names are distinguished by namespace."""
        alike = self._files.get(name._replace(namespace=""), [])
        same = [resource for namespace, resource in alike if namespace == name.namespace]
        found = same or [resource for _, resource in alike]
        return found[0] if len(found) == 1 else None

    def _patching(self, resource: Resource) -> Iterator[Resource]:
        yield from self._patches.get((resource.group, resource.kind, resource.name), ())


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


def _holds(resource: Resource, path: Path, value: Any) -> bool:
    """Whether a resource sets a field, and to the same scalar."""
    field = _field(resource, path)
    return field.exists and (isinstance(value, dict | list) or field.value == value)


def _field(resource: Resource, path: Path) -> Cursor:
    field: Cursor = resource
    for step in path:
        field = field[step]
    return field


def _stretch(resource: Resource, start: int, end: int, *, exact: bool) -> Stretch:
    return Stretch(resource.document.source, start, end, exact)
