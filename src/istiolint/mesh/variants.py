"""Which resources are alternatives of one another, so that no cluster ever holds both.

A repository keeps the same resource in several files: one an environment, a cluster, a chapter, a step of a canary. Only one of
them is applied, and with it what stands beside it. So files and folders that define the same resource are alternatives, and what
two alternatives disagree about is no contradiction.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import PurePosixPath
from typing import TypeAlias

from istiolint.resource import Resource

Identity: TypeAlias = tuple[str, str, str]


def _identity(resource: Resource) -> Identity:
    return resource.type or resource.kind, resource.namespace, resource.name


def _folder(file: str) -> str:
    return str(PurePosixPath(file.replace("\\", "/")).parent)


class Variants:
    """Files and folders that define the same resources."""

    def __init__(self, resources: Iterable[Resource]):
        files: dict[Identity, set[str]] = defaultdict(set)
        for resource in resources:
            if resource.name:
                files[_identity(resource)].add(resource.document.source.path)
        self._defines: dict[str, set[Identity]] = defaultdict(set)
        for identity, found in files.items():
            for file in found if len(found) > 1 else ():
                self._defines[file].add(identity)
                self._defines[_folder(file) + "/"].add(identity)
        self._meet = cache(self._share)

    def rivals(self, one: Resource, other: Resource) -> bool:
        """Whether two resources are alternatives: the same one twice, or from files or folders that define the same one."""
        if _identity(one) == _identity(other):
            return True
        file, other_file = one.document.source.path, other.document.source.path
        if file == other_file:
            return False
        folder, other_folder = _folder(file) + "/", _folder(other_file) + "/"
        return self._meet(file, other_file) or (folder != other_folder and self._meet(folder, other_folder))

    def _share(self, one: str, other: str) -> bool:
        return not self._defines.get(one, set()).isdisjoint(self._defines.get(other, ()))
