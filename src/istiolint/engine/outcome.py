"""What a run finds, and the report that becomes of it: places made concrete, severities, suppressions, each finding once."""

from typing import TypeAlias

from istiolint.documents import Document
from istiolint.engine.folding import Entry, folded
from istiolint.engine.selection import Levels, selected
from istiolint.engine.unresolved import is_at_placeholder
from istiolint.findings.finding import Diagnostic, Finding, Place, field_path
from istiolint.mesh import Mesh
from istiolint.rendered.origins import traced
from istiolint.report import Report, Summary
from istiolint.resources.installation import INSTALLED, installs_istio
from istiolint.resources.resource import Resource
from istiolint.rules.check import Rule
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.suppression import Ledger, PathIgnores, Suppressed
from istiolint.suppression.ledger import MARK

_Key: TypeAlias = tuple[str, int, int, str, str]
SYNTAX = "syntax"
"""The category of the rules about YAML and templates."""


class Outcome:
    """Takes findings as they come, with the documents that may suppress them and the meshes that know their environments.

    Raises ValueError for settings with a name that means no rule.
    """

    def __init__(self, settings: Settings):
        self.rules = selected(settings)
        self._settings = settings
        self._levels = Levels(settings)
        self._path_ignores = PathIgnores(settings.per_path_ignores)
        self._ledger = Ledger()
        self._found: list[tuple[Rule, Finding, Resource | None]] = []
        self._unchecked: list[tuple[Rule, Finding, Resource]] = []
        self._meshes: dict[str, Mesh] = {}
        self._installations: set[str] = set()

    def heed(self, document: Document) -> None:
        """Take note of what a document suppresses."""
        if MARK in document.text:
            self._ledger.read(document)

    def note(self, resource: Resource) -> None:
        """Take note of a file that installs Istio itself."""
        if resource.kind in INSTALLED and installs_istio(resource):
            self._installations.add(resource.document.source.path)

    def place(self, cluster: str, mesh: Mesh) -> None:
        """Take note of the mesh of a cluster."""
        self._meshes[cluster] = mesh

    def keep(self, finding: Finding, resource: Resource | None, rule: Rule | None = None) -> None:
        """Take a finding, if its rule is on and it does not judge a placeholder."""
        rule = rule or self.rules.get(finding.rule)
        if rule and (rule.category == SYNTAX or not is_at_placeholder(finding)):
            self._found.append((rule, finding, resource))

    def leave(self, finding: Finding, resource: Resource, rule: Rule) -> None:
        """Take a reference that the files cannot decide, if these are to be listed."""
        if self._settings.show_unchecked:
            self._unchecked.append((rule, finding, resource))

    def report(self, summary: Summary, sources: dict[str, Source], internal_errors: list[str]) -> Report:
        """The report on all that was kept. Suppressions that hide nothing are told, if every rule did its work."""
        diagnostics: dict[_Key, Diagnostic] = {}
        suppressed: dict[_Key, Suppressed] = {}
        for entry in self._folded():
            if entry.reason is None:
                diagnostics[_key(entry.diagnostic)] = entry.diagnostic
            else:
                suppressed[_key(entry.diagnostic)] = Suppressed(entry.diagnostic, entry.reason)
        if not internal_errors:  # what did not run may have found what is suppressed
            for rule, finding in self._ledger.findings(self.rules, whole_mesh=self._settings.whole_mesh):
                if is_at_placeholder(finding):
                    continue
                diagnostic = traced(self._concrete(rule, finding, None))
                if rule.id in self.rules and not self._path_ignores.covers(rule, diagnostic.span.source.path):
                    diagnostics[_key(diagnostic)] = diagnostic
        unchecked: dict[_Key, Diagnostic] = {}
        for rule, finding, resource in self._unchecked:
            diagnostic = traced(self._concrete(rule, finding, resource))
            unchecked[_key(diagnostic)] = diagnostic
        summary.suppressed.update(one.diagnostic.rule for one in suppressed.values())
        return Report(
            [diagnostics[key] for key in sorted(diagnostics)],
            summary,
            tuple(self.rules),
            sources,
            internal_errors,
            [suppressed[key] for key in sorted(suppressed)],
            unchecked=[unchecked[key] for key in sorted(unchecked)],
        )

    def _folded(self) -> list[Entry]:
        entries = []
        for rule, finding, resource in self._found:
            diagnostic = self._concrete(rule, finding, resource)
            reason = self._ledger.reason(rule, diagnostic, resource)
            diagnostic = traced(diagnostic)
            if not self._path_ignores.covers(rule, diagnostic.span.source.path):
                entries.append(Entry(rule, finding, resource, diagnostic, reason))
        each = "ALL" in (*self._settings.select, *self._settings.extend_select)
        return entries if each else folded(entries, self._installations)

    def _concrete(self, rule: Rule, finding: Finding, resource: Resource | None) -> Diagnostic:
        path = finding.place.path if isinstance(finding.place, Place) else ()
        path = path[len(resource.path) :] if resource else path
        return Diagnostic(
            rule.id, rule.codes, rule.topic, rule.category, self._levels.of(rule, finding, self._environment(resource)),
            finding.message, finding.hint, finding.place.span(), field_path(path), resource.identity if resource else None,
            tuple(dict.fromkeys((related.place.span(), related.message) for related in finding.related)), finding.fix,
        )  # fmt: skip

    def _environment(self, resource: Resource | None) -> str | None:
        """The name of the environment of a resource, if severities depend on it."""
        if resource is None or not self._levels.by_environment or not self._meshes:
            return None
        mesh = self._meshes.get(resource.cluster) or next(iter(self._meshes.values()))  # of no cluster: it is in all of them
        found = mesh.environments.of(resource)
        return found.name if found else None


def _key(diagnostic: Diagnostic) -> _Key:
    span = diagnostic.span
    return span.source.path, span.start, span.end, diagnostic.rule, diagnostic.message
