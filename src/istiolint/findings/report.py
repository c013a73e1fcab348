"""What a run found."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from istiolint.findings.finding import SEVERITIES, Diagnostic, Severity
from istiolint.sources import Source


class Chart(NamedTuple):
    """The folder of a chart, and the file in it that is most likely to hold the values of production."""

    folder: str
    values: str | None = None

    @property
    def command(self) -> str:
        """What to type to lint the chart."""
        import shlex  # expensive, and most runs have no chart

        words = ["istiolint", "--helm", self.folder, *(["--values", self.values] if self.values else [])]
        return shlex.join(words)


@dataclass(slots=True)
class Summary:
    """The counts that the last lines of a report show."""

    files: int = 0
    documents: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    """Documents read, by kind; kinds that istiolint knows."""
    other_kinds: Counter[str] = field(default_factory=Counter)
    """Documents of kinds that are left alone, by kind."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Documents not read, by reason."""
    unchecked: Counter[str] = field(default_factory=Counter)
    """References that the input could not decide, by rule."""
    suppressed: Counter[str] = field(default_factory=Counter)
    """Findings that the manifests ask to leave out, by rule."""
    fixed: Counter[str] = field(default_factory=Counter)
    """Fixes that were made before this report, by rule of the finding."""
    resources: Counter[str] = field(default_factory=Counter)
    """How many resources each file has, by path."""
    unchanged: bool = False
    """Whether nothing was linted because all files are as they were in the state to compare with."""
    charts: list[Chart] = field(default_factory=list)
    """Charts with resources of Istio or the Gateway API that were not rendered."""


class Suppressed(NamedTuple):
    """A finding that is not reported, and the reason that the manifest gives."""

    diagnostic: Diagnostic
    reason: str


@dataclass(slots=True)
class Report:
    """Diagnostics sorted by path and place, what was read, and the rules that were on.

    `internal_errors` are failures of istiolint itself (a check that crashed, a plugin that did not load): the result
    cannot be trusted whole.
    """

    diagnostics: list[Diagnostic]
    summary: Summary
    rules: tuple[str, ...]
    sources: dict[str, Source] = field(default_factory=dict)
    internal_errors: list[str] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    """What the manifests ask to leave out."""
    known: int | None = None
    """Findings that the baseline holds; None where there is no baseline."""
    former_ids: tuple[str, ...] = ()
    """Former ids of rules that settings and suppressions use."""
    stale: int = 0
    """Entries of the baseline that are found no more."""
    left_out: int = 0
    """Findings that existed before, where only new findings are reported."""
    hidden: Counter[Severity] = field(default_factory=Counter)
    """Findings below the lowest severity that is shown, by severity."""
    unchecked: list[Diagnostic] = field(default_factory=list)
    """The references that the files could not decide, if they are to be listed."""
    notes: list[str] = field(default_factory=list)
    """Where rules of the configuration could not decide; a line each."""

    def hide_below(self, lowest: Severity) -> None:
        """Leave in the report only what is at least as severe as `lowest`, and count the rest."""
        shown = SEVERITIES[: SEVERITIES.index(lowest) + 1]
        self.hidden.update(diagnostic.severity for diagnostic in self.diagnostics if diagnostic.severity not in shown)
        self.diagnostics = [diagnostic for diagnostic in self.diagnostics if diagnostic.severity in shown]
        self.suppressed = [one for one in self.suppressed if one.diagnostic.severity in shown]

    def fails(self, threshold: Severity) -> bool:
        """Whether a diagnostic is at least as severe as the threshold."""
        worst = SEVERITIES[: SEVERITIES.index(threshold) + 1]
        return any(diagnostic.severity in worst for diagnostic in self.diagnostics)
