"""Which workloads a policy holds for by its selector, or for want of one."""

from collections.abc import Sequence

from istiolint.mesh.selection import selector
from istiolint.mesh.workloads import Workload, Workloads
from istiolint.resources.resource import Resource


def reached(policy: Resource, workloads: Workloads, root_namespace: str) -> Sequence[Workload]:
    """The workloads of an AuthorizationPolicy, RequestAuthentication, Telemetry, EnvoyFilter or WasmPlugin.

    Those with its labels, or all of its namespace; in the root namespace those of every namespace. None for one that is bound to
    targets. (PeerAuthentication differs in the root namespace: `mesh.mtls` knows it.)
    """
    if policy.spec["targetRef"].value or policy.spec["targetRefs"].value:
        return ()
    return workloads.selected(selector(policy), None if policy.namespace == root_namespace else policy.namespace)
