"""Which ALLOW policies decide together over the requests to a workload."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from istiolint.mesh.authorization import is_dry_run
from istiolint.mesh.policy_index import PolicyIndex
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import Workloads
from istiolint.resources.resource import Resource


class Allowing:
    """The ALLOW policies of each workload, without those that are bound to targets."""

    def __init__(self, policies: PolicyIndex, workloads: Workloads, root_namespace: str):
        self._policies, self._workloads, self._root_namespace = policies, workloads, root_namespace
        self._of: dict[tuple[str, frozenset[tuple[str, str]]], list[Resource]] = {}
        self._led: dict[str | None, dict[int, list[Workload]]] = {}

    def of(self, workload: Workload) -> Sequence[Resource]:
        """The ALLOW policies for a workload, those that select it by labels first."""
        key = workload.namespace, workload.label_set
        if key not in self._of:
            selecting = self._policies.selecting(workload.namespace, workload.labels)
            self._of[key] = [policy for policy in allowing(selecting) if not is_dry_run(policy)]
        return self._of[key]

    def allows_something(self, workload: Workload) -> bool:
        """Whether some ALLOW policy for a workload has a rule."""
        return any(policy.spec["rules"].value for policy in self.of(workload))

    def led_by(self, policy: Resource) -> Sequence[Workload]:
        """The workloads for which a policy is the first of its ALLOW policies, so that each workload belongs to one policy."""
        return self._led_in(None if policy.namespace == self._root_namespace else policy.namespace).get(id(policy), ())

    def _led_in(self, namespace: str | None) -> Mapping[int, Sequence[Workload]]:
        """The workloads of a namespace, or (None) of all, by the first of their ALLOW policies."""
        found = self._led.get(namespace)
        if found is None:
            found = self._led[namespace] = defaultdict(list)
            for workload in self._workloads.selected({}, namespace):
                if policies := self.of(workload):
                    found[id(policies[0])].append(workload)
        return found


def allowing(policies: Iterable[Resource]) -> list[Resource]:
    """Return the policies with the action ALLOW, which is the default."""
    return [policy for policy in policies if policy.spec["action"].text in ("", "ALLOW")]
