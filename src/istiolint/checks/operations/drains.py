"""How long proxies finish what they have begun, against the time that Kubernetes gives their pods."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import proxy_configs
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_UNTIL_IDLE = "EXIT_ON_ZERO_ACTIVE_CONNECTIONS"
"""With this variable the proxy waits for the last connection, and reads no duration."""
_GRACE = 30
"""Seconds from the end signal to the kill, where a pod sets none."""


@check("drain-longer-than-grace-period", severity="warning", evidence="document", tags=["production"], kinds=WORKLOADS)
def drain_longer_than_grace_period(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A proxy that is killed before it has let its connections end."""
    workload = mesh.workloads.of(resource)
    for config in proxy_configs(resource) if workload else ():
        drain = config["terminationDrainDuration"]
        length = nanoseconds(drain.text)
        grace = workload.spec["terminationGracePeriodSeconds"] if workload else resource["none"]
        seconds = grace.number if grace.exists else _GRACE
        waits = config["proxyMetadata"][_UNTIL_IDLE]
        if length is None or seconds is None or length <= seconds * NANOSECONDS["s"] or waits.text.lower() == "true":
            continue
        given = f"`{seconds}` seconds" if grace.exists else f"{seconds} seconds, the default,"
        yield finding(
            drain,
            f"the proxy lets connections end for `{drain.text}`, and Kubernetes kills the pod after {given} in the midst of it",
            hint=f"write `terminationGracePeriodSeconds: {-(-length // NANOSECONDS['s']) + 5}` in the spec of the pod",
            related=[(grace, "the time that the pod has")] if grace.exists else (),
        )
