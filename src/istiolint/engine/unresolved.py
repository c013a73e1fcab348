"""Findings at text that is not final: `${HOST}`, `{{ .Values.mode }}`, `<NAME>` mean nothing until they are replaced."""

from typing import Any

from istiolint.documents.document import document_of, value_at
from istiolint.documents.placeholders import has_variable
from istiolint.findings.finding import Finding, Place

_SELECTORS = ("labels", "matchLabels", "selector")


def is_at_placeholder(finding: Finding) -> bool:
    """Return whether what a finding judges, a key, a value, or the labels of a selector, contains a placeholder."""
    place = finding.place
    if not isinstance(place, Place) or not place.path:
        return False
    if place.part == "key":
        return _is_unresolved(place.path[-1])
    value = _value(place)
    if isinstance(value, dict):
        return place.path[-1] in _SELECTORS and any(map(_is_unresolved, value.values()))
    return _is_unresolved(value)


def _is_unresolved(value: Any) -> bool:
    return isinstance(value, str) and "\n" not in value and has_variable(value, word=True)


def _value(place: Place) -> Any:
    return value_at(document_of(place).data, place.path)[1]
