"""DestinationRules: which of them hold for a host as a client sees it, and which subsets they make."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

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
        self._all = HostIndex(named)
        self._by_short_name: dict[str, list[Resource]] = defaultdict(list)
        for host, rule in named:
            self._by_short_name[host.partition(".")[0]].append(rule)
        self._local = {namespace: HostIndex(items) for namespace, items in local.items()}
        self._private = {namespace: HostIndex(items) for namespace, items in private.items()}
        self._exported = {namespace: HostIndex(items) for namespace, items in exported.items()}

    def anywhere(self, fqdn: str) -> list[Resource]:
        """Every rule that covers a host, whoever sees it; the most specific first."""
        return list(self._all.covering(fqdn))

    def under(self, wildcard: str) -> list[Resource]:
        """The rules for hosts that a wildcard covers, whichever namespaces see them."""
        return list(self._all.covered(wildcard))

    def maybe(self, fqdn: str, referrer: Resource) -> list[Resource]:
        """The rules that may cover a host as well, because they or the referrer leave it open in which namespace they live."""
        named = self._by_short_name.get(fqdn.partition(".")[0], ())
        return [rule for rule in named if not (rule.placed and referrer.placed)]

    def beside(self, rule: Resource) -> list[Resource]:
        """The other rules of its namespace with which a rule is merged: for just the same host, shown to the same namespaces.

        (Rules for some workloads are left out: they count for these alone.)
        """
        found = self._all.exact(self._hosts.fqdn(rule.spec["host"].text, rule.namespace))
        return [] if rule.spec["workloadSelector"].exists else [
            other for other in found
            if other is not rule and other.namespace == rule.namespace and self.scope(other) == self.scope(rule)
            and not other.spec["workloadSelector"].exists
        ]  # fmt: skip

    def scope(self, rule: Resource) -> Scope:
        """The namespaces that see a rule."""
        return self._scopes[id(rule)]

    def seen_from(self, namespace: str, fqdn: str) -> Sequence[Resource]:
        """The rules that proxies of a namespace use for a host: they are merged, the others are not looked at.

        A proxy looks in its own namespace, then in that of the service, then in the root namespace, and stops at the first
        with a rule for the host; there the most specific host wins. (The root namespace often holds rules for everybody: a proxy
        in it heeds only those first that are private to it.)
        """
        own = self._private if namespace == self._root_namespace else self._local
        if namespace in own and (rules := own[namespace].most_specific(fqdn)):
            return rules
        for owner in (*self._hosts.namespaces_of(fqdn), self._root_namespace):
            found = self._exported[owner].most_specific(fqdn) if owner in self._exported else ()
            if rules := [rule for rule in found if sees(namespace, self._scopes[id(rule)])]:
                return rules
        return ()


def subsets(rules: Iterable[Resource]) -> dict[str, Cursor]:
    """The names of the subsets that rules make; of two with one name the first counts."""
    found: dict[str, Cursor] = {}
    for rule in rules:
        for subset in rule.spec["subsets"]:
            if subset["name"].text:
                found.setdefault(subset["name"].text, subset["name"])
    return found
