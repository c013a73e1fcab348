"""Kubernetes label selectors: matchLabels and matchExpressions."""

from collections.abc import Mapping

from istiolint.resources.cursor import Cursor


def selects(selector: Cursor, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector matches labels; an empty or missing one matches everything."""
    if not selector["matchLabels"].labels.items() <= labels.items():
        return False
    return all(_holds(expression, labels) for expression in selector["matchExpressions"])


def _holds(expression: Cursor, labels: Mapping[str, str]) -> bool:
    key, operator = expression["key"].text, expression["operator"].text
    values = {value.text for value in expression["values"]}
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    if operator == "Exists":
        return key in labels
    return operator == "DoesNotExist" and key not in labels
