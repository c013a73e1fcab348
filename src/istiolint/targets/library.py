"""The documents that were read, by path, for what refers to files: kustomizations, Flux and Argo CD."""

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby, takewhile
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from istiolint.documents import KUSTOMIZATION_NAMES, Document
from istiolint.resources.resource import Resource, resources
from istiolint.sources import Source

Load: TypeAlias = Callable[[str, Source], Sequence[Document]]
"""Reads a file that is not part of the input, for a file that names it; nothing where it cannot be read."""


@lru_cache(maxsize=65536)
def normal(path: str) -> str:
    """A path in the one form in which the library knows it."""
    return posixpath.normpath(path.replace(os.sep, "/")) if path else "."


@lru_cache(maxsize=65536)
def folder_of(path: str) -> str:
    """The folder of a file."""
    return posixpath.dirname(normal(path)) or "."


class File(NamedTuple):
    """A file, its documents, and the resources in them."""

    source: Source
    documents: Sequence[Document]
    resources: Sequence[Resource]


def file_of(source: Source, documents: Sequence[Document]) -> File:
    """Return a file with these of its documents."""
    return File(source, documents, [resource for document in documents for resource in resources(document)])


class Library:
    """Documents by file, and files by folder. Files that kustomizations name outside of the input are loaded on demand."""

    def __init__(self, documents: Iterable[Document], load: Load | None = None):
        self._by_source = [(source, list(found)) for source, found in groupby(documents, attrgetter("source"))]
        self._load = load
        self._loaded: dict[str, Sequence[Document]] = {}

    @cached_property
    def _files(self) -> dict[str, list[Document]]:
        found: dict[str, list[Document]] = {}
        for source, of_file in self._by_source:
            found.setdefault(normal(source.path), []).extend(of_file)
        return found

    @cached_property
    def _folders(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._files:
            found.setdefault(folder_of(path), []).append(path)
        return found

    @cached_property
    def _all_folders(self) -> set[str]:
        found: set[str] = set()
        for folder in self._folders:
            found.update(takewhile(lambda ancestor: ancestor not in found, _ancestors(folder)))
        return found

    def files(self) -> Iterator[File]:
        """The files of the input in its order, those without documents left out."""
        return (file_of(source, documents) for source, documents in self._by_source)

    def file(self, path: str, by: Document) -> Sequence[Document] | None:
        """Return the documents of a file that a document names; None if the file does not exist."""
        path = normal(path)
        if path in self._files:
            return self._files[path]
        if path not in self._loaded:
            self._loaded[path] = self._load(path, by.source) if self._load else ()
        return self._loaded[path] or None

    def kustomization(self, folder: str, by: Document | None = None) -> Document | None:
        """The kustomization of a folder: one of the input, or one that is loaded because a document names the folder."""
        for name in KUSTOMIZATION_NAMES:
            path = posixpath.join(folder, name) if folder != "." else name
            for document in (self.file(path, by) if by else self._files.get(path)) or ():
                if isinstance(document.data, dict):
                    return document
        return None

    def kustomizations(self) -> Iterable[Document]:
        """All kustomizations of the input, by path."""
        for path in sorted(self._files):
            if posixpath.basename(path) in KUSTOMIZATION_NAMES:
                yield from (document for document in self._files[path][:1] if isinstance(document.data, dict))

    def has_folder(self, folder: str) -> bool:
        """Whether files of the input are in a folder, or below it."""
        return normal(folder) in self._all_folders

    def files_in(self, folder: str) -> Sequence[str]:
        """The files directly in a folder."""
        return self._folders.get(normal(folder), ())

    def files_below(self, folder: str) -> Iterable[str]:
        """The files in a folder and below it, by path."""
        folder = normal(folder)
        inside = "" if folder == "." else f"{folder}/"
        for other in sorted(self._folders):
            if other == folder or other.startswith(inside):
                yield from self._folders[other]


def _ancestors(folder: str) -> Iterable[str]:
    yield folder
    while folder not in (".", "/", ""):
        folder = posixpath.dirname(folder) or "."
        yield folder
