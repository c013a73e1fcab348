"""Containers that run as the user of the sidecar."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_control_plane
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

PROXY_USER = 1337
PROXIES = ("istio-proxy", "istio-validation", "istio-init")


@check(
    "container-runs-as-proxy-user", severity="warning", evidence="document", kinds=list(WORKLOADS),
    codes=["IST0144"],
    when=["runAsUser"],
)  # fmt: skip
def container_runs_as_proxy_user(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """What user 1337 sends is never captured: it is the sidecar's own."""
    workload = mesh.workloads.of(resource)
    if workload is None or is_control_plane(workload):
        return
    containers = [
        container
        for container in (*workload.spec["initContainers"], *workload.spec["containers"])
        if container["name"].text not in PROXIES
    ]
    users = [container["securityContext"]["runAsUser"] for container in containers]
    if not all(user.exists for user in users):  # in the pod of a gateway, the proxy alone runs as the user of the pod
        users.insert(0, workload.spec["securityContext"]["runAsUser"])
    for user in users:
        if user.number == PROXY_USER:
            yield finding(
                user,
                f"user {PROXY_USER} is the sidecar's: what the container sends bypasses the mesh: no mTLS, no routing",
                hint="run the container as another user",
            )
