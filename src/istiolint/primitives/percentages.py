"""Percentages as Istio counts them: whole ones, and those of Envoy, which counts in millionths."""

SMALLEST = 0.0001
"""The smallest share above nothing that Envoy can count."""


def percentage_fault(value: int | float) -> str | None:
    """Return what is wrong with a percentage, as words that continue "invalid percentage `x`: ", or None."""
    return None if 0 <= value <= 100 else "it is not between 0 and 100"
