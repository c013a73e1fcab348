"""The baseline: known findings of a repository, which are not reported and can be fixed one by one.

A sorted file with one line per finding, so that its diffs are readable. It contains no line numbers, because lines move.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from typing import Any, NamedTuple

from istiolint.comparison.comparison import Key, unmatched
from istiolint.findings.escape import as_json
from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.rules.renamed import current

VERSION = 1


class BaselineError(Exception):
    """A baseline that cannot be read; the message says why."""


class OutdatedError(BaselineError):
    """A baseline that another version of istiolint has written."""


class Entry(NamedTuple):
    """A finding, without its place: `path` is relative to the folder of the baseline, `field` and `resource` may be empty."""

    path: str
    resource: str
    rule: str
    field: str
    message: str

    @property
    def key(self) -> Key:
        """The key that identifies the same finding in another run."""
        return Key(
            "\0".join((self.rule, self.path, self.resource, self.field)), (self.rule, self.resource or self.path, self.message)
        )


@dataclass(slots=True)
class Baseline:
    """The entries of a file, and how often each occurs."""

    path: Path
    entries: Counter[Entry] = field(default_factory=Counter)

    def keep_new(self, report: Report) -> None:
        """Remove the known findings from a report, and count them and the stale entries in its summary."""
        before = list(self.entries.elements())
        found = [self.entry(diagnostic) for diagnostic in report.diagnostics]
        new, gone = unmatched([one.key for one in found], [one.key for one in before])
        report.known = len(found) - len(new)
        is_stale = self._staleness(report, found)
        report.stale = sum(is_stale(before[index]) for index in gone)
        report.diagnostics = [report.diagnostics[index] for index in new]

    def renewed(self, report: Report) -> "Baseline":
        """Return the baseline after a run: its findings, and the old entries that the run did not check."""
        found = Counter(self.entry(diagnostic) for diagnostic in report.diagnostics)
        is_stale = self._staleness(report, found)
        kept = {entry: count for entry, count in self.entries.items() if not is_stale(entry)}
        return Baseline(self.path, found | Counter(kept))

    def _staleness(self, report: Report, found: Iterable[Entry]) -> Callable[[Entry], bool]:
        """Return whether an entry without a finding is stale: its rule was on, and its file was linted or does not exist."""
        linted = {self.relative(source.path) for source in report.sources.values() if source.linted}
        linted |= {entry.path for entry in found}
        on = set(report.rules)

        def is_stale(entry: Entry) -> bool:
            there = entry.path in linted or not os.path.lexists(self.path.parent / entry.path)
            return there and entry.rule in on

        return is_stale

    def entry(self, diagnostic: Diagnostic) -> Entry:
        """Return the entry of a diagnostic."""
        resource = str(diagnostic.resource) if diagnostic.resource else ""
        return Entry(
            self.relative(diagnostic.span.source.path), resource, diagnostic.rule, diagnostic.field_path, diagnostic.message
        )

    def relative(self, path: str) -> str:
        """Return a path relative to the folder of the baseline."""
        return Path(os.path.relpath(path, self.path.parent)).as_posix()

    def text(self) -> str:
        """Return the text of the file."""
        entries = sorted(self.entries.items())
        lines = ",\n".join(
            "  " + as_json(entry._asdict() | ({"count": count} if count > 1 else {})).rstrip("\n") for entry, count in entries
        )
        return (
            f'{{"version": {VERSION}, "findings": [\n{lines}\n]}}\n' if lines else f'{{"version": {VERSION}, "findings": []}}\n'
        )


def load(path: Path) -> Baseline:
    """Read a baseline. Raises BaselineError."""
    try:
        data = json.loads(path.read_bytes())
        if data["version"] != VERSION:
            raise OutdatedError(f"{path} was written by another version of istiolint: update it with --write-baseline")
        return Baseline(path, Counter(chain.from_iterable(map(_entries, data["findings"]))))
    except OSError as error:
        raise BaselineError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BaselineError(f"{path} is not an istiolint baseline") from error


def _entries(written: dict[str, Any]) -> Iterator[Entry]:
    values = [written[name] for name in Entry._fields]
    count = written.get("count", 1)
    if not all(isinstance(value, str) for value in values) or not isinstance(count, int) or not 0 < count < 10**6:
        raise ValueError
    entry = Entry(*values)
    return repeat(entry._replace(rule=current(entry.rule)), count)
