"""The findings of an earlier state, linted only as far as a comparison needs it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from istiolint.comparison.comparison import keep_new
from istiolint.findings.report import Report
from istiolint.sources import Source


class Earlier:
    """The files of an earlier state, and what `lint` reports in them.

    Most changes bring no findings, and most findings are in a few files. So the earlier state is linted only if there is
    something to compare, and findings are computed only for the files that have findings now and for those whose text differs (a
    file may have been renamed). All other files are read for reference.
    """

    def __init__(self, sources: Iterable[Source], lint: Callable[[list[Source]], Report]):
        self._sources = list(sources)
        self._lint = lint
        self._compared: set[str] = set()
        self._report: Report | None = None

    def is_equal(self, sources: Iterable[Source]) -> bool:
        """Return whether the earlier state consists of the same files with the same texts."""
        return _contents(self._sources) == _contents(sources)

    def keep_new(self, report: Report) -> int:
        """Remove the findings that the earlier state has as well, and return how many there are."""
        if not report.diagnostics:
            return 0
        wanted = {diagnostic.span.source.path for diagnostic in report.diagnostics}
        wanted |= {source.path for source in self._sources if _differs(source, report.sources.get(source.path))}
        if self._report is None or not wanted <= self._compared:
            self._compared |= wanted
            self._report = self._lint(
                [replace(source, linted=source.linted and source.path in self._compared) for source in self._sources]
            )
        return keep_new(report, self._report)


def _differs(earlier: Source, now: Source | None) -> bool:
    return now is None or now.text != earlier.text


def _contents(sources: Iterable[Source]) -> dict[tuple[str, str], tuple[str, str | None, bool]]:
    return {(source.path, source.cluster): (source.text, source.trouble, source.linted) for source in sources}
