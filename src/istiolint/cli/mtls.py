"""`istiolint mtls`: the effective mutual TLS of each workload and port."""

import sys
from typing import Any

import click

from istiolint.cli.completed import State
from istiolint.cli.inputs import PATH
from istiolint.cli.mesh_options import given, mesh_options, report_troubles, troubles_of, understand
from istiolint.cli.refusal import Refusal
from istiolint.sources import InputError

EXIT_STATUS = """\b
Exit status:
  0  the table is complete, whatever it shows
  1  a file could not be read, and the table ignores it
  2  invalid usage
"""


@click.command(short_help="Show the effective mTLS of each workload and port.", epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option("--against", type=State(), help="Show only what breaks since this git revision, or this folder.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to show it.")
@mesh_options
def mtls(paths: tuple[str, ...], format_: str, against: str | None, **options: Any) -> None:
    """Show which workloads and ports accept mTLS, plaintext or both, which policy says so, and which callers fail."""
    from istiolint.mutual_tls import changes, json, text
    from istiolint.mutual_tls.table import all_rows

    try:
        read = given(paths, options)
        before = understand(read.sources_of(against), read, options, joined=False, watched=False) if against else None
        understood = understand(read.sources(), read, options, joined=False)
    except InputError as error:
        raise Refusal(error) from error
    found = all_rows(understood.meshes)
    if against and before:
        report_troubles(troubles_of(before, against))
        broken = list(changes.changes(all_rows(before.meshes), found))
        shown = changes.as_text(broken) if format_ == "text" else changes.as_json_text(broken, against)
    else:
        shown = (text if format_ == "text" else json).render(found)
    click.echo(shown, nl=False)
    sys.exit(report_troubles(troubles_of(understood)))
