"""The Mesh: all resources of the input, linted and context, and the rooms that answer questions about them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from istiolint.resource import Resource
from istiolint.settings import Settings


class Mesh:
    """All resources, by type, namespace and name.

    Each question lives in a room of its own, made at the first use: `mesh.hosts` (which service stands behind a host), ...
    """

    def __init__(self, resources: Iterable[Resource], settings: Settings):
        self.settings = settings
        self.root_namespace = settings.root_namespace
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        self._by_name: dict[tuple[str, str, str], Resource] = {}
        for resource in resources:
            if resource.type:
                self._by_type[resource.type].append(resource)
                self._by_name.setdefault((resource.type, resource.namespace, resource.name), resource)

    def all(self, *types: str) -> Sequence[Resource]:
        """The resources of some types, in the order of the input."""
        if len(types) == 1:
            return self._by_type.get(types[0], [])
        return [resource for type_ in types for resource in self._by_type.get(type_, [])]

    def get(self, type_: str, namespace: str, name: str) -> Resource | None:
        """The resource of a type with this namespace ("" for cluster-wide kinds) and name."""
        return self._by_name.get((type_, namespace, name))
