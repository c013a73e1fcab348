"""Which files of a folder git ignores: those that .gitignore files name, as git reads them."""

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from istiolint.sources.git_patterns import GitPatterns


class _Rules(NamedTuple):
    folder: str
    patterns: "GitPatterns"
    names: tuple[str, ...]
    """The patterns, where all of them are compared with names alone, whatever folder they are in; else none."""


class Ignored:
    """The .gitignore files that hold in one folder: its own and those above it. Folders are absolute paths."""

    def __init__(self, rules: tuple[_Rules, ...] = ()):
        self._rules = rules

    @classmethod
    def above(cls, folder: str) -> "Ignored":
        """Those of the folders above, up to the root of the repository; none if there is no repository.

        A folder that git ignores itself was named by the user all the same: then nothing above it holds.
        """
        parents = [folder]
        while not os.path.lexists(os.path.join(parents[-1], ".git")):
            if (parent := os.path.dirname(parents[-1])) == parents[-1]:
                return cls()
            parents.append(parent)
        ignored = cls()
        for parent, child in zip(reversed(parents[1:]), reversed(parents[:-1]), strict=True):
            ignored = ignored.within(parent)
            if ignored.names(child, folder=True):
                return cls()
        return ignored

    def within(self, folder: str) -> "Ignored":
        """What holds inside a folder: the same and the folder's own .gitignore."""
        if not (found := _spec(os.path.join(folder, ".gitignore"))):
            return self
        names = () if any("/" in line for line in found.lines) else found.lines
        # The same patterns for names above it would say the same.
        others = (rules for rules in self._rules if not names or rules.names != names)
        return Ignored((_Rules(folder, found.patterns, names), *others))

    def names(self, path: str, *, folder: bool) -> bool:
        """Whether git ignores the path; the nearest .gitignore that says anything about it decides."""
        for rules in self._rules:
            relative = path.removeprefix(rules.folder).lstrip(os.sep).replace(os.sep, "/") + "/" * folder
            if (ignore := rules.patterns.decision(relative)) is not None:
                return ignore
        return False


class _Found(NamedTuple):
    patterns: "GitPatterns"
    lines: tuple[str, ...]


def _spec(path: str) -> _Found | None:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return None
    from istiolint.sources.git_patterns import GitPatterns, is_pattern  # late: most folders have no .gitignore

    try:
        patterns = GitPatterns(lines)
    except ValueError:
        patterns = GitPatterns(filter(is_pattern, lines))
    return _Found(patterns, tuple(lines))
