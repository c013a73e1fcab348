"""`istiolint snapshot [PATH...]`: what other repositories need of a mesh."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from istiolint.cli.inputs import PATH
from istiolint.cli.mesh_options import given, mesh_options, report_troubles, troubles_of, understand
from istiolint.cli.output import write_text
from istiolint.cli.refusal import Refusal
from istiolint.report.counts import counted
from istiolint.sources import InputError


@click.command(short_help="Write what other repositories need to resolve references.")
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@mesh_options
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the snapshot to this file.")
def snapshot(paths: tuple[str, ...], output: Path | None, **options: Any) -> None:
    """Write the resources of a mesh as one JSON file for --context, without what references do not need.

    Data of Secrets and ConfigMaps, environment variables, status, and annotations of other programs are left out. Reads files,
    folders, or standard input: kubectl get ... --output json | istiolint snapshot -
    """
    from istiolint.resources.kinds import GIVEN, KNOWN
    from istiolint.resources.reduced import reduced

    try:
        read = given(paths, options)
        found = understand(read.sources(), read, options)
    except InputError as error:
        raise Refusal(error) from error
    items: dict[tuple[str, ...], dict[str, Any]] = {}
    differing: set[tuple[str, ...]] = set()
    for _, mesh in found.meshes:
        for resource in mesh.all(*sorted(KNOWN - set(GIVEN))):
            key = resource.api_version, resource.kind, resource.metadata["namespace"].text, resource.name
            value = reduced(resource)
            if items.setdefault(key, value) != value:
                differing.add(key)
    ordered = [items[key] for key in sorted(items)]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": ordered}, indent=1, default=str, sort_keys=False)
    write_text(text + "\n", output)
    if differing:
        what = counted(len(differing), "resource")
        click.echo(f"istiolint: {what} differ between overlays or clusters; the first is written. Name one of them.", err=True)
    sys.exit(report_troubles(troubles_of(found)))
