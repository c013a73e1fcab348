"""Suppressions in annotations, which survive Kustomize and the API server; comments do not."""

import json
from collections.abc import Iterator

from istiolint.findings.finding import Delete, Fix, Replace
from istiolint.primitives.patterns import late
from istiolint.resources.resource import Resource
from istiolint.suppression.suppression import Suppression

IGNORE = "istiolint.io/ignore"
"""Names of rules with commas between them; behind a colon, the reason."""
ANALYZE_SUPPRESS = "galley.istio.io/analyze-suppress"
"""istioctl's annotation: codes with commas between them, `*` for all; it concerns findings on the resource that carries it."""
_NAME = late(r"[^\s,]+")


def of_istioctl(resource: Resource) -> frozenset[str]:
    """Return the codes in the annotation of istioctl. Blanks around commas are allowed, unlike in istioctl."""
    return frozenset(code.strip() for code in resource.annotations.get(ANALYZE_SUPPRESS, "").split(","))


def in_annotation(resource: Resource) -> Iterator[Suppression]:
    """Yield the suppression in the annotations of a resource."""
    cursor = resource.metadata["annotations"][IGNORE]
    if not cursor.text:
        return
    names, colon, reason = cursor.text.partition(":")

    def without(gone: set[str]) -> Fix:
        left = [name for name in _NAME.findall(names) if name not in gone]
        if not left:
            return Fix("remove the annotation", (Delete(cursor.place),))
        return Fix("remove the names", (Replace(cursor.place, json.dumps(", ".join(left) + colon + reason)),))

    places = {match[0]: cursor.place._replace(within=match.span()) for match in _NAME.finditer(names)}
    yield Suppression(places, cursor.place, reason.strip(), without, in_annotation=True)
