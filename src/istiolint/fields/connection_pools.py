"""Connection pools in DestinationRules and Sidecars."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import finding, rejected


@once
def connection_pools(resource: Resource) -> Iterator[Cursor]:
    """Yield the connection pools of a DestinationRule or Sidecar that are mappings."""
    spec = resource.spec
    if resource.type == "DestinationRule":
        pools = [policy["connectionPool"] for policy in traffic_policies(resource)]
    else:
        pools = [spec["inboundConnectionPool"], *(listener["connectionPool"] for listener in spec["ingress"])]
    for pool in pools:
        if isinstance(pool.value, dict):
            yield pool


def upgrade_faults(pool: Cursor, kind: str) -> Iterator[Finding]:
    """Report an HTTP/2 upgrade of all requests combined with `useClientProtocol`."""
    http = pool["http"]
    if http["h2UpgradePolicy"].text == "UPGRADE" and http["useClientProtocol"].value is True:
        yield finding(
            http["useClientProtocol"].key,
            rejected("`useClientProtocol` conflicts with `h2UpgradePolicy: UPGRADE`", kind),
            hint="keep one of them",
            related=[(http["h2UpgradePolicy"], "`h2UpgradePolicy` is set here")],
        )


def keep_alive_faults(pool: Cursor, kind: str) -> Iterator[Finding]:
    """Report a keep-alive without its interval or its timeout."""
    keep_alive = pool["http"]["http2KeepAlive"]
    lacking = [field for field in ("interval", "timeout") if keep_alive[field].value is None]
    if isinstance(keep_alive.value, dict) and lacking:
        missing = " and ".join(f"`{field}`" for field in lacking)
        missing = " and ".join(f"`{field}`" for field in lacking)
        yield finding(
            keep_alive.key,
            rejected(f"`http2KeepAlive` is missing {missing}", kind),
            hint=f"add {missing}, such as `30s`",
        )
