"""Settings for one port against those for the whole host."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import host_policies
from istiolint.primitives.ports import is_port
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_REPLACED = ("tls", "connectionPool", "outlierDetection", "loadBalancer")
_TAKING_TURNS = ("LEAST_CONN", "LEAST_REQUEST", "RANDOM", "ROUND_ROBIN", "UNSPECIFIED")
"""Algorithms that spread requests over all endpoints, as the default does."""
_TOO_LARGE = 2**32
"""Of numbers from here on, and of negative ones, the schema tells."""


@check(
    "port-settings-drop-policy", severity="warning", evidence="document", kinds=["DestinationRule"],
    when=["portLevelSettings"],
)  # fmt: skip
def port_settings_drop_policy(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Settings for a port, which inherit nothing from the policy that they stand in."""
    for policy in host_policies(rule):
        for port in policy["portLevelSettings"]:
            lost = [field for field in _REPLACED if _matters(policy[field]) and not port[field].exists]
            number = port["port"]["number"].number
            if not lost or number is None or not is_port(number):
                continue
            listed = " and ".join(f"`{field}`" for field in lost)
            yield finding(
                port["port"].key,
                f"settings for port {number} replace the whole policy: {listed} of the host {'does' if len(lost) == 1 else 'do'} "
                "not hold for this port"
                + (", so that the proxy begins no TLS there" if _originates(policy) and "tls" in lost else ""),
                hint=f"repeat {listed} here, if they are to hold for this port, too",
                related=[(policy[lost[0]].key, f"`{lost[0]}` of the host")],
            )


def _matters(setting: Cursor) -> bool:
    """Whether anything is lost: mutual TLS of the mesh is automatic, and clients rarely notice how endpoints take turns."""
    if setting.name == "loadBalancer" and setting.mapping.keys() == {"simple"}:
        return setting["simple"].text not in _TAKING_TURNS
    return bool(setting) and (setting.name != "tls" or setting["mode"].text in ("SIMPLE", "MUTUAL", "DISABLE"))


def _originates(policy: Cursor) -> bool:
    return policy["tls"]["mode"].text in ("SIMPLE", "MUTUAL")


@check(
    "port-settings-without-effect", severity="warning", evidence="document", kinds=["DestinationRule"],
    when=["portLevelSettings"],
)  # fmt: skip
def port_settings_without_effect(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Settings for a port that no service can have, or that has settings in the same policy already."""
    for policy in host_policies(rule):
        seen: dict[int, Cursor] = {}
        for settings in policy["portLevelSettings"]:
            port = settings["port"]
            number = port["number"]
            if isinstance(port.value, dict) and number.value is None and port.mapping.keys() <= {"number"}:
                yield finding(
                    port.key,
                    "`port` names no number: Istio takes these settings, and they hold for no port",
                    hint="write `number` with a port of the service",
                )
            elif number.number is None or not 0 <= number.number < _TOO_LARGE:
                continue
            elif not is_port(number.number):
                yield finding(
                    number,
                    f"no service has a port `{number.number}`: Istio takes these settings, and they hold for no port",
                    hint="write a port of the service, from 1 to 65535",
                )
            elif (first := seen.setdefault(number.number, number)) is not number:
                yield finding(
                    number,
                    f"port `{number.number}` has settings already: only one of the items holds, and nothing of the other",
                    hint="join the two items",
                    related=[(first, "the other settings")],
                )
