"""`istiolint mtls`: the effective mutual TLS of each workload and port."""

import os
import sys
from typing import Any

import click

from istiolint.cli.inputs import FILE, PATH, inputs
from istiolint.cli.progress import watch
from istiolint.cli.refusal import Refusal
from istiolint.cli.rendering import rendering_options
from istiolint.findings.escape import printable
from istiolint.sources import InputError

EXIT_STATUS = """\b
Exit status:
  0  the table is whole, whatever it shows
  1  something could not be read, and the table is without it
  2  the call was wrong
"""


@click.command(short_help="Show the effective mTLS of each workload and port.", epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option(
    "--context", multiple=True, type=PATH, help="Resolve references against these files; do not report findings in them."
)
@click.option("--cluster", multiple=True, metavar="NAME=PATH", help="The configuration of one cluster of the mesh.")
@rendering_options
@click.option("--whole-mesh", is_flag=True, help="The files are the entire mesh: report every reference to anything else.")
@click.option("--mesh-config", type=FILE, help="File with a MeshConfig or the `istio` ConfigMap.")
@click.option("--against", metavar="REV|PATH", help="Show only what breaks since this git revision, or this folder.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to show it.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False), help="Use this configuration file.")
@click.option("--isolated", is_flag=True, help="Ignore configuration files.")
def mtls(paths: tuple[str, ...], format_: str, against: str | None, **options: Any) -> None:
    """Show which workloads and ports accept mTLS, plaintext or both, which policy says so, and which callers fail."""
    from istiolint.engine import lint as engine
    from istiolint.mutual_tls import changes, json, text
    from istiolint.mutual_tls.table import all_rows

    try:
        os.getcwd()
    except OSError as error:
        raise Refusal("the current folder is not there any more") from error
    try:
        given = inputs(paths, options)
        before = engine.understand(given.sources_of(against), given.settings) if against else None
        understood = engine.understand(given.sources(), given.settings, watch())
    except InputError as error:
        raise Refusal(error) from error
    found = all_rows(understood.meshes)
    if against and before:
        broken = list(changes.changes(all_rows(before.meshes), found))
        shown = changes.as_text(broken) if format_ == "text" else changes.as_json_text(broken, against)
    else:
        shown = (text if format_ == "text" else json).render(found)
    click.echo(shown, nl=False)
    for problem in understood.unreadable:
        where = f"{problem.span.source.path}:{problem.span.begins.line}"
        click.echo(f"istiolint: {printable(f'{where}: left out: {problem.message}')}", err=True)
    sys.exit(int(bool(understood.unreadable)))
