"""What of a report is new, compared with that of another state."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.report.fingerprint import identity


class Key(NamedTuple):
    """By what a finding is known again: its fingerprint, and for want of that what it says of the same resource.

    The second helps where a file was moved, or something put before the finding's place in a list.
    """

    fingerprint: str
    words: tuple[str, ...]


def key(diagnostic: Diagnostic) -> Key:
    """By what a diagnostic is known again in a run over the same paths."""
    where = str(diagnostic.resource) if diagnostic.resource else diagnostic.span.source.path
    return Key(identity(diagnostic), (diagnostic.rule, where, diagnostic.message))


def keep_new(report: Report, before: Report) -> int:
    """Leave in a report what the other one does not hold as often, and give the number of those that were left out."""
    new, _ = unmatched(list(map(key, report.diagnostics)), list(map(key, before.diagnostics)))
    left_out = len(report.diagnostics) - len(new)
    report.diagnostics = [report.diagnostics[index] for index in new]
    return left_out


def unmatched(now: Sequence[Key], before: Sequence[Key]) -> tuple[list[int], list[int]]:
    """The indices of those that are only there now, and of those that were only there before; each counts once."""
    new, gone = list(range(len(now))), list(range(len(before)))
    for part in (_fingerprint, _words):
        waiting: dict[object, list[int]] = defaultdict(list)
        for index in reversed(gone):
            waiting[part(before[index])].append(index)
        taken = {index: same.pop() for index in new if (same := waiting.get(part(now[index])))}
        new = [index for index in new if index not in taken]
        gone = sorted(set(gone).difference(taken.values()))
    return new, gone


def _fingerprint(key: Key) -> object:
    return key.fingerprint


def _words(key: Key) -> object:
    return key.words
