"""A value that its field does not accept, and how messages name it."""

import json
from typing import Any, NamedTuple

from istiolint.resources.cursor import Cursor
from istiolint.schema.loader import Node


class Fault(NamedTuple):
    """A value that breaks a keyword of its schema. `value` is without dropped nulls; `names` are keys of it.

    `effect` says what happens to the resource.
    """

    field: Cursor
    value: Any
    keyword: str
    schema: Node
    names: tuple[str, ...]
    effect: str = "the API server rejects it"

    @property
    def called(self) -> str:
        """The field's name in messages."""
        path = self.field.path
        name = next((step for step in reversed(path) if isinstance(step, str)), "the resource")
        return f"an item of `{name}`" if path and isinstance(path[-1], int) else f"`{name}`"


def shown(value: Any) -> str:
    """A value in a message, with its type."""
    if isinstance(value, bool) or value is None:
        return f"`{json.dumps(value)}`"
    if isinstance(value, (int, float)):
        return f"the number {value:g}" if isinstance(value, float) else f"the number {value}"
    if isinstance(value, str):
        return f"the string {quoted(value)}"
    return "a list" if isinstance(value, list) else "a mapping"


def quoted(value: Any) -> str:
    """A value between backticks, shortened."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`"
