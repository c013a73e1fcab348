"""DestinationRules: which of them apply to a host as a client sees it, and which subsets they define."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

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
        self._default = default
        self._scopes: dict[int, Scope] = {}
        self._subsets: dict[str, Mapping[str, Cursor]] = {}
        self._named: list[tuple[str, Resource]] = []
        self._of_namespace: dict[str, list[tuple[str, Resource]]] = defaultdict(list)
        for rule in rules:
            namespace = rule.namespace
            if host := hosts.fqdn(rule.host, namespace):
                named = host, rule
                self._named.append(named)
                self._of_namespace[namespace].append(named)
        self._all = HostIndex(self._named)
        self._indexes: dict[str, _NamespaceIndex] = {}
        self._shown: dict[tuple[str, str], bool] = {}
        self._mergeable: dict[tuple[str, str], dict[tuple[Scope, str], list[Resource]]] = {}

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

    @cached_property
    def _by_short_name(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for host, rule in self._named:
            found[host.partition(".")[0]].append(rule)
        return found

    def is_alone(self, rule: Resource) -> bool:
        """Whether no other rule is for just the same host."""
        return len(self._all.exact(self._hosts.fqdn(rule.host, rule.namespace))) < 2

    def merged_with(self, rule: Resource, subset: str = "") -> Sequence[Resource]:
        """Return the rules with which a rule is merged, itself included, and that have the subset, or else a `trafficPolicy`.

        Istio merges rules of one namespace for just the same host that are shown to the same namespaces. (Rules with a
        `workloadSelector` are left out: they apply to these workloads alone.)
        """
        host = self._hosts.fqdn(rule.host, rule.namespace)
        return self._mergeable_rules(host, rule.namespace).get((self.scope(rule), subset), ())

    def _mergeable_rules(self, host: str, namespace: str) -> Mapping[tuple[Scope, str], Sequence[Resource]]:
        """The rules of a namespace for just this host by what decides whether they are merged."""
        found = self._mergeable.get((host, namespace))
        if found is None:
            found = self._mergeable[host, namespace] = defaultdict(list)
            for rule in self._index(namespace).all.exact(host):
                if not rule.spec["workloadSelector"].exists:
                    for name in (*subsets_of(rule), *([""] if rule.spec["trafficPolicy"] else ())):
                        found[self.scope(rule), name].append(rule)
        return found

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that some rule has, at any level: what no rule sets need not be looked for at each host."""
        return frozenset().union(*{rule.keys for _, rule in self._named})

    def wider(self, fqdn: str) -> Iterator[Resource]:
        """Yield the rules for wildcards that cover a host, the most specific first."""
        return self._all.above(fqdn)

    def scope(self, rule: Resource) -> Scope:
        """The namespaces that see a rule."""
        found = self._scopes.get(id(rule))
        if found is None:
            found = self._scopes[id(rule)] = scope_of(rule, self._default)
        return found

    def shows_to_all(self, fqdn: str, subset: str) -> bool:
        """Whether clients of every namespace see a subset of a host, whichever of the rules for it they use."""
        found = self._shown.get((fqdn, subset))
        if found is None:
            rules = self.covering(fqdn)
            owners = (*self._hosts.namespaces_of(fqdn), self._root_namespace)
            found = self._shown[fqdn, subset] = any(rule.namespace in owners for rule in rules) and all(
                "*" in self.scope(rule) and subset in subsets_of(rule) for rule in rules
            )
        return found

    def visible_from(self, namespace: str, fqdn: str) -> Sequence[Resource]:
        """The rules that proxies of a namespace use for a host: they are merged, the others are not looked at.

        A proxy looks in its own namespace, then in that of the service, then in the root namespace, and stops at the first
        with a rule for the host; there the most specific host wins. (The root namespace often holds rules for all namespaces: a
        proxy in it starts with only those that are private to it.)
        """
        index = self._index(namespace)
        own = index.private if namespace == self._root_namespace else index.local
        if rules := own.most_specific(fqdn):
            return rules
        for owner in (*self._hosts.namespaces_of(fqdn), self._root_namespace):
            found = self._index(owner).exported.most_specific(fqdn)
            if rules := [rule for rule in found if sees(namespace, self.scope(rule))]:
                return rules
        return ()

    def _index(self, namespace: str) -> "_NamespaceIndex":
        found = self._indexes.get(namespace)
        if found is None:
            rules = [(host, rule, self.scope(rule)) for host, rule in self._of_namespace.get(namespace, ())]
            found = self._indexes[namespace] = _NamespaceIndex(
                HostIndex((host, rule) for host, rule, _ in rules),
                HostIndex((host, rule) for host, rule, scope in rules if sees(namespace, scope)),
                HostIndex((host, rule) for host, rule, scope in rules if scope == {namespace}),
                HostIndex((host, rule) for host, rule, scope in rules if scope != {namespace}),
            )
        return found


class _NamespaceIndex(NamedTuple):
    """The rules of a namespace, those that itself sees, those that nothing else sees, and those that are shown to others."""

    all: HostIndex[Resource]
    local: HostIndex[Resource]
    private: HostIndex[Resource]
    exported: HostIndex[Resource]


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
