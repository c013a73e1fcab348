"""The one way through: sources to documents, resources, the mesh, findings, diagnostics."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeAlias

from istiolint.cache import Pack
from istiolint.documents import Document, Skip, Store, named_by_others, prepare, read
from istiolint.documents.chart_values import ChartValues, values_files
from istiolint.engine.outcome import Outcome
from istiolint.engine.tasks import Crash, Found, Tasks, Undecided, validate
from istiolint.engine.workers import ENOUGH, WorkerError, can_fork, results
from istiolint.findings.finding import Diagnostic, Path
from istiolint.findings.report import Report, Summary
from istiolint.mesh import Mesh
from istiolint.resources.resource import (
    MESH_CONFIG,
    MESH_NETWORKS,
    GivenResource,
    Resource,
    occurring_in,
    only_resource,
    resources,
)
from istiolint.rules.gates import Gates, kind_of
from istiolint.rules.parameters import check_settings
from istiolint.rules.registry import define, plugin_failures
from istiolint.settings import Settings
from istiolint.sources import Excluded, Source, StoredSource, discover
from istiolint.sources.discover import is_wanted
from istiolint.suppression.ledger import MARK
from istiolint.targets import Coverage, Elsewhere, Library, Target, targets_of, together

Watch: TypeAlias = Callable[[int, int], None]
Look: TypeAlias = Callable[[str, Mesh], None]

MANY = 16
"""Files from which on it pays to keep what is read of them."""
MOST_TOGETHER = 8192
"""Tasks of small targets whose meshes are in memory together."""
SAMPLE = 16
"""Sources that show which checks a run needs."""
RARE = 200
"""One file of so many is read again faster than what is kept is written again."""
FILES_TOGETHER = 4
"""Files that a process takes to read at a time: the last ones keep only one process busy."""
ENOUGH_TEXT = 256 * 1024
"""Characters from which on several processes read faster than one."""


def lint(
    sources: Iterable[Source],
    settings: Settings | None = None,
    watch: Watch | None = None,
    jobs: int = 1,
    look: Look | None = None,
    *,
    cache: Pack | None = None,
) -> Report:
    """Read, understand and check everything; never raises for what the input holds.

    `watch` is called with the number of files read so far and of all files. `jobs` is the number of processes that read and check
    large input, where processes can be forked; the report is the same for any number. A process with threads has to keep to one.
    `look` is called with the name and the mesh of each target once it is checked, before the next mesh is built.
    `cache` keeps for the next run what the files say, where there are many; the report is the same without.
    """
    return _Run(settings or Settings(), watch, jobs, cache).lint(sources, look)


def understand(
    sources: Iterable[Source],
    settings: Settings | None = None,
    watch: Watch | None = None,
    jobs: int = 1,
    *,
    joined: bool = False,
    cache: Pack | None = None,
) -> "Understood":
    """Read and understand everything, and check nothing: for commands that show what a mesh is, not what is wrong with it.

    `joined`: targets that do not contradict each other are one mesh. `jobs` processes read large input, and `cache` keeps what
    they read, as in `lint`.
    """
    run = _Run(settings or Settings(), watch, jobs, cache)
    meshes = [(target.name, mesh) for target, mesh in run.meshes(sources, joined=joined)]
    return Understood(meshes, [found for found in run.report().diagnostics if found.rule in UNREADABLE])


class Understood(NamedTuple):
    """The mesh of each target with its name ("" where there is only one), and what could not be read."""

    meshes: list[tuple[str, Mesh]]
    unreadable: list[Diagnostic]


UNREADABLE = ("unreadable-file", "yaml-syntax", "yaml-too-deep", "yaml-alias-bomb")
"""The rules that report documents whose content is unknown."""


def given_resources(
    settings: Settings, read_given: Callable[[str | None], Document | None]
) -> tuple[Document | None, list[Resource]]:
    """Return the MeshConfig that a setting names, and the resources that the files named by settings represent."""
    given: list[Resource] = []
    if networks := read_given(settings.mesh_networks):
        given.append(GivenResource(networks, MESH_NETWORKS, settings.root_namespace))
    mesh_config = read_given(settings.mesh_config)
    if mesh_config and isinstance(mesh_config.data, dict) and "kind" not in mesh_config.data:
        given.append(GivenResource(mesh_config, MESH_CONFIG, settings.root_namespace))
    return mesh_config, given


class _Job(NamedTuple):
    """A target, its mesh, and what is to be done in it."""

    target: Target
    mesh: Mesh
    shown: Sequence[Resource]
    """The resources of the target that are linted."""
    tasks: Tasks


class _Run:
    def __init__(self, settings: Settings, watch: Watch | None, jobs: int = 1, cache: Pack | None = None):
        self.settings, self.watch, self.jobs, self.cache = settings, watch, jobs, cache
        self.store: Store | None = None
        define(settings.custom_rules)
        check_settings(settings)
        self.outcome = Outcome(settings)
        self.gates = Gates(self.outcome.rules)
        self.summary = Summary()
        self.sources: dict[str, Source] = {}
        self.internal_errors = [failure.words for failure in plugin_failures()]
        self.crashes: Counter[str] = Counter()
        self.undecided: dict[str, list[str]] = defaultdict(list)
        """By rule: about which resources it could not decide, and why."""
        self.templates: list[str] = []
        self.named: list[Document] = []
        self.values: dict[str, tuple[ChartValues, ...]] = {}
        self.validated: dict[int, Resource] = {}
        self.counted: set[tuple[Document, Path]] = set()
        self.excluded = Excluded(self.settings.exclude)

    def lint(self, sources: Iterable[Source], look: Look | None = None) -> Report:
        for batch in self.batches(sources):
            for (target, mesh, shown, tasks), found in zip(batch, self.results(batch), strict=True):
                self.outcome.enter(target, mesh, shown)
                for number, each in enumerate(found):
                    self.take(tasks.resource(number), each)
                if look:
                    look(target.name, mesh)
        self.internal_errors += [
            f"{what} failed on {count - 1} more of the resources" for what, count in self.crashes.items() if count > 1
        ]
        return self.report()

    def report(self) -> Report:
        if self.templates:
            from istiolint.rendered.charts import charts_of_templates

            self.summary.charts = charts_of_templates(self.templates, rendered=self.sources.values())
        report = self.outcome.report(self.summary, self.sources, self.internal_errors)
        for rule, where in sorted(self.undecided.items()):
            more = f" (and {len(where) - 1} more)" if len(where) > 1 else ""
            report.notes.append(f"{rule} cannot decide about {where[0]}{more}; test optional fields with `has()`")
        return report

    def meshes(self, sources: Iterable[Source], *, joined: bool = False) -> Iterator[tuple[Target, Mesh]]:
        """Each target with its mesh; a mesh is built when it is asked for, so that one at a time is in memory."""
        sources = list(sources)
        with self.stored(sources):
            named = named_by_others(sources, self.store)
            self.values = values_files(sources, self.store)
            self.read_by_workers(sources, named)
            documents = [document for source in self.watched(sources) for document in self.read(source, named)]
        mesh_config, given = given_resources(self.settings, self.given)
        library = Library(documents, self.load if all(source.on_disk for source in sources) else None)
        targets = targets_of(library)
        if joined:
            targets = together(targets)
        elsewhere = Elsewhere(targets, (document for document in documents if document.skipped))
        for target in targets or ([Target("")] if given else []):
            target.resources += given
            coverage = Coverage(target, elsewhere, whole=self.settings.whole_mesh)
            yield target, Mesh(
                [*target.resources, *target.context], self.settings, mesh_config=mesh_config, foreign=target.foreign,
                coverage=coverage,
            )  # fmt: skip

    def job(self, target: Target, mesh: Mesh) -> _Job:
        """What is to be done in a target. A resource is validated once, also where it is the same in several targets."""
        shown = [resource for resource in target.resources if resource.linted]
        new = [resource for resource in shown if id(resource) not in self.validated]
        written: dict[tuple[Document, Path], Resource] = {}
        for resource in new:
            self.validated[id(resource)] = resource
            self.outcome.note(resource)
            written.setdefault(resource.written, resource)
        self.count([resource for place, resource in written.items() if place not in self.counted])
        self.counted.update(written)
        linted = [resource for resource in shown if self.gates.covers(resource)]
        self.gates.add(map(kind_of, linted))
        return _Job(target, mesh, shown, Tasks(new, linted, mesh, self.gates, self.settings.istio_version))

    def count(self, resources: Sequence[Resource]) -> None:
        """Count resources for the summary."""
        self.summary.documents += len(resources)
        self.summary.resources.update(resource.document.source.path for resource in resources)
        self.summary.kinds.update(resource.kind for resource in resources if self.gates.covers(resource))
        self.summary.other_kinds.update(resource.kind for resource in resources if not self.gates.covers(resource))

    def batches(self, sources: Iterable[Source]) -> Iterator[list[_Job]]:
        """Yield the targets with their tasks: large ones one by one, many small ones together, so that workers can share them."""
        small: list[_Job] = []
        for target, mesh in self.meshes(sources):
            job = self.job(target, mesh)
            if self.jobs < 2 or len(job.tasks) >= ENOUGH:
                if small:
                    yield small
                    small = []
                yield [job]
                continue
            small.append(job)
            if sum(len(one.tasks) for one in small) >= MOST_TOGETHER:
                yield small
                small = []
        if small:
            yield small

    def results(self, batch: list[_Job]) -> Iterator[Sequence[list[Found]]]:
        """Yield what the tasks of each target find, done by several processes where that pays."""
        if self.jobs < 2 or sum(len(one.tasks) for one in batch) < ENOUGH or not can_fork():
            for job in batch:
                yield job.tasks.run_all()
            return
        targets = (job.target for job in batch)
        everything = (each for target in targets for each in (*target.resources, *target.context, *target.foreign))
        documents = (*(resource.document for resource in everything), *self.named)
        try:
            if len(batch) == 1:
                tasks = batch[0].tasks
                yield results(len(tasks), self.jobs, tasks.run_located, tasks.first_of_each_type(), documents)
            else:
                yield from results(
                    len(batch), self.jobs, lambda number: batch[number].tasks.run_all_located(), [0], documents, block=1
                )
        except WorkerError as error:
            self.internal_errors.append(f"{error}, so that findings are missing; `--jobs 1` does without workers")
            for _ in batch:
                yield ()

    def take(self, resource: Resource, found: list[Found]) -> None:
        """Take what a task found in a resource."""
        for rule, finding, decided, spans in found:
            if isinstance(finding, Crash):
                self.crashed(finding, resource)
            elif isinstance(finding, Undecided):
                self.undecided[rule].append(f"{resource.document.source.path}, {resource.title}: {finding.why}")
            elif not rule:
                self.outcome.keep(finding, resource, spans=spans, everywhere=resource.document.written[0] is resource.document)
            elif decided:
                self.outcome.keep(finding, resource, self.outcome.rules[rule], spans)
            else:
                self.outcome.leave(finding, resource, self.outcome.rules[rule])

    @contextmanager
    def stored(self, sources: list[Source]) -> Iterator[None]:
        """Keep what is read of many files, for workers and for the next run; few are read faster than a cache is opened."""
        if len(sources) < MANY or not (self.cache or self.jobs > 1):
            yield
            return
        self.store = Store(self.cache.load() if self.cache else {})
        yield
        if self.cache and self.store.added + len(self.store.files) > len(sources) // RARE:
            self.cache.save(self.store.used, self.store.files)
        self.store = None

    def read_by_workers(self, sources: list[Source], named: Mapping[str, Skip]) -> None:
        """Read by several processes what no earlier run has read, where that pays."""
        if self.store is None or self.jobs < 2 or not can_fork():
            return
        texts = (source for source in sources if not isinstance(source, StoredSource) and source.text)
        keys = {key: source for source in texts if (key := self.store.key_of(source)) not in self.store}
        if sum(len(source.text) for source in keys.values()) < ENOUGH_TEXT:
            return
        new = list(keys.items())
        try:
            payloads = results(
                len(new), self.jobs, lambda number: prepare(new[number][1], named), (), (), block=FILES_TOGETHER,
                meanwhile=lambda: self.prepare_checks([source for _, source in new], named),
            )  # fmt: skip
        except WorkerError as error:
            self.internal_errors.append(f"{error} while files were read; `--jobs 1` does without workers")
            return
        for (key, _), payload in zip(new, payloads, strict=True):
            if payload:
                self.store.put(key, payload)

    def prepare_checks(self, sources: Sequence[Source], named: Mapping[str, Skip]) -> None:
        """Import the checks and compile the schemas that a sample of sources needs: nearly all that the others need."""
        documents = (document for source in sources[:: -(-len(sources) // SAMPLE)] for document in read(source, named))
        sample = [resource for document in documents for resource in resources(document) if self.gates.covers(resource)]
        self.gates.add(map(kind_of, sample))
        occurring = occurring_in(sample)
        for resource in sample:
            self.gates.of(resource, occurring)
        for resource in {resource.type: resource for resource in sample}.values():
            validate(resource, self.settings.istio_version)

    def watched(self, sources: list[Source]) -> Iterator[Source]:
        for done, source in enumerate(sources):
            yield source
            if self.watch:
                self.watch(done + 1, len(sources))

    def given(self, path: str | None) -> Document | None:
        """The first document of a file that an option names; MissingPathError if there is none.

        Its problems are reported although it is not linted: a broken one would be ignored silently.
        """
        for source in discover((), context=[path], most_bytes=self.settings.most_bytes) if path else ():
            for document in self.read(source, {}):
                for problem in document.problems:
                    self.outcome.keep(problem, None)
                self.named.append(document)
                return document
        return None

    def load(self, path: str, by: Source) -> list[Document]:
        """The documents of a file that is not part of the input, linted if the kustomization that names it is.

        An excluded file is only read for reference.
        """
        if not os.path.isfile(path) or not is_wanted(os.path.basename(path)):
            return []
        sources = list(discover([path], most_bytes=self.settings.most_bytes))
        for source in sources:
            source.linted, source.cluster = by.linted and not self.excluded.covers(path), by.cluster
        return [document for source in sources for document in self.read(source, {})]

    def read(self, source: Source, named: Mapping[str, Skip]) -> Iterator[Document]:
        self.sources.setdefault(source.path, source)
        self.summary.files += source.linted
        values = self.values.get(os.path.normpath(source.path)) if self.values else None
        documents = read(source, named, self.store)
        if not values and not source.linted:
            return documents
        suppressing = source.linted and MARK in source.text
        return (self.noted(document, values, suppressing=suppressing) for document in documents)

    def noted(self, document: Document, values: tuple[ChartValues, ...] | None, *, suppressing: bool) -> Document:
        """Take note of the values in a document and, if it is linted, of its problems and of what it suppresses.

        `suppressing`: its file may have comments that suppress findings.
        """
        if values:
            document.hold_values(values)
        if document.linted and document.problems:
            resource = only_resource(document)
            for problem in document.problems:
                self.outcome.keep(problem, resource)
        if suppressing:
            self.outcome.record_suppressions(document)
        if document.linted and document.skipped:
            self.summary.skipped[document.skipped] += 1
            from istiolint.rendered.charts import mentions_mesh_kind

            if mentions_mesh_kind(document.text):
                self.templates.append(document.source.path)
        return document

    def crashed(self, crash: Crash, resource: Resource) -> None:
        """Report only the first crash of a kind; what fails on one resource may fail on ten thousand."""
        self.crashes[crash.what] += 1
        if self.crashes[crash.what] == 1:
            where = f"{resource.document.source.path}, {resource.title}"
            self.internal_errors.append(f"{crash.what} failed on {where} ({crash.error}); {crash.advice}")
