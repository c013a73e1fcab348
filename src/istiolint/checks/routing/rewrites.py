"""Rewrites of paths: how what is matched and what is written in its place meet."""

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
    """`/shop` replaced by `/` makes `//items` of `/shop/items`."""
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
                    f"`{prefix.text}/items` becomes `{rewritten.text}/items`: the prefix `{prefix.text}` leaves its slash "
                    f"behind, and `{rewritten.text}` brings one",
                    hint=f"match `prefix: {prefix.text}/` first, and `exact: {prefix.text}` beside it",
                    related=[(rewritten, "what is written in its place")],
                )


@check(
    "rewrite-joins-segments", severity="warning", evidence="document", kinds=["VirtualService"], fixable=True,
    when=["rewrite"],
)  # fmt: skip
def rewrite_joins_segments(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """`/shop/` replaced by `/v1` makes `/v1items` of `/shop/items`."""
    for route in service.spec["http"]:
        rewritten = _rewritten(route)
        if not rewritten.text or rewritten.text.endswith(("/", "=")):
            continue
        prefixes = [match["uri"]["prefix"] for match in route["match"]]
        if joined := next((prefix for prefix in prefixes if prefix.text.endswith("/")), None):
            yield finding(
                rewritten,
                f"`{joined.text}items` becomes `{rewritten.text}items`: the prefix `{joined.text}` takes its slash along, and "
                f"`{rewritten.text}` brings none",
                hint=f"write `{rewritten.text}/`",
                related=[(joined, "what is replaced")],
                fix=_with_slash(rewritten) if all(prefix.text.endswith("/") for prefix in prefixes) else None,
            )


def _rewritten(route: Cursor) -> Cursor:
    """What the path becomes; an empty cursor where the request goes nowhere and nobody sees its path."""
    uri = route["rewrite"]["uri"]
    return uri if route["route"] or route["delegate"] else uri["none"]


def _with_slash(rewritten: Cursor) -> Fix | None:
    if not _PLAIN.fullmatch(rewritten.text):
        return None
    return Fix(f"write `{rewritten.text}/`", (Replace(rewritten.place, f"{rewritten.text}/"),), safe=False)
