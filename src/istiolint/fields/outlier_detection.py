"""Outlier detection: shares of endpoints, and settings that exclude each other."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.primitives.percentages import percentage_fault
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import finding, rejected

_SHARES = ("maxEjectionPercent", "minHealthPercent")


def share_faults(outlier: Cursor, kind: str) -> Iterator[Finding]:
    """Report percentages of an outlier detection that are out of range."""
    for field in _SHARES:
        share = outlier[field]
        if share.number is not None and -(2**31) <= share.number < 2**31 and (fault := percentage_fault(share.number)):
            yield finding(
                share,
                rejected(f"invalid percentage `{share.number}`: {fault}", kind),
                hint="use a number from 0 to 100",
            )


def split_faults(outlier: Cursor, kind: str) -> Iterator[Finding]:
    """Report a threshold for local-origin failures that are not split from external errors."""
    local = outlier["consecutiveLocalOriginFailures"]
    if local.number and local.number > 0 and outlier["splitExternalLocalOriginErrors"].value is not True:
        yield finding(
            local.key,
            rejected("`consecutiveLocalOriginFailures` requires `splitExternalLocalOriginErrors: true`", kind),
            hint="set `splitExternalLocalOriginErrors: true`",
        )
