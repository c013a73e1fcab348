"""`--kustomize` and `--helm`: what is rendered."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from istiolint.cli.refusal import Refusal
from istiolint.sources import Source

if TYPE_CHECKING:
    from istiolint.rendered.recipes import Recipe

_Command = TypeVar("_Command", bound=Callable[..., Any])


def rendering_options(command: _Command) -> _Command:
    """The options of a command that reads rendered manifests."""
    path = click.Path(path_type=str)
    for option in (
        click.option(
            "--render",
            is_flag=True,
            default=None,
            help="Render every chart and overlay among the files with helm, kustomize or kubectl.",
        ),
        click.option("--values", multiple=True, type=path, metavar="FILE", help="Values file for the chart of --helm."),
        click.option(
            "--helm", multiple=True, type=path, metavar="CHART", help="Render a chart with `helm template`, and lint the result."
        ),
        click.option(
            "--kustomize",
            multiple=True,
            type=path,
            metavar="DIR",
            help="Render an overlay with `kustomize build`, and lint the result.",
        ),
    ):
        command = option(command)
    return command


class Rendering(NamedTuple):
    """Folders for Kustomize, and charts for Helm with their values. True if options name something to render.

    `found`: everything among the files is rendered as well; `targets` are those that the configuration describes.
    """

    kustomize: tuple[str, ...] = ()
    helm: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    found: bool = False
    targets: "tuple[Recipe, ...]" = ()

    def __bool__(self) -> bool:
        return bool(self.kustomize or self.helm)

    def sources(self, files: Iterable[Source], most_bytes: int) -> Iterator[Source]:
        """Yield rendered manifests, then the files. Raises RenderError and MissingPathError for what options name."""
        if self.values and len(self.helm) != 1:
            raise Refusal("--values needs exactly one --helm CHART; for several charts use `targets` in the configuration")
        if self:
            from istiolint.rendered.recipes import Recipe

            yield from (Recipe("kustomize", folder).render(most_bytes) for folder in self.kustomize)
            yield from (Recipe("helm", chart, values=self.values).render(most_bytes) for chart in self.helm)
        if self.found:
            from istiolint.rendered.recipes import found_in, without

            files = list(files)
            yield from (recipe.attempt(most_bytes) for recipe in (*self.targets, *without(found_in(files), self.targets)))
        yield from files


def with_origins(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield the sources; standard input that helm has rendered is mapped to the templates in this folder."""
    for source in sources:
        if source.stdin and "\n# Source: " in source.text:
            from istiolint.rendered.helm import Templates, charts_of

            source.origin = Templates(source, charts_of(source.text))
        yield source
