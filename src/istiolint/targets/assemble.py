"""From documents to targets."""

import posixpath
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter, lt
from typing import TYPE_CHECKING

from istiolint.documents import KUSTOMIZATION_NAMES, Document
from istiolint.resources.chart_values import values_given_by
from istiolint.resources.kinds import DELIVERING, DELIVERY_KINDS
from istiolint.resources.resource import Resource, values_given_in
from istiolint.sources import Source
from istiolint.targets.folders import identity_of, partition
from istiolint.targets.library import File, Library, file_of, folder_of, normal
from istiolint.targets.target import Target, TargetKind

if TYPE_CHECKING:
    from istiolint.targets.kustomization import Build


def targets_of(library: Library) -> list[Target]:
    """The targets of the files of a library, in an order that does not depend on that of the files; none of them is empty.

    Targets without a linted resource are context of the others, as far as these do not define the same.
    """
    by_cluster: dict[str, list[File]] = {}
    for file in library.files():
        by_cluster.setdefault(file.source.cluster, []).append(file)
    shared = by_cluster.pop("", [])
    if by_cluster:
        return _clusters(by_cluster, shared, library)
    return _with_context(sorted(_assemble(shared, library), key=lambda target: (target.kind, target.name)))


def _assemble(files: Iterable[File], library: Library) -> Iterator[Target]:
    rendered: dict[tuple[str, str], list[File]] = {}
    written: list[File] = []
    for file in files:
        if file.source.target:
            rendered.setdefault((file.source.target, file.source.path), []).append(file)
        else:
            written.append(file)
    for (name, _), found in sorted(rendered.items(), key=itemgetter(0)):
        yield _target(name, "rendered", found)
    done = {folder_of(path) for _, path in rendered}
    used: set[Document] = set()
    kustomizations = [
        document
        for file in written
        if _is_called(file.source, KUSTOMIZATION_NAMES)
        for document in file.documents
        if _is_kustomization(document, library)
    ]
    for folder, target, made in _built(written, kustomizations, library):
        used |= made.used
        if folder not in done:
            yield target
    used.update(kustomizations)
    if used:
        written = [left for file in written if (left := _without(file, used)).documents]
    yield from _plain(written, done)


def _without(file: File, used: set[Document]) -> File:
    if used.isdisjoint(file.documents):
        return file
    return file_of(file.source, [document for document in file.documents if document not in used])


def _built(files: Iterable[File], kustomizations: Sequence[Document], library: Library) -> "Iterator[tuple[str, Target, Build]]":
    """The targets of kustomizations and deliveries, with their folders and what they are built of."""
    delivering = dict.fromkeys(each.document for file in files for each in file.resources if each.group in DELIVERING)
    if not (delivering or kustomizations):
        return
    from istiolint.targets.delivery import deliver, deliveries
    from istiolint.targets.kustomization import build, referenced

    inner = {path for document in kustomizations for path in referenced(document)}
    delivered: set[str] = set()
    for delivery in sorted(deliveries(delivering, library), key=lambda one: (one.folder, str(one.resource.identity))):
        made = deliver(delivery, library)
        delivered.add(delivery.folder)
        name = f"{delivery.resource.kind} {delivery.resource.name} ({delivery.folder})"
        yield "", _build_target(name, delivery.kind, made), made
    for document in kustomizations:
        folder = folder_of(document.source.path)
        if folder in inner or folder in delivered:
            continue
        made = build(folder, library)
        if document.data.get("kind") == "Component":
            made.gaps.append("a component that no kustomization of the input includes")
        yield folder, _build_target(folder, "kustomization", made), made


def _build_target(name: str, kind: TargetKind, made: "Build") -> Target:
    resources = [piece.finish() for piece in made.pieces]
    inflating = sorted((document for document in made.used if document.chart_values), key=lambda one: one.source.path)
    resources += (values for document in inflating for values in values_given_in(document))
    skipped = [document for document in made.used if document.is_unread]
    return Target(name, kind, _with_values(_sorted(resources)), gaps=made.gaps, skipped=skipped, used=made.used)


def _plain(files: Sequence[File], rendered: Container[str]) -> Iterator[Target]:
    """The targets of manifests that no kustomization names: each chart that is not rendered, and the folders."""
    charts = {folder_of(file.source.path) for file in files if _is_called(file.source, ("Chart.yaml",))}
    in_charts: dict[str, list[File]] = {}
    loose: list[File] = []
    for file in files:
        chart = _innermost(folder_of(file.source.path), charts) if charts else None
        if chart is None:
            loose.append(file)
        else:
            in_charts.setdefault(chart, []).append(file)
    for folder, found in sorted(in_charts.items()):
        target = _target(folder, "chart", found)
        target.gaps.append(f"the chart {folder} is not rendered")
        if target.resources and folder not in rendered:
            yield target
    parts = partition(loose)
    for part in parts:
        target = _target("" if len(parts) == 1 else part.folder, "folder", part.files)
        target.guessed = len(parts) > 1
        if target.resources:
            yield target


def _target(name: str, kind: TargetKind, files: Sequence[File]) -> Target:
    skipped = [document for file in files for document in file.documents if document.is_unread]
    by_path: dict[str, list[Resource]] = {}
    for file in files:
        by_path.setdefault(file.source.path, []).extend(file.resources)
    return Target(name, kind, _with_values(_in_order(by_path)), skipped=skipped)


def _clusters(by_cluster: dict[str, list[File]], shared: list[File], library: Library) -> list[Target]:
    """One target a cluster. What is of no named cluster is in each, and is linted in the first."""
    made: list[Target] = []
    of_all = list(_assemble(shared, library))
    for number, (name, files) in enumerate(sorted(by_cluster.items())):
        parts = [*_assemble(files, library), *(of_all if number == 0 else ())]
        context = [] if number == 0 else [one for part in of_all for one in part.resources]
        made.append(
            Target(
                name, "cluster", _sorted(_once(resource for part in parts for resource in part.resources)), name, context=context,
                gaps=[gap for part in parts for gap in part.gaps], skipped=[one for part in parts for one in part.skipped],
            )
        )  # fmt: skip
    for target in made:
        target.foreign = [one for other in made if other is not target for one in other.resources if one.cluster]
    return made


def _with_context(targets: list[Target]) -> list[Target]:
    """The targets that are linted, each with what is read for reference and does not define the same."""
    linted = [target for target in targets if target.is_linted]
    context = _once(resource for target in targets if not target.is_linted for resource in target.resources)
    for target in linted if context else ():
        own = {identity_of(resource) for resource in target.resources}
        target.context = [resource for resource in context if identity_of(resource) not in own]
    if not linted:
        return [Target("", context=context)] if context else []
    return linted


def _with_values(resources: list[Resource]) -> list[Resource]:
    """Resources, with the values for Istio's charts that they give."""
    giving = [resource for resource in resources if resource.type in DELIVERY_KINDS]
    return [*resources, *(values for resource in giving for values in values_given_by(resource))]


def _once(resources: Iterable[Resource]) -> list[Resource]:
    return list({id(resource): resource for resource in resources}.values())


def _sorted(resources: Iterable[Resource]) -> list[Resource]:
    """Return resources in the order of files."""
    by_path: dict[str, list[Resource]] = {}
    for resource in resources:
        by_path.setdefault(resource.document.source.path, []).append(resource)
    return _in_order(by_path)


def _in_order(by_path: Mapping[str, list[Resource]]) -> list[Resource]:
    """Return resources in the order of files. Those of one file nearly always are already."""
    return [resource for path in sorted(by_path) for resource in _sorted_in_file(by_path[path])]


def _sorted_in_file(resources: list[Resource]) -> list[Resource]:
    numbers = [resource.document.index for resource in resources]
    return resources if all(map(lt, numbers, numbers[1:])) else sorted(resources, key=file_order)


def file_order(resource: Resource) -> tuple[str | int, ...]:
    """Return the place of a resource in the order of files."""
    document, path = resource.document, resource.written[1]
    if not path:
        return document.source.path, document.index, resource.name
    return document.source.path, document.index, *map(str, path), resource.name


def _is_kustomization(document: Document, library: Library) -> bool:
    return isinstance(document.data, dict) and library.kustomization(folder_of(document.source.path)) is document


def _is_called(source: Source, names: tuple[str, ...]) -> bool:
    """Return whether a file has one of some names."""
    return source.path.endswith(names) and posixpath.basename(normal(source.path)) in names


def _innermost(folder: str, charts: set[str]) -> str | None:
    """The chart to which a folder belongs."""
    while folder not in charts:
        if folder in (".", "/", ""):
            return None
        folder = posixpath.dirname(folder) or "."
    return folder
