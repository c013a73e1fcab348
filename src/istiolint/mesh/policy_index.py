"""Which policies of one kind apply to a workload: by selector, for its namespace, for the mesh, or by target."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from istiolint.mesh.policy_targets import targets_of
from istiolint.mesh.selection import selector
from istiolint.resources.resource import Resource


class PolicyIndex:
    """AuthorizationPolicies, RequestAuthentications or EnvoyFilters by what they apply to.

    Those with targets are found by these, and never by their selectors. A namespace is indexed when something is asked about it.
    """

    def __init__(self, policies: Iterable[Resource], root_namespace: str):
        self._root_namespace = root_namespace
        self._policies: dict[str, list[Resource]] = defaultdict(list)
        for policy in policies:
            self._policies[policy.namespace].append(policy)
        self._labels: dict[str, dict[tuple[str, str] | None, list[Resource]]] = {}
        self._targets: dict[str, dict[tuple[str, str], list[Resource]]] = {}

    def selecting(self, namespace: str, labels: Mapping[str, str]) -> list[Resource]:
        """Return the policies for a workload with these labels, those that select it by labels first."""
        found: list[Resource] = []
        owners = [self._by_label(owner) for owner in dict.fromkeys([namespace, self._root_namespace])]
        for label in (*labels.items(), None):
            for owner in owners:
                policies = owner.get(label, ())
                found += [each for each in policies if selector(each).items() <= labels.items()] if label else policies
        return found

    def targeting(self, namespace: str, kind: str, name: str) -> Sequence[Resource]:
        """Return the policies that are bound to a Gateway, Service or other object of their namespace."""
        return self._by_target(namespace).get((kind, name), ())

    def _by_label(self, namespace: str) -> Mapping[tuple[str, str] | None, Sequence[Resource]]:
        """The policies of a namespace without targets by one of the labels that they select, None where they select all."""
        found = self._labels.get(namespace)
        if found is None:
            found = self._labels[namespace] = defaultdict(list)
            for policy in self._policies.get(namespace, ()):
                if not (policy.spec["targetRef"].value or policy.spec["targetRefs"].value):
                    found[min(selector(policy).items(), default=None)].append(policy)
        return found

    def _by_target(self, namespace: str) -> Mapping[tuple[str, str], Sequence[Resource]]:
        found = self._targets.get(namespace)
        if found is None:
            found = self._targets[namespace] = defaultdict(list)
            for policy in self._policies.get(namespace, ()):
                for target in dict.fromkeys(targets_of(policy)):
                    found[target.kind, target.name].append(policy)
        return found
