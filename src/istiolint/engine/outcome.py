"""The findings of a run, and the report built from them: concrete places, severities, suppressions, each finding once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from istiolint.documents import Document
from istiolint.documents.document import document_of
from istiolint.engine.folding import Entry, folded
from istiolint.engine.selection import Levels, Selection, selected
from istiolint.engine.unresolved import is_at_placeholder
from istiolint.findings.finding import Diagnostic, Edit, Finding, Fix, Path, Place, Rewrite, Span, field_path, spans_of
from istiolint.findings.report import Report, Summary, Suppressed
from istiolint.mesh import Mesh
from istiolint.rendered.origins import traced
from istiolint.resources.installation import INSTALLED, installs_istio
from istiolint.resources.owners import owners
from istiolint.resources.resource import Resource
from istiolint.rules.check import Rule
from istiolint.rules.renamed import former
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.suppression import Ledger, PathIgnores
from istiolint.suppression.ledger import MARK
from istiolint.targets import Target

_Key: TypeAlias = tuple[str, int, int, str, str]
_Reference: TypeAlias = tuple[str, Document, Path, tuple[str | int, ...]]
"""A rule, the resource as it is written, and the place in it."""
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
        self._selection = Selection(settings)
        self._path_ignores = PathIgnores(settings.per_path_ignores)
        self._ledger = Ledger()
        self._found: list[_Found] = []
        self._unchecked: dict[_Reference, tuple[_Found, set[int]]] = {}
        self._installations: set[str] = set()
        self._targets: list[Target] = []
        self._mesh: Mesh | None = None
        self._holders: dict[tuple[Document, Path], set[int]] = defaultdict(set)
        """The numbers of the targets that hold a resource."""

    def record_suppressions(self, document: Document) -> None:
        """Take note of what a document suppresses."""
        if MARK in document.text:
            self._ledger.read(document)

    def note(self, resource: Resource) -> None:
        """Take note of a file that installs Istio itself."""
        if resource.kind in INSTALLED and installs_istio(resource):
            self._installations.add(resource.document.source.path)

    def enter(self, target: Target, mesh: Mesh | None, shown: Iterable[Resource]) -> None:
        """Take note of the target to which the findings that follow belong, and of the resources in it that are linted."""
        self._targets.append(target)
        self._mesh = mesh
        for resource in shown:
            self._holders[resource.written].add(len(self._targets) - 1)

    def keep(
        self,
        finding: Finding,
        resource: Resource | None,
        rule: Rule | None = None,
        spans: tuple[Span, ...] = (),
        *,
        everywhere: bool = False,
    ) -> None:
        """Take a finding, if its rule is on and it does not judge a placeholder.

        `spans` are its own, if they are known. `everywhere`: it holds in all targets of its resource, which are not looked at.
        """
        rule = rule or self.rules.get(finding.rule)
        if rule and (rule.category == SYNTAX or not is_at_placeholder(finding)):
            target = None if everywhere or not self._targets else len(self._targets) - 1
            from istiolint.engine.stray_text import with_advice  # late: many runs find nothing

            self._found.append(_Found(rule, with_advice(finding, rule), resource, target, self._environment(resource), spans))

    def leave(self, finding: Finding, resource: Resource, rule: Rule) -> None:
        """Take a reference that the files cannot decide: once, also where several targets have it."""
        place = finding.place.path if isinstance(finding.place, Place) else (finding.place.start,)
        reference = rule.id, *resource.written, place
        _, targets = self._unchecked.setdefault(reference, (_Found(rule, finding, resource), set()))
        targets.add(len(self._targets) - 1)

    def report(self, summary: Summary, sources: dict[str, Source], internal_errors: list[str]) -> Report:
        """The report on all that was kept. Suppressions that hide nothing are reported, if every rule did its work."""
        kept: dict[_Key, Diagnostic] = {}
        suppressed: dict[_Key, Suppressed] = {}
        for entry in self._folded():
            if entry.reason is None:
                kept[_key(entry.diagnostic)] = _joined(kept.get(_key(entry.diagnostic)), entry.diagnostic)
            else:
                suppressed[_key(entry.diagnostic)] = Suppressed(entry.diagnostic, entry.reason)
        if not internal_errors:  # what did not run may have found what is suppressed
            for rule, finding in self._ledger.findings(self.rules, whole_mesh=self._settings.whole_mesh):
                if is_at_placeholder(finding):
                    continue
                found = _Found(rule, finding)
                diagnostic = self._shown(found, self._concrete(found)) if rule.id in self.rules else None
                if diagnostic:
                    kept[_key(diagnostic)] = diagnostic
        summary.unchecked.update(rule for rule, *_ in self._unchecked)
        summary.suppressed.update(one.diagnostic.rule for one in suppressed.values())
        return Report(
            [kept[key] for key in sorted(kept)],
            summary,
            tuple(self.rules),
            sources,
            internal_errors,
            [suppressed[key] for key in sorted(suppressed)],
            former_ids=former((*self._settings.rule_names, *self._ledger.former_ids)),
            unchecked=self._listed_unchecked() if self._settings.show_unchecked else [],
        )

    def _folded(self) -> list[Entry]:
        entries = []
        for merged in self._merged():
            if diagnostic := self._shown(merged.found, merged.diagnostic):
                found, rendered = merged.found, merged.diagnostic.span if merged.diagnostic.span.source.origin else None
                entries.append(Entry(found.rule, found.finding, found.resource, diagnostic, merged.reason, rendered))
        each = "ALL" in (*self._settings.select, *self._settings.extend_select)
        return entries if each or not entries else folded(entries, self._installations, self._owners())

    def _owners(self) -> dict[int, tuple[Resource, Resource]]:
        """By the id of each workload that a controller has created: it and its owner."""
        found: dict[int, tuple[Resource, Resource]] = {}
        for target in self._targets:
            found |= owners([*target.resources, *target.context])
        return found

    def _merged(self) -> Iterator["_Merged"]:
        """What was found, with the reasons of suppressions: once where several targets show the same.

        Where the targets are only ways to read plain folders, a finding that rests on more than its document counts if all agree.
        """
        merged: dict[tuple[str, int, int, str], list[_Merged]] = {}
        for found in self._found:
            diagnostic = self._concrete(found)
            source = diagnostic.span.source
            is_derived = found.resource and found.resource.document.written[0] is not found.resource.document
            if is_derived and not source.linted:
                continue
            alike = merged.setdefault(_key(diagnostic)[:4], [])
            holders = self._holders[found.resource.written] if found.resource else set()
            targets = {found.target} if found.target is not None else set(holders)
            one = next((one for one in alike if one.diagnostic.message == diagnostic.message), None) or next(
                (one for one in alike if targets and one.targets.isdisjoint(targets)), None
            )
            if one:
                one.targets |= targets
            else:
                alike.append(
                    _Merged(found, diagnostic, self._ledger.reason(found.rule, diagnostic, found.resource), targets, holders)
                )
        for one in (one for alike in merged.values() for one in alike):
            partial = bool(one.targets) and not one.targets >= one.holders
            is_rendered = bool(one.diagnostic.span.source.target)
            if partial and one.found.rule.evidence != "document" and all(self._targets[number].guessed for number in one.holders):
                continue
            one.diagnostic = replace(one.diagnostic, targets=self._names(one.targets), partial=partial or is_rendered)
            yield one

    def _shown(self, found: "_Found", diagnostic: Diagnostic) -> Diagnostic | None:
        """A diagnostic in the file that people write, with the severity that applies there; None where its rule is off."""
        diagnostic, rule = traced(diagnostic), found.rule
        path = diagnostic.span.source.path
        level = self._levels.of(rule, found.finding, found.environment, path)
        if level == "off" or not self._selection.has(rule, path) or self._path_ignores.covers(rule, path):
            return None
        return diagnostic if level == diagnostic.severity else replace(diagnostic, severity=level)

    def _listed_unchecked(self) -> list[Diagnostic]:
        """The references that the files cannot decide, by place."""
        shown = [(self._shown(found, self._concrete(found)), targets) for found, targets in self._unchecked.values()]
        return sorted((replace(one, targets=self._names(targets)) for one, targets in shown if one), key=_key)

    def _names(self, targets: Iterable[int]) -> tuple[str, ...]:
        """The names of targets, if the run has several."""
        return tuple(self._targets[number].name for number in sorted(targets)) if len(self._targets) > 1 else ()

    def _concrete(self, found: "_Found") -> Diagnostic:
        rule, finding, resource = found.rule, found.finding, found.resource
        path = finding.place.path if isinstance(finding.place, Place) else ()
        path = path[len(resource.path) :] if resource else path
        span, *others = found.spans or spans_of(finding)
        related = dict.fromkeys((other, each.message) for other, each in zip(others, finding.related, strict=True))
        return Diagnostic(
            rule.id, rule.codes, rule.topic, rule.category, finding.severity or rule.severity,
            finding.message, finding.hint, span, field_path(path), resource.identity if resource else None,
            tuple(related), _in_files(finding.fix),
        )  # fmt: skip

    def _environment(self, resource: Resource | None) -> str | None:
        """The name of the environment of a resource, if severities depend on it."""
        if resource is None or not self._levels.by_environment or self._mesh is None:
            return None
        found = self._mesh.environments.of(resource)
        return found.name if found else None


class _Found(NamedTuple):
    """A finding with its resource, and the number of its target."""

    rule: Rule
    finding: Finding
    resource: Resource | None = None
    target: int | None = None
    environment: str | None = None
    spans: tuple[Span, ...] = ()


@dataclass(eq=False, repr=False, slots=True)
class _Merged:
    """A finding with the targets that show it, and all targets of its resource."""

    found: _Found
    diagnostic: Diagnostic
    reason: str | None
    targets: set[int]
    holders: set[int]


def _joined(known: Diagnostic | None, other: Diagnostic) -> Diagnostic:
    """One diagnostic for the same text in several rendered targets."""
    if known is None or known.targets == other.targets:
        return other
    return replace(known, targets=tuple(sorted({*known.targets, *other.targets})))


def _in_files(fix: Fix | None) -> Fix | None:
    """A fix in the files from which Kustomize makes a resource; None where the text there is another one."""
    edits: list[Edit | Rewrite] = []
    for edit in fix.edits if fix else ():
        if isinstance(edit, Rewrite):
            edits.append(edit)
            continue
        place, exact = document_of(edit.place).source_place(edit.place)
        if not exact or document_of(place).source.enclosing:
            return None
        edits.append(edit if place is edit.place else edit._replace(place=place))
    return fix._replace(edits=tuple(edits)) if fix else None


def _key(diagnostic: Diagnostic) -> _Key:
    span = diagnostic.span
    return span.source.path, span.start, span.end, diagnostic.rule, diagnostic.message
