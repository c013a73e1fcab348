"""`istiolint access`: who can call whom."""

import sys
from typing import Any

import click

from istiolint.cli.completed import MeshName, State
from istiolint.cli.inputs import PATH
from istiolint.cli.mesh_options import Meshes, given, mesh_options, meshes
from istiolint.cli.refusal import Refusal
from istiolint.sources import InputError

EXIT_STATUS = """\b
Exit status:
  0  the table is complete, whatever it shows
  1  a file could not be read, and the table ignores it
  2  invalid usage

\b
Examples:
  istiolint access manifests
  istiolint access --to shop/cart --format markdown manifests
  istiolint access --from shop/web manifests            what one service account may call
  istiolint access --against main manifests             what a change opens or closes
"""


@click.command(short_help="Show who can call whom.", epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option(
    "--from", "sources", multiple=True, type=MeshName("account"), metavar="CLIENT", help="NAMESPACE/SERVICE-ACCOUNT or NAMESPACE."
)
@click.option(
    "--to", "targets", multiple=True, type=MeshName("service"), metavar="SERVICE", help="NAMESPACE/SERVICE, a host, or NAMESPACE."
)
@click.option(
    "--against",
    type=State(),
    metavar="REV|PATH",
    help="Show only what a change opens or closes since this git revision or folder.",
)
@mesh_options
@click.option("--format", "format_", type=click.Choice(["text", "json", "markdown"]), default="text", help="Output format.")
def access(
    paths: tuple[str, ...], sources: tuple[str, ...], targets: tuple[str, ...], format_: str, against: str | None, **options: Any
) -> None:
    """Show for each Service and port which clients mutual TLS and AuthorizationPolicies admit, for which requests, and why."""
    from istiolint.access import report
    from istiolint.access.table import Access, rows, unknown_names

    def all_rows(found: Meshes) -> list[Access]:
        return [row for tracer in found.tracers for row in rows(tracer.model, sources, targets)]

    try:
        read = given(paths, options)
        found = meshes(read, options)
        earlier = meshes(read, options, against) if against else None
        models = [tracer.model for each in (found, earlier) if each is not None for tracer in each.tracers]
        for message in unknown_names(models, sources, targets):
            raise Refusal(message)
        now, before = all_rows(found), all_rows(earlier) if earlier is not None else []
    except InputError as error:
        raise Refusal(error) from error
    if against:
        changed = report.changes(before, now)
        if format_ == "json":
            shown = report.changes_as_json(changed, against)
        else:
            shown = (report.changes_as_markdown if format_ == "markdown" else report.changes_as_text)(changed)
    else:
        shown = {"text": report.as_text, "markdown": report.as_markdown, "json": report.as_json_text}[format_](now)
    click.echo(shown, nl=False)
    sys.exit(found.report_troubles())
