"""Is each resource what its kind allows, in this version of Istio?"""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.resources.resource import Resource
from istiolint.schema.api_versions import OLD_GATEWAY_API, api_version
from istiolint.schema.loader import schema_of, validator


def check(resource: Resource, istio_version: str) -> Iterator[Finding]:
    """The schema findings of a resource; each names its rule. Nothing for kinds that have no schema."""
    yield from api_version(resource, istio_version)
    type_ = resource.type
    if type_ is None or schema_of(type_) is None or resource.version in OLD_GATEWAY_API.get(type_, ()):
        return
    if not validator(type_, istio_version, resource.version).is_valid(resource.value):
        from istiolint.schema.explain import explained

        yield from explained(resource, type_, istio_version)
