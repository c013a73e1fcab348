"""The order of creation, by which Istio decides between resources in conflict.

Files carry no ages: unless `creationTimestamp` is written, resources count as created in the order in which `kubectl apply`
would create them, which is the order of paths and of documents in a file.
"""

from collections.abc import Iterable
from typing import TypeAlias

from istiolint.resources.resource import Resource

Age: TypeAlias = tuple[str, str, int, str]


def age(resource: Resource) -> Age:
    """What sorts resources by their creation, the oldest first."""
    created = resource.metadata["creationTimestamp"].text
    return created, resource.document.source.path, resource.document.index, str(resource.path)


def oldest_first(resources: Iterable[Resource]) -> list[Resource]:
    """Resources by their creation."""
    found = list(resources)
    return sorted(found, key=age) if len(found) > 1 else found
