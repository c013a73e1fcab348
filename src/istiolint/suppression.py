"""What the authors of a manifest ask not to be told."""

from istiolint.resource import Resource
from istiolint.rules import Rule

ANALYZE_SUPPRESS = "galley.istio.io/analyze-suppress"
"""istioctl's annotation: codes with commas between them, `*` for all; it concerns findings on the resource that carries it."""


def is_suppressed(rule: Rule, resource: Resource) -> bool:
    """Whether a resource suppresses a rule; blanks around commas do no harm here, unlike at istioctl."""
    codes = {code.strip() for code in resource.annotations.get(ANALYZE_SUPPRESS, "").split(",")}
    return "*" in codes or not codes.isdisjoint((*rule.codes, rule.id))
