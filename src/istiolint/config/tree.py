"""The configuration files of a run: those above the files, and those that are nested between them."""

import os
from typing import TYPE_CHECKING

from istiolint.config.config import Config
from istiolint.config.files import find, in_folder, load_all
from istiolint.settings import CustomRule, PathIgnore, Scope
from istiolint.sources import Exclude, Excluded

if TYPE_CHECKING:
    from pathlib import Path


class Tree:
    """Finds nested configuration files while folders are searched, and collects what all files exclude.

    Settings of the mesh come from `top`, the configuration of the folder that holds everything; those of rules and paths also
    from the files nested below it, for their folders.
    """

    def __init__(
        self, top: Config, *, nested: bool, exclude: tuple[str, ...] = (), named: bool = False, names: tuple[str, ...] = ()
    ):
        self.top = top
        self._nested = nested
        self._options = (Exclude(os.curdir, exclude),) if exclude else ()
        self._named = named
        self._configs: list[Config] = []
        self._seen = {os.path.realpath(config.folder) for config in top.chain() if config.path}
        self._excluded = Excluded(self.excludes, named=named)
        for name in names if nested else ():
            self._enter_above(name)

    @property
    def excludes(self) -> tuple[Exclude, ...]:
        """What is excluded in the folders that were entered so far."""
        nested = (exclude for config in self._configs for exclude in config.excludes())
        return tuple(dict.fromkeys((*self.top.excludes(), *nested, *self._options)))

    @property
    def path_ignores(self) -> tuple[PathIgnore, ...]:
        """The rules that are off in some files, as far as folders were entered."""
        nested = (ignore for config in self._configs for ignore in config.path_ignores())
        return tuple(dict.fromkeys((*self.top.path_ignores(), *nested)))

    @property
    def custom_rules(self) -> tuple[CustomRule, ...]:
        """The rules that the files define, as far as folders were entered."""
        nested = (rule._replace(default=False) for config in self._configs for rule in config.custom_rules())
        return tuple({rule.id: rule for rule in (*nested, *self.top.custom_rules())}.values())

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What the files say of the rules, except the outermost, in the folders that were entered so far."""
        above = [config.scope() for config in reversed(list(self.top.chain())) if config.parent]
        nested = sorted(
            (config.scope() for config in self._configs), key=lambda scope: os.path.abspath(scope.folder).count(os.sep)
        )
        return (*above, *nested)

    def enter(self, folder: str) -> None:
        """Read the configuration file of a folder, if it has one. Raises ConfigError."""
        if not self._nested or os.path.realpath(folder) in self._seen:
            return
        self._seen.add(os.path.realpath(folder))
        if file := in_folder(folder):
            self._configs.append(load_all(file))
            self._excluded = Excluded(self.excludes, named=self._named)

    def covers(self, path: str, *, folder: bool = False) -> bool:
        """Return whether a path is excluded."""
        return self._excluded.covers(path, folder=folder)

    def covers_named(self, path: str) -> bool:
        """Return whether a file is excluded although it was named."""
        return self._excluded.covers_named(path)

    def _enter_above(self, name: str) -> None:
        """Enter the folders between the configuration that applies to everything and a path that was named."""
        place = os.path.abspath(name)
        folder: str | Path = place if os.path.isdir(place) else os.path.dirname(place)
        while file := find(folder):
            if os.path.realpath(file.parent) in self._seen:
                return
            self.enter(str(file.parent))
            if file.parent == file.parent.parent or (file.parent / ".git").exists():
                return
            folder = file.parent.parent
