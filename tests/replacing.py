"""Values in trees of plain data, and trees with another value in one place."""

from typing import Any


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values in a tree, the root left out."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [place for key, child in children for place in places(child, (*path, key))]
    return [path, *below] if path else below


def value_at(value: Any, path: tuple[Any, ...]) -> Any:
    """The value at a path."""
    for step in path:
        value = value[step]
    return value


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The tree with another value at a path."""
    if not path:
        return new
    step, *rest = path
    if isinstance(value, dict):
        return {key: replaced(child, tuple(rest), new) if key == step else child for key, child in value.items()}
    return [replaced(child, tuple(rest), new) if index == step else child for index, child in enumerate(value)]
