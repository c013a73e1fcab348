"""Which ALLOW policies decide together over the requests to a workload."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from istiolint.mesh.authorization import is_dry_run
from istiolint.mesh.selection import selector
from istiolint.mesh.workloads import Workload, Workloads
from istiolint.resources.resource import Resource


class Allowing:
    """The ALLOW policies without targets, by namespace and by one of the labels that they select."""

    def __init__(self, policies: Iterable[Resource], workloads: Workloads, root_namespace: str):
        self._workloads, self._root_namespace = workloads, root_namespace
        self._of: dict[tuple[str, frozenset[tuple[str, str]]], list[Resource]] = {}
        self._by_label: dict[tuple[str, tuple[str, str] | None], list[Resource]] = defaultdict(list)
        for policy in policies:
            bound = policy.spec["targetRef"].value or policy.spec["targetRefs"].value
            if policy.spec["action"].text in ("", "ALLOW") and not bound and not is_dry_run(policy):
                self._by_label[policy.namespace, min(selector(policy).items(), default=None)].append(policy)

    def of(self, workload: Workload) -> Sequence[Resource]:
        """The ALLOW policies for a workload, those that select it by labels first."""
        key = workload.namespace, workload.label_set
        if key not in self._of:
            self._of[key] = self._find(workload)
        return self._of[key]

    def _find(self, workload: Workload) -> list[Resource]:
        found: list[Resource] = []
        for label in (*workload.labels.items(), None):
            for namespace in dict.fromkeys([workload.namespace, self._root_namespace]):
                policies = self._by_label.get((namespace, label), ())
                found += [policy for policy in policies if workload.matches(selector(policy))] if label else policies
        return found

    def led_by(self, policy: Resource) -> Sequence[Workload]:
        """The workloads for which a policy is the first of its ALLOW policies, so that each workload belongs to one policy."""
        return self._led.get(id(policy), ())

    @cached_property
    def _led(self) -> dict[int, list[Workload]]:
        found: dict[int, list[Workload]] = defaultdict(list)
        for workload in self._workloads.all:
            if policies := self.of(workload):
                found[id(policies[0])].append(workload)
        return found
