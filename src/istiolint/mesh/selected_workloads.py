"""Which workloads a policy applies to by its selector, or because it has none."""

from collections.abc import Callable, Hashable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from istiolint.mesh.selection import selector
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import Workloads
from istiolint.resources.resource import Resource

if TYPE_CHECKING:
    from istiolint.mesh.mesh import Mesh

Result = TypeVar("Result")


class SelectedWorkloads(tuple[Workload, ...]):
    """The workloads that a policy applies to; one object for all policies of a kind with equal reach, of which `policy` is one.

    `answers` keeps what `once_per_selection` functions return for it: a namespace may have as many policies as workloads.
    """

    policy: Resource
    answers: dict[Any, Any]

    def __new__(cls, policy: Resource, workloads: Sequence[Workload] = ()) -> "SelectedWorkloads":
        """Keep these workloads in this order."""
        made = super().__new__(cls, workloads)
        made.policy, made.answers = policy, {}
        return made


def once_per_selection(find: Callable[[SelectedWorkloads, "Mesh"], Result]) -> Callable[[Resource, "Mesh"], Result]:
    """Decorate a query about all workloads of a policy, so that policies that select the same workloads share one answer."""

    @wraps(find)
    def found(policy: Resource, mesh: "Mesh") -> Result:
        selected = mesh.workloads_selected_by(policy)
        if find not in selected.answers:
            selected.answers[find] = find(selected, mesh)
        answer: Result = selected.answers[find]
        return answer

    return found


class Reach:
    """The workloads that policies apply to, found once for each reach.

    `exclusive` says whether a resource is never applied together with a policy; `variant` what that depends on.
    """

    def __init__(
        self,
        workloads: Workloads,
        root_namespace: str,
        exclusive: Callable[[Resource, Resource], bool],
        variant: Callable[[Resource], Hashable],
    ):
        self._workloads, self._root_namespace = workloads, root_namespace
        self._exclusive, self._variant = exclusive, variant
        self._of_policy: dict[int, SelectedWorkloads] = {}
        self._of_reach: dict[Hashable, SelectedWorkloads] = {}

    def of(self, policy: Resource) -> SelectedWorkloads:
        """The workloads of an AuthorizationPolicy, RequestAuthentication, Telemetry, EnvoyFilter or WasmPlugin.

        Those with its labels, or all of its namespace; in the root namespace those of every namespace. None for one that is bound
        to targets. (PeerAuthentication differs in the root namespace: see `mesh.mtls`.)
        """
        found = self._of_policy.get(id(policy))
        if found is None:
            found = self._of_policy[id(policy)] = self._find(policy)
        return found

    def forget_answers(self) -> None:
        """Forget what was found, and the answers that others keep there: resources have changed."""
        self._of_policy.clear()
        self._of_reach.clear()

    def _find(self, policy: Resource) -> SelectedWorkloads:
        if policy.spec["targetRef"].value or policy.spec["targetRefs"].value:
            return SelectedWorkloads(policy)
        namespace, labels = None if policy.namespace == self._root_namespace else policy.namespace, selector(policy)
        key = policy.type, namespace, frozenset(labels.items()), self._variant(policy)
        found = self._of_reach.get(key)
        if found is None:
            selected = self._workloads.selected(labels, namespace)
            found = SelectedWorkloads(policy, [each for each in selected if not self._exclusive(policy, each.resource)])
            self._of_reach[key] = found
        return found
