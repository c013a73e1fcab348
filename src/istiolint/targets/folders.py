"""Plain manifests: which of them are applied together, as far as their folders show it.

A folder is applied as a whole, with all that is below it, unless parts of it define the same resource: then they are alternatives
(environments, steps of a tutorial, states before and after a change), and each of them is applied with what the others leave
alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple, TypeAlias

from istiolint.resources.resource import Resource
from istiolint.targets.library import File, folder_of

Identity: TypeAlias = tuple[str, str, str, str]
"""Group, kind, namespace as written, and name."""

_NO_ALTERNATIVES = ("Namespace", "CustomResourceDefinition", "HelmValues")
"""Kinds that many folders repeat although they are applied together."""
MAX_SHARED = 8
"""How many times the files of a folder may be checked again, as what its alternatives share."""


class Part(NamedTuple):
    """Files that are applied together, and the folder that distinguishes them from others."""

    folder: str
    files: tuple[File, ...]


def partition(files: Sequence[File]) -> list[Part]:
    """The ways in which plain manifests are applied: one part, or several where folders hold alternatives."""
    defined = identities(chain.from_iterable([file.resources for file in files]))
    if files and len(set(defined)) == len(defined):  # nearly always: nothing is defined twice
        return [Part(".", tuple(files))]
    root = _Folder(".")
    known: dict[str, _Folder] = {}
    for file in files:
        path = folder_of(file.source.path)
        folder = known.get(path)
        if folder is None:
            folder = known[path] = root.at(path)
        folder.own.append(file)
    folders = [root]
    for folder in folders:
        folders.extend(folder.folders.values())
    parts: dict[str, list[Part]] = {}
    for folder in reversed(folders):  # inner ones first, without recursion: folders may be nested deeply
        parts[folder.path] = folder.parts(parts)
    return parts[root.path]


def identities(resources: Iterable[Resource]) -> list[Identity]:
    """Return what resources define, without those that many folders repeat although they are applied together."""
    return [
        (resource.group, resource.kind, resource.written_namespace, resource.name)
        for resource in resources
        if resource.name and resource.kind not in _NO_ALTERNATIVES
    ]


def identity_of(resource: Resource) -> Identity:
    """Return what a resource defines."""
    return resource.group, resource.kind, resource.written_namespace, resource.name


class _Folder:
    """A folder with its files and folders."""

    def __init__(self, path: str):
        self.path = path
        self.own: list[File] = []
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
        return {identity for file in self.own for identity in identities(file.resources)}

    def parts(self, inner: Mapping[str, list[Part]]) -> list[Part]:
        """The ways to apply what is in the folder and below it; `inner` has those of the folders in it by path."""
        folders = [self.folders[step] for step in sorted(self.folders)]
        units = [inner[folder.path] for folder in folders]
        owned = [folder.identities for folder in folders]
        if self.own:
            units.append([Part(self.path, tuple(self.own))])
            owned.append(self._own_identities)
        rivals = _overlapping(owned)
        split = [number for number, unit in enumerate(units) if len(unit) > 1 or number in rivals]
        shared = tuple(file for number, unit in enumerate(units) if number not in split for part in unit for file in part.files)
        if not split:
            return [Part(self.path, shared)] if shared else []
        alternatives = [part for number in split for part in units[number]]
        if len(alternatives) <= MAX_SHARED or not shared:
            return [Part(part.folder, (*part.files, *shared)) for part in alternatives]
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
