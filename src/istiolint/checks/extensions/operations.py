"""EnvoyFilter patches that Istio ignores, or whose effect depends on the order in which filters are applied.

Which operations work on what is documented at EnvoyFilter.Patch.Operation; the order at EnvoyFilter.priority.
"""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.envoyfilters import instance_name
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_CONFIGURATION, _ROUTE = _ROUTES = "ROUTE_CONFIGURATION", "HTTP_ROUTE"
REPLACEABLE = ("NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER", "VIRTUAL_HOST")


def _patches(envoy_filter: Resource) -> Iterator[tuple[Cursor, str, str]]:
    """Each patch with what it applies to and its operation."""
    for patch in envoy_filter.spec["configPatches"]:
        yield patch, patch["applyTo"].text, patch["patch"]["operation"].text


@check(
    "envoyfilter-add-ignored",
    severity="error",
    evidence="document",
    kinds=["EnvoyFilter"],
    codes=["IST0153"],
)
def envoyfilter_add_ignored(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """ADD on a route configuration; on a route it works, although `istioctl analyze` reports it."""
    for patch, applies_to, operation in _patches(envoy_filter):
        if operation == "ADD" and applies_to == _ROUTE:
            yield _applied(patch["patch"]["operation"])
        elif operation == "ADD" and applies_to == _CONFIGURATION:
            yield finding(
                patch["patch"]["operation"],
                f"`ADD` does nothing when `applyTo` is `{applies_to}`; Istio ignores the patch",
                hint="use `MERGE`, or `ADD` with `applyTo: VIRTUAL_HOST`",
            )


@check(
    "envoyfilter-remove-ignored",
    severity="error",
    evidence="document",
    kinds=["EnvoyFilter"],
    codes=["IST0154"],
)
def envoyfilter_remove_ignored(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """REMOVE on a route configuration; on a route it works, although `istioctl analyze` reports it."""
    for patch, applies_to, operation in _patches(envoy_filter):
        if operation == "REMOVE" and applies_to == _ROUTE:
            yield _applied(patch["patch"]["operation"])
        elif operation == "REMOVE" and applies_to == _CONFIGURATION:
            yield finding(
                patch["patch"]["operation"],
                f"`REMOVE` does nothing when `applyTo` is `{applies_to}`; Istio ignores the patch",
                hint="remove single routes or virtual hosts instead",
            )


def _applied(operation: Cursor) -> Finding:
    return finding(
        operation,
        f"Istio applies `{operation.text}` to an `HTTP_ROUTE`, although `istioctl analyze` says that it does not",
        hint="check the result with `istioctl proxy-config routes`",
        severity="info",
    )


@check(
    "envoyfilter-replace-ignored",
    severity="error",
    evidence="document",
    kinds=["EnvoyFilter"],
    codes=["IST0152"],
)
def envoyfilter_replace_ignored(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """REPLACE on anything but a named filter or a virtual host."""
    for patch, applies_to, operation in _patches(envoy_filter):
        if operation == "REPLACE" and applies_to and applies_to not in REPLACEABLE:
            yield finding(
                patch["patch"]["operation"],
                f"`REPLACE` does nothing when `applyTo` is `{applies_to}`; Istio replaces only named filters",
                hint="use `MERGE`, or `REMOVE` and `ADD`",
            )


@check(
    "envoyfilter-order-undefined", severity="info", evidence="heuristic", kinds=["EnvoyFilter"],
    codes=["IST0151"], default=False,
)  # fmt: skip
def envoyfilter_order_undefined(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An operation relative to another filter, without a priority."""
    for patch, operation in _relative(envoy_filter):
        if not mesh.envoy_filters.patched_by_version(patch):
            yield finding(
                patch["patch"]["operation"],
                f"`{operation}` depends on what other EnvoyFilters did before; without a `priority` creation time decides",
                hint="set `spec.priority`, or use `INSERT_FIRST`, `ADD` or `MERGE`",
            )


@check(
    "envoyfilter-order-by-proxy-version", severity="info", evidence="heuristic", kinds=["EnvoyFilter"],
    codes=["IST0155"], default=False,
)  # fmt: skip
def envoyfilter_order_by_proxy_version(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The same for a filter that another patch handles for one proxy version only."""
    for patch, operation in _relative(envoy_filter):
        if other := mesh.envoy_filters.patched_by_version(patch):
            version = other["match"]["proxy"]["proxyVersion"]
            yield finding(
                patch["patch"]["operation"],
                f"`{operation}` on `{instance_name(patch)}`, which another patch handles for proxies `{version.text}` only: "
                "what comes out differs from one proxy version to the next",
                hint="set `spec.priority`, and give both patches a `proxyVersion`",
                related=[(version, "the patch for one proxy version")],
            )


def _relative(envoy_filter: Resource) -> Iterator[tuple[Cursor, str]]:
    """Patches whose operation is relative to what is there, in an EnvoyFilter without a priority."""
    if envoy_filter.spec["priority"].number:
        return
    for patch, applies_to, operation in _patches(envoy_filter):
        removed = operation == "REMOVE" and applies_to not in _ROUTES
        replaced = operation == "REPLACE" and applies_to in REPLACEABLE
        if removed or replaced or operation in ("INSERT_BEFORE", "INSERT_AFTER"):
            yield patch, operation
