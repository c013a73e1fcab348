"""Routes of the Gateway API: cross-field validation of the API server.

The definitions of the Gateway API express these rules in CEL, since bundle v1.0.
"""

import re
from collections import Counter
from collections.abc import Iterator

from istiolint.checks.routing.redirects import PREFIX_REWRITE_WITHOUT_PREFIX
from istiolint.checks.routing.route_actions import CONFLICTING_ROUTE_ACTIONS
from istiolint.checks.schema.shared_rules import CONDITION_WITHOUT_CONTENT, DUPLICATE_NAME
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import GROUP, ROUTE_KINDS, backend_cursors, filter_lists
from istiolint.primitives.durations import nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import CONFLICTING_FIELDS, DUPLICATE_ITEM, MISSING_FIELD, OUT_OF_RANGE

_REQUEST_ROUTES = ("GRPCRoute", "HTTPRoute")
_SETTINGS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestMirror": "requestMirror",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "ExtensionRef": "extensionRef",
    "CORS": "cors",
    "ExternalAuth": "externalAuth",
}
"""The field of each type of filter."""
_ONCE = ("RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite")
_REPLACEMENTS = {"ReplaceFullPath": "replaceFullPath", "ReplacePrefixMatch": "replacePrefixMatch"}
_PATH = re.compile(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+", re.ASCII)
_WITHIN_PATHS = ("//", "/./", "/../", "%2f", "%2F", "#")
_AT_THE_END = ("/..", "/.")
_LITERAL = ("", "Exact", "PathPrefix")
"""Match types whose value is a path; the default is a prefix."""


@further_check(MISSING_FIELD, kinds=ROUTE_KINDS)
def backend_without_port(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Service backend without a port."""
    for backend in backend_cursors(route):
        service = not backend["group"].text and backend["kind"].text in ("", "Service")
        if service and backend["name"].text and backend["port"].value is None:
            yield finding(
                backend["name"],
                rejected(f"the reference to Service `{backend['name'].text}` has no `port`", route.kind, by="the API server"),
                hint="set `port` to a port of the Service (not its `targetPort`)",
            )


@check(
    "filter-contradicts-type", severity="error", evidence="document", tags=["rejected"], kinds=_REQUEST_ROUTES,
)  # fmt: skip
def filter_contradicts_type(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a filter without the settings of its type, or with those of another type."""
    for each in (each for filters in filter_lists(route) for each in filters):
        type_ = each["type"]
        wanted = _SETTINGS.get(type_.text)
        if wanted is None:
            continue
        strangers = [each[field] for field in _SETTINGS.values() if field != wanted and each[field].value is not None]
        if each[wanted].value is None:
            yield finding(
                type_,
                rejected(f"filter of type `{type_.text}` without `{wanted}`", route.kind, by="the API server"),
                hint=f"set `{wanted}`, or use the type of `{strangers[0].name}`" if strangers else f"set `{wanted}`",
            )
        else:
            for stranger in strangers:
                yield finding(
                    stranger.key,
                    rejected(
                        f"`{stranger.name}` is not allowed in a filter of type `{type_.text}`", route.kind, by="the API server"
                    ),
                    hint="move it to a separate filter",
                    related=[(type_, "the type is set here")],
                )
    for path in _paths(route):
        for type_name, field in _REPLACEMENTS.items():
            if (path["type"].text == type_name) != (path[field].value is not None) and path["type"].text in _REPLACEMENTS:
                lacking = path["type"].text == type_name
                yield finding(
                    path["type"] if lacking else path[field].key,
                    rejected(
                        f"path type `{path['type'].text}` {'requires' if lacking else 'does not allow'} `{field}`",
                        route.kind,
                        by="the API server",
                    ),
                    hint=f"use `{field}` with type `{type_name}`",
                )


def _paths(route: Resource) -> Iterator[Cursor]:
    """Yield the `path` of each redirect and rewrite."""
    for filters in filter_lists(route):
        for each in filters:
            yield from (each[field]["path"] for field in ("requestRedirect", "urlRewrite"))


@further_check(DUPLICATE_ITEM, kinds=_REQUEST_ROUTES)
def repeated_filter(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a second filter of a type that is allowed only once."""
    for filters in filter_lists(route):
        seen: dict[str, Cursor] = {}
        for each in filters:
            type_ = each["type"]
            if type_.text in _ONCE and (first := seen.setdefault(type_.text, type_)) is not type_:
                yield finding(
                    type_,
                    rejected(f"duplicate filter of type `{type_.text}`", route.kind, by="the API server"),
                    hint="merge the two filters",
                    related=[(first, "the first filter is here")],
                )


@further_check(DUPLICATE_ITEM, kinds=ROUTE_KINDS)
def repeated_parent(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a duplicate parent without a distinct `sectionName` or `port`."""
    seen: dict[tuple[object, ...], Cursor] = {}
    whole: dict[tuple[object, ...], Cursor] = {}
    for parent in route.spec["parentRefs"]:
        group = parent["group"].text if parent["group"].value is not None else GROUP
        what = (group, parent["kind"].text or "Gateway", parent["namespace"].text, parent["name"].text)
        part = (parent["sectionName"].text, parent["port"].number or 0)
        if not parent["name"].text:
            continue
        if (first := seen.setdefault((*what, *part), parent)) is not parent:
            yield finding(
                parent["name"],
                rejected(
                    f"parent `{parent['name'].text}` is listed twice for the same listener or port",
                    route.kind,
                    by="the API server",
                ),
                hint="remove one, or set a different `sectionName` for each",
                related=[(first["name"], "first listed here")],
            )
        elif (other := whole.setdefault(what, parent)) is not parent and _given(other) != _given(parent):
            yield finding(
                parent["name"],
                rejected(
                    f"parent `{parent['name'].text}` is listed with and without `sectionName` or `port`",
                    route.kind,
                    by="the API server",
                ),
                hint="remove the entry without `sectionName`, or set it in each",
                related=[(other["name"], "first listed here")],
            )


def _given(parent: Cursor) -> tuple[bool, bool]:
    """Whether a parent reference has a section name, and a port."""
    return bool(parent["sectionName"].text), bool(parent["port"].number)


@further_check(DUPLICATE_NAME, kinds=_REQUEST_ROUTES)
def name_of_rule(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two rules with the same name."""
    seen: dict[str, Cursor] = {}
    for rule in route.spec["rules"]:
        name = rule["name"]
        if name.text and (first := seen.setdefault(name.text, name)) is not name:
            yield finding(
                name,
                rejected(f"duplicate rule name `{name.text}`", route.kind, by="the API server"),
                hint="use a unique name for each rule",
                related=[(first, "the first rule is here")],
            )


@further_check(CONFLICTING_ROUTE_ACTIONS, kinds=["HTTPRoute"])
def redirect_and_backends(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a redirect together with backends or a rewrite."""
    for rule in route.spec["rules"]:
        redirect = next((each["requestRedirect"] for each in rule["filters"] if each["requestRedirect"].value is not None), None)
        if redirect is not None and rule["backendRefs"]:
            yield finding(
                rule["backendRefs"].key,
                rejected("a rule with a redirect cannot have `backendRefs`", "HTTPRoute", by="the API server"),
                hint="keep one of them, or move the backends to a separate rule",
                related=[(redirect.key, "the redirect is here")],
            )
    for filters in filter_lists(route):
        types = Counter(each["type"].text for each in filters)
        if types["RequestRedirect"] and types["URLRewrite"]:
            rewrite = next(each["type"] for each in filters if each["type"].text == "URLRewrite")
            yield finding(
                rewrite,
                rejected("a rule with a redirect cannot have a rewrite", "HTTPRoute", by="the API server"),
                hint="set `hostname` and `path` in the redirect",
            )


@further_check(PREFIX_REWRITE_WITHOUT_PREFIX, kinds=["HTTPRoute"])
def prefix_without_match(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a prefix replacement without exactly one prefix match. (Without matches, the prefix is `/`.)"""
    for rule in route.spec["rules"]:
        matches = list(rule["matches"])
        if not matches or (len(matches) == 1 and matches[0]["path"]["type"].text in ("", "PathPrefix")):
            continue
        for each in rule["filters"]:
            for field in ("requestRedirect", "urlRewrite"):
                written = each[field]["path"]["replacePrefixMatch"]
                if written.value is not None and each[field]["path"]["type"].text == "ReplacePrefixMatch":
                    asked = f"the rule has {len(matches)} matches" if len(matches) > 1 else "the match has none"
                    yield finding(
                        written.key,
                        rejected(
                            f"`replacePrefixMatch` requires exactly one prefix match, but {asked}",
                            "HTTPRoute",
                            by="the API server",
                        ),
                        hint="use one rule per prefix, or replace the entire path with `replaceFullPath`",
                        related=[(rule["matches"].key, "the matches are here")],
                    )


@further_check(OUT_OF_RANGE, kinds=["HTTPRoute"])
def backend_longer_than_request(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a timeout per attempt that is longer than the timeout of the request."""
    for rule in route.spec["rules"]:
        whole, each = rule["timeouts"]["request"], rule["timeouts"]["backendRequest"]
        if 0 < (nanoseconds(whole.text) or 0) < (nanoseconds(each.text) or 0):
            yield finding(
                each,
                rejected(
                    f"`backendRequest: {each.text}` is longer than `request: {whole.text}`", "HTTPRoute", by="the API server"
                ),
                hint="use at most the timeout of `request`",
                related=[(whole, "the timeout of the request is set here")],
            )


@check("invalid-path", severity="error", evidence="document", tags=["rejected"], kinds=["HTTPRoute"])
def invalid_path(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a path in a match that no normalized request has."""
    for rule in route.spec["rules"]:
        for match in rule["matches"]:
            path = match["path"]["value"]
            if not isinstance(path.value, str) or match["path"]["type"].text not in _LITERAL or path.unresolved:
                continue
            if fault := _fault_of_path(path.text):
                yield finding(
                    path,
                    rejected(f"invalid path `{path.text}` in a match: {fault[0]}", "HTTPRoute", by="the API server"),
                    hint=fault[1],
                )


def _fault_of_path(path: str) -> tuple[str, str] | None:
    """Return what is wrong with a path, and what to use instead."""
    if not path.startswith("/"):
        return "it does not start with `/`", f"use `/{path}`" if not path or _PATH.fullmatch(path) else "start with `/`"
    if part := next((part for part in _WITHIN_PATHS if part in path), None):
        return f"it contains `{part}`", "use the normalized path"
    if ending := next((ending for ending in _AT_THE_END if path.endswith(ending)), None):
        return f"it ends with `{ending}`", "use the normalized path"
    if not _PATH.fullmatch(path):
        return "it contains invalid characters", "set `type: RegularExpression` if it is a regular expression"
    return None


@further_check(CONDITION_WITHOUT_CONTENT, kinds=["GRPCRoute"])
def method_without_content(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a method match with neither service nor method."""
    for rule in route.spec["rules"]:
        for match in rule["matches"]:
            method = match["method"]
            if isinstance(method.value, dict) and method["service"].value is None and method["method"].value is None:
                yield finding(
                    method.key,
                    rejected("the method match has neither `service` nor `method`", "GRPCRoute", by="the API server"),
                    hint="set one of them, or remove the match to match all methods",
                )


@further_check(CONFLICTING_FIELDS, kinds=_REQUEST_ROUTES)
def share_of_mirror(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a mirror with both `percent` and `fraction`."""
    for filters in filter_lists(route):
        for mirror in (each["requestMirror"] for each in filters):
            if mirror["percent"].value is not None and mirror["fraction"].value is not None:
                yield finding(
                    mirror["fraction"].key,
                    rejected("`percent` and `fraction` are mutually exclusive", route.kind, by="the API server"),
                    hint="keep one of them",
                    related=[(mirror["percent"].key, "`percent` is set here")],
                )
