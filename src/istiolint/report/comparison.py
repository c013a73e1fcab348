"""What of a report is new, compared with that of another state."""

from collections import Counter
from typing import TypeVar

from istiolint.finding import Diagnostic
from istiolint.report.fingerprint import identity
from istiolint.report.report import Report

_Key = TypeVar("_Key")


def keep_new(report: Report, before: Report) -> int:
    """Leave in a report what the other one does not hold as often, and give the number of those that were left out.

    A finding is known again by its fingerprint, and where a file was moved or something put before it in a list, by what it says
    of the same resource.
    """
    fingerprints = Counter(map(identity, before.diagnostics))
    fresh = [diagnostic for diagnostic in report.diagnostics if not _taken(fingerprints, identity(diagnostic))]
    words: Counter[tuple[str, ...]] = Counter()
    for diagnostic in before.diagnostics:
        if _taken(fingerprints, identity(diagnostic)):  # it has no counterpart yet
            words[_words(diagnostic)] += 1
    kept = [diagnostic for diagnostic in fresh if not _taken(words, _words(diagnostic))]
    left_out = len(report.diagnostics) - len(kept)
    report.diagnostics = kept
    return left_out


def _taken(counts: Counter[_Key], key: _Key) -> bool:
    """Whether one is left of a key; it is used up."""
    counts[key] -= 1
    return counts[key] >= 0


def _words(diagnostic: Diagnostic) -> tuple[str, ...]:
    where = str(diagnostic.resource) if diagnostic.resource else diagnostic.span.source.path
    return diagnostic.rule, where, diagnostic.message
