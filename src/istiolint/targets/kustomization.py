"""What a kustomization builds, read from its files alone: nothing is executed, and nothing is fetched."""

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from istiolint.documents import Document
from istiolint.resources.cursor import Cursor
from istiolint.resources.embedded import embedded
from istiolint.resources.resource import resources
from istiolint.targets import patches, replacements, transformers
from istiolint.targets.library import Library, folder_of, normal
from istiolint.targets.patches import Patch
from istiolint.targets.piece import Piece

_LEADING = ("resources", "bases")
_UNREADABLE = ("helmCharts", "helmChartInflationGenerator", "generators", "transformers", "vars", "configurations")
"""Fields whose effect only Kustomize itself knows: plugins, charts, variables."""


@dataclass(slots=True)
class Build:
    """What kustomizations make: resources, and what their files do not show."""

    pieces: list[Piece] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    """In words, what could not be read or applied; a build with gaps may hold more than is known."""
    used: set[Document] = field(default_factory=set)
    """All documents that it was made of: kustomizations, resources and patches."""

    def join(self, other: "Build") -> None:
        """Add what another build makes."""
        self.pieces += other.pieces
        self.gaps += other.gaps
        self.used |= other.used

    def add(self, document: Document) -> None:
        """Add the resources of a document."""
        self.used.add(document)
        if document.is_unread:
            self.gaps.append(f"{document.source.path} was not read")
        self.pieces += [Piece(resource) for resource in resources(document)]


def build(folder: str, library: Library, by: Document | None = None) -> Build:
    """What the kustomization of a folder builds; `by` is the document that names it, if the input need not hold it."""
    made = Build()
    _accumulate(normal(folder), library, made, (), by)
    return made


def referenced(kustomization: Document) -> Iterator[str]:
    """The folders and files that a kustomization names as resources, bases and components."""
    root = Cursor(kustomization, (), kustomization.data)
    folder = folder_of(kustomization.source.path)
    for section in (*_LEADING, "components"):
        for entry in root[section]:
            if entry.text and not _is_remote(entry.text):
                yield normal(posixpath.join(folder, entry.text))


def _accumulate(folder: str, library: Library, made: Build, chain: tuple[str, ...], by: Document | None) -> None:
    document = library.kustomization(folder, by)
    if document is None or folder in chain:
        made.gaps.append(f"no kustomization in {folder}" if document is None else f"{folder} includes itself")
        return
    made.used.add(document)
    root = Cursor(document, (), document.data)
    chain = (*chain, folder)
    for section in _LEADING:
        for entry in root[section]:
            _add_resources(entry.text, folder, library, made, chain=chain, by=document)
    for entry in root["components"]:
        path = normal(posixpath.join(folder, entry.text))
        if _is_remote(entry.text):
            made.gaps.append(f"remote component {entry.text}")
        else:
            _accumulate(path, library, made, chain, document)
    made.gaps += [f"`{name}` of a kustomization" for name in _UNREADABLE if root[name]]
    transform(root, folder, library, made)


def _add_resources(path: str, folder: str, library: Library, made: Build, *, chain: tuple[str, ...], by: Document) -> None:
    full = normal(posixpath.join(folder, path))
    if not path or _is_remote(path):
        made.gaps.append(f"remote resource {path}")
        return
    documents = library.file(full, by)
    if documents is None:
        if library.kustomization(full, by) is None:
            made.gaps.append(f"{full} is not part of the input")
            return
        inner = Build()
        _accumulate(full, library, inner, chain, by)
        made.join(inner)
        return
    for document in documents:
        made.add(document)


def transform(root: Cursor, folder: str, library: Library, made: Build) -> None:
    """Apply what a kustomization says to all that was gathered so far, in the order in which Kustomize does."""
    listed = list(_patches(root, folder, library, made))
    made.used |= patches.documents_of(listed)
    made.gaps += patches.apply((patch for patch in listed if not patch.target or not _is_legacy(patch)), made.pieces)
    if root["namespace"].text:
        transformers.set_namespace(made.pieces, root["namespace"])
    transformers.rename(made.pieces, root["namePrefix"].text, root["nameSuffix"].text, root)
    transformers.add_labels(made.pieces, root["commonLabels"], selectors=True, templates=True)
    for entry in root["labels"]:
        selectors, templates = (entry[name].value is True for name in ("includeSelectors", "includeTemplates"))
        transformers.add_labels(made.pieces, entry["pairs"], selectors=selectors, templates=templates)
    transformers.add_annotations(made.pieces, root["commonAnnotations"])
    made.gaps += patches.apply((patch for patch in listed if patch.target and _is_legacy(patch)), made.pieces)
    transformers.set_replicas(made.pieces, root["replicas"])
    made.gaps += replacements.apply(_replacements(root, folder, library, made), made.pieces)
    for piece in made.pieces:
        transformers.write_annotations_as_text(piece)


def _is_legacy(patch: Patch) -> bool:
    """Whether it is one of `patchesJson6902`, which Kustomize applies after names and labels."""
    return patch.target.path[0] == "patchesJson6902" if patch.target.path else False


def _patches(root: Cursor, folder: str, library: Library, made: Build) -> Iterator[Patch]:
    for entry in root["patchesStrategicMerge"]:
        for content in _contents(entry, Cursor(entry.document, (), None), folder, library, made):
            yield Patch(content, entry["target"])
    for section in ("patches", "patchesJson6902"):
        for entry in root[section]:
            options = entry["options"]
            keeps = options["allowNameChange"].value is not True and options["allowKindChange"].value is not True
            for content in _contents(entry["path"], entry["patch"], folder, library, made):
                yield Patch(content, entry["target"], keeps)


def _contents(path: Cursor, inline: Cursor, folder: str, library: Library, made: Build) -> Iterator[Cursor]:
    """The documents of a patch: those of a file, or those written in the kustomization itself."""
    text = inline if inline.text else path if "\n" in path.text else None
    if text is not None:
        yield from _usable(embedded(text))
        return
    full = normal(posixpath.join(folder, path.text))
    documents = library.file(full, path.document) if path.text else None
    if documents is None:
        made.gaps.append(f"the patch {full} is not part of the input")
    for document in documents or ():
        made.used.add(document)
        yield from _usable(Cursor(document, (), document.data))


def _usable(content: Cursor | None) -> Iterator[Cursor]:
    if content is not None and isinstance(content.value, dict | list):
        yield content


def _replacements(root: Cursor, folder: str, library: Library, made: Build) -> Iterable[Cursor]:
    for entry in root["replacements"]:
        if not entry["path"].text:
            yield entry
            continue
        for document in library.file(posixpath.join(folder, entry["path"].text), entry.document) or ():
            made.used.add(document)
            content = Cursor(document, (), document.data)
            yield from content if isinstance(content.value, list) else [content]


def _is_remote(path: str) -> bool:
    return (
        "://" in path
        or path.startswith("git@")
        or "?ref=" in path
        or path.split("/", maxsplit=1)[0] in ("github.com", "gitlab.com")
    )
