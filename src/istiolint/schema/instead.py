"""A field that does not exist and its replacement: the entries of the tables in `removed` and `invented`."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

Action: TypeAlias = Literal["delete", "unwrap"] | tuple[str, ...] | None
"""Delete it; put its children in its place; move it to this path below the mapping that holds it (one step: rename); by hand."""


class Instead(NamedTuple):
    """`path` is the end of the field's path, with `[]` for indexes; `words` name the replacement. `*` is any kind."""

    kind: str
    path: str
    words: str
    action: Action = None


def instead(table: Iterable[Instead], kind: str, path: str) -> Instead | None:
    """The entry for a path of a kind, the path as `spec.http[].websocketUpgrade`."""
    return next((entry for entry in table if entry.kind in (kind, "*") and f".{path}".endswith(f".{entry.path}")), None)
