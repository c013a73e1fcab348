"""Checks of other packages: those that an entry point names."""

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

GROUP = "istiolint.checks"
"""The group of the entry points; each names a module whose import registers checks."""


class Failure(NamedTuple):
    """A plugin whose rules are missing, and why."""

    plugin: str
    package: str
    why: str

    @property
    def words(self) -> str:
        """What happened, and what to do."""
        package = f"the package `{self.package}`" if self.package else "the package that it comes with"
        return (
            f"the plugin {self.plugin} could not be loaded ({self.why}); its rules are missing: update {package}, or uninstall it"
        )


PAGES: "list[Path]" = []
"""The folders of pages of the plugins that were loaded: `rules/` next to the module."""


def load() -> list[Failure]:
    """Import every plugin; return those that fail. One that ends the program when it is imported fails, too."""
    if not installed(sys.path):
        return []
    from importlib.metadata import entry_points
    from pathlib import Path

    failures = []
    for plugin in entry_points(group=GROUP):
        try:
            plugin.load()
            if file := getattr(sys.modules[plugin.module], "__file__", None):
                PAGES.append(Path(file).parent / "rules")
        except (Exception, SystemExit) as error:
            package = plugin.dist.name if plugin.dist else ""
            failures.append(Failure(plugin.name, package, f"{type(error).__name__}: {error}"))
    return failures


def installed(path: Iterable[str]) -> bool:
    """Whether any package on an import path may have plugins.

    importlib.metadata knows exactly, but its import alone takes longer than linting a file, and plugins are rare.
    """
    return any(_in_folder(folder or ".") if os.path.isdir(folder or ".") else os.path.exists(folder) for folder in path)


def _in_folder(folder: str) -> bool:
    try:
        packages = [name for name in os.listdir(folder) if name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return False
    return any(_names_the_group(os.path.join(folder, package, "entry_points.txt")) for package in packages)


def _names_the_group(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return f"[{GROUP}]".encode() in file.read()
    except OSError:
        return False
