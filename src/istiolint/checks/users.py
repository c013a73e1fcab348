"""Containers that run as the user of the sidecar."""

from collections.abc import Iterator

from istiolint.cursor import Cursor
from istiolint.finding import Finding
from istiolint.kinds import WORKLOADS
from istiolint.mesh import Mesh
from istiolint.resource import Resource
from istiolint.rules import check, finding

PROXY_USER = 1337
PROXIES = ("istio-proxy", "istio-validation", "istio-init")


@check(
    "container-runs-as-proxy-user",
    severity="warning",
    evidence="document",
    category="traffic",
    kinds=list(WORKLOADS),
    codes=["IST0144"],
)
def container_runs_as_proxy_user(workload: Resource, mesh: Mesh) -> Iterator[Finding]:
    """What user 1337 sends is never captured: it is the sidecar's own."""
    if "istio" in workload.labels or workload.labels.get("release") == "istio":
        return
    pod = _pod(workload)
    users = [pod["securityContext"]["runAsUser"]]
    for containers in (pod["initContainers"], pod["containers"]):
        users += [item["securityContext"]["runAsUser"] for item in containers if item["name"].text not in PROXIES]
    for user in users:
        if user.number == PROXY_USER:
            yield finding(
                user,
                f"user {PROXY_USER} is the sidecar's: what the container sends bypasses the mesh: no mTLS, no routing",
                hint="run the container as another user",
            )


def _pod(workload: Resource) -> Cursor:
    if workload.type == "Pod":
        return workload.spec
    spec = workload.spec["jobTemplate"]["spec"] if workload.type == "CronJob" else workload.spec
    return spec["template"]["spec"]
