"""`istiolint snapshot [PATH...]`: the resources of a mesh that other repositories refer to."""

import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from istiolint.cli.inputs import PATH
from istiolint.cli.mesh_options import given, mesh_options, report_troubles, troubles_of, understand
from istiolint.cli.output import write_text
from istiolint.cli.refusal import Refusal
from istiolint.report.counts import counted
from istiolint.sources import InputError

if TYPE_CHECKING:
    from istiolint.mesh import Mesh


@click.command(short_help="Write what other repositories need to resolve references.")
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@mesh_options
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the snapshot to this file.")
def snapshot(paths: tuple[str, ...], output: Path | None, **options: Any) -> None:
    """Write the resources of a mesh as one JSON file for --context, without what references do not need.

    Data of Secrets and ConfigMaps, environment variables, status, and annotations of other programs are left out. Reads files,
    folders, or standard input: kubectl get ... --output json | istiolint snapshot -
    """
    try:
        read = given(paths, options)
        found = understand(read.sources(), read, options)
    except InputError as error:
        raise Refusal(error) from error
    text, differing, secrets = snapshot_of(mesh for _, mesh in found.meshes)
    write_text(text, output)
    if secrets:
        what = counted(secrets, "Secret")
        words = "their values are" if secrets > 1 else "its values are"
        click.echo(f"istiolint: the input has {what}; {words} not in the snapshot, only the names of the keys", err=True)
    if differing:
        what = counted(differing, "resource")
        click.echo(f"istiolint: {what} differ between overlays or clusters; the first is written. Name one of them.", err=True)
    sys.exit(report_troubles(troubles_of(found)))


def snapshot_of(meshes: "Iterable[Mesh]") -> tuple[str, int, int]:
    """Return the text of a snapshot, how many resources differ between meshes, and how many are Secrets."""
    from istiolint.resources.kinds import GIVEN, KNOWN
    from istiolint.resources.reduced import reduced

    items: dict[tuple[str, ...], dict[str, Any]] = {}
    differing: set[tuple[str, ...]] = set()
    for mesh in meshes:
        for resource in mesh.all(*sorted(KNOWN - set(GIVEN))):
            key = resource.api_version, resource.kind, resource.metadata["namespace"].text, resource.name
            workload = mesh.workloads.of(resource)
            value = reduced(resource, mesh.calls.hosts(workload) if workload else ())
            if items.setdefault(key, value) != value:
                differing.add(key)
    ordered = [items[key] for key in sorted(items)]
    text = json.dumps(_finite({"apiVersion": "v1", "kind": "List", "items": ordered}), indent=1, default=str)
    return text + "\n", len(differing), sum(kind == "Secret" for _, kind, *_ in items)


def _finite(value: Any) -> Any:
    """Return data with `.inf` and `.nan` as text: JSON has no such numbers."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(_finite, value))
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
