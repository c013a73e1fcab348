"""Rules that are off in some files: the setting `per-path-ignores`."""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from istiolint.rules.check import Rule
from istiolint.rules.registry import matching
from istiolint.settings import PathIgnore

if TYPE_CHECKING:
    from istiolint.sources.git_patterns import GitPatterns


class PathIgnores:
    """The rules that are off in some files. Raises ValueError for a name that matches no rule."""

    def __init__(self, ignores: Sequence[PathIgnore]):
        self._ignores = ignores
        self._found: dict[str, frozenset[str]] = {}
        for name in (name for ignore in ignores for name in ignore.names):
            if next(matching(name), None) is None:
                raise ValueError(name)

    def covers(self, rule: Rule, path: str) -> bool:
        """Whether a rule is off in a file."""
        if not self._ignores:
            return False
        if path not in self._found:
            self._found[path] = frozenset(self._rules(path))
        return rule.id in self._found[path]

    def _rules(self, path: str) -> list[str]:
        found: list[str] = []
        for ignore, patterns in self._patterns:
            relative = os.path.relpath(path, ignore.folder).replace(os.sep, "/")
            if not relative.startswith("../") and patterns.decision(relative):
                found += [rule.id for name in ignore.names for rule in matching(name)]
        return found

    @cached_property
    def _patterns(self) -> list[tuple[PathIgnore, "GitPatterns"]]:
        from istiolint.sources.git_patterns import GitPatterns  # late: most runs have no such setting

        return [(ignore, GitPatterns([ignore.pattern])) for ignore in self._ignores]
