"""The one way through: sources to documents, resources, the mesh, findings, diagnostics."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from istiolint import schema
from istiolint.documents import Document, Skip, named_by_others, read
from istiolint.engine.outcome import Outcome
from istiolint.findings.finding import Diagnostic
from istiolint.mesh import Mesh
from istiolint.rendered.charts import charts_of_templates, mentions_mesh_kind
from istiolint.report import Report, Summary
from istiolint.resources.resource import MESH_CONFIG, MESH_NETWORKS, GivenResource, Resource, only_resource, resources
from istiolint.rules.check import Check, Rule, checked
from istiolint.rules.gates import Gates
from istiolint.rules.registry import plugin_failures
from istiolint.settings import Settings
from istiolint.sources import Source, discover

Watch: TypeAlias = Callable[[int, int], None]


def lint(sources: Iterable[Source], settings: Settings | None = None, watch: Watch | None = None) -> Report:
    """Read, understand and check everything; never raises for what the input holds.

    `watch` is called with the number of files read so far and of all files.
    """
    return _Run(settings or Settings(), watch).lint(sources)


def understand(sources: Iterable[Source], settings: Settings | None = None, watch: Watch | None = None) -> "Understood":
    """Read and understand everything, and check nothing: for commands that tell what a mesh is, not what is wrong with it."""
    run = _Run(settings or Settings(), watch)
    meshes = [(cluster.name, mesh) for cluster, mesh in run.meshes(sources, check=False)]
    return Understood(meshes, [found for found in run.report().diagnostics if found.rule in UNREADABLE])


class Understood(NamedTuple):
    """The mesh as each cluster has it (named "" where only one is looked at), and what could not be read."""

    meshes: list[tuple[str, Mesh]]
    unreadable: list[Diagnostic]


UNREADABLE = ("unreadable-file", "yaml-syntax", "yaml-too-deep", "yaml-alias-bomb")
"""The rules that tell of documents of which nothing is known."""


class _Run:
    def __init__(self, settings: Settings, watch: Watch | None):
        self.settings, self.watch = settings, watch
        self.outcome = Outcome(settings)
        self.summary = Summary()
        self.sources: dict[str, Source] = {}
        self.internal_errors = [failure.words for failure in plugin_failures()]
        self.crashes: Counter[str] = Counter()
        self.templates: list[str] = []

    def lint(self, sources: Iterable[Source]) -> Report:
        for cluster, mesh in self.meshes(sources):
            self.outcome.place(cluster.name, mesh)
            self.check(cluster.checked, mesh)
        self.internal_errors += [
            f"{what} failed on {count - 1} more of the resources" for what, count in self.crashes.items() if count > 1
        ]
        return self.report()

    def report(self) -> Report:
        self.summary.charts = charts_of_templates(self.templates, rendered=self.sources.values())
        return self.outcome.report(self.summary, self.sources, self.internal_errors)

    def meshes(self, sources: Iterable[Source], *, check: bool = True) -> Iterator[tuple["_Cluster", Mesh]]:
        sources = list(sources)
        named = named_by_others(sources)
        documents = (document for source in self.watched(sources) for document in self.read(source, named))
        understand = self.understand if check else resources
        found = [resource for document in documents for resource in understand(document)]
        if networks := self.given(self.settings.mesh_networks):
            found.append(GivenResource(networks, MESH_NETWORKS, self.settings.root_namespace))
        mesh_config = self.given(self.settings.mesh_config)
        if mesh_config and isinstance(mesh_config.data, dict) and "kind" not in mesh_config.data:
            found.append(GivenResource(mesh_config, MESH_CONFIG, self.settings.root_namespace))
        for cluster in _by_cluster(found):
            yield cluster, Mesh(cluster.held, self.settings, mesh_config=mesh_config, foreign=cluster.foreign)

    def check(self, found: list[Resource], mesh: Mesh) -> None:
        linted = [resource for resource in found if resource.linted and resource.type]
        gates = Gates(self.outcome.rules, {resource.type or "" for resource in linted})
        for resource in linted:
            for rule, run in gates.of(resource):
                self.run(rule, run, resource, mesh)

    def watched(self, sources: list[Source]) -> Iterator[Source]:
        for done, source in enumerate(sources):
            yield source
            if self.watch:
                self.watch(done + 1, len(sources))

    def given(self, path: str | None) -> Document | None:
        """The first document of a file that an option names; MissingPathError if there is none.

        Nobody would notice that a faulty one is not heard, so that its problems are told although it is not linted.
        """
        for source in discover((), context=[path]) if path else ():
            for document in self.read(source, {}):
                for problem in document.problems:
                    self.outcome.keep(problem, None)
                return document
        return None

    def read(self, source: Source, named: Mapping[str, Skip]) -> Iterator[Document]:
        self.sources.setdefault(source.path, source)
        self.summary.files += source.linted
        for document in read(source, named):
            if document.problems and source.linted:
                resource = only_resource(document)
                for problem in document.problems:
                    self.outcome.keep(problem, resource)
            if source.linted:
                self.note(document)
            yield document

    def note(self, document: Document) -> None:
        """Take note of what a document suppresses, or of why it is skipped."""
        self.outcome.heed(document)
        if document.skipped:
            self.summary.skipped[document.skipped] += 1
            if mentions_mesh_kind(document.text):
                self.templates.append(document.source.path)

    def understand(self, document: Document) -> Iterator[Resource]:
        for resource in resources(document):
            if resource.linted:
                self.outcome.note(resource)
                self.summary.documents += 1
                self.summary.resources[document.source.path] += 1
                (self.summary.kinds if resource.type else self.summary.other_kinds)[resource.kind] += 1
                try:
                    for finding in schema.check(resource, self.settings.istio_version):
                        self.outcome.keep(finding, resource)
                except Exception as error:
                    self.crashed("the schema check", resource, error, "this is a fault of istiolint: please report it")
            yield resource

    def run(self, rule: Rule, run: Check, resource: Resource, mesh: Mesh) -> None:
        try:
            for finding in map(checked, run(resource, mesh)):
                if finding.known:
                    self.outcome.keep(finding, resource, rule)
                else:
                    self.summary.unchecked[rule.id] += 1
                    self.outcome.leave(finding, resource, rule)
        except (Exception, SystemExit) as error:
            module = getattr(run, "__module__", "")
            whose = "istiolint" if module.startswith("istiolint.") else f"the plugin with the module `{module}`"
            advice = (
                f"this is a fault of {whose}: please report it there, and leave the rule out with `--ignore {rule.id}` until then"
            )
            self.crashed(f"the rule {rule.id}", resource, error, advice)

    def crashed(self, what: str, resource: Resource, error: BaseException, advice: str) -> None:
        """Tell of the first time; what fails on one resource may fail on ten thousand."""
        self.crashes[what] += 1
        if self.crashes[what] == 1:
            where = f"{resource.document.source.path}, {resource.title}"
            self.internal_errors.append(f"{what} failed on {where} ({type(error).__name__}: {error}); {advice}")


class _Cluster(NamedTuple):
    """What one cluster holds, which of it is checked there, and what its neighbours hold."""

    name: str
    checked: list[Resource]
    held: list[Resource]
    foreign: list[Resource]


def _by_cluster(found: list[Resource]) -> Iterator[_Cluster]:
    """The clusters of a run; one where none is named. What is of no named cluster is in each, and is checked in the first."""
    shared = [resource for resource in found if not resource.cluster]
    names = list(dict.fromkeys(resource.cluster for resource in found if resource.cluster))
    if not names:
        yield _Cluster("", shared, shared, [])
    for number, name in enumerate(names):
        own = [resource for resource in found if resource.cluster == name]
        foreign = [resource for resource in found if resource.cluster not in ("", name)]
        yield _Cluster(name, [*own, *shared] if number == 0 else own, [*own, *shared], foreign)
