"""The files of a git revision, as objects of the repository hold them: nothing is checked out, and nothing of it is executed."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from istiolint.sources.decode import source_of
from istiolint.sources.discover import MOST_BYTES, Named, is_wanted, too_large
from istiolint.sources.input_error import InputError
from istiolint.sources.source import Source

# Reading objects runs neither hooks nor filters nor textconv. What a repository could still have git start is switched off.
_SAFE = ("--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never")
_ENVIRONMENT = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C"}
_OF_A_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")
"""What git sets in hooks, and what would point it at a repository that may not be that of the path."""
MOST_NAMES = 200
"""Branches and tags that are listed."""
_REGULAR = ("100644", "100755")


class RevisionError(InputError):
    """Why a revision cannot be read, in words."""


class _File(NamedTuple):
    path: str
    blob: str
    size: int


class Revision:
    """One commit of the repository that contains a path. Raises RevisionError where the repository has none of that name.

    Before the first commit, `HEAD` is a revision without files.
    """

    def __init__(self, name: str, path: str = os.curdir):
        self.name = name
        self._folder = _existing_folder(path)
        self.root = os.path.realpath(self._git("rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n"))
        try:
            self.commit = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()
        except RevisionError as error:
            if name == "HEAD" and self._has_no_commit():
                self.commit = ""
                return
            raise RevisionError(f"`{name}` is neither a git revision nor a folder") from error

    def sources(self, named: Iterable[Named], most_bytes: int = MOST_BYTES) -> Iterator[Source]:
        """What stood behind files and folders then, under the same paths as today; nothing for those that were not there yet.

        In folders, hidden files and links are left out. Raises RevisionError for standard input and paths outside the repository.
        """
        wanted = [(self._inside(one.path), one) for one in named]
        found: dict[str, tuple[_File, str, Named]] = {}
        for file in self._files():
            for path, one in wanted:
                shown = _shown(file.path, path, one.path)
                if shown and file.path not in found:
                    found[file.path] = file, shown, one
        texts = self._contents([file.blob for file, _, _ in found.values() if file.size <= most_bytes])
        for file, shown, one in found.values():
            large = file.size > most_bytes
            source = Source(shown, trouble=too_large(file.size, most_bytes)) if large else source_of(shown, texts[file.blob])
            source.linted, source.cluster, source.on_disk = one.linted, one.cluster, False
            yield source

    def _inside(self, path: str) -> str:
        """A path as the repository has it; "" for its root."""
        absolute = os.path.realpath(path)
        if path == "-" or (absolute != self.root and not absolute.startswith(self.root + os.sep)):
            raise RevisionError(f"`{path}` is not in the git repository {self.root}: there is no state of it at `{self.name}`")
        return "" if absolute == self.root else os.path.relpath(absolute, self.root).replace(os.sep, "/")

    def _has_no_commit(self) -> bool:
        """Whether the repository is new: HEAD names a branch that does not exist yet."""
        try:
            return not self._git("for-each-ref", "--count=1") and bool(self._git("symbolic-ref", "--quiet", "HEAD"))
        except RevisionError:
            return False

    def _files(self) -> Iterator[_File]:
        if not self.commit:
            return
        listed = self._git("ls-tree", "-r", "-z", "-l", "--full-tree", self.commit).decode("utf-8", "surrogateescape")
        for entry in filter(None, listed.split("\0")):
            facts, _, path = entry.partition("\t")
            mode, _, blob, size = facts.split()
            if mode in _REGULAR:
                yield _File(path, blob, int(size))

    def _contents(self, blobs: list[str]) -> dict[str, bytes]:
        output = self._git("cat-file", "--batch", input_="".join(f"{blob}\n" for blob in blobs).encode())
        found, at = {}, 0
        for blob in blobs:
            end = output.index(b"\n", at)
            header = output[at:end].split()
            if len(header) != 3:
                raise RevisionError(f"git does not hold all files of `{self.name}` (a partial clone?)")
            at = end + 1 + int(header[2]) + 1
            found[blob] = output[end + 1 : at - 1]
        return found

    def _git(self, *arguments: str, input_: bytes = b"") -> bytes:
        return _git(self._folder, *arguments, input_=input_)


def names(path: str = os.curdir) -> list[str]:
    """Return HEAD and the names of branches and tags, the newest first. Raises RevisionError."""
    order = ("--sort=-creatordate", f"--count={MOST_NAMES}", "--format=%(refname:short)")
    listed = _git(_existing_folder(path), "for-each-ref", *order, "refs/heads", "refs/tags", "refs/remotes")
    return ["HEAD", *listed.decode("utf-8", "replace").splitlines()]


def _existing_folder(path: str) -> str:
    """The folder of a path, or the innermost one above it that exists."""
    folder = os.path.abspath(path)
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return folder


def _shown(file: str, path: str, as_named: str) -> str:
    """Return how to show a file at or below a path that the user named; "" if it is elsewhere, or is not read."""
    if file == path:
        return os.path.normpath(as_named)
    below = file if not path else file[len(path) + 1 :] if file.startswith(path + "/") else ""
    parts = below.split("/")
    if not below or any(part.startswith(".") for part in parts) or not is_wanted(parts[-1]):
        return ""
    return os.path.normpath(os.path.join(as_named, *parts))


def _git(folder: str, *arguments: str, input_: bytes = b"") -> bytes:
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_REPOSITORY} | _ENVIRONMENT
    try:
        found = subprocess.run(
            ["git", *_SAFE, *arguments], cwd=folder, input=input_, capture_output=True, env=environment, check=False
        )
    except OSError as error:
        raise RevisionError("comparing with a revision takes git, which cannot be started here") from error
    if found.returncode:
        words = found.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise RevisionError(f"git failed: {words.removeprefix('fatal: ') or 'no error message'}")
    return found.stdout
