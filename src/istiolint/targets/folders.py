"""Plain manifests: which of them are applied together, as far as their folders show it.

A folder is applied as a whole, with all that is below it, unless parts of it define the same resource: then they are alternatives
(environments, steps of a tutorial, states before and after a change), and each of them is applied with what the others leave
alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

from istiolint.documents import Document
from istiolint.targets.library import folder_of

Identity: TypeAlias = tuple[str, str, str, str]
"""Group, kind, namespace as written, and name."""

MAX_SHARED = 8
"""How many times the documents of a folder may be read again, as what its alternatives share."""


class Part(NamedTuple):
    """Documents that are applied together, and the folder that distinguishes them from others."""

    folder: str
    documents: tuple[Document, ...]


class Defining(NamedTuple):
    """The documents of a file, and the resources that they define."""

    path: str
    documents: Sequence[Document]
    identities: Sequence[Identity]


def partition(files: Iterable[Defining]) -> list[Part]:
    """The ways in which plain manifests are applied: one part, or several where folders hold alternatives."""
    files = list(files)
    defined = {identity for one in files for identity in one.identities}
    if files and len(defined) == sum(len(one.identities) for one in files):  # nearly always: nothing is defined twice
        return [Part(".", tuple(document for one in files for document in one.documents))]
    root = _Folder(".")
    known: dict[str, _Folder] = {}
    for found in files:
        path = folder_of(found.path)
        folder = known.get(path)
        if folder is None:
            folder = known[path] = root.at(path)
        folder.own.append(found)
    folders = [root]
    for folder in folders:
        folders.extend(folder.folders.values())
    parts: dict[str, list[Part]] = {}
    for folder in reversed(folders):  # inner ones first, without recursion: folders may be nested deeply
        parts[folder.path] = folder.parts(parts)
    return parts[root.path]


class _Folder:
    """A folder with its documents and folders."""

    def __init__(self, path: str):
        self.path = path
        self.own: list[Defining] = []
        self.folders: dict[str, _Folder] = {}

    def at(self, path: str) -> "_Folder":
        found = self
        if path.startswith("/"):
            found = found.inner("/")
        for step in path.strip("/").split("/"):
            if step not in ("", "."):
                found = found.inner(step)
        return found

    def inner(self, step: str) -> "_Folder":
        if step not in self.folders:
            prefix = "" if self.path == "." else self.path if self.path.endswith("/") else f"{self.path}/"
            self.folders[step] = _Folder(f"{prefix}{step}")
        return self.folders[step]

    @cached_property
    def identities(self) -> set[Identity]:
        """What is defined in the folder and below it."""
        return self._own_identities.union(*(folder.identities for folder in self.folders.values()))

    @cached_property
    def _own_identities(self) -> set[Identity]:
        return {identity for one in self.own for identity in one.identities}

    def parts(self, inner: Mapping[str, list[Part]]) -> list[Part]:
        """The ways to apply what is in the folder and below it; `inner` has those of the folders in it by path."""
        folders = [self.folders[step] for step in sorted(self.folders)]
        units = [inner[folder.path] for folder in folders]
        owned = [folder.identities for folder in folders]
        if self.own:
            units.append([Part(self.path, tuple(document for one in self.own for document in one.documents))])
            owned.append(self._own_identities)
        rivals = _overlapping(owned)
        split = [number for number, unit in enumerate(units) if len(unit) > 1 or number in rivals]
        shared = tuple(
            document for number, unit in enumerate(units) if number not in split for part in unit for document in part.documents
        )
        if not split:
            return [Part(self.path, shared)] if shared else []
        alternatives = [part for number in split for part in units[number]]
        if len(alternatives) <= MAX_SHARED or not shared:
            return [Part(part.folder, (*part.documents, *shared)) for part in alternatives]
        return [*alternatives, Part(self.path, shared)]


def _overlapping(owned: Sequence[set[Identity]]) -> set[int]:
    """Those of several sets that have something in common with another one."""
    if sum(map(len, owned)) == len(set().union(*owned)):
        return set()
    first: dict[Identity, int] = {}
    found: set[int] = set()
    for number, identities in enumerate(owned):
        for identity in identities:
            other = first.setdefault(identity, number)
            if other != number:
                found |= {other, number}
    return found
