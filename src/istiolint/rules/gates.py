"""Which checks can find something in a resource: those whose fields occur in it, in a mesh with what they compare it with."""

from collections.abc import Iterable, Mapping

from istiolint.resources.resource import Resource
from istiolint.rules.check import Check, Registered, Rule
from istiolint.rules.index import Entry
from istiolint.rules.registry import checks_of, entries_for


class Gates:
    """The checks for resources of some types, without those that look for what does not exist.

    A check declares this by `when`, fields of the resource at any level, and by `beside`, fields and types of resources in the
    mesh: it finds nothing if none of them occurs.
    """

    def __init__(self, rules: Mapping[str, Rule], types: Iterable[str] = ()):
        self._rules = rules
        self._of_custom_rules = frozenset(kind for rule in rules.values() for kind in rule.kinds if "." in kind)
        self._entries: dict[str, list[Entry]] = {}
        """The checks for each type."""
        self._fields: dict[str, frozenset[str]] = {}
        self._beside: dict[str, frozenset[str]] = {}
        self._imported: set[tuple[str, str]] = set()
        self._checks: dict[str, list[tuple[str, Registered]]] = {}
        self._known: dict[tuple[str, frozenset[str], frozenset[str]], list[tuple[Rule, Check]]] = {}
        self.add(types)

    def covers(self, resource: Resource) -> bool:
        """Return whether a resource is checked: its kind is known, or a rule of the configuration is about it."""
        return resource.type is not None or kind_of(resource) in self._of_custom_rules

    def add(self, types: Iterable[str]) -> None:
        """Prepare for resources of more types."""
        for type_ in set(types) - self._entries.keys():
            entries = self._entries[type_] = [entry for entry in entries_for(type_) if entry.rule in self._rules]
            self._fields[type_] = frozenset(field for entry in entries for field in entry.when)
            self._beside[type_] = frozenset(name for entry in entries for name in entry.beside)

    def of(self, resource: Resource, occurring: frozenset[str]) -> list[tuple[Rule, Check]]:
        """Return the checks that may find something in a resource of a mesh with these types and fields (`Mesh.occurring`).

        Their modules are imported now, if they are not yet.
        """
        type_ = kind_of(resource)
        key = type_, self._fields[type_] & resource.keys, self._beside[type_] & occurring
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = [
                (self._rules[id], each.run)
                for id, each in self._imported_for(*key)
                if id in self._rules and _is_open(each, key[1], key[2])
            ]
        return found

    def _imported_for(self, type_: str, present: frozenset[str], beside: frozenset[str]) -> list[tuple[str, Registered]]:
        """Return the checks for a type, among them all that such resources need."""
        needed = {(type_, entry.module) for entry in self._entries[type_] if _is_open(entry, present, beside)}
        if type_ not in self._checks or not needed <= self._imported:
            self._checks[type_] = checks_of(type_, (module for _, module in needed))
            self._imported |= needed
        return self._checks[type_]


def kind_of(resource: Resource) -> str:
    """Return what rules call the kind of a resource: KIND.GROUP for kinds of which nothing is known."""
    return resource.type or f"{resource.kind}.{resource.group or 'core'}"


def _is_open(check: Entry | Registered, present: frozenset[str], beside: frozenset[str]) -> bool:
    return not ((check.when and present.isdisjoint(check.when)) or (check.beside and beside.isdisjoint(check.beside)))
