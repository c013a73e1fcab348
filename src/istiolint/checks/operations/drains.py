"""Drain duration of proxies compared with the grace period of their pods."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import proxy_configs
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_UNTIL_IDLE = "EXIT_ON_ZERO_ACTIVE_CONNECTIONS"
"""With this variable the proxy waits for the last connection and ignores the duration."""
_GRACE = 30
"""Default grace period of a pod in seconds."""


@check("drain-longer-than-grace-period", severity="warning", evidence="document", tags=["production"], kinds=WORKLOADS)
def drain_longer_than_grace_period(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a proxy that Kubernetes kills before its connections are drained."""
    workload = mesh.workloads.of(resource)
    for config in proxy_configs(resource) if workload else ():
        drain = config["terminationDrainDuration"]
        length = nanoseconds(drain.text)
        grace = workload.spec["terminationGracePeriodSeconds"] if workload else resource["none"]
        seconds = grace.number if grace.exists else _GRACE
        waits = config["proxyMetadata"][_UNTIL_IDLE]
        if length is None or seconds is None or length <= seconds * NANOSECONDS["s"] or waits.text.lower() == "true":
            continue
        given = f"`{seconds}` seconds" if grace.exists else f"{seconds} seconds (default)"
        yield finding(
            drain,
            f"drain duration `{drain.text}` exceeds the grace period of {given}; Kubernetes kills the proxy before it is drained",
            hint=f"set `terminationGracePeriodSeconds: {-(-length // NANOSECONDS['s']) + 5}` in the pod spec",
            related=[(grace, "the grace period of the pod")] if grace.exists else (),
        )
