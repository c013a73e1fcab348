"""The cache of one working folder: a file with payloads by key.

A run reads one file instead of thousands: their heads together, and bodies where they are needed. A file that is damaged, planted
or written by another version is the same as none; what cannot be written is not cached. Two runs that write at the same time do
not disturb each other: each writes its own file and renames it, and the last one stays.
"""

import os
import stat
import time
from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeAlias

from istiolint.cache.folder import ENDING, TEMPORARY, Folder
from istiolint.cache.payload import Payload

MAGIC = b"istiolint cache 4\n"
CHECKSUM = 4
"""Bytes of a checksum, which shows damage; a hash would take longer, and not keep anyone from planting a file either."""
START = len(MAGIC) + CHECKSUM + 8
"""Where the index begins: after the magic number, the checksum of the index and its length."""
MOST_BYTES = 64 * 1024 * 1024
_DAY = 24 * 60 * 60
Files: TypeAlias = Mapping[str, tuple[int, int, int, int, bytes, int, str]]
"""By path: inode, size and times in nanoseconds, key, length of the text and encoding."""
_NO_FILES: Files = {}
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_READ = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0)  # does not wait for a pipe instead of the file
_RECENT = 2 * 10**9
"""Nanoseconds for which a file may be written again without other times: the coarsest clock of a file system."""


class _Content(NamedTuple):
    payloads: dict[bytes, Payload]
    files: dict[str, Any]


_NOTHING = _Content({}, {})


class Pack:
    """The cache for runs that start in `place`; `version` is that of what makes the payloads."""

    def __init__(self, folder: Folder, version: bytes, place: str = os.curdir):
        self._folder, self._version, self._place = folder, version, place
        self._started = time.time_ns()

    @cached_property
    def path(self) -> str:
        """The path of its file."""
        from hashlib import blake2b

        hashed = blake2b(os.path.realpath(self._place).encode("utf-8", "surrogateescape"), digest_size=16, key=self._version)
        return os.path.join(self._folder.path, hashed.hexdigest() + ENDING)

    def load(self) -> Mapping[bytes, Payload]:
        """Return the payloads by key; nothing where there are none that can be used."""
        return self._content.payloads

    def files(self) -> Mapping[str, Any]:
        """Return the files whose content is known, by path, as `save` was given them."""
        return self._content.files

    @cached_property
    def _content(self) -> _Content:
        try:
            if self._folder.is_safe():
                return self._read()
        except Exception:  # whatever a damaged file causes
            pass
        return _NOTHING

    def save(self, used: Mapping[bytes, Payload], files: Files = _NO_FILES) -> None:
        """Write what a run has used, and what the file had besides, as far as it fits. An error means that nothing is cached.

        A file that was written shortly before it was read is left out: it may have been written again since, with the same times.
        """
        try:
            if self._folder.make():
                known = self.__dict__.get("_content", _NOTHING)
                old = {path: file for path, file in files.items() if max(file[2], file[3]) + _RECENT < self._started}
                payloads = {**used, **{key: payload for key, payload in known.payloads.items() if key not in used}}
                self._write(payloads, {**known.files, **old})
                self._folder.tidy()
        except Exception:  # no space, no permission, no such folder
            return

    def _read(self) -> _Content:
        from msgpack import unpackb

        descriptor = os.open(self.path, _READ)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
                return _NOTHING
            if time.time() - status.st_mtime > _DAY:
                os.utime(self.path)  # what is in use is not deleted
            head = file.read(START)
            index = file.read(int.from_bytes(head[-8:], "big"))
        if head[:-8] != MAGIC + _checksum(index):
            return _NOTHING
        entries, words, files, size = unpackb(index, use_list=False, unicode_errors="surrogatepass")
        bodies = _Bodies(self.path, START + len(index))
        if (
            status.st_size != bodies.start + size
            or type(files) is not dict
            or type(words) is not tuple
            or not {str}.issuperset(map(type, words))
        ):
            return _NOTHING
        payloads = {
            key: Payload(head, words, partial(bodies.read, start, length, checksum))
            for key, (head, start, length, checksum) in entries.items()
        }
        return _Content(payloads if {bytes}.issuperset(map(type, payloads)) else {}, files)

    def _write(self, payloads: Mapping[bytes, Payload], files: Mapping[str, Any]) -> None:
        import secrets

        from msgpack import packb

        entries: dict[bytes, tuple[Any, int, int, bytes]] = {}
        words: dict[str, int] = {}
        bodies: list[bytes] = []
        start = size = 0
        for key, payload in payloads.items():
            try:
                body = payload.body
                head = [(words.setdefault(payload.words[word], len(words)), *rest) for word, *rest in payload.head]
            except (OSError, ValueError, TypeError, LookupError):  # damaged, or another run has replaced the file
                continue
            size += len(key) + len(packb(head)) + len(body) + 32
            if size <= MOST_BYTES - 1024:
                entries[key] = head, start, len(body), _checksum(body)
                bodies.append(body)
                start += len(body)
        size += 4 * sum(map(len, words))
        named = {}
        for path, file in files.items():
            size += 4 * len(path) + 128
            if file[4] in entries and size <= MOST_BYTES - 1024:
                named[path] = file
        index = packb([entries, list(words), named, start], unicode_errors="surrogatepass")
        temporary = f"{self.path}.{secrets.token_hex(8)}{TEMPORARY}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(MAGIC + _checksum(index) + len(index).to_bytes(8, "big") + index)
                file.writelines(bodies)
            os.replace(temporary, self.path)
        except BaseException:
            os.unlink(temporary)
            raise


class _Bodies(NamedTuple):
    """The bodies of a file, which another run may replace at any time."""

    path: str
    start: int

    def read(self, start: int, length: int, checksum: bytes) -> bytes:
        """Return a body. Raises OSError or ValueError if it cannot be read or is damaged."""
        with open(os.open(self.path, _READ), "rb", buffering=0) as file:
            file.seek(self.start + start)
            body: bytes = file.read(length)
        if _checksum(body) != checksum:
            raise ValueError("damaged or replaced")
        return body


def _checksum(body: bytes) -> bytes:
    from zlib import crc32

    return crc32(body).to_bytes(CHECKSUM, "big")
