"""What processes that were forked from one another send each other."""

import pickle
from collections.abc import Collection
from functools import cached_property
from io import BytesIO
from typing import Any

from istiolint.documents import Document, read
from istiolint.sources import Source

_SHARED = (Document, Source)


class Known:
    """Documents and sources that both processes have, by number. Pickles come from processes that this one has forked, only."""

    def __init__(self, documents: Collection[Document]):
        self._documents = documents

    @cached_property
    def objects(self) -> dict[int, Document | Source]:
        """They and their sources; looked at if a result refers to one."""
        derived = [document for document in self._documents if type(document).written is not Document.written]
        documents = (*self._documents, *(document.written[0] for document in derived))
        sources = {id(document.source): document.source for document in documents}
        return {**sources, **{id(document): document for document in documents}}

    def dumps(self, value: Any) -> bytes:
        """Return bytes from which `loads` in the other process makes the same value."""
        if not self._documents:
            return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        file = BytesIO()
        pickler = _Pickler(file, pickle.HIGHEST_PROTOCOL)
        pickler.known = self
        pickler.dump(value)
        return file.getvalue()

    def loads(self, data: bytes) -> Any:
        """Return the value of which `dumps` made these bytes."""
        unpickler = _Unpickler(BytesIO(data))
        unpickler.known = self
        return unpickler.load()


class _Pickler(pickle.Pickler):
    known: Known

    def persistent_id(self, value: Any) -> int | None:
        return id(value) if isinstance(value, _SHARED) and id(value) in self.known.objects else None

    def reducer_override(self, value: Any) -> Any:
        """Send the source of a document that only the worker knows, YAML within a scalar for example: it is read again."""
        return (_read_again, (value.source, value.index)) if type(value) is Document else NotImplemented


class _Unpickler(pickle.Unpickler):
    known: Known

    def persistent_load(self, number: int) -> Document | Source:
        return self.known.objects[number]


def _read_again(source: Source, index: int) -> Document:
    return next(document for document in read(source) if document.index == index)
