"""The files behind a kustomization, as Kustomize walks them, and what the resources in them end up being called."""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from istiolint.documents import KUSTOMIZATION_NAMES, Document, patch_paths, read
from istiolint.resources.resource import Resource, resources
from istiolint.sources import discover

_LEADING = ("resources", "bases", "components")


class Name(NamedTuple):
    """What a resource is known by; the namespace as written, "" for none."""

    group: str
    kind: str
    namespace: str
    name: str


class Given(NamedTuple):
    """What kustomizations do to names on the way to a file; the outermost namespace counts."""

    prefix: str = ""
    suffix: str = ""
    namespace: str = ""

    def within(self, kustomization: dict[str, Any]) -> "Given":
        """With what one more kustomization says, which is nearer to the file."""
        prefix, suffix, namespace = (_text(kustomization.get(key)) for key in ("namePrefix", "nameSuffix", "namespace"))
        return Given(self.prefix + prefix, suffix + self.suffix, self.namespace or namespace)

    def to(self, resource: Resource) -> Name:
        """The name that a resource ends up with."""
        namespace = self.namespace or resource.metadata["namespace"].text
        return Name(resource.group, resource.kind, namespace, f"{self.prefix}{resource.name}{self.suffix}")


def definitions(folder: str) -> Iterator[tuple[Name, Resource]]:
    """The resources behind the kustomization of a folder, with the names that they end up with."""
    return _definitions(folder, Given(), set())


def patches(folder: str) -> Iterator[Resource]:
    """The strategic merge patches of a kustomization and of those behind it, the outermost first."""
    return _patches(folder, set())


def _definitions(folder: str, given: Given, seen: set[str]) -> Iterator[tuple[Name, Resource]]:
    for kustomization in _kustomizations(folder, seen):
        inner = given.within(kustomization)
        for path in _leading(folder, kustomization):
            if os.path.isdir(path):
                yield from _definitions(path, inner, seen.copy())
            elif os.path.isfile(path):
                for document in _read(path):
                    yield from ((inner.to(resource), resource) for resource in resources(document))


def _patches(folder: str, seen: set[str]) -> Iterator[Resource]:
    for kustomization in _kustomizations(folder, seen):
        for path in patch_paths(discover(_kustomization_files(folder))):
            if os.path.isfile(path):
                for document in _read(path):
                    yield from resources(document)
        for path in _leading(folder, kustomization):
            if os.path.isdir(path):
                yield from _patches(path, seen)


def _kustomizations(folder: str, seen: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the kustomization of a folder, unless it was visited before (a cycle)."""
    absolute = os.path.realpath(folder)
    if absolute in seen:
        return
    seen.add(absolute)
    for source in discover(_kustomization_files(folder)):
        yield from (document.data for document in read(source) if isinstance(document.data, dict))


def _kustomization_files(folder: str) -> list[str]:
    return [path for name in KUSTOMIZATION_NAMES if os.path.isfile(path := os.path.join(folder, name))][:1]


def _leading(folder: str, kustomization: dict[str, Any]) -> Iterator[str]:
    for section in _LEADING:
        named = kustomization.get(section)
        yield from (
            (os.path.normpath(os.path.join(folder, path)) for path in named if isinstance(path, str))
            if isinstance(named, list)
            else ()
        )


def _read(path: str) -> Iterator[Document]:
    for source in discover([path]):
        yield from read(source)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
