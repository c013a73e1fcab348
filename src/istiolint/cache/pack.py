"""The cache of one working folder: a file with payloads by key.

It is read and written as a whole: a run reads one file instead of thousands. A file that is damaged, planted or written by
another version is the same as none; what cannot be written is not cached. Two runs that write at the same time do not disturb
each other: each writes its own file and renames it, and the last one stays.
"""

import os
import stat
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from istiolint.cache.folder import ENDING, TEMPORARY, Folder

MAGIC = b"istiolint cache 3\n"
CHECKSUM = 4
"""Bytes of the checksum, which shows damage; a hash would take longer, and not keep anyone from planting a file either."""
MOST_BYTES = 64 * 1024 * 1024
_DAY = 24 * 60 * 60
Files: TypeAlias = Mapping[str, tuple[Sequence[int], bytes, int, str]]
"""By path: identity, key, length of the text and encoding."""
_NO_FILES: Files = {}
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


_RECENT = 2 * 10**9
"""Nanoseconds for which a file may be written again without other times: the coarsest clock of a file system."""


class _Content(NamedTuple):
    payloads: dict[bytes, bytes]
    files: dict[str, Any]
    version: bytes = b""


_NOTHING = _Content({}, {})


class Pack:
    """The cache for runs that start in `place`."""

    def __init__(self, folder: Folder, place: str = os.curdir):
        self._folder, self._place = folder, place
        self._started = time.time_ns()
        self._content: _Content | None = None

    @cached_property
    def path(self) -> str:
        """The path of its file."""
        from hashlib import blake2b

        name = blake2b(os.path.realpath(self._place).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
        return os.path.join(self._folder.path, name + ENDING)

    def load(self) -> Mapping[bytes, bytes]:
        """Return the payloads by key; nothing where there are none that can be used."""
        return self._loaded().payloads

    def files(self, version: bytes) -> Mapping[str, Any]:
        """Return the files whose content is known, by path, as `save` was given them for this version of what reads them."""
        content = self._loaded()
        return content.files if content.version == version else {}

    def _loaded(self) -> _Content:
        if self._content is None:
            self._content = _NOTHING
            try:
                if self._folder.is_safe():
                    self._content = _unpacked(self._read())
            except Exception:  # whatever a damaged file causes
                pass
        return self._content

    def save(self, used: Mapping[bytes, bytes], files: Files = _NO_FILES, version: bytes = b"") -> None:
        """Write what a run has used, and what the file had besides, as far as it fits. An error means that nothing is cached.

        `files` have identity, key, length and encoding. One that was written shortly before it was read is left out: it may have
        been written again since, with the same times.
        """
        try:
            if self._folder.make():
                known = self._content or _NOTHING
                old = {path: file for path, file in files.items() if max(file[0][2:]) + _RECENT < self._started}
                payloads = {**used, **{key: payload for key, payload in known.payloads.items() if key not in used}}
                self._write(payloads, {**(known.files if known.version == version else {}), **old}, version)
                self._folder.tidy()
        except Exception:  # no space, no permission, no such folder
            return

    def _read(self) -> bytes:
        descriptor = os.open(self.path, os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
                return b""
            if time.time() - status.st_mtime > _DAY:
                os.utime(self.path)  # what is in use is not deleted
            return file.read(MOST_BYTES)

    def _write(self, payloads: Mapping[bytes, bytes], files: Mapping[str, Any], version: bytes) -> None:
        import secrets

        from msgpack import packb

        kept, size = {}, 0
        for key, payload in payloads.items():
            size += len(key) + len(payload) + 16
            if size <= MOST_BYTES - 1024:
                kept[key] = payload
        named = {}
        for path, file in files.items():
            size += 4 * len(path) + 128
            if file[1] in kept and size <= MOST_BYTES - 1024:
                named[path] = file
        body = packb([kept, named, version], unicode_errors="surrogatepass")
        temporary = f"{self.path}.{secrets.token_hex(8)}{TEMPORARY}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(MAGIC + _checksum(body) + body)
            os.replace(temporary, self.path)
        except BaseException:
            os.unlink(temporary)
            raise


def _unpacked(content: bytes) -> _Content:
    from msgpack import unpackb

    start = len(MAGIC) + CHECKSUM
    body = memoryview(content)[start:]
    if content[:start] != MAGIC + _checksum(body):
        return _NOTHING
    payloads, files, version = unpackb(body, unicode_errors="surrogatepass")
    if type(payloads) is not dict or type(files) is not dict:
        return _NOTHING
    if not {*map(type, payloads), *map(type, payloads.values())} <= {bytes}:
        return _NOTHING
    return _Content(payloads, files, version)


def _checksum(body: bytes | memoryview) -> bytes:
    from zlib import crc32

    return crc32(body).to_bytes(CHECKSUM, "big")
