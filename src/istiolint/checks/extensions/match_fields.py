"""What EnvoyFilter patches match: proxies, listeners and filters, routes, clusters."""

from collections.abc import Iterator

from istiolint.checks.extensions.patch_fields import KIND, patches
from istiolint.checks.schema.shared_rules import EMPTY_FIELD
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.traffic.regex import refusal

_LISTENERS = ("LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER")
_ROUTES = ("ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE")
_OBJECTS = {
    **dict.fromkeys(_LISTENERS, "listener"),
    **dict.fromkeys(_ROUTES, "routeConfiguration"),
    "CLUSTER": "cluster",
}
"""The `match` field by `applyTo`."""
_HTTP_CONNECTIONS = ("envoy.filters.network.http_connection_manager", "envoy.http_connection_manager")
_LONGEST_VERSION = 1024
_HTTP = (
    "buffer", "cors", "csrf", "fault", "grpc_http1_bridge", "grpc_json_transcoder", "grpc_web", "gzip", "health_check",
    "ip_tagging", "lua", "router", "squash",
)  # fmt: skip
_RENAMED = {
    **{f"envoy.{name}": f"envoy.filters.http.{name}" for name in _HTTP},
    "envoy.http_dynamo_filter": "envoy.filters.http.dynamo",
    "envoy.rate_limit": "envoy.filters.http.ratelimit",
    **{
        f"envoy.listener.{name}": f"envoy.filters.listener.{name}"
        for name in ("http_inspector", "original_dst", "original_src", "proxy_protocol", "tls_inspector")
    },
    **{
        f"envoy.{name}": f"envoy.filters.network.{name}"
        for name in ("client_ssl_auth", "echo", "http_connection_manager", "mongo_proxy", "ratelimit", "redis_proxy", "tcp_proxy")
    },
}
"""Former filter names with the present ones. (`envoy.ext_authz` was the name of two filters.)"""
_EXT_AUTHZ = {"HTTP_FILTER": "envoy.filters.http.ext_authz", "NETWORK_FILTER": "envoy.filters.network.ext_authz"}


@check(
    "envoyfilter-match-of-wrong-kind", severity="error", evidence="document", kinds=KIND,
    rows=["EF-11", "EF-18", "EF-19"],
)  # fmt: skip
def envoyfilter_match_of_wrong_kind(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a `match` that does not belong to `applyTo`."""
    for patch in patches(envoy_filter, mesh):
        applies, match = patch["applyTo"], patch["match"]
        wanted = _OBJECTS.get(applies.text)
        for name in dict.fromkeys(_OBJECTS.values()):
            if wanted and name != wanted and match[name].value is not None:
                yield finding(
                    match[name].key,
                    rejected(f"`applyTo: {applies.text}` requires a `{wanted}` match, not `{name}`", "EnvoyFilter"),
                    hint=f"use `match.{wanted}`",
                    related=[(applies, "what the patch applies to")],
                )


@check(
    "filter-match-without-effect", severity="warning", evidence="document", kinds=KIND, rows=["EF-12"],
)  # fmt: skip
def filter_match_without_effect(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a filter match in a patch for a listener or filter chain."""
    for patch in patches(envoy_filter, mesh):
        found = patch["match"]["listener"]["filterChain"]["filter"]
        if patch["applyTo"].text in ("LISTENER", "FILTER_CHAIN") and found.value is not None:
            yield finding(
                found.key,
                f"a patch for `{patch['applyTo'].text}` ignores `filter`; the match has no effect",
                hint="remove it, or use `applyTo: NETWORK_FILTER`",
            )


@further_check(EMPTY_FIELD, kinds=KIND, rows=["EF-13", "EF-16"])
def filter_without_name(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a filter match without a name."""
    for patch in patches(envoy_filter, mesh):
        found = patch["match"]["listener"]["filterChain"]["filter"]
        if patch["applyTo"].text not in _LISTENERS:
            continue
        for place in (found, found["subFilter"]):
            if isinstance(place.value, dict) and place["name"].value in (None, ""):
                yield finding(
                    place["name"] if place["name"].exists else place.key,
                    rejected(f"`{place.name}` has no name", "EnvoyFilter"),
                    hint="add the `name` of the filter",
                )


@check(
    "sub-filter-misplaced", severity="error", evidence="document", kinds=KIND, rows=["EF-14", "EF-15"],
)  # fmt: skip
def sub_filter_misplaced(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a `subFilter` outside of the HTTP connection manager or of patches for HTTP filters."""
    for patch in patches(envoy_filter, mesh):
        applies, found = patch["applyTo"].text, patch["match"]["listener"]["filterChain"]["filter"]
        inner, name = found["subFilter"], found["name"].text
        if not isinstance(inner.value, dict) or applies not in _LISTENERS:
            continue
        if applies != "HTTP_FILTER":
            what = f"a patch for `{applies}` cannot match `subFilter`"
        elif name and name not in _HTTP_CONNECTIONS:
            what = f"`{name}` does not contain filters"
        else:
            continue
        yield finding(
            inner.key,
            rejected(what, "EnvoyFilter"),
            hint=f"use `applyTo: HTTP_FILTER`, and match it in `{_HTTP_CONNECTIONS[0]}`",
        )


@check(
    "renamed-filter", severity="warning", evidence="document", kinds=KIND, rows=["EF-17"], fixable=True,
    fold="file",
)  # fmt: skip
def renamed_filter(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a former filter name."""
    for patch in patches(envoy_filter, mesh):
        found = patch["match"]["listener"]["filterChain"]["filter"]
        for name, applies in ((found["name"], "NETWORK_FILTER"), (found["subFilter"]["name"], "HTTP_FILTER")):
            today = _EXT_AUTHZ[applies] if name.text == "envoy.ext_authz" else _RENAMED.get(name.text)
            if today:
                yield finding(
                    name,
                    f"filter `{name.text}` was renamed; the patch never matches",
                    hint=f"use `{today}`",
                    fix=Fix(f"use `{today}`", (Replace(name.place, today),)),
                )


@check(
    "invalid-proxy-version", severity="error", evidence="document", kinds=KIND, rows=["EF-09", "EF-10"],
)  # fmt: skip
def invalid_proxy_version(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a `proxyVersion` that is too long or not a valid regular expression."""
    for patch in patches(envoy_filter, mesh):
        version = patch["match"]["proxy"]["proxyVersion"]
        if not version.literal:
            continue
        if len(version.text.encode()) > _LONGEST_VERSION:
            yield finding(
                version,
                f"`proxyVersion` is longer than {_LONGEST_VERSION} characters; Istio warns about it",
                hint="use a pattern such as `^1\\.30.*`",
                severity="warning",
            )
        elif why := refusal(version.text):
            yield finding(
                version,
                rejected(f"`{version.text}` is not a valid regular expression ({why})", "EnvoyFilter"),
                hint="use a pattern such as `^1\\.30.*`",
            )
