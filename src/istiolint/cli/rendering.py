"""What --kustomize and --helm ask to be rendered."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import click

from istiolint.cli.refusal import Refusal
from istiolint.sources import Source

_Command = TypeVar("_Command", bound=Callable[..., Any])


def rendering_options(command: _Command) -> _Command:
    """The options of a command that reads rendered manifests."""
    path = click.Path(path_type=str)
    for option in (
        click.option("--values", multiple=True, type=path, metavar="FILE", help="Values for the chart of --helm."),
        click.option("--helm", multiple=True, type=path, metavar="CHART", help="Read what `helm template` makes of a chart."),
        click.option(
            "--kustomize", multiple=True, type=path, metavar="DIR", help="Read what `kustomize build` makes of a folder."
        ),
    ):
        command = option(command)
    return command


class Rendering(NamedTuple):
    """Folders for Kustomize, and charts for Helm with their values. It is true where anything is to be rendered."""

    kustomize: tuple[str, ...] = ()
    helm: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.kustomize or self.helm)

    def sources(self) -> Iterator[Source]:
        """What is rendered. Raises RenderError and MissingPathError."""
        if self.values and len(self.helm) != 1:
            raise Refusal("--values needs one --helm CHART; for several charts with values: helm template ... | istiolint -")
        if self:
            from istiolint.rendered.helm import template
            from istiolint.rendered.kustomize import build

            yield from map(build, self.kustomize)
            yield from (template(chart, self.values) for chart in self.helm)


def with_origins(sources: Iterable[Source]) -> Iterator[Source]:
    """The sources; standard input that helm has rendered knows the templates that lie around here."""
    for source in sources:
        if source.stdin and "\n# Source: " in source.text:
            from istiolint.rendered.helm import Templates, charts_of

            source.origin = Templates(source, charts_of(source.text))
        yield source
