"""Fields that belong to another kind: half of a DestinationRule written into a VirtualService, say."""

from functools import cache

from istiolint.resources.kinds import ISTIO
from istiolint.schema.fields import Fields
from istiolint.schema.loader import schema_of

MOST_KINDS = 2
"""A name that more kinds have (`selector`) does not show which kind is meant."""


def owners(name: str) -> tuple[str, ...]:
    """The Istio kinds whose `spec` has a field of this name; none where too many have it."""
    kinds = _owners().get(name, ())
    return kinds if len(kinds) <= MOST_KINDS else ()


@cache
def _owners() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for kind in (kind for kinds in ISTIO.values() for kind in kinds):
        if schema := schema_of(kind):
            fields = Fields(schema)
            for name in fields.properties(fields.at(("spec",))):
                found[name] = (*found.get(name, ()), kind)
    return found
