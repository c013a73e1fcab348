"""Port-level settings compared with those of the entire host."""

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
"""The schema checks report numbers from here on, and negative ones."""


@check(
    "port-settings-drop-policy", severity="warning", evidence="document", kinds=["DestinationRule"],
    when=["portLevelSettings"],
)  # fmt: skip
def port_settings_drop_policy(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report port-level settings that drop settings of the host: they inherit nothing."""
    for policy in host_policies(rule):
        for port in policy["portLevelSettings"]:
            lost = [field for field in _REPLACED if _matters(policy[field]) and not port[field].exists]
            number = port["port"]["number"].number
            if not lost or number is None or not is_port(number):
                continue
            listed = " and ".join(f"`{field}`" for field in lost)
            yield finding(
                port["port"].key,
                f"settings for port {number} replace the entire policy; {listed} of the host "
                f"{'does' if len(lost) == 1 else 'do'} not apply to this port"
                + (", so Envoy originates no TLS" if _originates(policy) and "tls" in lost else ""),
                hint=f"repeat {listed} here to apply {'it' if len(lost) == 1 else 'them'} to this port",
                related=[(policy[lost[0]].key, f"`{lost[0]}` of the host")],
            )


def _matters(setting: Cursor) -> bool:
    """Whether losing a setting matters: mutual TLS is automatic, and clients rarely notice a different algorithm."""
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
    """Report settings for an invalid port, or for a port that already has settings in the same policy."""
    for policy in host_policies(rule):
        seen: dict[int, Cursor] = {}
        for settings in policy["portLevelSettings"]:
            port = settings["port"]
            number = port["number"]
            if isinstance(port.value, dict) and number.value is None and port.mapping.keys() <= {"number"}:
                yield finding(
                    port.key,
                    "`port` has no `number`; Istio accepts these settings but applies them to no port",
                    hint="set `number` to a port of the service",
                )
            elif number.number is None or not 0 <= number.number < _TOO_LARGE:
                continue
            elif not is_port(number.number):
                yield finding(
                    number,
                    f"invalid port number `{number.number}`; Istio accepts these settings but applies them to no port",
                    hint="use a port of the service, from 1 to 65535",
                )
            elif (first := seen.setdefault(number.number, number)) is not number:
                yield finding(
                    number,
                    f"port `{number.number}` already has settings; Istio uses only one of the two entries",
                    hint="merge the two entries",
                    related=[(first, "the other entry")],
                )
