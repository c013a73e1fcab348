"""A constraint of our tables, and the shapes that several of them share."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

Node = dict[str, Any]


class Constraint(NamedTuple):
    """JSON Schema for fields of some kinds, given by the ends of their paths."""

    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    schema: Node


def at_most_one(names: Sequence[str]) -> Node:
    """Return the constraint that no two of these fields are set together; what is written counts, however empty."""
    return {"x-rule": "conflicting-fields", "x-fields": list(names), "not": {"anyOf": list(_pairs(names))}}


def _pairs(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for pair in combinations(names, 2):
        yield {"required": list(pair)}


def never_with(field: str, others: tuple[str, ...], when: Node, message: str) -> Node:
    """Return the constraint that none of `others` is set where `when` holds."""
    return {
        "x-rule": "conflicting-fields",
        "x-fields": [field, *others],
        "x-message": message,
        "x-at": list(others),
        "if": when,
        "then": {"not": {"anyOf": [{"required": [name]} for name in others]}},
    }


def is_one_of(field: str, *values: str) -> Node:
    """Return the condition that a field is set to one of these values."""
    return {"properties": {field: {"enum": list(values)}}, "required": [field]}
