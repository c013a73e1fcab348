"""Both parsers: libyaml's binding, and that of ruamel, which is used if the binding is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from istiolint.documents import Document, read
from istiolint.documents import events as events_module
from istiolint.sources import Source

PARSERS = ("libyaml", "pure")


@contextmanager
def using(parser: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if parser == "pure":
            patch.setattr(events_module, "CParser", None)
        else:
            assert events_module.CParser is not None
        yield


def documents(text: str, parser: str = "libyaml", path: str = "example.yaml") -> list[Document]:
    with using(parser):
        return list(read(Source(path, text)))
