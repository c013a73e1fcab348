"""What processes that were forked from one another send each other."""

import pickle
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from istiolint.documents import Document, read
from istiolint.sources import Source


class Known:
    """Documents and sources that both processes have, by number. Pickles come from processes that this one has forked, only."""

    def __init__(self, documents: Iterable[Document]):
        self._objects: dict[int, Document | Source] = {}
        for document in documents:
            for each in (document, document.written[0]):
                self._objects[id(each)] = each
                self._objects[id(each.source)] = each.source

    def dumps(self, value: Any) -> bytes:
        """Return bytes from which `loads` in the other process makes the same value."""
        file = BytesIO()
        pickler = _Pickler(file, pickle.HIGHEST_PROTOCOL)
        pickler.known = self._objects
        pickler.dump(value)
        return file.getvalue()

    def loads(self, data: bytes) -> Any:
        """Return the value of which `dumps` made these bytes."""
        unpickler = _Unpickler(BytesIO(data))
        unpickler.known = self._objects
        return unpickler.load()


class _Pickler(pickle.Pickler):
    known: dict[int, Document | Source]

    def persistent_id(self, value: Any) -> int | None:
        return id(value) if id(value) in self.known and isinstance(value, Document | Source) else None

    def reducer_override(self, value: Any) -> Any:
        """Send the source of a document that only the worker knows, YAML within a scalar for example: it is read again."""
        return (_read_again, (value.source, value.index)) if type(value) is Document else NotImplemented


class _Unpickler(pickle.Unpickler):
    known: dict[int, Document | Source]

    def persistent_load(self, number: int) -> Document | Source:
        return self.known[number]


def _read_again(source: Source, index: int) -> Document:
    return next(document for document in read(source) if document.index == index)
