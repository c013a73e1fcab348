"""Which Envoy filters are patched for some proxy versions only."""

from collections import defaultdict
from collections.abc import Iterable

from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource


def instance_name(patch: Cursor) -> str:
    """The name of the Envoy filter (or other instance) that a `configPatches` item works on; "" when it names none."""
    return patch["patch"]["value"]["name"].text or patch["match"]["listener"]["filterChain"]["filter"]["name"].text


class EnvoyFilters:
    """Patches with `match.proxy.proxyVersion`, by the instance that they work on."""

    def __init__(self, envoy_filters: Iterable[Resource]):
        self._versioned: dict[str, list[Cursor]] = defaultdict(list)
        for envoy_filter in envoy_filters:
            for patch in envoy_filter.spec["configPatches"]:
                if patch["match"]["proxy"]["proxyVersion"]:
                    self._versioned[instance_name(patch)].append(patch)

    def patched_by_version(self, patch: Cursor) -> Cursor | None:
        """Another patch of the same instance that is bound to a proxy version: earlier in this EnvoyFilter, or in another one."""
        name = instance_name(patch)
        for other in self._versioned.get(name, ()) if name else ():
            if other.document is not patch.document or other.path < patch.path:
                return other
        return None
