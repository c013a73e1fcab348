"""Redirects, rewrites and direct responses of VirtualServices."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import INVALID_PORT
from istiolint.fields.listeners import LARGEST_NUMBER
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.ports import is_port
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check
from istiolint.schema.rules import CONFLICTING_FIELDS, OUT_OF_RANGE, UNKNOWN_VALUE

PREFIX_REWRITE_WITHOUT_PREFIX = declare("prefix-rewrite-without-prefix", severity="error", topic="routing")

_REFUSED_BODY = 1 << 20
_LARGE_BODY = 100 << 10
_UNSET = (None, "")


@further_check(CONFLICTING_FIELDS, kinds=["VirtualService"], rows=["VS-91", "VS-105"], when=["rewrite", "redirect"])
def two_paths(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two ways at once to say what the path becomes."""
    for route in service.spec["http"]:
        for action, other in (("redirect", "prefixRewrite"), ("rewrite", "uriRegexRewrite")):
            if route[action]["uri"].text and route[action][other].value not in _UNSET:
                yield finding(
                    route[action][other].key,
                    f"`uri` and `{other}` exclude each other in a {action}; Istio refuses the VirtualService",
                    hint="keep the one that is meant",
                    related=[(route[action]["uri"].key, "`uri` is here")],
                )


@check(
    "redirect-or-rewrite-without-target", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-93", "VS-106", "VS-107"],
    when=["rewrite", "redirect"],
)  # fmt: skip
def redirect_or_rewrite_without_target(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Redirects and rewrites that change nothing."""
    for route in service.spec["http"]:
        redirect, rewrite, regex = route["redirect"], route["rewrite"], route["rewrite"]["uriRegexRewrite"]
        if isinstance(redirect.value, dict) and not _leads_somewhere(redirect):
            yield finding(
                redirect.key,
                "the redirect does not say where to; Istio refuses the VirtualService",
                hint="add `uri`, `authority`, `scheme` or `port`",
            )
        if isinstance(rewrite.value, dict) and not rewrite["uri"] and not rewrite["authority"] and regex.value is None:
            yield finding(
                rewrite.key,
                "the rewrite does not say what to write; Istio refuses the VirtualService",
                hint="add `uri` or `authority`; to cut a prefix off, `uri: /`",
            )
        if isinstance(regex.value, dict) and (
            missing := [field for field in ("match", "rewrite") if regex[field].value in _UNSET]
        ):
            yield finding(
                regex.key,
                f"`uriRegexRewrite` has no `{'` and no `'.join(missing)}`; Istio refuses the VirtualService",
                hint="say what shall be replaced as `match`, and by what as `rewrite`",
            )


def _leads_somewhere(redirect: Cursor) -> bool:
    """Whether a redirect names something that is other than in the request; a port of 0 counts as named."""
    return any(redirect[field] for field in ("uri", "prefixRewrite", "authority", "scheme")) or any(
        redirect[field].value is not None for field in ("port", "derivePort")
    )


@further_check(PREFIX_REWRITE_WITHOUT_PREFIX, kinds=["VirtualService"], rows=["VS-92"], when=["prefixRewrite"])
def prefix_rewrite_without_prefix(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A redirect that replaces the prefix of a path, where a match asks for none."""
    for route in service.spec["http"]:
        written = route["redirect"]["prefixRewrite"]
        for uri in (match["uri"] for match in route["match"]) if written.text else ():
            if isinstance(uri.value, dict) and not isinstance(uri["prefix"].value, str):
                yield finding(
                    uri,
                    "`prefixRewrite` replaces a prefix, and this match asks for none; Istio refuses the VirtualService",
                    hint="match `prefix`, or write `redirect.uri`",
                    related=[(written.key, "`prefixRewrite` is here")],
                )


@further_check(OUT_OF_RANGE, kinds=["VirtualService"], rows=["VS-94"], when=["redirect"])
def code_of_redirect(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Statuses of redirects."""
    for route in service.spec["http"]:
        code = route["redirect"]["redirectCode"]
        if code.number and code.number in range(LARGEST_NUMBER + 1) and not 300 <= code.number <= 399:
            yield finding(
                code,
                f"`{code.number}` is no status of a redirect; Istio refuses the VirtualService",
                hint="write 301, 302, 303, 307 or 308",
            )


@further_check(UNKNOWN_VALUE, kinds=["VirtualService"], rows=["VS-95"], when=["redirect"])
def scheme_of_redirect(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Schemes of redirects."""
    for route in service.spec["http"]:
        scheme = route["redirect"]["scheme"]
        if scheme.literal and scheme.text not in ("http", "https"):
            yield finding(
                scheme,
                f"a redirect leads to `http` or `https`, not to `{scheme.text}`; Istio refuses the VirtualService",
                hint=f"write `{scheme.text.lower() if scheme.text.lower() in ('http', 'https') else 'https'}`",
            )


@further_check(INVALID_PORT, kinds=["VirtualService"], rows=["VS-96"], when=["redirect"])
def port_of_redirect(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ports of redirects; 0 counts as none."""
    for route in service.spec["http"]:
        port = route["redirect"]["port"]
        if port.number and port.number in range(LARGEST_NUMBER + 1) and not is_port(port.number):
            yield finding(
                port,
                f"`{port.number}` is no port; Istio refuses the VirtualService",
                hint="a port is a number from 1 to 65535",
            )


@check(
    "large-direct-response", severity="warning", evidence="document", kinds=["VirtualService"],
    rows=["VS-97", "VS-98"],
    when=["directResponse"],
)  # fmt: skip
def large_direct_response(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Bodies that every proxy has to hold in its configuration."""
    for route in service.spec["http"]:
        body = route["directResponse"]["body"]
        encoded = body["bytes"].text
        size = len(body["string"].text.encode("utf-8", "replace")) or len(encoded) // 4 * 3 - encoded[-2:].count("=")
        if size > _LARGE_BODY:
            refused = size > _REFUSED_BODY
            yield finding(
                body.key,
                f"the body has {size >> 10} KiB, which every proxy keeps in its configuration; "
                + ("Istio refuses the VirtualService with more than 1024" if refused else "Istio warns of more than 100"),
                hint="let a server answer, and route to it",
                severity="error" if refused else None,
            )
