"""Recipes: what to render, with which values, and the name of the result in reports."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from istiolint.rendered.charts import CHART, SUBCHARTS
from istiolint.sources import InputError, Source
from istiolint.sources.discover import MOST_BYTES
from istiolint.targets.kustomization import referenced
from istiolint.targets.library import Library, folder_of, normal


class Recipe(NamedTuple):
    """One rendering: a chart for helm, or a folder for kustomize.

    `sets` are `KEY=VALUE` for `helm template --set`; `environment` is the name of the environment that the result is for.
    """

    kind: Literal["helm", "kustomize"]
    path: str
    name: str = ""
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    namespace: str = ""
    environment: str = ""

    def render(self, most_bytes: int = MOST_BYTES) -> Source:
        """Return the rendered text; a source with `trouble` if it is too large. Raises RenderError and MissingPathError."""
        from istiolint.rendered.helm import template
        from istiolint.rendered.kustomize import build

        if self.kind == "helm":
            source = template(self.path, self.values, self.sets, self.namespace, most_bytes=most_bytes)
        else:
            source = build(self.path, most_bytes=most_bytes)
        source.target, source.environment = self.name or source.target, self.environment
        return source

    def attempt(self, most_bytes: int = MOST_BYTES) -> Source:
        """Return the rendered text, or a source with the error, so that everything else is still linted."""
        try:
            return self.render(most_bytes)
        except InputError as error:
            file = CHART if self.kind == "helm" else "kustomization.yaml"
            return Source(os.path.join(self.path, file), trouble=f"it is not rendered: {error}")


def found_in(sources: Iterable[Source]) -> Iterator[Recipe]:
    """Yield recipes for every chart and every Kustomize root among the files."""
    from istiolint.documents import read

    listed = [source for source in sources if source.linted and not source.stdin]
    charts = {folder_of(source.path) for source in listed if os.path.basename(source.path) == CHART}
    for folder in sorted(charts):
        if not _is_subchart(folder, charts):
            yield Recipe("helm", folder)
    kustomizations = [source for source in listed if os.path.basename(source.path).lower().startswith("kustomization")]
    library = Library([document for source in kustomizations for document in read(source)])
    documents = list(library.kustomizations())
    inner = {path for document in documents for path in referenced(document)}
    for document in documents:
        folder = folder_of(document.source.path)
        if folder not in inner and document.data.get("kind") != "Component":
            yield Recipe("kustomize", folder)


def without(recipes: Iterable[Recipe], named: Sequence[Recipe]) -> Iterator[Recipe]:
    """Return the recipes of folders without a recipe in the configuration."""
    known = {(one.kind, normal(one.path)) for one in named}
    return (recipe for recipe in recipes if (recipe.kind, normal(recipe.path)) not in known)


def _is_subchart(folder: str, charts: set[str]) -> bool:
    parent, _, _ = folder.rpartition("/")
    return os.path.basename(parent) == SUBCHARTS and (os.path.dirname(parent) or ".") in charts
