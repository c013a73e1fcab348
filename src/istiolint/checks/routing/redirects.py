"""Redirects, rewrites and direct responses of VirtualServices."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import INVALID_PORT
from istiolint.fields.listeners import LARGEST_NUMBER
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.ports import is_port
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check, rejected
from istiolint.rules.parameters import Parameter
from istiolint.schema.rules import CONFLICTING_FIELDS, OUT_OF_RANGE, UNKNOWN_VALUE

PREFIX_REWRITE_WITHOUT_PREFIX = declare("prefix-rewrite-without-prefix", severity="error", topic="routing")

_REFUSED_BODY = 1 << 20
_WARNED_BODY = 100 << 10
_LARGE_BODY = Parameter("kibibytes", 100, "Size of the largest body that is not reported.", minimum=1, maximum=1024)
_UNSET = (None, "")


@further_check(CONFLICTING_FIELDS, kinds=["VirtualService"], rows=["VS-91", "VS-105"], when=["rewrite", "redirect"])
def two_paths(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two path replacements in one redirect or rewrite."""
    for route in service.spec["http"]:
        for action, other in (("redirect", "prefixRewrite"), ("rewrite", "uriRegexRewrite")):
            if route[action]["uri"].text and route[action][other].value not in _UNSET:
                yield finding(
                    route[action][other].key,
                    rejected(f"`uri` and `{other}` are mutually exclusive in a {action}", "VirtualService"),
                    hint="keep one of the two",
                    related=[(route[action]["uri"].key, "`uri` is set here")],
                )


@check(
    "redirect-or-rewrite-without-target", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-93", "VS-106", "VS-107"],
    when=["rewrite", "redirect"],
)  # fmt: skip
def redirect_or_rewrite_without_target(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report redirects and rewrites that change nothing."""
    for route in service.spec["http"]:
        redirect, rewrite, regex = route["redirect"], route["rewrite"], route["rewrite"]["uriRegexRewrite"]
        if isinstance(redirect.value, dict) and not _leads_somewhere(redirect):
            yield finding(
                redirect.key,
                rejected("redirect without a target", "VirtualService"),
                hint="set `uri`, `authority`, `scheme` or `port`",
            )
        if isinstance(rewrite.value, dict) and not rewrite["uri"] and not rewrite["authority"] and regex.value is None:
            yield finding(
                rewrite.key,
                rejected("rewrite without a new path or host", "VirtualService"),
                hint="set `uri` or `authority`; to strip a prefix, set `uri: /`",
            )
        if isinstance(regex.value, dict) and (
            missing := [field for field in ("match", "rewrite") if regex[field].value in _UNSET]
        ):
            yield finding(
                regex.key,
                rejected(f"`uriRegexRewrite` is missing `{'` and `'.join(missing)}`", "VirtualService"),
                hint="set `match` to the pattern and `rewrite` to its replacement",
            )


def _leads_somewhere(redirect: Cursor) -> bool:
    """Whether a redirect sets a target; a port of 0 counts as set."""
    return any(redirect[field] for field in ("uri", "prefixRewrite", "authority", "scheme")) or any(
        redirect[field].value is not None for field in ("port", "derivePort")
    )


@further_check(PREFIX_REWRITE_WITHOUT_PREFIX, kinds=["VirtualService"], rows=["VS-92"], when=["prefixRewrite"])
def prefix_rewrite_without_prefix(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report redirects that replace a path prefix although a match has no prefix."""
    for route in service.spec["http"]:
        written = route["redirect"]["prefixRewrite"]
        for uri in (match["uri"] for match in route["match"]) if written.text else ():
            if isinstance(uri.value, dict) and not isinstance(uri["prefix"].value, str):
                yield finding(
                    uri,
                    rejected("`prefixRewrite` requires a prefix match, and this `uri` has no `prefix`", "VirtualService"),
                    hint="match a `prefix`, or use `redirect.uri`",
                    related=[(written.key, "`prefixRewrite` is set here")],
                )


@further_check(OUT_OF_RANGE, kinds=["VirtualService"], rows=["VS-94"], when=["redirect"])
def code_of_redirect(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid status codes of redirects."""
    for route in service.spec["http"]:
        code = route["redirect"]["redirectCode"]
        if code.number and code.number in range(LARGEST_NUMBER + 1) and not 300 <= code.number <= 399:
            yield finding(
                code,
                rejected(f"invalid redirect status code `{code.number}`", "VirtualService"),
                hint="use 301, 302, 303, 307 or 308",
            )


@further_check(UNKNOWN_VALUE, kinds=["VirtualService"], rows=["VS-95"], when=["redirect"])
def scheme_of_redirect(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid schemes of redirects."""
    for route in service.spec["http"]:
        scheme = route["redirect"]["scheme"]
        if scheme.literal and scheme.text not in ("http", "https"):
            yield finding(
                scheme,
                rejected(f"invalid redirect scheme `{scheme.text}`", "VirtualService"),
                hint=f"use `{scheme.text.lower() if scheme.text.lower() in ('http', 'https') else 'https'}`",
            )


@further_check(INVALID_PORT, kinds=["VirtualService"], rows=["VS-96"], when=["redirect"])
def port_of_redirect(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid ports of redirects; 0 means unset."""
    for route in service.spec["http"]:
        port = route["redirect"]["port"]
        if port.number and port.number in range(LARGEST_NUMBER + 1) and not is_port(port.number):
            yield finding(
                port,
                rejected(f"invalid port `{port.number}`", "VirtualService"),
                hint="use a port from 1 to 65535",
            )


@check(
    "large-direct-response", severity="warning", evidence="document", kinds=["VirtualService"],
    rows=["VS-97", "VS-98"],
    when=["directResponse"], parameters=[_LARGE_BODY],
)  # fmt: skip
def large_direct_response(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report bodies that are too large for the configuration of every proxy."""
    for route in service.spec["http"]:
        body = route["directResponse"]["body"]
        encoded = body["bytes"].text
        size = len(body["string"].text.encode("utf-8", "replace")) or len(encoded) // 4 * 3 - encoded[-2:].count("=")
        limit = _LARGE_BODY.of(mesh, service)
        if size > limit << 10:
            refused = size > _REFUSED_BODY
            yield finding(
                body.key,
                f"direct response body of {size >> 10} KiB is part of every proxy's configuration; "
                + (
                    "Istio rejects more than 1024 KiB"
                    if refused
                    else "Istio warns above 100 KiB"
                    if size > _WARNED_BODY
                    else f"the limit is {limit} KiB"
                ),
                hint="serve the body from a workload and route to it",
                severity="error" if refused else None,
            )
