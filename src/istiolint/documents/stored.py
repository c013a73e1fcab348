"""Documents that an earlier run or another process has read: their text and data are read only where they are needed."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from istiolint.documents.compose import compose
from istiolint.documents.document import Document
from istiolint.documents.events import events
from istiolint.documents.keys import separated
from istiolint.documents.parsed import Packed, unpacked
from istiolint.documents.skip import Skip
from istiolint.findings.finding import Finding

if TYPE_CHECKING:
    from istiolint.sources import Source


class StoredDocument(Document):
    """A document that is a Kubernetes object without problems; `header_fields`, those of its Header, say which one."""

    parse = staticmethod(events)

    def __init__(self, source: "Source", row: Packed, skipped: Skip | None = None):
        self.source, self.skipped = source, skipped
        self.index, self.offset, self._end, self.header_fields, self._body, keys = row
        self.keys = separated(keys)

    @cached_property
    def text(self) -> str:  # type: ignore[override]
        """Its text."""
        return self.source.text[self.offset : self._end]

    @cached_property
    def data(self) -> Any:
        """Its data; composed again if what is stored is not what istiolint stores."""
        try:
            return unpacked(self._body)
        except Exception:  # whatever planted data cause
            return compose(self.parse(self.text)).data

    @cached_property
    def problems(self) -> list[Finding]:  # type: ignore[override]
        """None at first."""
        return []

    @property
    def is_unread(self) -> bool:
        """Whether it is skipped for a reason that hides resources."""
        return bool(self.skipped and self.skipped.hides_resources)
