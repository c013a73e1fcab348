"""The folder with the caches of this user."""

import os
import stat
import time
from collections.abc import Iterator
from functools import cached_property

ENDING = ".pack"
TEMPORARY = ".tmp"
MOST_BYTES = 200 * 1024 * 1024
"""What all caches may take together; those that were not used for the longest time go first."""
MOST_DAYS = 30
"""How long a cache is kept that no run uses."""
_DAY = 24 * 60 * 60
_MARKS = {"CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n", ".gitignore": "*\n"}
"""Files that keep backup programs and git away from the folder."""


def default_folder() -> str:
    """Return the folder that the environment names, or that of the platform for caches."""
    if given := os.environ.get("ISTIOLINT_CACHE_DIR"):
        return given
    from platformdirs import user_cache_dir

    return user_cache_dir("istiolint", appauthor=False)


class Folder:
    """A folder with caches. It may contain foreign files: only files with the cache's own names are read, written and deleted."""

    def __init__(self, path: str | None = None):
        self._given = path

    @cached_property
    def path(self) -> str:
        """The path that was given, or that of the environment or the platform."""
        return self._given or default_folder()

    def is_safe(self) -> bool:
        """Return whether it is a folder, no link to one, that belongs to this user and that no other user can write to."""
        try:
            status = os.lstat(self.path)
        except (OSError, ValueError):
            return False
        if not stat.S_ISDIR(status.st_mode):
            return False
        return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)

    def make(self) -> bool:
        """Make it, for this user alone, if it does not exist; return whether it can be used. Raises OSError."""
        if not os.path.lexists(self.path):
            os.makedirs(os.path.dirname(os.path.abspath(self.path)), exist_ok=True)
            os.mkdir(self.path, 0o700)
            for name, text in _MARKS.items():
                with open(os.path.join(self.path, name), "x", encoding="utf-8") as file:
                    file.write(text)
        return self.is_safe()

    def packs(self) -> list[tuple[str, os.stat_result]]:
        """Return the paths of its caches with their status, the one used last first."""
        return sorted(self._files(ENDING), key=lambda found: found[1].st_mtime, reverse=True)

    def tidy(self) -> None:
        """Delete caches that no run uses anymore, those above the limit, and what interrupted runs have left."""
        size, now = 0, time.time()
        for path, status in self.packs():
            size += status.st_size
            if size > MOST_BYTES or now - status.st_mtime > MOST_DAYS * _DAY:
                _delete(path)
        for path, status in self._files(TEMPORARY):
            if now - status.st_mtime > _DAY:
                _delete(path)

    def clean(self) -> tuple[int, int]:
        """Delete all caches; return how many there were, and their bytes. Raises OSError."""
        found = [*self._files(ENDING), *self._files(TEMPORARY)]
        for path, _ in found:
            os.unlink(path)
        return len(found), sum(status.st_size for _, status in found)

    def _files(self, ending: str) -> Iterator[tuple[str, os.stat_result]]:
        if not self.is_safe():
            return
        with os.scandir(self.path) as entries:
            for entry in entries:
                try:
                    if entry.name.endswith(ending) and entry.is_file(follow_symlinks=False):
                        yield entry.path, entry.stat(follow_symlinks=False)
                except OSError:  # another run has deleted it
                    continue


def _delete(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:  # another run was faster, or uses it
        return
