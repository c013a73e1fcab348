"""Which mTLS mode a workload's ports require: the PeerAuthentications that apply to it, resolved as istiod resolves them.

A policy with a selector applies to workloads in its namespace (in the root namespace istiod ignores it), then the namespace's
own policy, then the mesh's in the root namespace. UNSET, and a policy without a mode, inherit. Of several in one scope the
oldest wins; manifests carry no creation time, so all of their modes are possible: `mode` is the one of the order of files.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from istiolint.mesh.ages import oldest_first
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import Workloads, selector_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

Mode: TypeAlias = Literal["STRICT", "PERMISSIVE", "DISABLE"]
Scope: TypeAlias = Literal["mesh", "namespace", "workload"]

DEFAULT_MODE: Mode = "PERMISSIVE"
_MODES: dict[str, Mode] = {"STRICT": "STRICT", "PERMISSIVE": "PERMISSIVE", "DISABLE": "DISABLE"}


@dataclass(frozen=True, slots=True)
class Effective:
    """The modes that may be in force (more than one where policies of one scope disagree), and which fields of which set them.

    `mode` is that of the policy that is created first, if files are applied in order; `at` is its field (None: Istio's default).
    """

    modes: frozenset[Mode]
    mode: Mode
    at: Cursor | None = None
    set_by: tuple[Cursor, ...] = ()
    policies: tuple[Resource, ...] = ()

    @property
    def strict(self) -> bool:
        """Whether plaintext is certainly rejected."""
        return self.modes == {"STRICT"}

    @property
    def disabled(self) -> bool:
        """Whether mTLS is surely off."""
        return self.modes == {"DISABLE"}


class Mtls:
    """The PeerAuthentications of the input, by namespace, and what they come to for each workload."""

    def __init__(self, policies: Sequence[Resource], workloads: Workloads, root_namespace: str):
        self._policies, self._workloads, self.root_namespace = policies, workloads, root_namespace
        self._by_namespace: dict[str, list[Resource]] = defaultdict(list)
        for policy in policies:
            self._by_namespace[policy.namespace].append(policy)
        self._of_namespace: dict[str, Effective] = {}
        self._indexes: dict[str, _NamespaceIndex] = {}

    @cached_property
    def disables(self) -> bool:
        """Whether some policy turns mTLS off somewhere."""
        return any(
            mode.text == "DISABLE"
            for policy in self._policies
            for mode in (policy.spec["mtls"]["mode"], *(port["mode"] for _, port in policy.spec["portLevelMtls"].items()))
        )

    def _index(self, namespace: str) -> "_NamespaceIndex":
        found = self._indexes.get(namespace)
        if found is None:
            wide: list[Resource] = []
            selecting: dict[int, list[Resource]] = defaultdict(list)
            for policy in oldest_first(self._by_namespace.get(namespace, ())):
                if self.scope(policy) != "workload":
                    wide.append(policy)
                elif namespace != self.root_namespace:
                    for workload in self.selected(policy):
                        selecting[id(workload)].append(policy)
            found = self._indexes[namespace] = _NamespaceIndex(wide, selecting)
        return found

    def scope(self, policy: Resource) -> Scope:
        """How far a policy reaches. (One with a selector in the root namespace reaches nothing.)"""
        if policy.spec["selector"]["matchLabels"].mapping:
            return "workload"
        return "mesh" if policy.namespace == self.root_namespace else "namespace"

    def selected(self, policy: Resource) -> Sequence[Workload]:
        """The workloads of the input in a policy's reach, whether or not a narrower policy overrules it."""
        match self.scope(policy):
            case "mesh":
                return self._workloads.all
            case "namespace":
                return self._workloads.in_namespace(policy.namespace)
            case "workload":  # a selector without any label that could match selects nothing
                selector = selector_of(policy)
                return self._workloads.selected(selector, policy.namespace) if selector else ()

    def policies(self, namespace: str) -> Sequence[Resource]:
        """The policies without a selector in a namespace."""
        return self._index(namespace).wide

    def selecting(self, workload: Workload) -> Sequence[Resource]:
        """The policies whose selector matches a workload."""
        return self._index(workload.namespace).selecting.get(id(workload), ())

    def of(self, workload: Workload, port: int | None = None) -> Effective:
        """The mode of a workload's port, counted as the container has it (None: of ports without a setting of their own)."""
        inherited = self.of_namespace(workload.namespace)
        selecting = self.selecting(workload)
        return (_either([self._of_policy(policy, port, inherited) for policy in selecting]) if selecting else None) or inherited

    def of_namespace(self, namespace: str) -> Effective:
        """The mode of workloads in a namespace that no policy selects."""
        found = self._of_namespace.get(namespace)
        if found is None:
            found = self._of_namespace[namespace] = self._inherited(namespace)
        return found

    def _inherited(self, namespace: str) -> Effective:
        answer = Effective(frozenset([DEFAULT_MODE]), DEFAULT_MODE)
        for scope in dict.fromkeys((self.root_namespace, namespace)):
            answer = _either([self._of_policy(policy, None, answer) for policy in self.policies(scope)]) or answer
        return answer

    def _of_policy(self, policy: Resource, port: int | None, inherited: Effective) -> Effective:
        fields = [policy.spec["mtls"]["mode"]]
        if port is not None:
            fields.insert(0, policy.spec["portLevelMtls"][str(port)]["mode"])
        for field in fields:
            if mode := _MODES.get(field.text):
                return Effective(frozenset([mode]), mode, field, (field,), (policy,))
        return inherited


class _NamespaceIndex(NamedTuple):
    """The policies of a namespace: those without a selector, and the others by the ids of the workloads that they select."""

    wide: Sequence[Resource]
    selecting: Mapping[int, Sequence[Resource]]


def _either(answers: Sequence[Effective]) -> Effective | None:
    if len(answers) < 2:
        return answers[0] if answers else None
    modes = frozenset(mode for answer in answers for mode in answer.modes)
    fields = tuple(field for answer in answers for field in answer.set_by)
    policies = tuple(policy for answer in answers for policy in answer.policies)
    return Effective(modes, answers[0].mode, answers[0].at, fields, policies)
