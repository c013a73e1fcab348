"""Documents that an earlier run or another process has read: their text and data are read only where they are needed."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from istiolint.cache import Payload
from istiolint.documents.compose import compose
from istiolint.documents.document import Document
from istiolint.documents.events import events
from istiolint.documents.keys import separated
from istiolint.documents.parsed import Packed, unpacked
from istiolint.documents.skip import Skip
from istiolint.findings.finding import Finding

if TYPE_CHECKING:
    from istiolint.sources import Source


@dataclass(slots=True, eq=False, repr=False)
class Traits:
    """What many objects have in common."""

    api_version: str
    kind: str
    keys: frozenset[str]


@lru_cache(maxsize=4096)
def _traits(text: str) -> Traits:
    api_version, _, rest = text.partition("\n")
    kind, _, keys = rest.partition("\n")
    return Traits(api_version, kind, separated(keys))


class StoredDocument(Document):
    """A document that is a Kubernetes object without problems; `row` says which one, and `payload` has its data."""

    parse = staticmethod(events)

    def __init__(self, source: "Source", row: Packed, payload: Payload, skipped: Skip | None = None):
        self.source, self.row, self._payload = source, row, payload
        word, self.index = row[:2]
        self.traits = _traits(payload.words[word])
        if skipped:
            self.skipped = skipped

    @property
    def offset(self) -> int:  # type: ignore[override]
        """Where its text begins in the source."""
        _, _, start, *_ = self.row
        return start

    @property
    def keys(self) -> frozenset[str]:
        """The keys that occur in its data."""
        return self.traits.keys

    @cached_property
    def text(self) -> str:  # type: ignore[override]
        """Its text."""
        _, _, start, end, *_ = self.row
        return self.source.text[start:end]

    @cached_property
    def data(self) -> Any:
        """Its data; composed again if what is stored is not what istiolint stores."""
        try:
            _, _, _, _, start, end, *_ = self.row
            return unpacked(self._payload.body[start:end])
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
