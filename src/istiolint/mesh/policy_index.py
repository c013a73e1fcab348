"""Which policies of one kind apply to a workload: by selector, for its namespace, for the mesh, or by target."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from istiolint.mesh.policy_targets import targets_of
from istiolint.mesh.selection import selector
from istiolint.resources.resource import Resource


class PolicyIndex:
    """AuthorizationPolicies, RequestAuthentications or EnvoyFilters by what they apply to.

    Those with targets are found by these, and never by their selectors.
    """

    def __init__(self, policies: Iterable[Resource], root_namespace: str):
        self._policies, self._root_namespace = list(policies), root_namespace
        self._by_label: dict[tuple[str, tuple[str, str] | None], list[Resource]] = defaultdict(list)
        for policy in self._policies:
            if not (policy.spec["targetRef"].value or policy.spec["targetRefs"].value):
                self._by_label[policy.namespace, min(selector(policy).items(), default=None)].append(policy)

    def selecting(self, namespace: str, labels: Mapping[str, str]) -> list[Resource]:
        """Return the policies for a workload with these labels, those that select it by labels first."""
        found: list[Resource] = []
        for label in (*labels.items(), None):
            for owner in dict.fromkeys([namespace, self._root_namespace]):
                policies = self._by_label.get((owner, label), ())
                found += [each for each in policies if selector(each).items() <= labels.items()] if label else policies
        return found

    def targeting(self, namespace: str, kind: str, name: str) -> Sequence[Resource]:
        """Return the policies that are bound to a Gateway, Service or other object of their namespace."""
        return self._by_target.get((namespace, kind, name), ())

    @cached_property
    def _by_target(self) -> dict[tuple[str, str, str], list[Resource]]:
        found: dict[tuple[str, str, str], list[Resource]] = defaultdict(list)
        for policy in self._policies:
            for target in dict.fromkeys(targets_of(policy)):
                found[policy.namespace, target.kind, target.name].append(policy)
        return found
