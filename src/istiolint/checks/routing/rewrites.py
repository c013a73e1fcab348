"""Path rewrites: slashes where the matched prefix and its replacement meet."""

import re
from collections.abc import Iterator

from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_PLAIN = re.compile(r"/[\w./-]*", re.ASCII)
"""Paths that need no quotes in YAML."""


@check(
    "rewrite-doubles-slash", severity="warning", evidence="document", kinds=["VirtualService"],
    when=["rewrite"],
)  # fmt: skip
def rewrite_doubles_slash(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report rewrites such as `/shop` to `/`, which turns `/shop/items` into `//items`."""
    earlier: set[str] = set()
    for route in service.spec["http"]:
        rewritten = _rewritten(route)
        prefixes = [match["uri"]["prefix"] for match in route["match"]]
        earlier |= {prefix.text for prefix in prefixes}  # within a route, their order is the matter of redundant-match
        for prefix in prefixes:
            if not prefix.text or prefix.text.endswith("/"):
                continue
            if rewritten.text.endswith("/") and f"{prefix.text}/" not in earlier:
                yield finding(
                    prefix,
                    f"rewrite doubles a slash: `{prefix.text}/items` becomes `{rewritten.text}/items`, because only the prefix "
                    f"`{prefix.text}` is replaced",
                    hint=f"match `prefix: {prefix.text}/` first, then `exact: {prefix.text}`",
                    related=[(rewritten, "the replacement")],
                )


@check(
    "rewrite-joins-segments", severity="warning", evidence="document", kinds=["VirtualService"], fixable=True,
    when=["rewrite"],
)  # fmt: skip
def rewrite_joins_segments(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report rewrites such as `/shop/` to `/v1`, which turns `/shop/items` into `/v1items`."""
    for route in service.spec["http"]:
        rewritten = _rewritten(route)
        if not rewritten.text or rewritten.text.endswith(("/", "=")):
            continue
        prefixes = [match["uri"]["prefix"] for match in route["match"]]
        if joined := next((prefix for prefix in prefixes if prefix.text.endswith("/")), None):
            yield finding(
                rewritten,
                f"rewrite joins path segments: `{joined.text}items` becomes `{rewritten.text}items`, because the prefix "
                f"`{joined.text}` includes the slash",
                hint=f"use `{rewritten.text}/`",
                related=[(joined, "the replaced prefix")],
                fix=_with_slash(rewritten) if all(prefix.text.endswith("/") for prefix in prefixes) else None,
            )


def _rewritten(route: Cursor) -> Cursor:
    """Return the rewritten path; an empty cursor where no destination receives the request."""
    uri = route["rewrite"]["uri"]
    return uri if route["route"] or route["delegate"] else uri["none"]


def _with_slash(rewritten: Cursor) -> Fix | None:
    if not _PLAIN.fullmatch(rewritten.text):
        return None
    return Fix(f"use `{rewritten.text}/`", (Replace(rewritten.place, f"{rewritten.text}/"),), safe=False)
