"""Which checks can find something in a resource: those whose fields occur in it."""

from collections.abc import Collection, Iterable, Mapping

from istiolint.resources.resource import Resource
from istiolint.rules.check import Check, Registered, Rule
from istiolint.rules.registry import checks_of, entries_for


class Gates:
    """The checks for resources of some types, without those that look for fields that a resource does not have.

    A check declares these fields by `when`: it finds nothing in a resource that has none of them at any level.
    """

    def __init__(self, rules: Mapping[str, Rule], types: Iterable[str] = ()):
        self._rules = rules
        self._of_custom_rules = frozenset(kind for rule in rules.values() for kind in rule.kinds if "." in kind)
        self._modules: dict[str, list[tuple[str, frozenset[str]]]] = {}
        """For each type the modules of its checks, with the fields that each of these looks for."""
        self._fields: dict[str, frozenset[str]] = {}
        self._imported: set[tuple[str, str]] = set()
        self._checks: dict[str, list[tuple[str, Registered]]] = {}
        self._known: dict[tuple[str, frozenset[str]], list[tuple[Rule, Check]]] = {}
        self.add(types)

    def covers(self, resource: Resource) -> bool:
        """Return whether a resource is checked: its kind is known, or a rule of the configuration is about it."""
        return resource.type is not None or kind_of(resource) in self._of_custom_rules

    def add(self, types: Iterable[str]) -> None:
        """Prepare for resources of more types."""
        for type_ in set(types) - self._modules.keys():
            entries = [entry for entry in entries_for(type_) if entry.rule in self._rules]
            self._modules[type_] = [(entry.module, frozenset(entry.when)) for entry in entries]
            self._fields[type_] = frozenset(field for entry in entries for field in entry.when)

    def of(self, resource: Resource) -> list[tuple[Rule, Check]]:
        """Return the checks that may find something in a resource. Their modules are imported now, if they are not yet."""
        type_ = kind_of(resource)
        key = type_, self._fields[type_] & resource.keys
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = [
                (self._rules[id], each.run)
                for id, each in self._imported_for(*key)
                if id in self._rules and _is_open(each.when, key[1])
            ]
        return found

    def _imported_for(self, type_: str, present: frozenset[str]) -> list[tuple[str, Registered]]:
        """Return the checks for a type, among them all that resources with these fields need."""
        needed = {(type_, module) for module, when in self._modules[type_] if _is_open(when, present)}
        if type_ not in self._checks or not needed <= self._imported:
            self._checks[type_] = checks_of(type_, (module for _, module in needed))
            self._imported |= needed
        return self._checks[type_]


def kind_of(resource: Resource) -> str:
    """Return what rules call the kind of a resource: KIND.GROUP for kinds of which nothing is known."""
    return resource.type or f"{resource.kind}.{resource.group or 'core'}"


def _is_open(when: Collection[str], present: frozenset[str]) -> bool:
    return not when or not present.isdisjoint(when)
