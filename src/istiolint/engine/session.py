"""A session: files that change one by one, and what is found in some of them now.

Everything that did not change is kept: documents, targets, and the indexes of their meshes. What a session finds is what `lint`
would find in the same files.
"""

import os
from bisect import insort
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from istiolint.documents import KUSTOMIZATION_NAMES, Document, Skip, may_name_others, named_by_others, read
from istiolint.documents.chart_values import may_name_values, values_files
from istiolint.engine.lint import given_resources
from istiolint.engine.outcome import Outcome
from istiolint.engine.tasks import Crash, Found, Tasks, Undecided
from istiolint.findings.finding import Place
from istiolint.findings.report import Report, Summary
from istiolint.mesh import Mesh
from istiolint.resources.kinds import DELIVERY_KINDS, WORKLOADS
from istiolint.resources.resource import Resource, only_resource, resources
from istiolint.rules.gates import Gates, kind_of
from istiolint.rules.parameters import check_settings
from istiolint.rules.registry import define
from istiolint.settings import Settings
from istiolint.sources import Excluded, Source, discover
from istiolint.sources.discover import is_wanted
from istiolint.targets import Coverage, Elsewhere, Library, Target, targets_of
from istiolint.targets.assemble import file_order
from istiolint.targets.folders import Identity, identities

_PLAIN = ("folder", "chart")
_DELIVERING = ("argoproj.io", "kustomize.toolkit.fluxcd.io", "source.toolkit.fluxcd.io")
_EMBEDDING = frozenset(("ConfigMap", "IstioOperator", "Istio", "IstioRevision", "HelmValues", None, *DELIVERY_KINDS))
_PROXY_CONFIG = "proxy.istio.io/config"
"""Types and the annotation whose strings may be read as YAML: positions in them are those of the text at that time."""
_COVERING = frozenset(("Service", "DestinationRule", None, *WORKLOADS, *DELIVERY_KINDS))
"""Types whose fields decide what a target shows of its cluster."""


class Session:
    """Files, and what is found in them. Raises ValueError for settings with a name that means no rule."""

    def __init__(self, settings: Settings, sources: Iterable[Source] = ()):
        define(settings.custom_rules)
        check_settings(settings)
        self.settings = settings
        self._excluded = Excluded(settings.exclude)
        self._gates = Gates(Outcome(settings).rules)
        self._sources = {source.path: source for source in sources}
        self._named: dict[str, Skip] = named_by_others(self._sources.values())
        self._values = values_files(self._sources.values())
        self._documents = {path: self._read(source) for path, source in self._sources.items()}
        self._targets: list[_TargetState] | None = None

    @property
    def sources(self) -> Collection[Source]:
        """The files."""
        return self._sources.values()

    def source(self, path: str) -> Source | None:
        """A file."""
        return self._sources.get(path)

    def documents(self, path: str) -> Sequence[Document]:
        """The documents of a file."""
        return self._documents.get(path, ())

    def meshes(self, paths: Collection[str]) -> list[tuple[Mesh, list[Resource]]]:
        """The meshes with resources of some files, each with these resources."""
        return [(target.mesh, found) for target in self._assembled() if (found := target.of(paths))]

    def all_meshes(self) -> list[tuple[str, Mesh]]:
        """The mesh of each target, with its name."""
        return [(target.target.name, target.mesh) for target in self._assembled()]

    def change(self, source: Source) -> None:
        """Add a file, or replace its text."""
        known = self._sources.get(source.path)
        if known and (known.text, known.trouble, known.linted) == (source.text, source.trouble, source.linted):
            return
        self._sources[source.path] = source
        if known is None or any(may_name_others(one) or may_name_values(one) for one in (known, source)):
            self._name_others()
        self._replace(source.path, self._read(source))

    def remove(self, path: str) -> None:
        """Remove a file."""
        if self._sources.pop(path, None):
            del self._documents[path]
            self._targets = None
            self._name_others()

    def report(self, paths: Collection[str]) -> Report:
        """What is found in some of the files."""
        paths = {path for path in paths if path in self._sources and self._sources[path].linted}
        define(self.settings.custom_rules)
        outcome, errors = Outcome(self.settings), list[str]()
        for path in paths:
            for document in self._documents[path]:
                resource = only_resource(document) if document.problems else None
                for problem in document.problems:
                    outcome.keep(problem, resource)
        heeded = {document for path in paths for document in self._documents[path]}
        validated: set[int] = set()
        for target in self._assembled():
            found = [resource for resource in target.of(paths) if resource.linted]
            outcome.enter(target.target, target.mesh if found else None, found)
            heeded |= {resource.document.written[0] for resource in found}
            new = [resource for resource in found if id(resource) not in validated]
            validated.update(map(id, new))
            checked = [resource for resource in found if self._gates.covers(resource)]
            heeded |= self._check(target, new, checked, outcome, errors)
        for document in heeded:
            outcome.record_suppressions(document)
        report = outcome.report(Summary(), dict(self._sources), list(dict.fromkeys(errors)))
        report.diagnostics = [one for one in report.diagnostics if one.span.source.path in paths]
        report.suppressed = [one for one in report.suppressed if one.diagnostic.span.source.path in paths]
        return report

    def _check(
        self,
        target: "_TargetState",
        new: Sequence[Resource],
        checked: Sequence[Resource],
        outcome: Outcome,
        errors: list[str],
    ) -> set[Document]:
        """Check resources, and those that their findings are paired with; return the documents of the latter.

        Findings of both sides decide which one of a pair is reported.
        """
        if not new and not checked:
            return set()
        for resource in new:
            outcome.note(resource)
        self._gates.add(map(kind_of, checked))
        tasks = Tasks(new, checked, target.mesh, self._gates, self.settings.istio_version)
        partners: dict[Document, set[str]] = {}
        for number in range(len(tasks)):
            resource = tasks.resource(number)
            for found in tasks.run(number):
                _take(found, resource, outcome, errors)
                if isinstance(found.found, Crash | Undecided) or not found.rule or outcome.rules[found.rule].fold != "pair":
                    continue
                for related in found.found.related:
                    if isinstance(related.place, Place) and isinstance(related.place.document, Document):
                        partners.setdefault(related.place.document, set()).add(found.rule)
        done = {id(resource) for resource in checked}
        others = [
            one for one in target.target.resources
            if one.document in partners and id(one) not in done and one.linted and one.type
        ] if partners else []  # fmt: skip
        self._gates.add({resource.type or "" for resource in others})
        tasks = Tasks([], others, target.mesh, self._gates, self.settings.istio_version)
        for number in range(len(tasks)):
            for found in tasks.run(number):
                if found.rule in partners[tasks.resource(number).document]:
                    _take(found, tasks.resource(number), outcome, errors)
        return {resource.document.written[0] for resource in others}

    def _name_others(self) -> None:
        """Read again the files of which others now say something else."""
        named, values = self._named, self._values
        self._named, self._values = named_by_others(self._sources.values()), values_files(self._sources.values())
        changed = {path for path in named.keys() | self._named.keys() if named.get(path) != self._named.get(path)}
        changed |= {path for path in values.keys() | self._values.keys() if values.get(path) != self._values.get(path)}
        for path, source in self._sources.items() if changed else ():
            if os.path.normpath(path) in changed:
                self._documents[path] = self._read(source)
                self._targets = None

    def _read(self, source: Source) -> list[Document]:
        documents = list(read(source, self._named))
        for document in documents:
            if values := self._values.get(os.path.normpath(source.path)):
                document.hold_values(values)
        return documents

    def _replace(self, path: str, new: list[Document]) -> None:
        """Replace the documents of a file; those that say the same are kept."""
        old = self._documents.get(path)
        if old is None or self._targets is None:
            self._documents[path] = new
            self._targets = None
            return
        kept = [len(old) == len(new) and self._is_kept(one, other) for one, other in zip(old, new, strict=False)]
        if not any(path in target.used for target in self._targets):
            for one, other in zip(old, new, strict=False) if any(kept) else ():
                if self._is_kept(one, other):
                    _rebind(one, other)
        else:
            kept = [False] * len(kept)
        removed = [document for number, document in enumerate(old) if number >= len(kept) or not kept[number]]
        added = [document for number, document in enumerate(new) if number >= len(kept) or not kept[number]]
        self._documents[path] = [old[at] if at < len(kept) and kept[at] else one for at, one in enumerate(new)]
        if (removed or added) and not self._exchange(path, removed, added):
            self._targets = None

    def _is_kept(self, old: Document, new: Document) -> bool:
        """Whether a document says the same as before, so that all that is known of it holds."""
        if old.problems or new.problems or old.skipped or new.skipped or old.index != new.index:
            return False
        if _PROXY_CONFIG in old.text or not _EMBEDDING.isdisjoint(resource.type for resource in resources(old)):
            return False
        return old.text == new.text or repr(old.data) == repr(new.data)

    def _exchange(self, path: str, removed: Sequence[Document], added: Sequence[Document]) -> bool:
        """Exchange documents in the targets of their file; False where the targets themselves may change."""
        assert self._targets is not None
        homes = [target for target in self._targets if target.holds(path)]
        before, after = ([one for each in documents for one in resources(each)] for documents in (removed, added))
        folders = [target for target in self._targets if target.target.kind == "folder"]
        gone, come = Counter(identities(before)), Counter(identities(after))
        is_plain = homes and all(
            target.target.kind in _PLAIN and not target.target.context and not target.target.cluster for target in homes
        )
        if (
            not is_plain
            or any(path in target.used or target.target.context for target in self._targets)
            or os.path.basename(path) in ("Chart.yaml", *KUSTOMIZATION_NAMES)
            or any(one.group in _DELIVERING or one.type in DELIVERY_KINDS for one in (*before, *after))
            or not all(target.is_sorted for target in homes)
        ):
            return False
        if gone != come and homes[0].target.kind == "folder" and (len(folders) > 1 or homes[0].defines_any(come - gone)):
            return False
        defined = {(one.type, one.kind, one.namespace, one.name, one.placed) for one in before} != {
            (one.type, one.kind, one.namespace, one.name, one.placed) for one in after
        }
        unread = any(document.skipped or document.is_unread for document in (*removed, *added))
        is_covering = defined or unread or any(one.type in _COVERING for one in (*before, *after))
        for target in homes:
            target.exchange(path, removed, added, before, after)
            if not target.target.resources or not target.target.is_linted:
                return False
        if is_covering:
            self._elsewhere.update((target.target for target in self._targets), self._skipped())
            for target in self._targets:
                target.coverage.update()
        return True

    def _skipped(self) -> list[Document]:
        return [document for documents in self._documents.values() for document in documents if document.skipped]

    def _assembled(self) -> "list[_TargetState]":
        if self._targets is not None:
            return self._targets
        documents = [document for of_file in self._documents.values() for document in of_file]
        mesh_config, given = given_resources(self.settings, self._given)
        on_disk = all(source.on_disk for source in self._sources.values())
        library = Library(documents, self._load if on_disk else None)
        targets = targets_of(library) or ([Target("")] if given else [])
        self._elsewhere = Elsewhere(targets, self._skipped())
        for target in targets:
            target.resources += given
        self._targets = [
            _TargetState(target, Coverage(target, self._elsewhere, whole=self.settings.whole_mesh), self.settings, mesh_config)
            for target in targets
        ]
        return self._targets

    def _given(self, path: str | None) -> Document | None:
        for source in discover((), context=[path], most_bytes=self.settings.most_bytes) if path else ():
            for document in read(self._sources.get(source.path, source)):
                return document
        return None

    def _load(self, path: str, by: Source) -> list[Document]:
        """The documents of a file outside of the session that a kustomization names."""
        if not os.path.isfile(path) or not is_wanted(os.path.basename(path)):
            return []
        sources = list(discover([path], most_bytes=self.settings.most_bytes))
        for source in sources:
            source.linted, source.cluster = by.linted and not self._excluded.covers(path), by.cluster
        return [document for source in sources for document in read(source, {})]


class _TargetState:
    """A target with its mesh, which is built at the first use."""

    def __init__(self, target: Target, coverage: Coverage, settings: Settings, mesh_config: Document | None):
        self.target, self.coverage = target, coverage
        self._settings, self._mesh_config = settings, mesh_config
        self._mesh: Mesh | None = None
        self._by_file: dict[str, list[Resource]] = {}
        order = list(map(file_order, target.resources))
        self.is_sorted = order == sorted(order)
        for resource in target.resources:
            for path in resource.document.files:
                self._by_file.setdefault(path, []).append(resource)
        for document in target.skipped:
            self._by_file.setdefault(document.source.path, [])
        self.used = {document.source.path for document in target.used}
        self._defined: Counter[Identity] | None = None

    @property
    def mesh(self) -> Mesh:
        """The mesh of the target."""
        if self._mesh is None:
            target = self.target
            self._mesh = Mesh(
                [*target.resources, *target.context], self._settings, mesh_config=self._mesh_config, foreign=target.foreign,
                coverage=self.coverage,
            )  # fmt: skip
        return self._mesh

    def of(self, paths: Collection[str]) -> list[Resource]:
        """The resources that are made of some files, in order."""
        found = {id(one): one for path in paths for one in self._by_file.get(path, ())}
        return sorted(found.values(), key=file_order)

    def holds(self, path: str) -> bool:
        """Whether the target has something of a file, or had."""
        return path in self._by_file

    def defines_any(self, names: Iterable[Identity]) -> bool:
        """Whether the target has a resource with one of these names."""
        if self._defined is None:
            self._defined = Counter(map(_identity, self.target.resources))
        return any(self._defined[name] for name in names)

    def exchange(
        self,
        path: str,
        removed: Sequence[Document],
        added: Sequence[Document],
        before: Sequence[Resource],
        after: Sequence[Resource],
    ) -> None:
        """Exchange documents of a file, and their resources."""
        target, gone = self.target, {id(one) for one in before}
        target.resources = [one for one in target.resources if id(one) not in gone]
        for one in after:
            insort(target.resources, one, key=file_order)
        target.skipped = [one for one in target.skipped if one not in removed] + [one for one in added if one.is_unread]
        self._by_file[path] = [one for one in self._by_file[path] if id(one) not in gone] + list(after)
        if self._defined is not None:
            self._defined.subtract(map(_identity, before))
            self._defined.update(map(_identity, after))
        if self._mesh:
            self._mesh.update(before, after)


def _identity(resource: Resource) -> Identity:
    return resource.group, resource.kind, resource.metadata["namespace"].text, resource.name


def _rebind(old: Document, new: Document) -> None:
    """Attach a document to a new text with the same content."""
    old.source, old.offset, old.text, old.parse = new.source, new.offset, new.text, new.parse
    for name in ("layout", "quoted_resources"):
        old.__dict__.pop(name, None)


def _take(found: Found, resource: Resource, outcome: Outcome, errors: list[str]) -> None:
    """Take what a task found, as a run does."""
    if isinstance(found.found, Crash):
        errors.append(f"{found.found.what} failed on {resource.title} ({found.found.error}); {found.found.advice}")
    elif isinstance(found.found, Undecided):
        return  # a run notes it
    elif not found.rule:
        outcome.keep(found.found, resource, everywhere=resource.document.written[0] is resource.document)
    elif found.decided:
        outcome.keep(found.found, resource, outcome.rules[found.rule])
    else:
        outcome.leave(found.found, resource, outcome.rules[found.rule])
