"""Keywords of our schemas beyond JSON Schema: the keys of list maps."""

from collections.abc import Hashable, Iterator
from typing import Any

KEYS = "x-list-map-keys"


class ListMapKeys:
    """`x-list-map-keys: {KEY: DEFAULT}`: no two items of a list have the same values under these keys."""

    def __init__(self, parent_schema: dict[str, Any], value: dict[str, Any], schema_path: list[str | int]):
        self.keys = value

    def validate(self, instance: Any) -> None:
        """Raise ValueError for a list with two items of one key."""
        if next(duplicates(instance, self.keys), None):
            raise ValueError("two items have the same key")


def duplicates(items: Any, keys: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Indexes of items of a list whose keys an earlier item has, with the index of that one."""
    seen: dict[Hashable, int] = {}
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            key = tuple(_hashable(item.get(name, default)) for name, default in keys.items())
            if seen.setdefault(key, index) != index:
                yield index, seen[key]


def _hashable(value: Any) -> Hashable:
    if isinstance(value, (dict, list)):
        return repr(value)
    return type(value) is bool, value
