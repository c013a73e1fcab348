"""Outlier detection: shares of endpoints, and settings that exclude each other."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.primitives.percentages import percentage_fault
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import finding

_SHARES = ("maxEjectionPercent", "minHealthPercent")


def share_faults(outlier: Cursor, kind: str) -> Iterator[Finding]:
    """What is wrong with the shares of an outlier detection."""
    for field in _SHARES:
        share = outlier[field]
        if share.number is not None and -(2**31) <= share.number < 2**31 and (fault := percentage_fault(share.number)):
            yield finding(
                share,
                f"`{share.number}` is no percentage: {fault}; Istio refuses the {kind}",
                hint="write a number from 0 to 100",
            )


def split_faults(outlier: Cursor, kind: str) -> Iterator[Finding]:
    """A threshold for local errors without their being split from the others."""
    local = outlier["consecutiveLocalOriginFailures"]
    if local.number and local.number > 0 and outlier["splitExternalLocalOriginErrors"].value is not True:
        yield finding(
            local.key,
            "`consecutiveLocalOriginFailures` counts errors that are counted apart only with `splitExternalLocalOriginErrors: "
            "true`; "
            f"Istio refuses the {kind}",
            hint="write `splitExternalLocalOriginErrors: true` beside it",
        )
