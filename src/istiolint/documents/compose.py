"""YAML events to plain data, and on demand to the spans at which every key and value stands.

One pass over the events of libyaml; no recursion, so depth is bounded by a rule and not by the stack.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from istiolint.documents.scalars import as_key, plain, tagged

DEEPEST = 100
MOST_ALIASED = 200_000
_NOTHING: Any = object()


class Extent(NamedTuple):
    """Character offsets within the document's text: of the key (or list item), and of the value; end exclusive."""

    key_start: int
    key_end: int
    start: int
    end: int


class Duplicate(NamedTuple):
    """A key written twice in one mapping: the second key's offsets and the first one's."""

    key: str
    start: int
    end: int
    first_start: int
    first_end: int


class TroubleError(Exception):
    """A document that is valid YAML but cannot be data: `rule`, words for the user, offsets in the document's text."""

    def __init__(self, rule: str, message: str, start: int, end: int):
        super().__init__(message)
        self.rule, self.message, self.start, self.end = rule, message, start, end


@dataclass(slots=True)
class Tree:
    """A composed document. `extents` maps the identity of each mapping and list in `data` to its children's extents."""

    data: Any = None
    start: int = 0
    end: int = 0
    duplicates: list[Duplicate] = field(default_factory=list)
    extents: dict[int, dict[str | int, Extent]] = field(default_factory=dict)


class _Frame:
    __slots__ = (
        "anchor",
        "block",
        "end",
        "extents",
        "key",
        "key_end",
        "key_start",
        "keys",
        "merged",
        "size",
        "start",
        "value",
    )

    def __init__(self, value: Any, event: Any):
        self.value, self.anchor, self.block = value, event.anchor, not event.flow_style
        self.start, self.end, self.size = event.start_mark.index, event.end_mark.index, 1
        self.key: Any = _NOTHING
        self.key_start = self.key_end = 0
        self.keys: dict[str, tuple[int, int]] = {}
        self.extents: dict[str | int, Extent] = {}
        self.merged: list[tuple[Any, int, int]] = []


def compose(events: Iterable[Any], *, extents: bool = False) -> Tree:
    """Plain data from the events of one document.

    Raises TroubleError for undefined and recursive aliases, aliases that expand beyond measure, absurd nesting and keys that
    are not scalars; YAMLError comes through from `events`.
    """
    return _Composer(extents).run(events)


class _Composer:
    def __init__(self, extents: bool):
        self.tree = Tree()
        self.want_extents = extents
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.aliased = 0

    def run(self, events: Iterable[Any]) -> Tree:
        stack, add = self.stack, self.add
        for event in events:
            kind = type(event)
            if kind is ScalarEvent:
                if event.implicit[0] and not event.tag:
                    value = plain(event.value)
                elif event.tag and event.tag != "!":
                    value = tagged(event.tag, event.value)
                else:
                    value = event.value
                if event.anchor:
                    self.anchors[event.anchor] = (value, 1)
                add(value, event, 1)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if len(stack) >= DEEPEST:
                    raise _trouble("yaml-too-deep", f"nested more than {DEEPEST} levels deep; no Kubernetes resource is", event)
                if stack and stack[-1].key is _NOTHING and type(stack[-1].value) is dict:
                    raise _trouble("yaml-syntax", "a mapping or a list stands where a key must be; quote it if it is text", event)
                if event.anchor:
                    self.anchors[event.anchor] = (_NOTHING, 0)
                stack.append(_Frame({} if kind is MappingStartEvent else [], event))
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self.close(event)
            elif kind is AliasEvent:
                self.alias(event)
        return self.tree

    def close(self, event: Any) -> None:
        frame = self.stack.pop()
        if not frame.block:
            frame.end = event.end_mark.index
        if frame.merged:
            self.merge(frame)
        if self.want_extents:
            self.tree.extents[id(frame.value)] = frame.extents
        if frame.anchor:
            self.anchors[frame.anchor] = (frame.value, frame.size)
        self.place(frame.value, frame.start, frame.end, frame.size)

    def alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise _trouble(
                "yaml-syntax",
                f"the alias *{event.anchor} has no anchor &{event.anchor} before it in this document",
                event,
            )
        value, size = self.anchors[event.anchor]
        if value is _NOTHING:
            raise _trouble("yaml-syntax", f"the alias *{event.anchor} stands inside the value that it names", event)
        self.aliased += size
        if self.aliased > MOST_ALIASED:
            raise _trouble("yaml-alias-bomb", f"aliases expand to more than {MOST_ALIASED:,} values", event)
        self.add(value, event, size)

    def add(self, value: Any, event: Any, size: int) -> None:
        self.place(value, event.start_mark.index, event.end_mark.index, size)

    def place(self, value: Any, start: int, end: int, size: int) -> None:
        if not self.stack:
            self.tree.data, self.tree.start, self.tree.end = value, start, end
            return
        frame = self.stack[-1]
        frame.size += size
        frame.end = end
        container = frame.value
        if type(container) is list:
            if self.want_extents:
                frame.extents[len(container)] = Extent(start, end, start, end)
            container.append(value)
            return
        if frame.key is _NOTHING:
            if isinstance(value, (dict, list)):
                raise TroubleError(
                    "yaml-syntax", "a mapping or a list stands where a key must be; quote it if it is text", start, end
                )
            frame.key, frame.key_start, frame.key_end = as_key(value), start, end
            return
        key, frame.key = frame.key, _NOTHING
        if key == "<<":
            frame.merged.append((value, frame.key_start, frame.key_end))
            return
        if key in frame.keys:
            self.tree.duplicates.append(Duplicate(key, frame.key_start, frame.key_end, *frame.keys[key]))
        frame.keys[key] = (frame.key_start, frame.key_end)
        container[key] = value
        if self.want_extents:
            frame.extents[key] = Extent(frame.key_start, frame.key_end, start, end)

    def merge(self, frame: _Frame) -> None:
        """`<<: *base`: keys written here win, then the bases in the order in which they are named."""
        for value, start, end in frame.merged:
            for base in value if isinstance(value, list) else [value]:
                if not isinstance(base, dict):
                    raise TroubleError("yaml-syntax", "`<<` takes a mapping, or a list of mappings", start, end)
                for key, inherited in base.items():
                    if key not in frame.value:
                        frame.value[key] = inherited
                        if self.want_extents:
                            frame.extents[key] = self.tree.extents[id(base)][key]


def _trouble(rule: str, message: str, event: Any) -> TroubleError:
    return TroubleError(rule, message, event.start_mark.index, event.end_mark.index)
