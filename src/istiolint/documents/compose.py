"""YAML events to plain data, in one pass that keeps no positions (layout.py finds those, for documents with findings)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from ruamel.yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from istiolint.documents.keys import keys_in, may_have_keys, shared
from istiolint.documents.scalars import as_key, plain, tagged

DEEPEST = 100
MOST_ALIASED = 200_000
MERGE = "<<"
_NOTHING: Any = object()
_MERGED: Any = object()
_KEY_IS_NO_SCALAR = "a mapping or a list cannot be a key"


class Composed(NamedTuple):
    """The data of a document (None for an empty one), whether some mapping has a key twice, and whether an alias is used.

    Where an alias is used, parts of the data are the same objects, and may be far larger than the text. `keys` are those that
    occur in the data, and perhaps others of a value that a duplicate key replaces (see `keys_of`).
    """

    data: Any
    duplicates: bool
    aliases: bool = False
    keys: frozenset[str] = frozenset()


class TroubleError(Exception):
    """Valid YAML that cannot be data: `rule`, words for the user, offsets in the document's text."""

    def __init__(self, rule: str, message: str, event: Any, hint: str | None = None):
        super().__init__(message)
        self.rule, self.message, self.hint = rule, message, hint
        self.start, self.end = event.start_mark.index, event.end_mark.index


def scalar(event: ScalarEvent) -> Any:
    """The value of a scalar: plain ones and tagged ones are resolved, quoted ones are strings."""
    if event.implicit[0]:
        return plain(event.value)
    return tagged(str(event.tag), event.value) if event.tag else event.value


def compose(events: Iterable[Any]) -> Composed:  # noqa: PLR0912, PLR0915 - one loop without calls is twice as fast
    """Plain data from the events of one document.

    Raises TroubleError for undefined and recursive aliases, aliases that expand beyond measure, absurd nesting and keys that
    are not scalars; YAMLError comes through from `events`. No recursion: depth is bounded by a rule, not by the stack.
    """
    root: list[Any] = []
    stack: list[tuple[Any, Any, bool, list[Any], str | None, int]] = []
    anchors: dict[str, tuple[Any, int]] = {}
    container: Any = root
    key: Any = _NOTHING
    merged: list[Any] = []
    values = aliased = 0
    is_list, duplicates = True, False
    keys: set[str] = set()
    for event in events:
        kind = type(event)
        if kind is ScalarEvent:
            if event.implicit[0]:
                value = plain(event.value)
                may_have = "{" in event.value  # `: ` and line ends with keys need quotes
            else:
                value = scalar(event)
                may_have = type(value) is str and may_have_keys(value)
            if may_have:
                keys.update(keys_in(event.value))
            values += 1
            if event.anchor:
                anchors[event.anchor] = (value, 1)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if len(stack) >= DEEPEST:
                raise TroubleError(
                    "yaml-too-deep", f"document is nested more than {DEEPEST} levels deep; istiolint skips it", event
                )
            if key is _NOTHING and not is_list:
                raise TroubleError("yaml-syntax", _KEY_IS_NO_SCALAR, event, "quote it if it is text")
            if event.anchor:
                anchors[event.anchor] = (_NOTHING, 0)
            values += 1
            stack.append((container, key, is_list, merged, event.anchor, values))
            is_list = kind is SequenceStartEvent
            container, key, merged = [] if is_list else {}, _NOTHING, []
            continue
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            for base in merged:
                for inherited in base:
                    container.setdefault(inherited, base[inherited])
            value = container
            container, key, is_list, merged, anchor, before = stack.pop()
            if anchor:
                anchors[anchor] = (value, values - before + 1)
        elif kind is AliasEvent:
            value, size = _anchored(event, anchors)
            values, aliased = values + size, aliased + size
            if aliased > MOST_ALIASED:
                raise TroubleError(
                    "yaml-alias-bomb",
                    f"aliases expand to more than {MOST_ALIASED:,} values; the API server rejects the document",
                    event,
                )
        else:
            continue
        if is_list:
            container.append(value)
        elif key is _NOTHING:
            if isinstance(value, (dict, list)):
                raise TroubleError("yaml-syntax", _KEY_IS_NO_SCALAR, event, "quote it if it is text")
            if value == MERGE and kind is ScalarEvent and event.implicit[0]:
                key = _MERGED
            else:
                key = as_key(value)
                keys.add(key)
        else:
            if key is _MERGED:
                merged.extend(_bases(value, event))
            else:
                duplicates = duplicates or key in container
                container[key] = value
            key = _NOTHING
    return Composed(root[0] if root else None, duplicates, aliased > 0, shared(frozenset(keys)))


def _anchored(event: AliasEvent, anchors: dict[str, tuple[Any, int]]) -> tuple[Any, int]:
    if event.anchor not in anchors:
        message = f"unknown alias `*{event.anchor}`: no anchor `&{event.anchor}` precedes it in this document"
        raise TroubleError("yaml-syntax", message, event, f'quote it if it is text: "*{event.anchor}"')
    value, size = anchors[event.anchor]
    if value is _NOTHING:
        raise TroubleError("yaml-syntax", f"alias `*{event.anchor}` refers to the value that contains it", event)
    return value, size


def _bases(value: Any, event: Any) -> list[dict[str, Any]]:
    """The mappings that `<<: *base` or `<<: [*one, *two]` names; keys of the earlier ones win."""
    bases = value if isinstance(value, list) else [value]
    if not all(isinstance(base, dict) for base in bases):
        raise TroubleError("yaml-syntax", "`<<` must be a mapping or a list of mappings", event)
    return bases
