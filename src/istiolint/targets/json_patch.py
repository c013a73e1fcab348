"""JSON patches (RFC 6902) on traced values."""

from typing import Any

from istiolint.documents.derived import Traced, of_items
from istiolint.findings.finding import Path
from istiolint.primitives.numbers import natural


class JsonPatchError(Exception):
    """An operation that cannot be applied; Kustomize fails at it."""


def apply(base: Traced, operations: Traced) -> Traced:
    """A value with all operations applied, in order. Raises JsonPatchError."""
    if not isinstance(operations.value, list):
        raise JsonPatchError("not a list of operations")
    for operation in operations.items():
        base = _apply(base, operation)
    return base


def _apply(base: Traced, operation: Traced) -> Traced:
    fields = operation.value
    if not isinstance(fields, dict) or not isinstance(fields.get("op"), str) or not isinstance(fields.get("path"), str):
        raise JsonPatchError("an operation without `op` or `path`")
    name, pointer = fields["op"], fields["path"]
    if name in ("copy", "move"):
        source = _resolve(base, fields.get("from"))
        found = base.get(*source) if source is not None else None
        if source is None or found is None:
            raise JsonPatchError(f"`{fields.get('from')}` does not exist")
        if name == "move":
            base = base.drop(source)
        return _add(base, pointer, found)
    if name == "test":
        path = _resolve(base, pointer)
        if path is None or (found := base.get(*path)) is None or found.value != fields.get("value"):
            raise JsonPatchError(f"the test of `{pointer}` fails")
        return base
    if name == "remove":
        path = _resolve(base, pointer)
        if not path or base.get(*path) is None:
            raise JsonPatchError(f"`{pointer}` does not exist")
        return base.drop(path)
    value = operation.get("value") or Traced(None, operation.origin)
    if name == "add":
        return _add(base, pointer, value)
    if name == "replace":
        path = _resolve(base, pointer)
        if path is None or base.get(*path) is None:
            raise JsonPatchError(f"`{pointer}` does not exist")
        return base.put(path, value)
    raise JsonPatchError(f"unknown operation `{name}`")


def _add(base: Traced, pointer: str, value: Traced) -> Traced:
    """Into a mapping, or before the item of a list that the pointer names (`-`: at its end)."""
    steps = _steps(pointer)
    if not steps:
        return value
    path = _resolve(base, pointer[: pointer.rindex("/")])
    parent = base.get(*path) if path is not None else None
    if path is None or parent is None:
        raise JsonPatchError(f"the parent of `{pointer}` does not exist")
    if isinstance(parent.value, list):
        items = list(parent.items())
        at = len(items) if steps[-1] == "-" else _index(steps[-1])
        if at is None or at > len(items):
            raise JsonPatchError(f"`{pointer}` is not a position in the list")
        items.insert(at, value)
        return base.put(path, of_items(items, parent.origin))
    return base.put((*path, steps[-1]), value)


def _resolve(base: Traced, pointer: Any) -> Path | None:
    """The path that a JSON pointer means; None where a list on the way has no such item."""
    if not isinstance(pointer, str):
        return None
    path: list[str | int] = []
    at: Any = base.value
    for step in _steps(pointer):
        if isinstance(at, list):
            number = _index(step)
            if number is None or number >= len(at):
                return None
            path.append(number)
            at = at[number]
        else:
            path.append(step)
            at = at.get(step) if isinstance(at, dict) else None
    return tuple(path)


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _index(step: str) -> int | None:
    return natural(step)
