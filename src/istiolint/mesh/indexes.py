"""Indexes of a mesh, which are built at the first use and know what they were built from.

When resources change, only the indexes that read resources of the same types are built again.
"""

from collections.abc import Collection, Sequence
from functools import cached_property
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from istiolint.mesh.mesh import Mesh
    from istiolint.resources.resource import Resource

if TYPE_CHECKING:
    index = cached_property
else:

    class index(cached_property):
        """An index of a mesh: like `cached_property`, but records which types of resources and which other indexes it reads."""

        def __get__(self, mesh: Any, owner: type | None = None) -> Any:
            """Build the index at the first use."""
            if mesh is None:
                return self
            name = self.attrname
            found = mesh.__dict__[name] = self.func(Reader(mesh, mesh.needs.setdefault(name, set())))
            return found


class Reader:
    """A mesh as an index sees it: everything that the index reads, now or later, is recorded in `needs`."""

    def __init__(self, mesh: "Mesh", needs: set[str]):
        self._mesh, self._needs = mesh, needs

    def all(self, *types: str) -> "Sequence[Resource]":
        """As `Mesh.all`."""
        self._needs.update(types)
        return self._mesh.all(*types)

    def in_namespace(self, type_: str, namespace: str) -> "Sequence[Resource]":
        """As `Mesh.in_namespace`."""
        self._needs.add(type_)
        return self._mesh.in_namespace(type_, namespace)

    def get(self, type_: str, namespace: str, name: str) -> "Resource | None":
        """As `Mesh.get`."""
        self._needs.add(type_)
        return self._mesh.get(type_, namespace, name)

    def named(self, type_: str, name: str) -> "Sequence[Resource]":
        """As `Mesh.named`."""
        self._needs.add(type_)
        return self._mesh.named(type_, name)

    def __getattr__(self, name: str) -> Any:
        """Another index, an attribute, or a method that reads through this object."""
        method = getattr(type(self._mesh), name, None)
        if isinstance(method, FunctionType):
            return MethodType(method, self)
        self._needs.add(name)
        return getattr(self._mesh, name)


def outdated(needs: dict[str, set[str]], changed: Collection[str]) -> set[str]:
    """Return the indexes that read something of what changed, themselves or through other indexes."""
    found: set[str] = set()
    gone = set(changed)
    while new := {name for name, read in needs.items() if name not in found and not read.isdisjoint(gone)}:
        found |= new
        gone |= new
    return found
