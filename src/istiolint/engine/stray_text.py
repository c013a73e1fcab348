"""Advice for values that are wrong because of how they are written: comments and commas of other languages, octal addresses."""

import re

from istiolint.documents.document import document_of, value_at
from istiolint.findings.finding import Finding, Place
from istiolint.primitives.addresses import without_leading_zeros
from istiolint.rules.check import Rule

_COMMENT = re.compile(r"(?:^|\s)//(?:\s|$)")
_ADDRESS = re.compile(r"(?<![\w.])\d+(?:\.\d+){3}(?![\w.])", re.ASCII)
_NAMES = ("invalid-host",)
"""Rules about values that cannot be addresses."""


def with_advice(finding: Finding, rule: Rule) -> Finding:
    """Return a finding about an invalid value with a better hint, where the way it is written is the reason."""
    place = finding.place
    judges_a_value = rule.category in ("schema", "validation") or rule.id.startswith("invalid-")
    if not isinstance(place, Place) or not place.path or not judges_a_value:
        return finding
    value = place.path[-1] if place.part == "key" else value_at(document_of(place).data, place.path)[1]
    hint = _advice(value, rule) if isinstance(value, str) and "\n" not in value else None
    return finding._replace(hint=hint, fix=None) if hint else finding


def _advice(text: str, rule: Rule) -> str | None:
    if text.startswith("//") or _COMMENT.search(text):
        return "start comments with `#`; `//` and what follows belong to the value"
    if text.endswith(",") and len(text) > 1:
        return "remove the comma at the end, which belongs to the value"
    if rule.id not in _NAMES and any(without_leading_zeros(found[0]) for found in _ADDRESS.finditer(text)):
        plain = _ADDRESS.sub(lambda found: without_leading_zeros(found[0]) or found[0], text)
        return f"use `{plain}`: numbers with leading zeros are not valid in addresses"
    return None
