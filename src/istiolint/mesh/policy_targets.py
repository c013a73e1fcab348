"""What policies are bound to by `targetRefs`, and whether two policies meet at one waypoint or gateway."""

from collections.abc import Callable
from typing import NamedTuple

from istiolint.mesh.gateway_deployments import GATEWAY_NAME, pod_labels
from istiolint.mesh.selection import selector
from istiolint.mesh.waypoints import Waypoints, is_waypoint
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource


class Target(NamedTuple):
    """What a policy is bound to; kind and name are empty where a selector says it."""

    kind: str = ""
    name: str = ""


def targets_of(policy: Resource) -> list[Target]:
    """Return what a policy is bound to by `targetRef` and `targetRefs`."""
    refs = (policy.spec["targetRef"], *policy.spec["targetRefs"])
    return [Target(ref["kind"].text, ref["name"].text) for ref in refs if ref["name"].text]


class PolicyTargets:
    """Pairs of policies at least one of which has targets."""

    def __init__(self, get: Callable[[str, str, str], Resource | None], waypoints: Waypoints, root_namespace: str):
        self._get, self._waypoints, self._root_namespace = get, waypoints, root_namespace

    def meet(self, one: Resource, other: Resource) -> bool:
        """Whether two policies, at least one of which has targets, may meet at a waypoint or gateway."""
        ours, theirs = (targets_of(policy) or [Target()] for policy in (one, other))
        return any(self._at_one_proxy(target, one, their, other) for target in ours for their in theirs)

    def _at_one_proxy(self, ours: Target, one: Resource, theirs: Target, other: Resource) -> bool:
        if ours.kind == theirs.kind:
            return ours.name == theirs.name and one.namespace == other.namespace
        if "GatewayClass" in (ours.kind, theirs.kind):
            return bool(ours.kind and theirs.kind)
        if theirs.kind == "Gateway":
            ours, one, theirs, other = theirs, other, ours, one
        if ours.kind != "Gateway":
            return False
        gateway = self._get(KUBERNETES_GATEWAY, one.namespace, ours.name)
        if theirs.kind:  # a Service or ServiceEntry: which waypoint serves it, its labels say
            service = self._get(theirs.kind, other.namespace, theirs.name)
            use = self._waypoints.use(service) if service else None
            return use is None or use.name == (one.namespace, ours.name)
        if (gateway and is_waypoint(gateway)) or other.namespace not in (one.namespace, self._root_namespace):
            return False  # waypoints ignore selectors
        labels = pod_labels(gateway) if gateway else {GATEWAY_NAME: ours.name}
        return selector(other).items() <= labels.items()
