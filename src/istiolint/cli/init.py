"""`istiolint init`: a first configuration."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from istiolint.cli.inputs import DIRECTORY
from istiolint.cli.progress import watch
from istiolint.cli.refusal import Refusal
from istiolint.config import NAMES, find
from istiolint.findings.escape import printable

if TYPE_CHECKING:
    from istiolint.mesh import Mesh

EXIT_STATUS = """\b
Exit status:
  0  the file was written
  2  the file exists already or cannot be written
"""


@click.command(short_help="Write a first .istiolint.yaml.", epilog=EXIT_STATUS)
@click.argument("folder", type=DIRECTORY, default=".")
@click.option("--stdout", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--tests", type=click.Path(dir_okay=False, path_type=Path), help="Write tests of requests to this file as well.")
@click.option("--force", is_flag=True, help="Write over the file that is there.")
def init(folder: str, stdout: bool, tests: Path | None, force: bool) -> None:
    """Look through a folder, the current one by default, and write a configuration with comments from what is found there."""
    from istiolint.bootstrap.configuration import configuration
    from istiolint.bootstrap.survey import survey
    from istiolint.cli.atomic_write import replace
    from istiolint.config.schema import address
    from istiolint.engine import lint as engine
    from istiolint.report.counts import counted
    from istiolint.sources import discover

    path = Path(folder) / NAMES[0]
    for file in filter(None, (path, tests)) if not stdout and not force else ():
        if file.exists():
            raise Refusal(f"there is {file} already; --force writes over it, --stdout shows what would be written")
    above = find(Path(folder).resolve())
    sources = list(discover([folder]))
    understood = engine.understand(sources, watch=watch())
    text = configuration(survey(sources, [mesh for _, mesh in understood.meshes]), address())
    if stdout:
        click.echo(text, nl=False)
        return
    written = {path: text} | ({tests: _tests([mesh for _, mesh in understood.meshes])} if tests else {})
    for file, content in written.items():
        try:
            replace(file, content.encode("utf-8", "backslashreplace"), keep=file.exists())
        except OSError as error:
            raise Refusal(f"cannot write {file}: {error.strerror or error}") from error
    click.echo(f"Wrote {printable(str(path))} based on {counted(len(sources), 'file')}.")
    if above and not above.samefile(path):
        click.echo(f"It adds to {printable(str(above))}, which also applies to this folder.")
    click.echo("Next: run `istiolint`, or `istiolint --write-baseline` to report only new findings from now on.")
    if tests:
        click.echo(
            f"{printable(str(tests))} has a test for each request that routes and policies suggest; `istiolint test` runs it."
        )


def _tests(meshes: "list[Mesh]") -> str:
    """Return tests that expect the current results of the requests that meshes suggest."""
    from istiolint.request_tests.writing import as_file
    from istiolint.trace.suggestions import suggested
    from istiolint.trace.tracer import Tracer

    tracers = [Tracer(mesh) for mesh in meshes]
    return as_file(tracer.trace(request) for tracer in tracers for request in suggested(tracer.model))
