"""What is known of texts that were read before, by the hash of the text."""

from collections.abc import Mapping

from istiolint.cache import Payload
from istiolint.documents.parsed import key_of
from istiolint.sources import Source

_NONE: Mapping[bytes, Payload] = {}


class Store:
    """Payloads by key: those of an earlier run, and those that this one adds.

    `used` are the payloads that were found or added, `added` is the number of new ones.
    `files` are those that will not have to be read again while they stay as they are, as StoredFiles has them.
    """

    def __init__(self, known: Mapping[bytes, Payload] = _NONE):
        self._known = known
        self._keys: dict[Source, bytes] = {}
        self.used: dict[bytes, Payload] = {}
        self.added = 0
        self.files: dict[str, tuple[int, int, int, int, bytes, int, str]] = {}

    def key_of(self, source: Source) -> bytes:
        """Return the key of a source, which is computed once."""
        found = self._keys.get(source)
        if found is None:
            found = self._keys[source] = key_of(source)
        return found

    def __contains__(self, key: bytes) -> bool:
        return key in self.used or key in self._known

    def get(self, key: bytes) -> Payload | None:
        """Return the payload of a key."""
        payload = self.used.get(key) or self._known.get(key)
        if payload:
            self.used[key] = payload
        return payload

    def put(self, key: bytes, payload: Payload) -> None:
        """Add a payload; it replaces a damaged one."""
        self.used[key] = payload
        self.added += 1
