"""Files and folders that the configuration excludes: patterns as in .gitignore, relative to a folder."""

import os
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from istiolint.sources.git_patterns import GitPatterns


class Exclude(NamedTuple):
    """Patterns of paths that are not read; the later one that matches decides, as in .gitignore."""

    folder: str
    patterns: tuple[str, ...]


class Excludes(Protocol):
    """What a search for files asks before it reads one."""

    def enter(self, folder: str) -> None:
        """Take note of a folder before its content is looked at."""

    def covers(self, path: str, *, folder: bool = False) -> bool:
        """Return whether a path is excluded."""

    def covers_named(self, path: str) -> bool:
        """Return whether a file is excluded although it was named."""


class Excluded:
    """The paths that some patterns exclude. The last of several folders that says anything about a path decides."""

    def __init__(self, excludes: Iterable[Exclude], *, named: bool = False):
        self._excludes = list(excludes)
        self._named = named

    def enter(self, folder: str) -> None:
        """All patterns are known already."""

    def covers(self, path: str, *, folder: bool = False) -> bool:
        """Return whether a path is excluded."""
        if not self._patterns:
            return False
        path = path if os.path.isabs(path) else _real(path)
        for base, patterns in reversed(self._patterns):
            relative = os.path.relpath(path, base).replace(os.sep, "/")
            if relative in (".", "..") or relative.startswith("../"):
                continue
            if (included := patterns.decision(relative + "/" * folder)) is not None:
                return included
        return False

    def covers_named(self, path: str) -> bool:
        """Return whether a file is excluded although it was named: only on request."""
        return self._named and self.covers(path)

    @cached_property
    def _patterns(self) -> "list[tuple[str, GitPatterns]]":
        if not self._excludes:
            return []
        from istiolint.sources.git_patterns import GitPatterns  # late: most runs exclude nothing

        return [(os.path.realpath(folder), GitPatterns(patterns)) for folder, patterns in self._excludes]


def _real(path: str) -> str:
    """An absolute path whose folder has no links; the file itself may be one."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), name)


NOTHING = Excluded(())
"""No path is excluded."""
