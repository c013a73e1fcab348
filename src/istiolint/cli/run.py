"""A run of `lint`: its input, and the findings that its reports keep."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from istiolint.cli.baseline import baseline_of
from istiolint.cli.cache_options import cache_of
from istiolint.cli.inputs import Inputs
from istiolint.cli.progress import watch
from istiolint.findings.report import Report
from istiolint.sources import Source

if TYPE_CHECKING:
    from istiolint.comparison.earlier import Earlier
    from istiolint.engine.lint import Look
    from istiolint.graph.picture import Picture


class Run:
    """Lints the input of the command line, compared with a baseline or an earlier state. Raises InputError.

    `pictures` are those of the last report, if a format shows them.
    """

    def __init__(self, given: Inputs, options: dict[str, Any]):
        from istiolint.engine.workers import cores

        self._writes_baseline: bool = options["write_baseline"]
        self.baseline = baseline_of(given.config, options["baseline"], isolated=options["isolated"], write=self._writes_baseline)
        self._jobs: int = options["jobs"] or cores()
        self._cache = cache_of(options)
        self.sources = list(given.sources(self._cache))
        self.settings = given.settings_in_folders(options)
        self.pictures: list[Picture] = []
        self._look = self._draw() if any(target.format == "html" for target in options["formats"]) else None
        self._earlier = self._state_of(given, options["against"]) if options["against"] else None
        self._is_unchanged = self._earlier is not None and self._earlier.is_equal(self.sources)

    def report(self, sources: Iterable[Source]) -> Report:
        """Lint sources: those of the run, or what fixes made of them."""
        from istiolint.engine.lint import lint

        self.pictures.clear()
        linted = [] if self._is_unchanged else sources
        report = lint(linted, self.settings, watch(), self._jobs, self._look, cache=self._cache)
        if self.baseline and not self._writes_baseline:
            self.baseline.keep_new(report)
        if self._is_unchanged:
            report.summary.unchanged, report.summary.files = True, sum(source.linted for source in sources)
        report.left_out = self._earlier.keep_new(report) if self._earlier else 0
        if not self._writes_baseline:
            report.hide_below(self.settings.min_severity)
        return report

    def _draw(self) -> "Look":
        from istiolint.graph.build import picture_of

        return lambda name, mesh: self.pictures.append(picture_of(mesh, name))

    def _state_of(self, given: Inputs, state: str) -> "Earlier":
        from istiolint.comparison.earlier import Earlier
        from istiolint.engine.lint import lint

        return Earlier(given.sources_of(state), lambda files: lint(files, self.settings, jobs=self._jobs, cache=self._cache))
