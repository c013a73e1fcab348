"""The rules of AuthorizationPolicies, found by what they are for: which of them decide over all requests of another one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from istiolint.authorization.rules import Rule, rules_of
from istiolint.mesh.selection import selector
from istiolint.resource import Resource

_DRY_RUN, _REVISION = "istio.io/dry-run", "istio.io/rev"
_Label: TypeAlias = tuple[str, str]
_Key: TypeAlias = tuple[str, str, _Label | None]


class Reach(NamedTuple):
    """What a policy is for: workloads with some labels, or what it is bound to."""

    namespace: str
    revision: str
    labels: frozenset[_Label]
    targets: frozenset[tuple[str, str, str]]

    @property
    def key(self) -> _Label | None:
        """One of its labels or targets, by which it is found."""
        return min(self.labels) if self.labels else min(target[1:] for target in self.targets) if self.targets else None


class Authorization:
    """All rules of policies that are enforced, by namespace, action and what they are for."""

    def __init__(self, policies: Iterable[Resource], root_namespace: str):
        self._root_namespace = root_namespace
        self._rules: dict[int, tuple[Rule, ...]] = {}
        self._reach: dict[int, Reach] = {}
        self._by_key: dict[_Key, list[Resource]] = defaultdict(list)
        for policy in policies:
            if policy.annotations.get(_DRY_RUN) == "true":
                continue
            reach = self._reach[id(policy)] = _reach(policy)
            self._rules[id(policy)] = tuple(rules_of(policy))
            self._by_key[(_action(policy), policy.namespace, reach.key)].append(policy)

    def rules(self, policy: Resource) -> Sequence[Rule]:
        """The rules of a policy; none if it is not enforced."""
        return self._rules.get(id(policy), ())

    def around(self, policy: Resource, action: str) -> Iterator[Resource]:
        """Policies with an action that hold for all for which this one does, itself included."""
        reach = self._reach.get(id(policy))
        if reach is None:
            return
        keys = [None, *sorted(reach.labels), *sorted(target[1:] for target in reach.targets)]
        for namespace in dict.fromkeys([self._root_namespace, policy.namespace]):
            for key in dict.fromkeys(keys):
                for other in self._by_key.get((action, namespace, key), ()):
                    theirs = self._reach[id(other)]
                    if theirs.revision == reach.revision and theirs.labels <= reach.labels and _bound_alike(theirs, reach):
                        yield other


def _bound_alike(wide: Reach, narrow: Reach) -> bool:
    """Whether neither is bound to anything, or one to all to which the other is. (Targets are of the policy's own namespace.)"""
    if not narrow.targets or not wide.targets:
        return not narrow.targets and not wide.targets
    return narrow.targets <= wide.targets and narrow.namespace == wide.namespace


def _action(policy: Resource) -> str:
    return policy.spec["action"].text or "ALLOW"


def _reach(policy: Resource) -> Reach:
    refs = (policy.spec["targetRef"], *policy.spec["targetRefs"])
    targets = frozenset((ref["group"].text, ref["kind"].text, ref["name"].text) for ref in refs if ref.mapping)
    return Reach(policy.namespace, policy.labels.get(_REVISION, ""), frozenset(selector(policy).items()), targets)
