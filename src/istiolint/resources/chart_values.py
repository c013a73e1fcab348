"""The values that resources of delivery tools give to Istio's Helm charts."""

from collections.abc import Iterator

from istiolint.documents.chart_values import values_in
from istiolint.resources.cursor import Cursor
from istiolint.resources.embedded import embedded
from istiolint.resources.kinds import DELIVERY_KINDS
from istiolint.resources.resource import Resource, ValuesResource


def values_given_by(resource: Resource) -> Iterator[ValuesResource]:
    """Yield the values for Istio's charts in a HelmRelease, an Application or a HelmChart."""
    if resource.type not in DELIVERY_KINDS:
        return
    for values in values_in(resource.value):
        at: Cursor = resource
        for step in values.path:
            at = at[step]
        if values.text:
            inner = embedded(at)
            if inner is not None and isinstance(inner.value, dict):
                yield ValuesResource(inner.document, values, owner=resource)
        elif isinstance(at.value, dict):
            yield ValuesResource(resource.document, values._replace(path=at.path), at.value, resource)
