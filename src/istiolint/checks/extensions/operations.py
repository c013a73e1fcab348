"""EnvoyFilter patches that Istio ignores, or whose effect depends on the order in which filters are applied.

Istio documents the operations at EnvoyFilter.Patch.Operation, and the order at EnvoyFilter.priority.
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
    """Yield each patch with what it applies to and its operation."""
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
    """Report ADD on a route configuration; on a route it works, although `istioctl analyze` reports it."""
    for patch, applies_to, operation in _patches(envoy_filter):
        if operation == "ADD" and applies_to == _ROUTE:
            yield _applied(patch["patch"]["operation"])
        elif operation == "ADD" and applies_to == _CONFIGURATION:
            yield finding(
                patch["patch"]["operation"],
                f"`ADD` is not supported for `{applies_to}`; Istio ignores the patch",
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
    """Report REMOVE on a route configuration; on a route it works, although `istioctl analyze` reports it."""
    for patch, applies_to, operation in _patches(envoy_filter):
        if operation == "REMOVE" and applies_to == _ROUTE:
            yield _applied(patch["patch"]["operation"])
        elif operation == "REMOVE" and applies_to == _CONFIGURATION:
            yield finding(
                patch["patch"]["operation"],
                f"`REMOVE` is not supported for `{applies_to}`; Istio ignores the patch",
                hint="remove individual routes or virtual hosts instead",
            )


def _applied(operation: Cursor) -> Finding:
    return finding(
        operation,
        f"Istio applies `{operation.text}` to an `HTTP_ROUTE`, although `istioctl analyze` reports that it does not",
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
    """Report REPLACE on anything but a filter or a virtual host."""
    for patch, applies_to, operation in _patches(envoy_filter):
        if operation == "REPLACE" and applies_to and applies_to not in REPLACEABLE:
            yield finding(
                patch["patch"]["operation"],
                f"`REPLACE` is not supported for `{applies_to}`; Istio ignores the patch",
                hint="use `MERGE`, or `REMOVE` followed by `ADD`",
            )


@check(
    "envoyfilter-order-undefined", severity="info", evidence="heuristic", kinds=["EnvoyFilter"],
    codes=["IST0151"], default=False,
)  # fmt: skip
def envoyfilter_order_undefined(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an operation relative to another filter, without a priority."""
    for patch, operation in _relative(envoy_filter):
        if not mesh.envoy_filters.patched_by_version(patch):
            yield finding(
                patch["patch"]["operation"],
                f"`{operation}` depends on the order of EnvoyFilters; without `priority`, Istio orders them by creation time",
                hint="set `spec.priority`, or use `INSERT_FIRST`, `ADD` or `MERGE`",
            )


@check(
    "envoyfilter-order-by-proxy-version", severity="info", evidence="heuristic", kinds=["EnvoyFilter"],
    codes=["IST0155"], default=False,
)  # fmt: skip
def envoyfilter_order_by_proxy_version(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report such an operation on a filter that another patch handles for one proxy version only."""
    for patch, operation in _relative(envoy_filter):
        if other := mesh.envoy_filters.patched_by_version(patch):
            version = other["match"]["proxy"]["proxyVersion"]
            yield finding(
                patch["patch"]["operation"],
                f"`{operation}` of `{instance_name(patch)}` has no `proxyVersion`, but another patch applies only to "
                f"`{version.text}`; the result depends on the proxy version",
                hint="set `spec.priority`, and set `proxyVersion` in both patches",
                related=[(version, "the patch for one proxy version")],
            )


def _relative(envoy_filter: Resource) -> Iterator[tuple[Cursor, str]]:
    """Yield the patches whose operation is relative to existing objects, if the EnvoyFilter has no priority."""
    if envoy_filter.spec["priority"].number:
        return
    for patch, applies_to, operation in _patches(envoy_filter):
        removed = operation == "REMOVE" and applies_to not in _ROUTES
        replaced = operation == "REPLACE" and applies_to in REPLACEABLE
        if removed or replaced or operation in ("INSERT_BEFORE", "INSERT_AFTER"):
            yield patch, operation
