"""Paths in AuthorizationPolicies: those that never match, and equivalent paths that bypass a rule."""

import re
from collections.abc import Iterator

from istiolint.authorization.operations import keeping_out, operations
from istiolint.authorization.texts import text_covers
from istiolint.documents.placeholders import has_placeholder
from istiolint.documents.quoting import as_scalar
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

KIND = ("AuthorizationPolicy",)
_EXPRESSION = re.compile(r"^\^|\\[.dDwWsS/-]|\(\w[^()]*\|[^()]*\)|\[\^?\w-\w[^\]]*\]|\.\+(/|$)")
"""Syntax of regular expressions that no path has."""
_NO_SLASH = "paths start with `/`"
_MERGED = ("MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES")
_DECODED = _MERGED[1:]


@check("policy-path-never-matches", severity="error", evidence="document", tags=["security"], kinds=KIND, fixable=True)
def policy_path_never_matches(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report paths that never match."""
    for operation in operations(policy):
        for field in ("paths", "notPaths"):
            for path in operation[field]:
                text = path.text
                if not text or has_placeholder(text) or "{" in text:
                    continue
                if fault := _fault(text):
                    what, hint = fault
                    fix = Fix(hint, (Replace(path.place, as_scalar(f"/{text}")),), safe=False) if what == _NO_SLASH else None
                    alive = next((other for other in operation[field] if _covers_meant(other.text, text)), None)
                    yield finding(
                        path,
                        f"path `{text}` never matches; {what}",
                        hint=f"remove it: `{alive.text}` already matches these paths" if alive else hint,
                        fix=None if alive else fix,
                        severity="info" if alive else None,
                    )
                elif text.endswith("/.*") and text != "/.*":  # it may be meant for names that start with a dot
                    yield finding(
                        path,
                        f"path `{text}` is not a regular expression; it matches paths starting with `{text[:-1]}`, dot included",
                        hint=f"use `{text.removesuffix('.*')}*`",
                        severity="warning",
                    )


def _covers_meant(sibling: str, text: str) -> bool:
    """Whether another path of the list matches all that a path that never matches was meant for."""
    beginning = text.partition("*")[0]
    return "*" in text[1:-1] and len(beginning) > 1 and not _fault(sibling) and text_covers(sibling, f"{beginning}*")


def _fault(text: str) -> tuple[str, str] | None:
    if _EXPRESSION.search(text):
        return "regular expressions are not supported", (
            "use `/api/*` for a prefix, `{*}` for one segment, `{**}` for the remaining segments, or list the paths"
        )
    if "*" in text[1:-1]:
        return "`*` is a wildcard only at the start or end, and is matched literally here", (
            "use `{*}` for one segment, `{**}` for the remaining segments"
        )
    if len(text) > 1 and text.startswith("*") and text.endswith("*"):
        return "the second `*` is matched literally", f"use `/{{**}}{text[1:-1]}{{**}}`, or one `*`"
    if "?" in text:
        return "paths are compared without the query string", "remove the query string"
    if not text.startswith(("/", "*", "{")):
        return _NO_SLASH, f"use `/{text}`"
    return None


@check("denied-path-has-another-form", severity="info", evidence="heuristic", tags=["security"], kinds=KIND, default=False)
def denied_path_has_another_form(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report denied paths that many servers also serve in another form, which proxies with this MeshConfig do not normalize."""
    for paths in keeping_out(policy, "paths"):
        for path in paths:
            open_forms = [form for form in _forms(path.text, mesh) if not _kept_out(form, policy)]
            if open_forms and not path.unresolved:
                if not _kept_out(in_capitals := _page(path.text).upper(), policy):  # no setting normalizes case
                    open_forms.append(in_capitals)
                requests = ", ".join(f"`GET {form}`" for form in open_forms)
                yield finding(
                    path,
                    f"{requests} {'bypasses' if len(open_forms) == 1 else 'bypass'} this rule; many servers treat "
                    f"{'it' if len(open_forms) == 1 else 'them'} like `{path.text}`",
                    hint="use an ALLOW rule with the intended paths; or use a prefix with `*`, and set "
                    "`pathNormalization: {normalization: DECODE_AND_MERGE_SLASHES}` in the MeshConfig",
                )


@check("paths-not-normalized", severity="warning", evidence="contradiction", tags=["security"], kinds=KIND)
def paths_not_normalized(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report denied paths in a mesh whose proxies do not normalize paths."""
    written = mesh.config.at("pathNormalization")
    if written is None or mesh.config.path_normalization != "NONE":
        return
    for paths in keeping_out(policy, "paths"):
        for path in paths:
            page = _page(path.text)
            if page and not path.unresolved and not _kept_out(detour := f"/x/..{page}", policy):
                yield finding(
                    path,
                    f"`GET {detour}` bypasses this rule; path normalization is disabled in the MeshConfig, and most servers "
                    f"resolve this to `{page}`",
                    hint="set `pathNormalization: {normalization: BASE}`, or a stricter value, in the MeshConfig",
                    related=[(written, "path normalization is disabled here")],
                )
                return


def _page(text: str) -> str:
    """Return a path that a text matches, if the text starts with a fixed prefix."""
    plain = text.removesuffix("*")
    if not plain.startswith("/") or set("*{") & set(plain) or plain == "/":
        return ""
    return f"{plain}x" if text.endswith("/*") else plain


def _forms(text: str, mesh: Mesh) -> Iterator[str]:
    """Yield other forms of a path that servers may treat as the same."""
    page = _page(text)
    if not page:
        return
    if not page.endswith("/"):
        yield f"{page}/"
    if mesh.config.path_normalization not in _MERGED:
        yield f"/{page}"
    if mesh.config.path_normalization not in _DECODED and "/" in page[1:-1]:
        head, _, tail = page.rpartition("/") if not page.endswith("/") else page[:-1].rpartition("/")
        yield f"{head}%2F{tail}"


def _kept_out(page: str, policy: Resource) -> bool:
    return any(text_covers(path.text, page) for paths in keeping_out(policy, "paths") for path in paths)
