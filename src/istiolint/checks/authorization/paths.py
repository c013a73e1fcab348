"""Paths in AuthorizationPolicies: those that no request has, and other forms of a path that are not kept out with it."""

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
"""What is written in regular expressions, and in no path."""
_NO_SLASH = "every path begins with `/`"
_MERGED = ("MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES")
_DECODED = _MERGED[1:]


@check("policy-path-never-matches", severity="error", evidence="document", tags=["security"], kinds=KIND, fixable=True)
def policy_path_never_matches(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Paths as no request has them."""
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
                        f"no request has the path `{text}`: {what}",
                        hint=f"remove it: `{alive.text}` already matches what it means" if alive else hint,
                        fix=None if alive else fix,
                        severity="info" if alive else None,
                    )
                elif text.endswith("/.*") and text != "/.*":  # that may well mean files that begin with a dot
                    yield finding(
                        path,
                        f"`{text}` is no regular expression here: it means paths that begin with `{text[:-1]}`, dot included",
                        hint=f"write `{text.removesuffix('.*')}*`",
                        severity="warning",
                    )


def _covers_meant(sibling: str, text: str) -> bool:
    """Whether another path of the list matches all that was meant by one that never matches."""
    beginning = text.partition("*")[0]
    return "*" in text[1:-1] and len(beginning) > 1 and not _fault(sibling) and text_covers(sibling, f"{beginning}*")


def _fault(text: str) -> tuple[str, str] | None:
    if _EXPRESSION.search(text):
        return "paths are no regular expressions, and are compared as they are written", (
            "write `/api/*` for all that begins so, `{*}` for one segment, `{**}` for the rest; or list the paths"
        )
    if "*" in text[1:-1]:
        return "a `*` counts at the beginning or the end only; here it is a star", (
            "write `{*}` for one segment, `{**}` for the rest"
        )
    if len(text) > 1 and text.startswith("*") and text.endswith("*"):
        return "of two `*` the first counts, and the second is a star", f"write `/{{**}}{text[1:-1]}{{**}}`, or one `*`"
    if "?" in text:
        return "paths are compared without what stands behind `?`", "leave the query out"
    if not text.startswith(("/", "*", "{")):
        return _NO_SLASH, f"write `/{text}`"
    return None


@check("denied-path-has-another-form", severity="info", evidence="heuristic", tags=["security"], kinds=KIND, default=False)
def denied_path_has_another_form(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A path that many servers also serve under another form, which proxies with this MeshConfig do not take for the same."""
    for paths in keeping_out(policy, "paths"):
        for path in paths:
            open_forms = [form for form in _forms(path.text, mesh) if not _kept_out(form, policy)]
            if open_forms and not path.unresolved:
                if not _kept_out(in_capitals := _page(path.text).upper(), policy):  # no setting helps against these
                    open_forms.append(in_capitals)
                requests = ", ".join(f"`GET {form}`" for form in open_forms)
                yield finding(
                    path,
                    f"{requests} {'gets' if len(open_forms) == 1 else 'get'} through, and many servers answer as for "
                    f"`{path.text}`: the path is kept out in this form only",
                    hint="allow what is meant and refuse the rest; or write the beginning with a `*`, and "
                    "`pathNormalization: {normalization: DECODE_AND_MERGE_SLASHES}` in the MeshConfig",
                )


@check("paths-not-normalized", severity="warning", evidence="contradiction", tags=["security"], kinds=KIND)
def paths_not_normalized(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Paths that are kept out, in a mesh whose proxies compare paths as they are sent."""
    written = mesh.config.at("pathNormalization")
    if written is None or mesh.config.path_normalization != "NONE":
        return
    for paths in keeping_out(policy, "paths"):
        for path in paths:
            page = _page(path.text)
            if page and not path.unresolved and not _kept_out(detour := f"/x/..{page}", policy):
                yield finding(
                    path,
                    f"`GET {detour}` gets through: the MeshConfig leaves paths as they are sent, and nearly every server takes "
                    f"this for `{page}`",
                    hint="write `pathNormalization: {normalization: BASE}`, or more, in the MeshConfig",
                    related=[(written, "paths are left as they are")],
                )
                return


def _page(text: str) -> str:
    """A path that a text matches, where it says how paths begin."""
    plain = text.removesuffix("*")
    if not plain.startswith("/") or set("*{") & set(plain) or plain == "/":
        return ""
    return f"{plain}x" if text.endswith("/*") else plain


def _forms(text: str, mesh: Mesh) -> Iterator[str]:
    """Other forms of a path that servers may take for the same."""
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
