"""Fields of the Istio release to come, known from its development branch: allowed, but marked as unreleased."""

import copy

from crds.bundle import Node

RELEASE = "1.32"
_TEXT: Node = {"type": "string"}
_TEXTS: Node = {"type": "array", "items": _TEXT}
_TIME: Node = {"type": "string", "format": "duration"}
_COUNT: Node = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}
_UTILIZATION: Node = {
    "type": "object",
    "properties": {
        "errorUtilizationPenaltyPercent": _COUNT,
        "metricNamesForComputingUtilization": _TEXTS,
        "weightExpirationPeriod": _TIME,
        "weightStabilizationPeriod": _TIME,
        "weightUpdatePeriod": _TIME,
    },
    "additionalProperties": False,
}
FIELDS: dict[str, dict[tuple[str, str], Node]] = {
    "DestinationRule": {("loadBalancer", "backendUtilization"): _UTILIZATION},
    "EnvoyFilter": {("filterChain", "transportSocket"): _TEXT},
    "Gateway": {("tls", "ecdhCurves"): _TEXTS},
    "RequestAuthentication": {("jwtRules", "presence"): {"type": "string", "enum": ["OPTIONAL", "REQUIRED"]}},
    "Sidecar": {("tls", "ecdhCurves"): _TEXTS},
}
"""By kind: the field that holds it, its name, and its schema."""


def with_upcoming(kind: str, schema: Node) -> Node:
    """A schema (`$defs` expanded) with the fields to come, where it does not have them yet."""
    made = copy.deepcopy(schema)
    for (holder, name), field in FIELDS.get(kind, {}).items():
        _add(made, "", holder, name, field | {"x-since": RELEASE})
    return made


def _add(node: Node, called: str, holder: str, name: str, field: Node) -> None:
    if called == holder and "properties" in node:
        node["properties"].setdefault(name, field)
    for key, child in node.get("properties", {}).items():
        _add(child, key, holder, name, field)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            _add(node[key], called, holder, name, field)
