"""Paths to sources: files, the YAML and JSON files of folders, standard input."""

import os
import sys
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import IO, NamedTuple

from istiolint.sources.decode import source_of
from istiolint.sources.excluded import NOTHING, Excludes
from istiolint.sources.ignored import Ignored
from istiolint.sources.input_error import InputError
from istiolint.sources.source import Source
from istiolint.sources.stored import StoredFiles, identity_of

ENDINGS = (".yaml", ".yml", ".json")
WITHOUT_ENDING = "Kustomization"
STDIN = "<stdin>"
MEBIBYTE = 1024 * 1024
MOST_BYTES = 64 * MEBIBYTE
"""Larger files are not read unless the user says so: what is read stays in memory, at about thirty times its size."""


class MissingPathError(InputError):
    """A path that the user named and that is not there."""

    def __init__(self, path: str):
        super().__init__(f"no such file or folder: {path}")
        self.path = path


class Named(NamedTuple):
    """A path that the user named, and what for."""

    path: str
    linted: bool = True
    cluster: str = ""


def named_paths(paths: Iterable[str], *, context: Iterable[str], clusters: Iterable[tuple[str, str]]) -> list[Named]:
    """All that is named, the strongest first: a file that is named twice is what it is named for first."""
    return [
        *(Named(path, cluster=cluster) for cluster, path in clusters),
        *map(Named, paths),
        *(Named(path, linted=False) for path in context),
    ]


def is_wanted(name: str) -> bool:
    """Whether a file of this name is looked at in a folder."""
    return name.endswith(ENDINGS) or name == WITHOUT_ENDING


def discover(
    paths: Iterable[str],
    *,
    context: Iterable[str] = (),
    clusters: Iterable[tuple[str, str]] = (),
    stdin_path: str | None = None,
    excludes: Excludes = NOTHING,
    most_bytes: int = MOST_BYTES,
    stored: StoredFiles | None = None,
) -> Iterator[Source]:
    """The sources behind files, folders and `-` (standard input); those under `context` are read, but not linted.

    `clusters` are pairs of a cluster's name and a path that is linted as what this cluster holds.

    `stdin_path` is the file whose text comes from standard input; the file itself is then not read.

    In folders, hidden files and those that git ignores are left out, and so is what `excludes` covers; a file that is named is
    read unless `excludes` covers named files. What is named twice is read once, and linted if it is named in `paths`. The order
    is that of the paths, in folders that of the names.
    A file of more than `most_bytes` is not read. The text of a file for reference that `stored` knows is read where it is needed.
    Raises MissingPathError at once, before anything is read; what cannot be read later has a reason in Source.trouble.
    """
    named = named_paths(paths, context=context, clusters=clusters)
    for path, *_ in named:
        if path != "-" and not os.path.lexists(path):
            raise MissingPathError(path)
    return _Discovery(stdin_path, excludes, most_bytes, stored).sources(named)


class _Discovery:
    """One walk; `seen` holds device and inode of what was read, so that overlapping paths and circles of links end."""

    def __init__(self, stdin_path: str | None, excludes: Excludes, most_bytes: int, stored: StoredFiles | None) -> None:
        self.excludes, self.most_bytes, self.known = excludes, most_bytes, stored
        self.stored: StoredFiles | None = None
        self.seen: set[tuple[int, int] | str] = set()
        self.stdin_path = _plain(stdin_path) if stdin_path else STDIN
        if stdin_path and os.path.exists(stdin_path):
            self.is_new(os.stat(stdin_path))

    def sources(self, named: Iterable[Named]) -> Iterator[Source]:
        for path, linted, cluster in named:
            self.stored = None if linted else self.known
            for source in self.stdin() if path == "-" else self.path(_plain(path)):
                source.linted, source.cluster = linted, cluster
                yield source

    def stdin(self) -> Iterator[Source]:
        if STDIN not in self.seen:
            self.seen.add(STDIN)
            source = _text(self.stdin_path, sys.stdin.buffer, self.most_bytes)
            source.stdin = True
            if self.stdin_path == STDIN or not self.excludes.covers_named(self.stdin_path):
                yield source

    def path(self, path: str) -> Iterator[Source]:
        if os.path.isdir(path):
            absolute = os.path.realpath(path)
            yield from self.folder("" if path == "." else path, absolute, Ignored.above(absolute))
        elif not self.excludes.covers_named(path) and (source := self.file(path)):
            yield source

    def folder(self, shown: str, absolute: str, ignored: Ignored) -> Iterator[Source]:
        waiting = [(shown, absolute, ignored, True)]
        while waiting:
            shown, absolute, ignored, is_folder = waiting.pop()
            if not is_folder:
                if source := self.file(shown):
                    yield source
                continue
            try:
                if self.is_new(os.stat(absolute)):
                    self.excludes.enter(absolute)
                    found = _inside(shown, absolute, ignored.within(absolute))
                    waiting.extend(one for one in found if not self.excludes.covers(one[1], folder=one[3]))
            except OSError as error:
                yield Source(shown or ".", trouble=_words(error, "folder"))

    def file(self, path: str) -> Source | None:
        """The file, unless it was read before."""
        try:
            status = os.stat(path)
            if not self.is_new(status):
                return None
            if status.st_size > self.most_bytes:
                return Source(path, trouble=too_large(status.st_size, self.most_bytes))
            identity = identity_of(status)
            if self.stored and (known := self.stored.find(path, identity)):
                return known
            with open(path, "rb") as file:
                source = _text(path, file, self.most_bytes, status.st_size)
                if self.stored and identity == identity_of(os.fstat(file.fileno())):
                    source.identity = identity
                return source
        except OSError as error:
            return Source(path, trouble=_words(error, "file"))

    def is_new(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        known = identity in self.seen
        self.seen.add(identity)
        return not known


def _plain(path: str) -> str:
    """Return a path without what says nothing, such as `./` and slashes at the end; `..` stays."""
    if path == "." or (os.sep == "/" and path and not path.endswith("/") and "//" not in path and "./" not in f"{path}/"):
        return path
    from pathlib import Path  # late: most paths are plain

    return str(Path(path))


def _text(path: str, file: IO[bytes], most: int, size: int | None = None) -> Source:
    """Read a file that has this size according to the file system; it may have grown, or be a pipe."""
    size = most if size is None else size
    content = file.read(size + 1)
    if len(content) > size:
        content += file.read(most + 1 - len(content))
    if len(content) > most:
        return Source(path, trouble=too_large(most=most))
    return source_of(path, content)


def _inside(shown: str, absolute: str, ignored: Ignored) -> list[tuple[str, str, Ignored, bool]]:
    """The folders and files to read in a folder, the last one first."""
    found = []
    prefix = os.path.join(shown, "")
    with os.scandir(absolute) as entries:
        inside = sorted(entries, key=attrgetter("name"), reverse=True)
    for entry in inside:
        if entry.name.startswith("."):
            continue
        is_folder = os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()
        is_looked_at = is_folder or (is_wanted(entry.name) and not _is_special(entry))
        if is_looked_at and not ignored.names(entry.path, folder=is_folder):
            found.append((prefix + entry.name, entry.path, ignored, is_folder))
    return found


def _is_special(entry: "os.DirEntry[str]") -> bool:
    """Whether it is a pipe, a socket or a device: such are read where they are named, but not found in folders."""
    return not entry.is_file(follow_symlinks=False) and os.path.exists(entry.path) and not os.path.isfile(entry.path)


def too_large(size: int | None = None, most: int = MOST_BYTES) -> str:
    """Return why a large file is skipped."""
    what = f"{size / MEBIBYTE:.0f} MiB is" if size else "it is"
    return f"cannot read the file: {what} larger than the limit of {most // MEBIBYTE} MiB (`--max-file-size`)"


def _words(error: OSError, what: str) -> str:
    return f"the {what} cannot be read: {(error.strerror or str(error)).lower()}"
