"""Which checks can find something in a resource: those whose fields occur in it."""

from collections.abc import Iterable, Mapping
from typing import Any

from istiolint.resources.resource import Resource
from istiolint.rules.check import Check, Rule
from istiolint.rules.registry import checks_for

_MAY_BE_YAML = ("\n", ": ", "{")
"""What a string has in it that may be YAML or JSON with fields of its own, such as a MeshConfig in a ConfigMap."""


class Gates:
    """The checks for resources of some types, without those that look for fields that a resource does not have.

    A check declares these fields by `when`: it finds nothing in a resource that has none of them at any level.
    """

    def __init__(self, rules: Mapping[str, Rule], types: Iterable[str] = ()):
        self._rules = rules
        self._checks: dict[str, list[tuple[Rule, Check, frozenset[str]]]] = {}
        self._fields: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[str, frozenset[str]], list[tuple[Rule, Check]]] = {}
        self.add(types)

    def add(self, types: Iterable[str]) -> None:
        """Prepare for resources of more types."""
        for type_, of_type in checks_for(set(types) - self._checks.keys()).items():
            checks = [(self._rules[id], each.run, frozenset(each.when)) for id, each in of_type if id in self._rules]
            self._checks[type_] = checks
            self._fields[type_] = frozenset(field for _, _, when in checks for field in when)

    def of(self, resource: Resource) -> list[tuple[Rule, Check]]:
        """Return the checks that may find something in a resource."""
        type_ = resource.type or ""
        key = type_, _present(resource.value, self._fields[type_])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = [
                (rule, run) for rule, run, when in self._checks[type_] if not when or not when.isdisjoint(key[1])
            ]
        return found


def _present(value: Any, fields: frozenset[str]) -> frozenset[str]:
    """Return those of the fields that occur in a value, also in YAML and JSON within its strings."""
    keys: set[str] = set()
    texts: list[str] = []
    waiting = [value]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is dict:
            keys.update(value)
            waiting.extend(value.values())
        elif kind is list:
            waiting.extend(value)
        elif kind is str and any(mark in value for mark in _MAY_BE_YAML):
            texts.append(value)
    found = fields & keys
    if texts:
        found |= {field for field in fields - found if any(field in text for text in texts)}
    return found
