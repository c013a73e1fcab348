"""Settings for one port against those for the whole host."""

from collections.abc import Iterator

from istiolint.cursor import Cursor
from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import host_policies
from istiolint.resource import Resource
from istiolint.rules import check, finding

_REPLACED = ("tls", "connectionPool", "outlierDetection", "loadBalancer")


@check(
    "port-settings-drop-policy", severity="warning", evidence="document", category="traffic", kinds=["DestinationRule"],
)  # fmt: skip
def port_settings_drop_policy(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Settings for a port, which inherit nothing from the policy that they stand in."""
    for policy in host_policies(rule):
        for port in policy["portLevelSettings"]:
            lost = [field for field in _REPLACED if _matters(policy[field]) and not port[field].exists]
            if not lost or not port.mapping:
                continue
            listed = " and ".join(f"`{field}`" for field in lost)
            number = port["port"]["number"].number
            yield finding(
                port["port"].key if port["port"].exists else port,
                f"settings for port {number} replace the whole policy: {listed} of the host {'does' if len(lost) == 1 else 'do'} "
                "not hold for this port"
                + (", so that the proxy begins no TLS there" if _originates(policy) and "tls" in lost else ""),
                hint=f"repeat {listed} here, if they are to hold for this port, too",
                related=[(policy[lost[0]].key, f"`{lost[0]}` of the host")],
            )


def _matters(setting: Cursor) -> bool:
    """Whether there is anything to lose: mutual TLS of the mesh comes by itself."""
    return bool(setting) and (setting.name != "tls" or setting["mode"].text in ("SIMPLE", "MUTUAL", "DISABLE"))


def _originates(policy: Cursor) -> bool:
    return policy["tls"]["mode"].text in ("SIMPLE", "MUTUAL")
