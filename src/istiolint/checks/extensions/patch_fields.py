"""Required fields of EnvoyFilter patches, and values that Envoy cannot decode."""

from collections.abc import Iterator

from istiolint.checks.extensions.envoy_decoding import Fault, Stranger, decode
from istiolint.findings.finding import Finding, Place
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, rejected
from istiolint.settings import minor

KIND = ("EnvoyFilter",)
_TYPE = "@type"
_FILTERS = ("HTTP_FILTER", "NETWORK_FILTER", "LISTENER_FILTER", "EXTENSION_CONFIG")
_WAYPOINT_SKIPPED_SINCE = 29
_ADDS = ("ADD", "INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST", "REPLACE")


def patches(envoy_filter: Resource, mesh: Mesh) -> Iterator[Cursor]:
    """Yield the patches that Istio validates; newer versions skip those for waypoints."""
    for patch in envoy_filter.spec["configPatches"]:
        skipped = patch["match"]["context"].text == "WAYPOINT" and minor(mesh.settings.istio_version) >= _WAYPOINT_SKIPPED_SINCE
        if isinstance(patch.value, dict) and not skipped:
            yield patch


@check(
    "envoyfilter-exposes-internals", severity="warning", evidence="document", kinds=KIND, rows=["EF-01"],
    default=False,
)  # fmt: skip
def envoyfilter_exposes_internals(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report every EnvoyFilter."""
    yield finding(
        envoy_filter["kind"],
        "an EnvoyFilter patches Envoy configuration that Istio generates; it may break with any Istio release",
        hint="use Telemetry, WasmPlugin, ProxyConfig or a DestinationRule where one of them is enough",
    )


@check(
    "patch-incomplete", severity="error", evidence="document", kinds=KIND,
    rows=["EF-05", "EF-06", "EF-07", "EF-08"],
)  # fmt: skip
def patch_incomplete(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a patch without target, operation or value."""
    for patch in patches(envoy_filter, mesh):
        applies, change = patch["applyTo"], patch["patch"]
        operation = change["operation"]
        if applies.value is None or applies.text == "INVALID":
            yield _incomplete(applies if applies.exists else patch, "the patch has no `applyTo`", "add `applyTo`")
        elif change.value is None:
            yield _incomplete(patch["applyTo"].key, "`patch` is missing", "add `patch: {operation: ..., value: ...}`")
        elif isinstance(change.value, dict) and (operation.value is None or operation.text == "INVALID"):
            at = operation if operation.exists else change.key
            yield _incomplete(at, "the patch has no `operation`", "add `operation`, such as `MERGE` or `INSERT_BEFORE`")
        elif operation.text not in ("", "REMOVE") and change["value"].value is None:
            yield _incomplete(operation, f"`{operation.text}` has no `value`", "add the `value` to merge or insert")


def _incomplete(at: Cursor | Place, what: str, hint: str) -> Finding:
    return finding(at, rejected(what, "EnvoyFilter"), hint=hint)


_MESSAGES = {
    "BOOTSTRAP": "envoy.config.bootstrap.v3.Bootstrap",
    "CLUSTER": "envoy.config.cluster.v3.Cluster",
    "EXTENSION_CONFIG": "envoy.config.core.v3.TypedExtensionConfig",
    "FILTER_CHAIN": "envoy.config.listener.v3.FilterChain",
    "HTTP_FILTER": "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
    "HTTP_ROUTE": "envoy.config.route.v3.Route",
    "LISTENER": "envoy.config.listener.v3.Listener",
    "LISTENER_FILTER": "envoy.config.listener.v3.ListenerFilter",
    "NETWORK_FILTER": "envoy.config.listener.v3.Filter",
    "ROUTE_CONFIGURATION": "envoy.config.route.v3.RouteConfiguration",
    "VIRTUAL_HOST": "envoy.config.route.v3.VirtualHost",
}
"""The message of Envoy's API that the value of a patch is decoded into."""


@check(
    "invalid-envoy-value", severity="error", evidence="document", kinds=KIND, rows=["EF-20", "EF-22"],
)  # fmt: skip
def invalid_envoy_value(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report values that Istio cannot decode."""
    for patch in patches(envoy_filter, mesh):
        applies = patch["applyTo"].text
        for fault in decode(patch["patch"]["value"], _MESSAGES[applies]) if applies in _MESSAGES else ():
            if isinstance(fault, Fault):
                yield finding(fault.at, rejected(f"{fault.message}", "EnvoyFilter"), hint=fault.hint)


@check(
    "unknown-envoy-field", severity="warning", evidence="document", kinds=KIND, rows=["EF-21"],
)  # fmt: skip
def unknown_envoy_field(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report misspelled fields, which Istio drops. (A field that resembles no other may be newer than the table of messages.)"""
    for patch in patches(envoy_filter, mesh):
        applies = patch["applyTo"].text
        for stranger in decode(patch["patch"]["value"], _MESSAGES[applies]) if applies in _MESSAGES else ():
            if isinstance(stranger, Stranger) and stranger.meant:
                yield finding(
                    stranger.field.key,
                    f"unknown field `{stranger.field.name}` in Envoy's `{stranger.message.rpartition('.')[2]}`; Istio drops it",
                    hint=f"did you mean `{stranger.meant}`?",
                )


@check(
    "filter-without-config", severity="warning", evidence="document", kinds=KIND, rows=["EF-23"],
)  # fmt: skip
def filter_without_config(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a filter that is added without its configuration."""
    for patch in patches(envoy_filter, mesh):
        value, operation = patch["patch"]["value"], patch["patch"]["operation"].text
        if patch["applyTo"].text not in _FILTERS or operation not in _ADDS or not isinstance(value.value, dict):
            continue
        given = [
            value[name] for name in ("typed_config", "typedConfig", "config_discovery", "configDiscovery") if value[name].exists
        ]
        if not given and value["name"].text:
            yield finding(
                value["name"],
                f"filter `{value['name'].text}` has no `typed_config`; Envoy rejects the entire listener",
                hint=f"add `typed_config` with `{_TYPE}`",
            )
