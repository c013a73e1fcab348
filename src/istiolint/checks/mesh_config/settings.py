"""Mesh and proxy settings that Istio does not know, and values that it cannot read."""

import re
from collections.abc import Iterator
from typing import Any

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.istio.mesh_config_fields import WORDS, Placed, messages, placed
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, NETWORK_KINDS, PROXY_KINDS, mesh_configs, mesh_networks, proxy_configs
from istiolint.primitives.durations import nanoseconds
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.fault import Fault
from istiolint.schema.rules import INVALID_DURATION, UNKNOWN_VALUE, WRONG_TYPE
from istiolint.schema.spelling import nearest
from istiolint.schema.wrong_types import wrong_type
from istiolint.settings import minor

_KINDS = tuple(dict.fromkeys([*CONFIG_KINDS, *NETWORK_KINDS, *PROXY_KINDS]))


_TYPES = {
    "string": "string", "map<string, string>": "string", "bool": "boolean", "int32": "integer", "uint32": "integer",
    "int64": "integer", "double": "number",
}  # fmt: skip
_UNREAD = "istiod cannot read the configuration"
_NUMBER = re.compile(r"(-?\d+(\.\d+)?)?")


def _fields(resource: Resource) -> Iterator[Placed]:
    for config in mesh_configs(resource):
        yield from placed(config, "MeshConfig")
    if resource.type not in CONFIG_KINDS:
        for config in proxy_configs(resource):
            yield from placed(config, "ProxyConfig")
    for networks in mesh_networks(resource) if resource.type in NETWORK_KINDS else ():
        for _, network in networks.items():
            yield from placed(network, "Network")


@check(
    "unknown-mesh-setting", severity="error", evidence="document", kinds=_KINDS,
)  # fmt: skip
def unknown_mesh_setting(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a setting that istiod silently drops: an unknown one, or one of a later release."""
    version = mesh.settings.istio_version
    for at, setting, siblings in _fields(resource):
        name = str(at.name)
        if has_placeholder(name):
            continue
        if setting is None:
            near = nearest(name, siblings)
            yield finding(
                at.key,
                f"unknown MeshConfig field `{name}`; istiod silently drops it",
                hint=f"did you mean `{near[0][1]}`?" if near else "remove it, or move it to where it belongs",
                severity=None if near else "warning",
            )
        elif setting.since and minor(setting.since) > minor(version):
            yield finding(
                at.key,
                f"`{name}` requires Istio {setting.since}; Istio {version} silently drops it",
                hint="upgrade Istio, or remove the field",
            )


@further_check(UNKNOWN_VALUE, kinds=_KINDS)
def unknown_mesh_value(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an invalid value of a setting with a fixed set of values."""
    for at, setting, _ in _fields(resource):
        words = WORDS.get(setting.type) if setting is not None else None
        if words is None or not at.text or at.text in words:
            continue
        near = nearest(at.text.upper(), words) if at.text.replace("_", "").isalnum() else []
        if at.unresolved and not near:
            continue
        yield finding(
            at,
            f"invalid value `{at.text}` for `{at.name}`; istiod does not apply it",
            hint=f"did you mean `{near[0][1]}`?" if near else f"use one of {', '.join(f'`{word}`' for word in words)}",
        )


@further_check(WRONG_TYPE, kinds=_KINDS)
def mistyped_mesh_value(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a value of the wrong type, which keeps istiod from reading the entire configuration."""
    for at, setting, _ in _fields(resource):
        if setting is None or setting.removed or at.value is None:
            continue
        within = setting.map and isinstance(at.value, dict)
        wanted = "object" if setting.type in messages() or (setting.map and not within) else _TYPES.get(setting.type)
        for value in [item for _, item in at.items()] if within else [*at] if isinstance(at.value, list) else [at]:
            if wanted and not _fits(value.value, wanted) and not value.unresolved:
                yield wrong_type(Fault(value, value.value, "type", {"type": wanted}, (), _UNREAD), None, None)


def _fits(value: Any, wanted: str) -> bool:
    """Whether istiod reads a value as this type; it also accepts quoted numbers."""
    if value is None or isinstance(value, bool):
        return value is None or wanted == "boolean"
    if wanted in ("integer", "number"):
        return isinstance(value, (int, float)) or (isinstance(value, str) and _NUMBER.fullmatch(value) is not None)
    return isinstance(value, {"string": str, "boolean": bool, "object": dict}[wanted])


@further_check(INVALID_DURATION, kinds=_KINDS)
def unreadable_mesh_duration(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an invalid duration."""
    for at, setting, _ in _fields(resource):
        if setting is None or setting.type != "duration" or at.value is None or at.unresolved:
            continue
        if not isinstance(at.value, str) or nanoseconds(at.text) is None:
            yield finding(
                at,
                f"invalid duration `{at.value}`; {_UNREAD}",
                hint="use a number with a unit, such as `250ms`, `5s` or `1h`",
            )
