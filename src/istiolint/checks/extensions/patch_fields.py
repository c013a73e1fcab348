"""EnvoyFilters: what a patch must say, and values that Envoy cannot read."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding, Place
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.settings import minor

KIND = ("EnvoyFilter",)
_TYPE = "@type"
_TYPE_PREFIX = "type.googleapis.com/"
_FILTERS = ("HTTP_FILTER", "NETWORK_FILTER", "LISTENER_FILTER", "EXTENSION_CONFIG")
_NOT_NAMED = ("BOOTSTRAP",)
_WAYPOINT_SKIPPED_SINCE = 29
_ADDS = ("ADD", "INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST", "REPLACE")


def patches(envoy_filter: Resource, mesh: Mesh) -> Iterator[Cursor]:
    """The patches that Istio checks: those for waypoints it does not look at."""
    for patch in envoy_filter.spec["configPatches"]:
        skipped = patch["match"]["context"].text == "WAYPOINT" and minor(mesh.settings.istio_version) >= _WAYPOINT_SKIPPED_SINCE
        if isinstance(patch.value, dict) and not skipped:
            yield patch


@check(
    "envoyfilter-exposes-internals", severity="warning", evidence="document", kinds=KIND, rows=["EF-01"],
    default=False,
)  # fmt: skip
def envoyfilter_exposes_internals(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Any EnvoyFilter at all."""
    yield finding(
        envoy_filter["kind"],
        "an EnvoyFilter changes what Istio makes for Envoy, which may look different in the next release; Istio warns of each",
        hint="look whether Telemetry, WasmPlugin, ProxyConfig or a DestinationRule can do it by now",
    )


@check(
    "patch-incomplete", severity="error", evidence="document", kinds=KIND,
    rows=["EF-05", "EF-06", "EF-07", "EF-08"],
)  # fmt: skip
def patch_incomplete(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A patch that does not say what to change, how, or into what."""
    for patch in patches(envoy_filter, mesh):
        applies, change = patch["applyTo"], patch["patch"]
        operation = change["operation"]
        if applies.value is None or applies.text == "INVALID":
            yield _incomplete(
                applies if applies.exists else patch, "the patch does not say what it applies to", "write `applyTo`"
            )
        elif change.value is None:
            yield _incomplete(patch["applyTo"].key, "there is no `patch`", "write `patch: {operation: ..., value: ...}`")
        elif isinstance(change.value, dict) and (operation.value is None or operation.text == "INVALID"):
            at = operation if operation.exists else change.key
            yield _incomplete(at, "the patch does not say what to do", "write `operation`, such as `MERGE` or `INSERT_BEFORE`")
        elif operation.text not in ("", "REMOVE") and change["value"].value is None:
            yield _incomplete(operation, f"`{operation.text}` has no `value`", "write what is to stand there")


def _incomplete(at: Cursor | Place, what: str, hint: str) -> Finding:
    return finding(at, f"{what}; Istio refuses the EnvoyFilter", hint=hint)


@check(
    "invalid-envoy-value", severity="error", evidence="document", kinds=KIND, rows=["EF-20", "EF-22"],
)  # fmt: skip
def invalid_envoy_value(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Values that are no configuration of Envoy: names that are none, and types of API versions that are gone."""
    for patch in patches(envoy_filter, mesh):
        value = patch["patch"]["value"]
        name = value["name"]
        if name.value is not None and not isinstance(name.value, str) and patch["applyTo"].text not in _NOT_NAMED:
            yield finding(
                name,
                f"the `name` of a {patch['applyTo'].text} is a string; Istio refuses the EnvoyFilter",
                hint=f'write `"{name.value}"`',
            )
        for at in _types(value):
            if has_placeholder(at.text):
                continue
            package = at.text.removeprefix(_TYPE_PREFIX)
            if not at.text.startswith(_TYPE_PREFIX) and "/" not in at.text:
                yield finding(
                    at, f"`{at.text}` is no URL of a type; Istio refuses the EnvoyFilter", hint=f"write `{_TYPE_PREFIX}{at.text}`"
                )
            elif package.startswith("envoy.") and any(part in ("v2", "v2alpha", "v2alpha1") for part in package.split(".")):
                yield finding(
                    at,
                    f"`{package}` is of Envoy's API v2, which Envoy knows no more since Istio 1.8; Istio refuses the EnvoyFilter",
                    hint="write the type of API v3, and its fields",
                )


def _types(value: Cursor) -> Iterator[Cursor]:
    """Each `@type` within a value."""
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at.value, dict):
            if isinstance(at.mapping.get(_TYPE), str):
                yield at[_TYPE]
            todo += (item for _, item in at.items())
        elif isinstance(at.value, list):
            todo += at


@check(
    "filter-without-config", severity="warning", evidence="document", kinds=KIND, rows=["EF-23"],
)  # fmt: skip
def filter_without_config(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A filter that is added by its name alone, or with a configuration of no type."""
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
                f"`{value['name'].text}` has no `typed_config`: Envoy finds a filter by the type of its configuration, and "
                "refuses the listener",
                hint=f"write `typed_config` with `{_TYPE}`",
            )
        elif (
            given
            and "onfig" in str(given[0].name)
            and given[0].name in ("typed_config", "typedConfig")
            and not given[0][_TYPE].text
        ):
            yield finding(
                given[0].key,
                f"the configuration has no `{_TYPE}`: Envoy cannot tell what it configures, and refuses the listener",
                hint=f'write `"{_TYPE}": {_TYPE_PREFIX}envoy.extensions...`',
            )
