"""Text that a template engine has yet to render: Helm and other Go templates, Jinja.

Real manifests hold `{{` too, in strings that are templates for somebody else: dashboards, alerts, workflows, injection
templates. So a document that parses is a template only where the braces stand in fields that cannot hold them.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from istiolint.findings.finding import Path

if TYPE_CHECKING:
    from istiolint.documents.document import Document

_ANY = r"\{\{(?:(?!\}\}).){0,500}\}\}|\{%(?:(?!%\}).){0,500}%\}|\{#(?:(?!#\}).){0,500}#\}"
_ACTION = re.compile(_ANY, re.DOTALL)
_LINE_OF_ACTIONS = re.compile(rf"^[ \t]*(?:(?:{_ANY})[ \t]*)+$", re.DOTALL | re.MULTILINE)
_CONTROL_LINE = re.compile(
    r"^(?:\{%|\{\{-?\s*(?:if|else|end|range|with|define|block|include|template|/\*|\$\w+\s*:?=))", re.MULTILINE
)
_HELM = re.compile(r"\{\{[^}]{0,200}(?:\.Values|\.Release|\.Chart|\.Capabilities|\b(?:include|toYaml|nindent)\b)")
_TEMPLATE_FOLDER = re.compile(r"(?:^|[/\\])templates[/\\]")
_NO_TEMPLATES_INSIDE = (
    "networking.istio.io/", "security.istio.io/", "telemetry.istio.io/", "gateway.networking.k8s.io/",
)  # fmt: skip
MOST_SEARCHED = 256 * 1024
"""Characters in which actions are sought: a longer document shows what it is by then."""


def template_field(document: "Document") -> Path | None:
    """The field that shows a document to be a template though it parses: where `{{` cannot be meant as it stands."""
    data = document.data
    if "{{" not in document.text or not isinstance(data, dict):
        return None
    fields: list[Path] = [("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")]
    for path in fields:
        if _holds_action(_get(data, path)):
            return path
    api_version = data.get("apiVersion")
    if isinstance(api_version, str) and api_version.startswith(_NO_TEMPLATES_INSIDE) and data.get("kind") != "EnvoyFilter":
        return _first_inside(data.get("spec"), ("spec",))
    return None


def broken_template(document: "Document", composes: Callable[[str], bool]) -> tuple[int, int] | None:
    """Start and end of the template action that breaks a document's YAML, None if its fault is another.

    The proof is that the document composes once the actions are taken out; else control lines outside of any string, or a
    folder called `templates`, must do.
    """
    text = document.text
    action = _ACTION.search(text, 0, MOST_SEARCHED)
    if not action:
        return None
    if len(text) <= MOST_SEARCHED and composes(_without_actions(text)):
        return action.span()
    if control := _CONTROL_LINE.search(text):
        return control.start(), control.end()
    return action.span() if _TEMPLATE_FOLDER.search(document.source.path) else None


def template_name(text: str) -> str:
    """How summaries call it."""
    return "Helm template" if _HELM.search(text, 0, MOST_SEARCHED) else "template"


def _without_actions(text: str) -> str:
    text = _LINE_OF_ACTIONS.sub(lambda match: "\n" * match[0].count("\n"), text)
    return _ACTION.sub("x", text)


def _holds_action(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value and "}}" in value


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
