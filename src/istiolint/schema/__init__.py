"""Is each resource what its kind allows, in this version of Istio?"""

from collections.abc import Iterator

from istiolint.finding import Finding
from istiolint.resource import Resource


def check(resource: Resource, istio_version: str) -> Iterator[Finding]:
    """The schema findings of a resource; each names its rule."""
    yield from ()
