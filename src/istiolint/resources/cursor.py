"""A value in a resource together with its path: what checks read and where findings point."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Path, Place

if TYPE_CHECKING:
    from istiolint.documents import Document

_MISSING: Any = object()
_new = object.__new__
_COUNTED = (int, float, bool)


class Cursor:
    """A value and its place. Asking for what is not there gives an empty cursor and never raises.

    A cursor is true when its value is there and neither null nor empty ("", [], {}); 0 and False count as there.
    """

    # A cursor knows its parent and its last step: the path is put together for the few that become findings.
    __slots__ = ("_parent", "_step", "_value", "document")

    def __init__(self, document: "Document", path: Path, value: Any):
        """A cursor at the root of something; those below come from `[]` and iteration."""
        self.document, self._value = document, value
        self._parent: Cursor | None = None
        self._step: Any = path

    def _child(self, step: str | int, value: Any) -> "Cursor":
        child = _new(Cursor)
        child.document, child._parent, child._step, child._value = self.document, self, step, value
        return child

    @property
    def path(self) -> Path:
        """The steps from the root of the document."""
        steps: list[str | int] = []
        at: Any = self
        while at._parent is not None:
            steps.append(at._step)
            at = at._parent
        return (*at._step, *reversed(steps))

    @property
    def value(self) -> Any:
        """The plain value; None where there is none."""
        return None if self._value is _MISSING else self._value

    @property
    def exists(self) -> bool:
        """Whether the key or item is written at all, be it with null."""
        return self._value is not _MISSING

    @property
    def name(self) -> str | int:
        """The last step of the path: the key, or the index in a list."""
        step: str | int = self._step if self._parent is not None else self._step[-1]
        return step

    def __bool__(self) -> bool:
        value = self._value
        return value is not _MISSING and value is not None and (bool(value) or type(value) in _COUNTED)

    def __getitem__(self, step: str | int) -> "Cursor":
        # Here and in __iter__ are the innermost loops of most rules: a call of _child would double their time.
        value = self._value
        child = _new(Cursor)
        child.document, child._parent, child._step = self.document, self, step
        if type(value) is dict:
            child._value = value.get(step, _MISSING)
        elif type(value) is list and isinstance(step, int) and -len(value) <= step < len(value):
            child._value = value[step]
        else:
            child._value = _MISSING
        return child

    def __iter__(self) -> Iterator["Cursor"]:
        """The items of a list; nothing for anything else."""
        if type(self._value) is list:
            for index, value in enumerate(self._value):
                child = _new(Cursor)
                child.document, child._parent, child._step, child._value = self.document, self, index, value
                yield child

    def items(self) -> Iterator[tuple[str, "Cursor"]]:
        """Keys and values of a mapping; nothing for anything else."""
        if type(self._value) is dict:
            for key, value in self._value.items():
                yield key, self._child(key, value)

    @property
    def text(self) -> str:
        """The value if it is a string, else an empty one."""
        return self._value if isinstance(self._value, str) else ""

    @property
    def unresolved(self) -> bool:
        """Whether the value is text with a placeholder, such as `${HOST}` or SERVICE_NAME, and so says nothing yet."""
        return isinstance(self._value, str) and has_placeholder(self._value)

    @property
    def literal(self) -> str:
        """The value if it is text that means what it says: empty for text with a placeholder."""
        return "" if self.unresolved else self.text

    @property
    def number(self) -> int | None:
        """The value if it is an integer (80.0 is one, as at the API server; a boolean is none)."""
        if isinstance(self._value, float):
            return int(self._value) if self._value.is_integer() else None
        return self._value if isinstance(self._value, int) and not isinstance(self._value, bool) else None

    @property
    def mapping(self) -> dict[str, Any]:
        """The value if it is a mapping, else an empty one."""
        return self._value if isinstance(self._value, dict) else {}

    @property
    def labels(self) -> dict[str, str]:
        """The value as labels: those entries of a mapping whose values are strings."""
        return {key: value for key, value in self.mapping.items() if isinstance(value, str)}

    @property
    def place(self) -> Place:
        """Where the value is."""
        return Place(self.document, self.path)

    @property
    def key(self) -> Place:
        """Where the key is."""
        return Place(self.document, self.path, "key")

    def part(self, text: str) -> Place:
        """Return where a part of a scalar is: the first occurrence of `text` in it."""
        at = self.text.find(text)
        return Place(self.document, self.path, "value", (at, at + len(text)) if at >= 0 else None)

    def __repr__(self) -> str:
        return f"Cursor({self.path!r}, {self._value!r})"
