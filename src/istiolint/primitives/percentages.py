"""Percentages as Istio counts them: whole ones, and those of Envoy, which counts in millionths."""

SMALLEST = 0.0001
"""The smallest share above nothing that Envoy can count."""


def percentage_fault(value: int | float) -> str | None:
    """What keeps a number from being a percentage, as words that continue "`x` is no percentage: "; None when nothing does."""
    return None if 0 <= value <= 100 else "it is not between 0 and 100"


def fraction_fault(value: int | float) -> str | None:
    """The same for a share that Envoy makes a fraction of: 0, or at least 0.0001."""
    return percentage_fault(value) or ("it is less than Envoy can count" if 0 < value < SMALLEST else None)
