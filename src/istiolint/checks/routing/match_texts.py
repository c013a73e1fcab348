"""Match conditions: regular expressions that RE2 rejects, globs, and paths that never match."""

from collections.abc import Iterator

from istiolint.documents.quoting import as_scalar
from istiolint.findings.finding import Finding, Fix, Rename, Replace
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import check, finding, rejected
from istiolint.traffic import regex

_LONGEST_REGEX = 1024
_PLACEHOLDER = ("$", "{", "<", "%")


@check(
    "invalid-regex",
    severity="error",
    evidence="document",
    kinds=["VirtualService"],
    codes=["IST0106"],
    rows=["P-18", "VS-41", "VS-43", "VS-44", "VS-45", "VS-46", "VS-47", "VS-48", "VS-68", "VS-108"],
    when=["regex", "uriRegexRewrite"],
)
def invalid_regex(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report regular expressions that Istio's webhook rejects because Envoy cannot use them."""
    for pattern in _patterns(service):
        if len(pattern.text.encode("utf-8", "replace")) > _LONGEST_REGEX:
            why: str | None = f"it is longer than {_LONGEST_REGEX} bytes"
        else:
            why = regex.refusal(pattern.text) if pattern.text else None
        if why:
            glob = pattern.text.startswith("*")
            yield finding(
                pattern,
                rejected(f"invalid RE2 regular expression `{pattern.text[:80]}` ({why})", "VirtualService"),
                hint=f"use `.*` instead of the glob `*`: `.{pattern.text[:80]}`"
                if glob
                else "avoid look-around, back-references and possessive quantifiers, which RE2 does not support",
            )


@check(
    "glob-in-match", severity="warning", evidence="document", kinds=["VirtualService"], fixable=True, when=["exact", "prefix"]
)  # fmt: skip
def glob_in_match(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an asterisk in an exact or prefix condition, where it is matched literally."""
    for match in _matches(service):
        for field in ("uri", "authority"):
            for form in ("exact", "prefix"):
                text = match[field][form]
                if "*" in text.text and text.text != "*":
                    bare = text.text.removesuffix("*")
                    is_prefix = bool(bare) and "*" not in bare
                    yield finding(
                        text,
                        f"`*` in `{text.text}` is matched literally; {form} conditions do not support wildcards",
                        hint=f"use `prefix: {bare}`" if is_prefix else "use a `regex` with `.*` instead of `*`",
                        fix=_as_prefix(text, form, bare) if is_prefix else None,
                    )


def _as_prefix(text: Cursor, form: str, bare: str) -> Fix:
    rename = () if form == "prefix" else (Rename(text.place, "prefix"),)
    return Fix(f"use `prefix: {bare}`", (*rename, Replace(text.place, as_scalar(bare))), safe=False)


@check(
    "unmatchable-path", severity="warning", evidence="document", kinds=["VirtualService"], fixable=True, when=["uri"]
)  # fmt: skip
def unmatchable_path(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report path conditions that never match: without the leading slash, or with a query string."""
    for match in _matches(service):
        for form in ("exact", "prefix", "regex"):
            text = match["uri"][form]
            start = regex.lead(text.text)[0] if form == "regex" and text.text else text.text
            if start and start[0] not in "/*" and not any(mark in text.text for mark in _PLACEHOLDER):
                yield finding(
                    text,
                    f"{form} condition `{text.text}` never matches; request paths start with `/`",
                    hint=f"use `/{text.text}`",
                    fix=Fix(f"use `/{text.text}`", (Replace(text.place, as_scalar(f"/{text.text}")),), safe=False),
                )
            elif form != "regex" and "?" in start:
                yield finding(
                    text,
                    f"{form} condition `{text.text}` never matches; Envoy compares the path without the query string",
                    hint="match query parameters with `queryParams`",
                )


@once
def _matches(service: Resource) -> Iterator[Cursor]:
    for route in service.spec["http"]:
        yield from route["match"]


def _patterns(service: Resource) -> Iterator[Cursor]:
    """Yield every regular expression of the HTTP routes. In `withoutHeaders`, Istio treats `*` as presence."""
    for match in _matches(service):
        for field in ("uri", "scheme", "method", "authority"):
            yield match[field]["regex"]
        for field in ("headers", "queryParams", "withoutHeaders"):
            for _, condition in match[field].items():
                if not (field == "withoutHeaders" and condition["regex"].text == "*"):
                    yield condition["regex"]
    for route in service.spec["http"]:
        yield route["rewrite"]["uriRegexRewrite"]["match"]
        for origin in route["corsPolicy"]["allowOrigins"]:
            yield origin["regex"]
