"""Ports that the pods of a StatefulSet use to call each other, against STRICT mTLS."""

import re
from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.workload import ports_of
from istiolint.mutual_tls.server import server_mode
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_PEERS = re.compile(
    r"(^|-)(gossip|peer|peers|raft|cluster|internode|intra|epmd|clustering|replication|election|leader-elect|jgroups|memberlist)(-|$)"
)
"""Words in the names of ports that members of a cluster use to call each other."""
_KNOWN = (2380, 2888, 3888, 4369, 6222, 7946, 9300)
"""Peer ports of etcd, ZooKeeper, Erlang, NATS, memberlist and Elasticsearch."""


@check("peer-port-without-service", severity="warning", evidence="contradiction", tags=["security"], kinds=["StatefulSet"])
def peer_port_without_service(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a peer port that no Service declares: sidecars send plaintext there, which STRICT rejects."""
    workload = mesh.workloads.of(resource)
    service = mesh.get("Service", resource.namespace, resource.spec["serviceName"].text)
    if workload is None or service is None or service.spec["clusterIP"].text != "None" or mesh.exclusive(resource, service):
        return
    if (resource.spec["replicas"].number or 1) < 2 or mesh.injection.of(workload).state != "sidecar":
        return
    declared = {target for one in mesh.workloads.services_of(workload) for _, _, target in ports_of(one, workload)}
    for port in (port for container in workload.containers for port in container["ports"]):
        number = port["containerPort"].number
        if number is None or number in declared or not _is_for_peers(port, number):
            continue
        mode = server_mode(workload, number, mesh)
        if mode is not None and mode.strict and not any(mesh.exclusive(resource, policy) for policy in mode.policies):
            name = f"tcp-{port['name'].text or 'peers'}"
            yield finding(
                port["containerPort"],
                f"the pods call each other on port {number}, which no Service declares; their sidecars send plaintext, which "
                "`STRICT` rejects",
                hint=f"add port {number} to Service `{service.namespace}/{service.name}` with a name such as `{name}`",
                related=[(service.spec["clusterIP"], "headless Service"), *((at, "mode of the workload") for at in mode.set_by)],
            )


def _is_for_peers(port: Cursor, number: int) -> bool:
    return port["protocol"].text in ("", "TCP") and (bool(_PEERS.search(port["name"].text)) or number in _KNOWN)
