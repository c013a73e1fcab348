"""Flux Kustomizations and Argo CD Applications: which folder they apply, and what they change in it.

Their paths start at the root of a repository. The input does not say which folder that is: it is the nearest one above the
document that has the path.
"""

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from istiolint.documents import Document
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, resources
from istiolint.targets import transformers
from istiolint.targets.kustomization import Build, build, transform
from istiolint.targets.library import Library, folder_of, normal
from istiolint.targets.target import TargetKind

_FLUX = "kustomize.toolkit.fluxcd.io"


class Delivery(NamedTuple):
    """A folder of the input that Flux or Argo CD applies, and the document that says so."""

    folder: str
    resource: Resource
    source: Cursor
    kind: TargetKind


def deliveries(documents: Iterable[Document], library: Library) -> Iterator[Delivery]:
    """The deliveries of folders that are part of the input."""
    for document in documents:
        for resource in resources(document):
            if resource.group == _FLUX and resource.kind == "Kustomization":
                found = [Delivery("", resource, resource.spec, "flux")]
            elif resource.group == "argoproj.io" and resource.kind == "Application":
                sources = resource.spec["sources"] or ()
                found = [Delivery("", resource, source, "argocd") for source in (resource.spec["source"], *sources)]
            else:
                continue
            for delivery in found:
                folder = _folder(delivery.source["path"].text, resource, library)
                if folder is not None and not delivery.source["chart"].text:
                    yield delivery._replace(folder=folder)


def deliver(delivery: Delivery, library: Library) -> Build:
    """What a delivery applies, with what it changes."""
    made = _content(delivery, library)
    root = delivery.resource.spec
    if delivery.kind == "flux":
        _apply_flux(root, delivery, library, made)
    else:
        _apply_argocd(root, delivery, library, made)
    return made


def _folder(path: str, resource: Resource, library: Library) -> str | None:
    """The folder that a path means; None where it is not part of the input."""
    below = path.removeprefix("./").strip("/")
    if not path or "$" in path or "{{" in path or ".." in below.split("/"):
        return None
    above = folder_of(resource.document.source.path)
    while True:
        candidate = normal(posixpath.join(above, below)) if below not in ("", ".") else above
        if below not in ("", ".") and library.has_folder(candidate):
            return candidate
        if above in (".", "/", ""):
            return None
        above = posixpath.dirname(above) or "."


def _content(delivery: Delivery, library: Library) -> Build:
    """What the folder holds: what its kustomization builds, else its manifests."""
    folder = delivery.folder
    if library.kustomization(folder) is not None:
        return build(folder, library)
    made = Build()
    if any(posixpath.basename(path) == "Chart.yaml" for path in library.files_in(folder)):
        made.gaps.append(f"{folder} is a chart that is not rendered")
    recursive = delivery.kind == "flux" or delivery.source["directory"]["recurse"].value is True
    done: list[str] = []
    for path in library.files_below(folder) if recursive else library.files_in(folder):
        inside = folder_of(path)
        if any(inside == other or inside.startswith(f"{other}/") for other in done):
            continue
        if inside != folder and library.kustomization(inside) is not None:
            done.append(inside)  # as Flux generates a kustomization: a folder that has one is one resource
            made.join(build(inside, library))
            continue
        for document in library.file(path, delivery.resource.document) or ():
            made.add(document)
    return made


def _apply_flux(root: Cursor, delivery: Delivery, library: Library, made: Build) -> None:
    transform(root, delivery.folder, library, made)
    if root["targetNamespace"].text:
        transformers.set_namespace(made.pieces, root["targetNamespace"])
    transformers.add_labels(made.pieces, root["commonMetadata"]["labels"], selectors=False, templates=False)
    substitute = root["postBuild"]["substitute"]
    if root["postBuild"]["substituteFrom"]:
        made.gaps.append("variables that Flux reads from the cluster")
    if root["postBuild"]:
        variables = {key: str(value.value) for key, value in substitute.items() if value.value is not None}
        transformers.substitute(made.pieces, variables, root)


def _apply_argocd(root: Cursor, delivery: Delivery, library: Library, made: Build) -> None:
    kustomize = delivery.source["kustomize"]
    transform(kustomize, delivery.folder, library, made)
    if delivery.source["helm"]:
        made.gaps.append("a chart that is not rendered")
    if root["destination"]["namespace"].text:
        transformers.set_default_namespace(made.pieces, root["destination"]["namespace"])
