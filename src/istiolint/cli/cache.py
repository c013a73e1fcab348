"""`istiolint cache`: where the cache is, how large it is, and how to delete it."""

from typing import Any

import click

from istiolint.cli.cache_options import cache_folder, folder_of
from istiolint.cli.refusal import Refusal
from istiolint.findings.escape import printable
from istiolint.report.counts import counted


@click.group(short_help="Show or delete the cache.")
def cache() -> None:
    """Show or delete the cache, which keeps what files say so that the next run does not parse them again."""


@cache.command("dir", short_help="Print the folder of the cache.")
@cache_folder
def folder(**options: Any) -> None:
    """Print the folder of the cache."""
    click.echo(printable(folder_of(options).path))


@cache.command(short_help="Print the folder and the size of the cache.")
@cache_folder
def status(**options: Any) -> None:
    """Print the folder of the cache, its size, and the number of its files: one for each working folder and version."""
    place = folder_of(options)
    found = place.packs()
    size = sum(status.st_size for _, status in found)
    click.echo(f"Folder: {printable(place.path)}\nSize: {_megabytes(size)} in {counted(len(found), 'file')}")


@cache.command(short_help="Delete the cache.")
@cache_folder
def clean(**options: Any) -> None:
    """Delete the cache."""
    place = folder_of(options)
    try:
        number, size = place.clean()
    except OSError as error:
        raise Refusal(f"cannot delete the cache: {printable(str(error))}") from error
    click.echo(f"Deleted {counted(number, 'file')} ({_megabytes(size)}) in {printable(place.path)}")


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MiB"
