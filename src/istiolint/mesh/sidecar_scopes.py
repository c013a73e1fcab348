"""Sidecars: which one defines the configuration of a workload's proxy, and which hosts it imports."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from istiolint.mesh.host_index import covers
from istiolint.mesh.selection import selector
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import Workloads
from istiolint.resources.resource import Resource


class SidecarScopes:
    """The Sidecar of each workload: one that selects it, else that of its namespace, else that of the root namespace."""

    def __init__(self, sidecars: Iterable[Resource], workloads: Workloads, root_namespace: str):
        self._workloads, self._root = workloads, root_namespace
        self._selecting: dict[int, list[Resource]] = defaultdict(list)
        self._of_namespace: dict[str, list[Resource]] = defaultdict(list)
        for sidecar in sidecars:
            if labels := selector(sidecar):
                for workload in workloads.selected(labels, sidecar.namespace):
                    self._selecting[id(workload)].append(sidecar)
            else:
                self._of_namespace[sidecar.namespace].append(sidecar)

    def of(self, workload: Workload) -> Resource | None:
        """Return the Sidecar that applies to a workload; None if there is none, or if several could apply."""
        own = self._selecting.get(id(workload)) or self._of_namespace.get(workload.namespace)
        found: Sequence[Resource] = own or self._of_namespace.get(self._root) or ()
        return found[0] if len(found) == 1 else None

    def governed(self, sidecar: Resource) -> Iterator[Workload]:
        """Return the workloads that a Sidecar applies to."""
        if labels := selector(sidecar):
            candidates = self._workloads.selected(labels, sidecar.namespace)
        else:
            candidates = (
                self._workloads.all if sidecar.namespace == self._root else self._workloads.in_namespace(sidecar.namespace)
            )
        return (workload for workload in candidates if self.of(workload) is sidecar)


def imports_host(sidecar: Resource, client: str, namespace: str, fqdn: str) -> bool:
    """Whether a Sidecar may show proxies of the namespace `client` a host of a namespace: where it cannot be read, it may."""
    listeners = list(sidecar.spec["egress"])
    for entry in (entry for listener in listeners for entry in listener["hosts"]):
        owner, slash, host = entry.text.partition("/")
        if not slash or entry.unresolved:
            return True
        # `.` in the mesh-wide Sidecar is the namespace of each workload
        if (client if owner == "." else owner) in ("*", namespace) and (host == "*" or covers(host, fqdn)):
            return True
    return not listeners
