"""Where the cache is, for the commands that use it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from istiolint.cache import Folder, Pack

Command = TypeVar("Command", bound=Callable[..., Any])
_FOLDER = click.option(
    "--cache-dir",
    type=click.Path(file_okay=False, path_type=str),
    metavar="FOLDER",
    help="Folder for the cache (default: ISTIOLINT_CACHE_DIR, or the cache folder of the user).",
)


def cache_options(command: Command) -> Command:
    """Decorate a command with the options for the cache."""
    return cache_folder(click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")(command))


def cache_folder(command: Command) -> Command:
    """Decorate a command with the option that says where the cache is."""
    return _FOLDER(command)


def folder_of(options: Mapping[str, Any]) -> "Folder":
    """Return the folder that the options or the environment name."""
    from istiolint.cache.folder import Folder

    return Folder(options["cache_dir"])


def cache_of(options: Mapping[str, Any]) -> "Pack | None":
    """Return the cache of the current folder; None without one."""
    if options["no_cache"]:
        return None
    from istiolint.cache.pack import Pack
    from istiolint.documents import version

    return Pack(folder_of(options), version())
