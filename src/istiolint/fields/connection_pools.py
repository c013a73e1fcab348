"""Connection pools in DestinationRules and Sidecars."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import finding


@once
def connection_pools(resource: Resource) -> Iterator[Cursor]:
    """The connection pools of a DestinationRule or Sidecar that are mappings."""
    spec = resource.spec
    if resource.type == "DestinationRule":
        pools = [policy["connectionPool"] for policy in traffic_policies(resource)]
    else:
        pools = [spec["inboundConnectionPool"], *(listener["connectionPool"] for listener in spec["ingress"])]
    for pool in pools:
        if isinstance(pool.value, dict):
            yield pool


def upgrade_faults(pool: Cursor, kind: str) -> Iterator[Finding]:
    """An upgrade of all requests beside the wish to keep the protocol of each."""
    http = pool["http"]
    if http["h2UpgradePolicy"].text == "UPGRADE" and http["useClientProtocol"].value is True:
        yield finding(
            http["useClientProtocol"].key,
            "`useClientProtocol` keeps the protocol of the client, and `h2UpgradePolicy: UPGRADE` makes it HTTP/2; Istio "
            f"refuses the {kind}",
            hint="keep one of them",
            related=[(http["h2UpgradePolicy"], "the other is here")],
        )


def keep_alive_faults(pool: Cursor, kind: str) -> Iterator[Finding]:
    """A keep-alive that lacks one of its two times."""
    keep_alive = pool["http"]["http2KeepAlive"]
    lacking = [field for field in ("interval", "timeout") if keep_alive[field].value is None]
    if isinstance(keep_alive.value, dict) and lacking:
        yield finding(
            keep_alive.key,
            f"`http2KeepAlive` needs both `interval` and `timeout`; Istio refuses the {kind} without",
            hint=f"write {' and '.join(f'`{field}`' for field in lacking)}, such as `30s`",
        )
