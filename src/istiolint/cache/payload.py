"""What the cache keeps of a file."""

from collections.abc import Callable, Sequence
from typing import Any


class Payload:
    """A `head`, which each run reads, and a `body`, which is read where it is needed.

    The head consists of tuples of plain data. The first item of each is the number of one of the `words`: a text that the heads
    of many files have in common.
    """

    __slots__ = ("_body", "head", "words")

    def __init__(self, head: Sequence[tuple[Any, ...]], words: Sequence[str], body: bytes | Callable[[], bytes]):
        self.head, self.words, self._body = head, words, body

    @property
    def body(self) -> bytes:
        """The bytes. Raises OSError or ValueError if they cannot be read or are damaged."""
        if not isinstance(self._body, bytes):
            self._body = self._body()
        return self._body
