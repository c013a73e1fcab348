"""DestinationRules: which of them apply to a host as a client sees it, and which subsets they define."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from istiolint.mesh.host_index import HostIndex
from istiolint.mesh.hosts import Hosts
from istiolint.mesh.visibility import Scope, scope_of, sees
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource


class DestinationRules:
    """All DestinationRules by the full name of their host, also by namespace in the order in which a proxy looks for them."""

    def __init__(
        self, rules: Iterable[Resource], hosts: Hosts, root_namespace: str = "istio-system", default: Sequence[str] = ("*",)
    ):
        self._hosts, self._root_namespace = hosts, root_namespace
        self._scopes: dict[int, Scope] = {}
        self._subsets: dict[str, Mapping[str, Cursor]] = {}
        named: list[tuple[str, Resource]] = []
        local: dict[str, list[tuple[str, Resource]]] = defaultdict(list)
        private: dict[str, list[tuple[str, Resource]]] = defaultdict(list)
        exported: dict[str, list[tuple[str, Resource]]] = defaultdict(list)
        for rule in rules:
            if not (host := hosts.fqdn(rule.spec["host"].text, rule.namespace)):
                continue
            scope = self._scopes[id(rule)] = scope_of(rule, default)
            named.append((host, rule))
            if sees(rule.namespace, scope):
                local[rule.namespace].append((host, rule))
            (private if scope == {rule.namespace} else exported)[rule.namespace].append((host, rule))
        self._named, self._all = named, HostIndex(named)
        self._by_short_name: dict[str, list[Resource]] = defaultdict(list)
        for host, rule in named:
            self._by_short_name[host.partition(".")[0]].append(rule)
        self._local = {namespace: HostIndex(items) for namespace, items in local.items()}
        self._private = {namespace: HostIndex(items) for namespace, items in private.items()}
        self._exported = {namespace: HostIndex(items) for namespace, items in exported.items()}

    def covering(self, fqdn: str) -> list[Resource]:
        """Return every rule that covers a host, whichever namespaces see it; the most specific first."""
        return list(self._all.covering(fqdn))

    def covered_by(self, wildcard: str) -> list[Resource]:
        """The rules for hosts that a wildcard covers, whichever namespaces see them."""
        return list(self._all.covered(wildcard))

    def subsets(self, fqdn: str) -> Mapping[str, Cursor]:
        """Return the subsets that some rule defines for a host, by name."""
        found = self._subsets.get(fqdn)
        if found is None:
            rules = self.covering(fqdn)
            found = self._subsets[fqdn] = subsets_of(rules[0]) if len(rules) == 1 else subsets(rules)
        return found

    def possible(self, fqdn: str, referrer: Resource) -> list[Resource]:
        """The rules that may cover a host as well, because they or the referrer leave it open in which namespace they live."""
        named = self._by_short_name.get(fqdn.partition(".")[0], ())
        return [rule for rule in named if not (rule.placed and referrer.placed)]

    def merged_with(self, rule: Resource, subset: str = "") -> Sequence[Resource]:
        """Return the rules with which a rule is merged, itself included, and that have the subset, or else a `trafficPolicy`.

        Istio merges rules of one namespace for just the same host that are shown to the same namespaces. (Rules with a
        `workloadSelector` are left out: they apply to these workloads alone.)
        """
        host = self._hosts.fqdn(rule.spec["host"].text, rule.namespace)
        return self._merged.get((host, rule.namespace, self._scopes.get(id(rule), frozenset()), subset), ())

    @cached_property
    def _merged(self) -> dict[tuple[str, str, Scope, str], list[Resource]]:
        found: dict[tuple[str, str, Scope, str], list[Resource]] = defaultdict(list)
        for host, rule in self._named:
            if not rule.spec["workloadSelector"].exists:
                for name in (*subsets_of(rule), *([""] if rule.spec["trafficPolicy"] else ())):
                    found[host, rule.namespace, self.scope(rule), name].append(rule)
        return found

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that some rule has, at any level: what no rule sets need not be looked for at each host."""
        return frozenset(key for _, rule in self._named for key in _keys(rule.spec.value))

    def wider(self, fqdn: str) -> Iterator[Resource]:
        """Yield the rules for wildcards that cover a host, the most specific first."""
        return self._all.above(fqdn)

    def scope(self, rule: Resource) -> Scope:
        """The namespaces that see a rule."""
        return self._scopes[id(rule)]

    def visible_from(self, namespace: str, fqdn: str) -> Sequence[Resource]:
        """The rules that proxies of a namespace use for a host: they are merged, the others are not looked at.

        A proxy looks in its own namespace, then in that of the service, then in the root namespace, and stops at the first
        with a rule for the host; there the most specific host wins. (The root namespace often holds rules for all namespaces: a
        proxy in it starts with only those that are private to it.)
        """
        own = self._private if namespace == self._root_namespace else self._local
        if namespace in own and (rules := own[namespace].most_specific(fqdn)):
            return rules
        for owner in (*self._hosts.namespaces_of(fqdn), self._root_namespace):
            found = self._exported[owner].most_specific(fqdn) if owner in self._exported else ()
            if rules := [rule for rule in found if sees(namespace, self._scopes[id(rule)])]:
                return rules
        return ()


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(item)


def subsets(rules: Iterable[Resource]) -> Mapping[str, Cursor]:
    """Return the subsets that rules define by name; of two with one name the first counts."""
    found: dict[str, Cursor] = {}
    for rule in rules:
        for name, at in subsets_of(rule).items():
            found.setdefault(name, at)
    return found


def subsets_of(rule: Resource) -> Mapping[str, Cursor]:
    """Return the subsets that a rule defines by name; of two with one name the first counts."""
    found: dict[str, Cursor] | None = rule.__dict__.get("subsets")
    if found is None:
        found = rule.__dict__["subsets"] = {}
        for subset in rule.spec["subsets"]:
            if subset["name"].text:
                found.setdefault(subset["name"].text, subset)
    return found
