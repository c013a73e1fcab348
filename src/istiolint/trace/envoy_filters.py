"""EnvoyFilters: traces do not apply them, but add a step for each proxy that they patch."""

from typing import Literal, NamedTuple, TypeAlias

from istiolint.mesh import Mesh
from istiolint.mesh.waypoints import is_waypoint
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.proxies import Proxy, enforced_by
from istiolint.trace.steps import Steps

Context: TypeAlias = Literal["SIDECAR_INBOUND", "SIDECAR_OUTBOUND", "GATEWAY"]
_REQUESTS = frozenset(
    (
        "LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE",
        "CLUSTER", "LISTENER_FILTER",
    )
)  # fmt: skip
"""What patches apply to that requests pass."""


class Patched(NamedTuple):
    """An EnvoyFilter and its first patch that affects requests."""

    envoy_filter: Resource
    patch: Cursor


class EnvoyFilters:
    """The patches of a mesh by the proxies that they change."""

    def __init__(self, mesh: Mesh):
        self._mesh = mesh

    def of(self, proxy: Proxy, context: Context) -> list[Patched]:
        """Return the EnvoyFilters that may change how a proxy handles requests; those of the root namespace come first."""
        found: list[Patched] = []
        waypoint = proxy.gateway is not None and is_waypoint(proxy.gateway)
        root = self._mesh.root_namespace
        for envoy_filter in sorted(
            enforced_by(proxy, "EnvoyFilter", self._mesh), key=lambda each: (each.namespace != root, each.name)
        ):
            if waypoint and not envoy_filter.spec["targetRefs"]:
                continue
            patch = next((each for each in envoy_filter.spec["configPatches"] if _changes(each, context)), None)
            if patch is not None:
                found.append(Patched(envoy_filter, patch))
        return found


def _changes(patch: Cursor, context: Context) -> bool:
    wanted = patch["match"]["context"].text or "ANY"
    return patch["applyTo"].text in _REQUESTS and wanted in ("ANY", context)


def explain_patches(envoy_filters: EnvoyFilters, proxy: Proxy, context: Context, steps: Steps) -> None:
    """Add a step for each EnvoyFilter that may change how a proxy handles the request."""
    for envoy_filter, patch in envoy_filters.of(proxy, context):
        kind = patch["applyTo"]
        words = f"{envoy_filter.title} patches {proxy.title} (`{kind.text}`) and may change this; the trace does not apply it"
        steps.add("client" if context != "SIDECAR_INBOUND" else "server", words, kind, kind="unknown")
