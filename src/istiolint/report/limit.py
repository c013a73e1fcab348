"""The findings that the text format shows if a rule has many in one file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from istiolint.findings.finding import SEVERITIES, Diagnostic

MOST = 3
"""Findings of one rule that are shown in one file."""


class Shown(NamedTuple):
    """A shown finding; the last one of its rule and file also has those that are not shown."""

    diagnostic: Diagnostic
    hidden: tuple[Diagnostic, ...] = ()


def limited(diagnostics: Iterable[Diagnostic], most: int | None = MOST) -> Iterator[Shown]:
    """Yield the findings in order, with at most `most` per rule and file: the most severe, then the first."""
    found = list(diagnostics)
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, diagnostic in enumerate(found):
        groups[diagnostic.span.source.path, diagnostic.rule].append(index)
    last: dict[int, tuple[Diagnostic, ...]] = {}
    left_out: set[int] = set()
    for indices in groups.values():
        ranked = sorted(indices, key=lambda index: (SEVERITIES.index(found[index].severity), index))
        over = sorted(ranked[most:]) if most is not None else []
        left_out.update(over)
        last[max(ranked[:most])] = tuple(found[index] for index in over)
    for index, diagnostic in enumerate(found):
        if index not in left_out:
            yield Shown(diagnostic, last.get(index, ()))
