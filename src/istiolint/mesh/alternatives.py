"""Which resources are alternatives of one another, so that no cluster ever holds both.

A repository keeps the same resource in several files: one per environment, cluster, chapter, or step of a canary. Only one of
them is applied, together with the other resources of its file or folder. So files and folders that define the same resource are
alternatives, and what two alternatives disagree about is not a contradiction.
"""

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

from istiolint.resources.resource import Resource

Identity: TypeAlias = tuple[str, str, str]


def _identity(resource: Resource) -> Identity:
    return resource.type or resource.kind, resource.namespace, resource.name


def _folder(file: str) -> str:
    return f"{posixpath.dirname(file.replace(chr(92), '/')) or '.'}/"


class Alternatives:
    """Files and folders that define the same resources.

    `repeated` holds at least the resources that share kind, namespace and name with another one.
    `whole_mesh`: the input is one mesh, so that what names no namespace is in `default` and not wherever it is applied.
    """

    def __init__(self, repeated: Iterable[Resource], whole_mesh: bool = False):
        self._whole_mesh = whole_mesh
        files: dict[Identity, set[str]] = defaultdict(set)
        for resource in repeated:
            if resource.name:
                files[_identity(resource)].add(resource.document.source.path)
        self._defines: dict[str, set[Identity]] = defaultdict(set)
        self._repeated: set[tuple[str, Identity]] = set()
        for identity, found in files.items():
            seen: set[str] = set()
            for file in found if len(found) > 1 else ():
                folder = _folder(file)
                self._defines[file].add(identity)
                self._defines[folder].add(identity)
                if folder in seen:
                    self._repeated.add((folder, identity))
                seen.add(folder)
        self._meet = cache(self._share)
        self._folder = cache(_folder)

    def exclusive(self, one: Resource, other: Resource) -> bool:
        """Whether two resources are alternatives: the same one twice, or from files or folders that define the same one.

        Resources that name no namespace may also be applied to different ones, unless they are below one folder.
        """
        if _identity(one) == _identity(other):
            return True
        file, other_file = one.document.source.path, other.document.source.path
        if file == other_file:
            return False
        folder, other_folder = self._folder(file), self._folder(other_file)
        if self._meet(file, other_file):
            return True
        if folder == other_folder:
            return (folder, _identity(one)) in self._repeated or (folder, _identity(other)) in self._repeated
        return self._meet(folder, other_folder) or self._apart(one, other, folder, other_folder)

    def variant(self, resource: Resource) -> tuple[str, bool, bool]:
        """Return what decides which resources of other names and kinds are its rivals: equal for equal answers."""
        file = resource.document.source.path
        folder, placed = self._folder(file), self._whole_mesh or resource.placed
        return file if file in self._defines else folder, placed, (folder, _identity(resource)) in self._repeated

    def _apart(self, one: Resource, other: Resource, folder: str, other_folder: str) -> bool:
        placed = self._whole_mesh or (one.placed and other.placed)
        return not placed and not folder.startswith(other_folder) and not other_folder.startswith(folder)

    def _share(self, one: str, other: str) -> bool:
        return not self._defines.get(one, set()).isdisjoint(self._defines.get(other, ()))
