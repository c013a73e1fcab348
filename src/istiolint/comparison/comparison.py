"""New findings of a report, compared with that of another state."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.report.fingerprint import identity


class Key(NamedTuple):
    """The identity of a finding: its fingerprint, otherwise its rule and message for the same resource.

    The second is for files that were moved, and items that were inserted before the place of the finding.
    """

    fingerprint: str
    words: tuple[str, ...]


def key(diagnostic: Diagnostic) -> Key:
    """Return the key of a diagnostic, for runs over the same paths."""
    where = str(diagnostic.resource) if diagnostic.resource else diagnostic.span.source.path
    return Key(identity(diagnostic), (diagnostic.rule, where, diagnostic.message))


def keep_new(report: Report, before: Report) -> int:
    """Remove from a report the findings that the other one has as often, and return how many were removed."""
    new, _ = unmatched(list(map(key, report.diagnostics)), list(map(key, before.diagnostics)))
    left_out = len(report.diagnostics) - len(new)
    report.diagnostics = [report.diagnostics[index] for index in new]
    return left_out


def unmatched(now: Sequence[Key], before: Sequence[Key]) -> tuple[list[int], list[int]]:
    """Return the indices of findings that are only in `now`, and of those only in `before`; duplicates are matched one to one."""
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
