"""Files that an earlier run has read and that have not changed since: their text is read only where it is needed."""

import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from istiolint.sources.decode import UndecodableError, decode
from istiolint.sources.input_error import InputError
from istiolint.sources.source import Identity, Source

FEW = 16
"""So many files for reference are read faster than a cache is opened."""
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be")


class ChangedFileError(InputError):
    """A file that was written while istiolint was running."""

    def __init__(self, path: str):
        super().__init__(f"{path} changed while it was read: run istiolint again")


class StoredSource(Source):
    """A file for reference whose documents are known under `key`; `length` is the number of its characters."""

    def __init__(self, path: str, identity: Identity, key: bytes, length: int, encoding: str):
        self.path, self.identity, self.key, self.length, self.encoding = path, identity, key, length, encoding
        self.linted = False

    @cached_property
    def text(self) -> str:  # type: ignore[override]
        """The text. Raises ChangedFileError if it is not the text that was read before."""
        try:
            with open(self.path, "rb") as file:
                unchanged = identity_of(os.fstat(file.fileno())) == self.identity
                text, encoding = decode(file.read()) if unchanged else ("", "")
        except (OSError, UndecodableError) as error:
            raise ChangedFileError(self.path) from error
        if not unchanged or len(text) != self.length or encoding != self.encoding:
            raise ChangedFileError(self.path)
        return text


def identity_of(status: os.stat_result) -> Identity:
    """Return by what a file is known again: as for git, its inode, size and times. Its content is not looked at."""
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


class StoredFiles:
    """The files that an earlier run has read; `load` returns them by path, and is called if there are more than a few files.

    An entry has the four parts of the identity, key, length and encoding; one of another form is the same as none.
    """

    def __init__(self, load: Callable[[], Mapping[str, Any]]):
        self._load = load
        self._asked = 0

    @cached_property
    def _entries(self) -> Mapping[str, Any]:
        return self._load()

    def find(self, path: str, identity: Identity) -> StoredSource | None:
        """Return the file of a path, if it was read before and has not changed since."""
        self._asked += 1
        if self._asked <= FEW or not (entry := self._entries.get(path)):
            return None
        try:
            known = entry[:4]
            key, length, encoding = entry[4:]
        except (TypeError, ValueError, KeyError):
            return None
        if known != identity or type(key) is not bytes or type(length) is not int or encoding not in _ENCODINGS:
            return None
        return StoredSource(path, identity, key, length, encoding)
