"""Policies of one kind that apply to the same workloads or targets as a policy of another kind."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from istiolint.mesh.policy_targets import targets_of
from istiolint.mesh.selected_workloads import SelectedWorkloads
from istiolint.mesh.selection import selector
from istiolint.resources.resource import Resource

Labels = frozenset[tuple[str, str]]


class OverlappingPolicies:
    """The policies of one kind by the workloads that they apply to, and by their selectors.

    `meet` says whether two policies, at least one of which is bound to targets, may meet.
    """

    def __init__(
        self,
        policies: Sequence[Resource],
        selected: Callable[[Resource], SelectedWorkloads],
        root_namespace: str,
        meet: Callable[[Resource, Resource], bool],
    ):
        self._policies, self._root_namespace, self._meet = policies, root_namespace, meet
        self._bound: list[int] = []
        self._by_reach: dict[int, list[int]] = defaultdict(list)
        self._reaching: dict[int, list[int]] = defaultdict(list)
        self._selectors: dict[str, dict[Labels, list[int]]] = defaultdict(dict)
        self._lost: dict[str, dict[Labels, list[int]]] = defaultdict(dict)
        for number, policy in enumerate(policies):
            if targets_of(policy):
                self._bound.append(number)
                continue
            workloads, labels = selected(policy), frozenset(selector(policy).items())
            self._selectors[policy.namespace].setdefault(labels, []).append(number)
            if not workloads:
                self._lost[policy.namespace].setdefault(labels, []).append(number)
                continue
            if id(workloads) not in self._by_reach:
                for workload in workloads:
                    self._reaching[id(workload)].append(id(workloads))
            self._by_reach[id(workloads)].append(number)

    def of(self, workloads: SelectedWorkloads) -> list[Resource]:
        """Return the policies whose reach may overlap that of a policy, those in its namespace first.

        Where no workload of one of the two is known, their selectors decide.
        """
        policy = workloads.policy
        if targets_of(policy):
            found = set(self._meeting(policy, range(len(self._policies))))
        else:
            found = {*self._meeting(policy, self._bound), *self._selected(policy, workloads)}
        policies = [self._policies[number] for number in sorted(found)]
        if policy.namespace == self._root_namespace:
            return policies
        return sorted(policies, key=lambda other: other.namespace != policy.namespace)

    def _meeting(self, policy: Resource, numbers: Iterable[int]) -> Iterator[int]:
        everywhere = policy.namespace == self._root_namespace
        for number in numbers:
            other = self._policies[number]
            near = everywhere or other.namespace in (policy.namespace, self._root_namespace)
            if near and self._meet(policy, other):
                yield number

    def _selected(self, policy: Resource, workloads: SelectedWorkloads) -> Iterator[int]:
        for reach in {reach for workload in workloads for reach in self._reaching.get(id(workload), ())}:
            yield from self._by_reach[reach]
        labels = frozenset(selector(policy).items())
        by_selector = self._lost if workloads else self._selectors
        everywhere = policy.namespace == self._root_namespace
        for namespace in list(by_selector) if everywhere else (policy.namespace, self._root_namespace):
            for others, numbers in by_selector.get(namespace, {}).items():
                if labels <= others or others <= labels:
                    yield from numbers
