"""Positions of keys and values, from YAML events. Computed only for documents with findings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ruamel.yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from istiolint.documents.compose import MERGE, scalar
from istiolint.documents.scalars import as_key


class Node:
    """A value: character offsets in the document's text, end exclusive, anchor and tag included; `start == end` for an empty one.

    `children` are the entries of a mapping or list, through aliases and merge keys.
    """

    __slots__ = ("children", "end", "start")

    def __init__(self, start: int, end: int, children: "dict[str | int, Extent] | None" = None):
        self.start, self.end, self.children = start, end, children


class Extent(NamedTuple):
    """The offsets of a key (or list item) and of what is written as its value: for an alias, the alias; `node` is its meaning."""

    key_start: int
    key_end: int
    start: int
    end: int
    node: Node


class Duplicate(NamedTuple):
    """A key written twice in one mapping: the second one's offsets and the first one's."""

    key: str
    start: int
    end: int
    first_start: int
    first_end: int


@dataclass(eq=False, repr=False, slots=True)
class Layout:
    """The positions of all keys and values of a document."""

    root: Node
    duplicates: list[Duplicate]


class _Open:
    """A mapping or a list that is being read; `key` is the key whose value comes next."""

    __slots__ = ("anchor", "flow", "is_list", "key", "merged", "node")

    def __init__(self, node: Node, event: Any):
        self.node, self.anchor, self.flow = node, event.anchor, event.flow_style
        self.is_list = type(event) is SequenceStartEvent
        self.key: tuple[str, int, int, bool] | None = None
        self.merged: list[Node] = []


def layout(events: Iterable[Any]) -> Layout:
    """The layout of a document that `compose` has composed; documents that it rejects have none."""
    return _Builder().run(events)


class _Builder:
    def __init__(self) -> None:
        self.layout = Layout(Node(0, 0), [])
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, str]] = {}

    def run(self, events: Iterable[Any]) -> Layout:
        for event in events:
            kind = type(event)
            if kind is ScalarEvent:
                node, word = Node(event.start_mark.index, event.end_mark.index), as_key(scalar(event))
                if event.anchor:
                    self.anchors[event.anchor] = (node, word)
                self.place(node, word, node.start, node.end, plain=event.implicit[0])
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                node = Node(event.start_mark.index, event.end_mark.index, {})
                if event.anchor:
                    self.anchors[event.anchor] = (node, "")
                self.stack.append(_Open(node, event))
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self.close(event)
            elif kind is AliasEvent:
                self.place(*self.anchors[event.anchor], event.start_mark.index, event.end_mark.index)
        return self.layout

    def close(self, event: Any) -> None:
        done = self.stack.pop()
        children = done.node.children
        assert children is not None
        if done.flow:
            done.node.end = event.end_mark.index
        for base in done.merged:
            for key, extent in (base.children or {}).items():
                children.setdefault(key, extent)
        self.place(done.node, "", done.node.start, done.node.end)

    def place(self, node: Node, word: str, start: int, end: int, *, plain: bool = False) -> None:
        """Put a value, or a key, where the events have arrived; `start` and `end` are where it is written: an alias, say."""
        if not self.stack:
            self.layout.root = node
            return
        parent = self.stack[-1]
        children = parent.node.children
        assert children is not None
        parent.node.end = max(parent.node.end, end)
        if parent.is_list:
            children[len(children)] = Extent(start, end, start, end, node)
        elif parent.key is None:
            parent.key = (word, start, end, plain and word == MERGE)
        else:
            (key, key_start, key_end, is_merge), parent.key = parent.key, None
            if is_merge:
                parent.merged.extend(_bases(node))
                return
            if key in children:
                first = children[key]
                self.layout.duplicates.append(Duplicate(key, key_start, key_end, first.key_start, first.key_end))
            children[key] = Extent(key_start, key_end, start, end, node)


def _bases(node: Node) -> Iterator[Node]:
    """The mappings that a merge key names: one, or those of a list."""
    children = node.children or {}
    if 0 in children:
        yield from (extent.node for extent in children.values())
    else:
        yield node
