"""The rules of AuthorizationPolicies, found by what they are for: which of them may decide over all requests of another one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

from istiolint.authorization.rules import Anchor, Rule, anchors, is_pattern, negative, rules_of, traces
from istiolint.mesh.selection import selector
from istiolint.resources.resource import Resource

DRY_RUN, _REVISION = "istio.io/dry-run", "istio.io/rev"
_TRUE = ("1", "t", "T", "true", "TRUE", "True")
"""As Go reads booleans."""
_IDENTITY = ("principals", "namespaces", "serviceAccounts", "trustDomains")
_Label: TypeAlias = tuple[str, str]


class Reach(NamedTuple):
    """What a policy is for: workloads with some labels, or what it is bound to."""

    namespace: str
    revision: str
    labels: frozenset[_Label]
    targets: frozenset[tuple[str, str, str]]

    @property
    def keys(self) -> list[_Label | None]:
        """By what it is found: by each of its targets, by one of its labels, or as one for all."""
        return [target[1:] for target in self.targets] or [min(self.labels, default=None)]

    @property
    def wider_keys(self) -> list[_Label | None]:
        """By what those are found that may hold all of this one."""
        return [min(target[1:] for target in self.targets)] if self.targets else [None, *sorted(self.labels)]

    def holds(self, narrow: "Reach") -> bool:
        """Whether it reaches all that another one reaches, in its own namespace or in all of them."""
        return self.revision == narrow.revision and self.labels <= narrow.labels and self._bound_like(narrow)

    def _bound_like(self, narrow: "Reach") -> bool:
        """Whether neither is bound to anything, or this one to all that the other is. (Targets are of the own namespace.)"""
        if not narrow.targets or not self.targets:
            return not narrow.targets and not self.targets
        return narrow.targets <= self.targets and narrow.namespace == self.namespace


class Authorization:
    """All rules of policies that are enforced, by namespace, action and what they are for.

    Rules that name callers or requests one by one are found by these names, so that many of them in one namespace cost nothing.
    """

    def __init__(self, policies: Sequence[Resource], root_namespace: str):
        self._root_namespace = root_namespace
        self._rules: dict[int, tuple[Rule, ...]] = {}
        self._reach: dict[int, Reach] = {}
        self._found: dict[tuple[str, str, _Label | None], dict[object, list[tuple[int, int, Rule]]]] = defaultdict(dict)
        self._refusing: set[str] = set()
        self._lengths: set[int] = set()
        self._policies = policies
        self._of_namespace: dict[str, list[tuple[int, Resource]]] = defaultdict(list)
        """Policies with their numbers, by namespace; those of a namespace are indexed when it is asked about."""
        for number, policy in enumerate(policies):
            self._of_namespace[policy.namespace].append((number, policy))
        self._indexed: set[str] = set()
        self._by_reach: dict[str, dict[tuple[str, _Label | None], list[Resource]]] = {}

    @cached_property
    def _actions(self) -> frozenset[str]:
        return frozenset((policy.spec["action"].text if "action" in policy.keys else "") or "ALLOW" for policy in self._policies)

    @property
    def asks_provider(self) -> bool:
        """Whether an external authorization provider decides about some requests."""
        return "CUSTOM" in self._actions

    def has_rivals(self, policy: Resource, action: str) -> bool:
        """Whether another policy with an action reaches all that a policy reaches, so that their rules are worth comparing."""
        reach = _reach(policy)
        return any(
            other is not policy and _reach(other).holds(reach)
            for namespace in dict.fromkeys([self._root_namespace, policy.namespace])
            for key in reach.wider_keys
            for other in self._reaching(namespace).get((action, key), ())
        )

    def _reaching(self, namespace: str) -> dict[tuple[str, _Label | None], list[Resource]]:
        """The policies of a namespace by their action and what they are for."""
        found = self._by_reach.get(namespace)
        if found is None:
            found = self._by_reach[namespace] = defaultdict(list)
            for _, policy in self._of_namespace.get(namespace, ()):
                for key in _reach(policy).keys:
                    found[policy.spec["action"].text or "ALLOW", key].append(policy)
        return found

    def rules(self, policy: Resource) -> Sequence[Rule]:
        """The rules of a policy; none if it is not enforced."""
        self._index(policy.namespace)
        return self._rules.get(id(policy), ())

    def refuses_strangers(self, namespace: str) -> bool:
        """Whether some policy there may reject callers without an identity: an ALLOW policy, or a DENY policy with exceptions."""
        for one in (namespace, self._root_namespace):
            self._index(one)
        return namespace in self._refusing or self._root_namespace in self._refusing

    def _index(self, namespace: str) -> None:
        if namespace in self._indexed:
            return
        self._indexed.add(namespace)
        for number, policy in self._of_namespace.get(namespace, ()):
            if is_dry_run(policy):
                continue
            parsed = _parsed(policy)
            reach = self._reach[id(policy)] = parsed.reach
            self._rules[id(policy)] = parsed.rules
            if parsed.asks_for_identity:
                self._refusing.add(namespace)
            for position, (rule, names) in enumerate(zip(parsed.rules, parsed.names, strict=True)):
                self._lengths.update(len(anchor[1]) for anchor in names if anchor and is_pattern(anchor[1]))
                for key in reach.keys:
                    bucket = self._found[policy.spec["action"].text or "ALLOW", namespace, key]
                    for anchor in names:
                        bucket.setdefault(anchor, []).append((number, position, rule))

    def wider(self, rule: Rule, action: str) -> Iterator[Rule]:
        """Other rules with an action that match all that this one matches, for all workloads for which it holds."""
        if action not in self._actions:
            return
        reach = self._reach[id(rule.policy)]
        found: dict[tuple[int, int], Rule] = {}
        for namespace in dict.fromkeys([self._root_namespace, rule.policy.namespace]):
            self._index(namespace)
            for key in reach.wider_keys:
                bucket = self._found.get((action, namespace, key), {})
                for trace in (None, *traces(rule, self._lengths)) if bucket else ():
                    found.update(((number, position), other) for number, position, other in bucket.get(trace, ()))
        for _, other in sorted(found.items()):
            if other is not rule and self._reach[id(other.policy)].holds(reach) and other.covers(rule):
                yield other


class _Parsed(NamedTuple):
    """What a policy says, read once and kept with it."""

    reach: Reach
    rules: tuple[Rule, ...]
    names: tuple[Sequence[Anchor | None], ...]
    asks_for_identity: bool


def _parsed(policy: Resource) -> _Parsed:
    known: _Parsed | None = policy.__dict__.get("parsed_policy")
    if known is None:
        rules = tuple(rules_of(policy))
        names: tuple[Sequence[Anchor | None], ...] = tuple(anchors(rule) or [None] for rule in rules)
        known = policy.__dict__["parsed_policy"] = _Parsed(_reach(policy), rules, names, _asks_for_identity(policy))
    return known


def is_dry_run(policy: Resource) -> bool:
    """Whether a policy is only tried: proxies log what it would decide."""
    return policy.annotations.get(DRY_RUN) in _TRUE


def _asks_for_identity(policy: Resource) -> bool:
    action = policy.spec["action"].text
    sources = (origin["source"] for rule in policy.spec["rules"] for origin in rule["from"])
    return action in ("", "ALLOW") or (
        action == "DENY" and any(source[negative(field)] for source in sources for field in _IDENTITY)
    )


def _reach(policy: Resource) -> Reach:
    known: Reach | None = policy.__dict__.get("reach")
    if known is None:
        known = policy.__dict__["reach"] = _found_reach(policy)
    return known


def _found_reach(policy: Resource) -> Reach:
    refs = (policy.spec["targetRef"], *policy.spec["targetRefs"])
    targets = frozenset((ref["group"].text, ref["kind"].text, ref["name"].text) for ref in refs if ref.mapping)
    return Reach(policy.namespace, policy.labels.get(_REVISION, ""), frozenset(selector(policy).items()), targets)
