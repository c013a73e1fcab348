"""Options and input of the commands that explain a mesh."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from istiolint.cli.cache_options import cache_of, cache_options
from istiolint.cli.inputs import FILE, PATH, Inputs, inputs, max_file_size
from istiolint.cli.progress import watch
from istiolint.cli.refusal import Refusal
from istiolint.cli.rendering import rendering_options
from istiolint.findings.escape import printable

if TYPE_CHECKING:
    from istiolint.engine.lint import Understood
    from istiolint.sources import Source
    from istiolint.trace.tracer import Tracer

Command = TypeVar("Command", bound=Callable[..., Any])


def mesh_options(command: Command) -> Command:
    """Decorate a command with the options for its input."""
    for option in reversed(
        (
            click.option("--context", multiple=True, type=PATH, help="More files of the same mesh."),
            click.option("--cluster", multiple=True, metavar="NAME=PATH", help="The files of this cluster."),
            rendering_options,
            click.option("--whole-mesh", is_flag=True, help="The input is the entire mesh: anything else does not exist."),
            click.option("--mesh-config", type=FILE, help="File with a MeshConfig or the `istio` ConfigMap."),
            max_file_size,
            click.option("--config", type=click.Path(exists=True, dir_okay=False), help="Use this configuration file."),
            click.option("--isolated", is_flag=True, help="Ignore configuration files."),
            cache_options,
        )
    ):
        command = option(command)
    return command


class Meshes(NamedTuple):
    """A tracer for each mesh of the files, the files themselves, and the places that could not be read."""

    tracers: "list[Tracer]"
    sources: "list[Source]"
    troubles: list[str]

    def report_troubles(self) -> int:
        """Print what could not be read; return the exit status for it."""
        return report_troubles(self.troubles)


def given(paths: tuple[str, ...], options: dict[str, Any]) -> Inputs:
    """Return the input that the options name. Raises InputError."""
    try:
        os.getcwd()
    except OSError as error:
        raise Refusal("the current folder does not exist anymore") from error
    return inputs(paths, options)


def understand(
    sources: Iterable["Source"], read: Inputs, options: Mapping[str, Any], *, joined: bool = True, watched: bool = True
) -> "Understood":
    """Return the meshes of files, read like those of `lint`: in several processes, and from the cache. Raises InputError."""
    from istiolint.engine import lint as engine
    from istiolint.engine.workers import cores

    return engine.understand(
        sources, read.settings, watch() if watched else None, cores(), joined=joined, cache=cache_of(options)
    )


def troubles_of(understood: "Understood", state: str = "") -> list[str]:
    """Return a message with its place for each part that could not be read, now or in another state."""
    before = f"at {state}, " if state else ""
    return [
        f"{before}{trouble.span.source.path}:{trouble.span.begins.line}: ignored: {trouble.message}"
        for trouble in understood.unreadable
    ]


def report_troubles(troubles: Sequence[str]) -> int:
    """Print what could not be read; return the exit status for it."""
    for trouble in troubles:
        click.echo(f"istiolint: {printable(trouble)}", err=True)
    return int(bool(troubles))


def meshes(read: Inputs, options: Mapping[str, Any], against: str | None = None) -> Meshes:
    """Return the meshes of the files, or of their state at a git revision or in another folder. Raises InputError."""
    from istiolint.mesh import Mesh
    from istiolint.trace.tracer import Tracer

    sources = list(read.sources_of(against) if against else read.sources())
    understood = understand(sources, read, options, watched=not against)
    tracers = [Tracer(mesh, name) for name, mesh in understood.meshes]
    found = Meshes(tracers or [Tracer(Mesh((), read.settings))], sources, troubles_of(understood, against or ""))
    if against:
        found.report_troubles()  # files that were unreadable before are not the fault of the change
    return found
