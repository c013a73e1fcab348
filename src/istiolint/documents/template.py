"""Text that a template engine or a script has yet to fill in: Helm and other Go templates, Jinja, envsubst, lines to replace.

Real manifests contain `{{` too, in strings that are templates for other programs: dashboards, alerts, workflows, injection
templates. So a document that parses is a template only where the braces are in fields that cannot contain them, and one
that does not parse only where the braces are outside of block scalars, or where the rest parses.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from istiolint.documents.lines import outside_blocks
from istiolint.documents.skip import Skip
from istiolint.findings.finding import Path
from istiolint.primitives.patterns import late

if TYPE_CHECKING:
    from istiolint.documents.document import Document

_ANY = (
    r"\{\{(?![ \t]*[\w.-]+:[ \t])(?:(?!\}\}).){0,500}\}\}"  # not `{{app: x}}`, a mapping with a brace too many
    r"|\{%(?:(?!%\}).){0,500}%\}|\{#(?:(?!#\}).){0,500}#\}|%\{[^}\r\n]{0,500}\}|<%(?:(?!%>).){0,500}%>"
)
_ACTION = late(_ANY, re.DOTALL)
_LINE_OF_ACTIONS = late(rf"^[ \t]*(?:(?:{_ANY})[ \t]*)+$", re.DOTALL | re.MULTILINE)
_KEYWORD = (
    r"\{%|\{\{-?\s*(?:(?:if|else|end|range|with|define|block|include|template)\b|/\*|\$\w+\s*:?=)"
    r"|%\{\s*(?:if|else|endif|for|endfor)\b"
)
_CONTROL = late(rf"[ \t]*(?:{_KEYWORD})")
_BARE_ACTION = late(r"[ ]*(?:-[ ]+)*(?:[\w./-]+:[ \t]+)?(?P<action>\{\{-?(?![ \t]*[\w.-]+:[ \t])[ \t]*[.$A-Za-z(][^{}]*\}\})")
_HELM = late(r"\{\{[^}]{0,200}(?:\.Values|\.Release|\.Chart|\.Capabilities|\b(?:include|toYaml|nindent)\b)")
_GO = late(r"\{\{-?\s*(?:\.|\$|end\b|range\b|if\s+[.$(]|with\s+[.$(]|define\b|template\b|/\*|\w+\s+[.$])|\|\s*quote\b")
_JINJA = late(r"\{%|(?<!\{)\{#")
_IN_BRACKETS = r"\[[A-Z][A-Z0-9]*(?:[_ -][A-Z0-9]+)*\]"
_FILLED_IN = (
    r"<<?[A-Za-z_][\w .-]{0,99}>>?|\$\{[A-Za-z_][^}\r\n]{0,99}\}|\$\([A-Za-z_][^)\r\n]{0,99}\)"
    r"|@[A-Za-z]\w{0,99}@|%[A-Za-z]\w{0,99}%|__[A-Za-z]\w{0,99}__"
)
_PLACEHOLDER = late(  # `[HOST]` alone is a list, before or after other text it cannot be one
    rf"{_IN_BRACKETS}(?=[\w./-]|:[ \t\r\n])|\[[A-Za-z][\w -]{{0,99}}\](?=[._/-][\w\[])|{_FILLED_IN}"
)
_LINE_OF_PLACEHOLDERS = late(rf"^[ \t]*(?:(?:{_IN_BRACKETS}|{_FILLED_IN}|\$[A-Z_]\w{{0,99}})[ \t]*)+$", re.MULTILINE)
_TEMPLATE_FOLDER = late(r"(?:^|[/\\])templates[/\\]")
_PARTIAL = late(r"(?:^|[/\\])templates[/\\](?:.*[/\\])?_[^/\\]*\Z")
_NO_TEMPLATES_INSIDE = (
    "networking.istio.io/", "security.istio.io/", "telemetry.istio.io/", "gateway.networking.k8s.io/",
)  # fmt: skip
MOST_SEARCHED = 256 * 1024
"""Characters in which actions are sought: a longer document shows what it is by then."""


class Unrendered(NamedTuple):
    """What a template is, and where in the document's text it shows."""

    skip: Skip
    start: int
    end: int


def is_partial(path: str) -> bool:
    """Return whether Helm never renders a file by itself: its name starts with `_`, in a folder called `templates`."""
    return "templates" in path and bool(_PARTIAL.search(path))


def in_template_folder(path: str) -> bool:
    """Return whether a file is in a folder called `templates`, as those of charts are."""
    return "templates" in path and bool(_TEMPLATE_FOLDER.search(path))


def template_field(document: "Document") -> Path | None:
    """Return the field that shows a document to be a template although it parses: where `{{` cannot be meant as it is written."""
    data = document.data
    if "{{" not in document.text or not isinstance(data, dict):
        return None
    fields: list[Path] = [("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")]
    for path in fields:
        if _holds_action(_get(data, path)):
            return path
    if in_labels := _in_labels(data):
        return in_labels
    api_version = data.get("apiVersion")
    if isinstance(api_version, str) and api_version.startswith(_NO_TEMPLATES_INSIDE) and data.get("kind") != "EnvoyFilter":
        return _first_inside(data.get("spec"), ("spec",))
    return None


def broken_template(document: "Document", composes: Callable[[str], bool]) -> Unrendered | None:
    """Return what of a template breaks a document's YAML; None if its fault is another.

    The proof is that the document composes once actions and placeholders are taken out. Otherwise control lines or unquoted
    actions outside of block scalars must do, or a folder called `templates`.
    """
    text = document.text
    action = _ACTION.search(text, 0, MOST_SEARCHED)
    short = len(text) <= MOST_SEARCHED
    if action and short and composes(_without_actions(text)):
        return Unrendered(template_kind(text), *action.span())
    for start, end in _unquoted(text) if action else ():
        return Unrendered(template_kind(text), start, end)
    if action and in_template_folder(document.source.path):
        return Unrendered(template_kind(text), *action.span())
    placeholder = _LINE_OF_PLACEHOLDERS.search(text) or _PLACEHOLDER.search(text)
    if placeholder and short and "</" not in text and composes(_filled_in(_without_actions(text) if action else text)):
        return Unrendered(Skip.WITH_PLACEHOLDERS, *placeholder.span())
    return None


def template_kind(text: str) -> Skip:
    """Return the engine that a template is for, as far as its text shows it."""
    if _HELM.search(text, 0, MOST_SEARCHED):
        return Skip.HELM_TEMPLATE
    if _JINJA.search(text, 0, MOST_SEARCHED):
        return Skip.JINJA_TEMPLATE
    return Skip.GO_TEMPLATE if _GO.search(text, 0, MOST_SEARCHED) else Skip.TEMPLATE


def _without_actions(text: str) -> str:
    text = _LINE_OF_ACTIONS.sub(lambda match: "\n" * match[0].count("\n"), text)
    return _ACTION.sub("x", text)


def _filled_in(text: str) -> str:
    return _PLACEHOLDER.sub("x", _LINE_OF_PLACEHOLDERS.sub("", text))


def _unquoted(text: str) -> Iterator[tuple[int, int]]:
    """Yield where control lines, and actions at the start of a key or value, are outside of block scalars."""
    for line in outside_blocks(text):
        if line.text.lstrip().startswith("#"):
            continue
        if control := _CONTROL.match(line.text):
            yield line.start + len(line.text) - len(line.text.lstrip()), line.start + control.end()
        elif action := _BARE_ACTION.match(line.text):
            yield line.start + action.start("action"), line.start + action.end("action")


def _holds_action(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value and "}}" in value


def _in_labels(data: dict[str, Any]) -> Path | None:
    """Return the first label, or annotation key, with an action: neither can contain braces."""
    for field in ("labels", "annotations"):
        entries = _get(data, ("metadata", field))
        for key, value in entries.items() if isinstance(entries, dict) else ():
            if _holds_action(key) or (field == "labels" and _holds_action(value)):
                return ("metadata", field, key)
    return None


def _get(value: Any, path: Path) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _first_inside(value: Any, path: Path) -> Path | None:
    if _holds_action(value):
        return path
    if not isinstance(value, (dict, list)):
        return None
    for step, child in value.items() if isinstance(value, dict) else enumerate(value):
        if _holds_action(step):
            return (*path, step)
        if found := _first_inside(child, (*path, step)):
            return found
    return None
