"""Values of Istio's Helm charts: names that a chart does not read, and types that its templates cannot use."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding, Fix, Rename, Severity
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import HELM_VALUES, Resource, ValuesResource
from istiolint.rules.check import check, finding
from istiolint.schema.fields import Fields, Node
from istiolint.schema.loader import minor, schema_of
from istiolint.schema.spelling import CERTAIN, nearest

_SCHEMAS = "helm-charts"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str, int, float, bool), "integer": (int, float, str), "boolean": (bool,), "array": (list,), "object": (dict,),
    "number": (int, float, str),
}  # fmt: skip
_WORDS = {"array": "a list", "object": "a mapping", "boolean": "`true` or `false`", "integer": "a number", "string": "a string"}


class _Value(NamedTuple):
    """A value, the name under which people know it, its schema (None if the chart does not read it), and its sibling fields."""

    at: Cursor
    name: str
    node: Node | None
    siblings: dict[str, Node]
    is_top: bool


def _values(resource: ValuesResource) -> Iterator[_Value]:
    schema = schema_of(_SCHEMAS)
    assert schema
    fields = Fields(schema)
    chart = fields.at((resource.chart,))
    yield from _inside(resource, "", fields, chart, is_top=True)


def _inside(at: Cursor, name: str, fields: Fields, node: Node, *, is_top: bool = False) -> Iterator[_Value]:
    known = node.get("properties") or {}
    if not known:
        return
    for key, value in at.items():
        path = f"{name}.{key}" if name else key
        inner = fields.resolved(known[key]) if key in known else None
        yield _Value(value, path, inner, known, is_top)
        if inner is not None and isinstance(value.value, dict):
            yield from _inside(value, path, fields, inner)


@check("unknown-helm-value", severity="warning", evidence="document", kinds=[HELM_VALUES], fixable=True)
def unknown_helm_value(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a value that the chart does not read: misspelt, of another chart, or of another release."""
    if not isinstance(resource, ValuesResource):
        return
    release = resource.release or mesh.settings.istio_version
    for value in _values(resource):
        if value.at.value is None or has_placeholder(str(value.at.name)):
            continue
        if value.node is None:
            yield _unknown(value, resource)
        elif minor(value.node.get("x-since") or "") > minor(release):
            yield finding(
                value.at.key,
                f"`{value.name}` requires chart `{resource.chart}` {value.node['x-since']}; chart {release} ignores it",
                hint=_older(value, resource.chart),
            )
        elif "x-removed" in value.node and minor(value.node["x-removed"]) <= minor(release):
            yield finding(
                value.at.key,
                f"value `{value.name}` was removed in Istio {value.node['x-removed']}; chart `{resource.chart}` ignores it",
                hint="remove it",
                severity="info",
            )


def _unknown(value: _Value, resource: ValuesResource) -> Finding:
    name, chart = str(value.at.name), resource.chart
    near = nearest(name, value.siblings)
    other = _other_chart(name, chart) if value.is_top else None
    strict = chart == "gateway" and value.is_top
    fate = "helm rejects the values of chart `gateway`" if strict else f"chart `{chart}` ignores it"
    fix, hint, severity = None, "remove it, or move it to where the chart reads it", _severity(strict=strict, sure=False)
    if near and not (other and near[0][0] > CERTAIN):
        distance, meant = near[0]
        hint, severity = f"did you mean `{meant}`?", _severity(strict=strict, sure=True)
        if not _is_set(value, meant):
            fix = Fix(f"rename `{name}` to `{meant}`", (Rename(value.at.place, meant),), safe=distance <= CERTAIN)
    elif other:
        hint, severity = f"move it to the values of chart `{other}`", _severity(strict=strict, sure=True)
    return finding(value.at.key, f"unknown Helm value `{value.name}`; {fate}", hint=hint, fix=fix, severity=severity)


def _severity(*, strict: bool, sure: bool) -> Severity:
    """Helm rejects values that the schema of a chart does not list; other charts ignore them."""
    if strict:
        return "error" if sure else "warning"
    return "warning" if sure else "info"


def _is_set(value: _Value, name: str) -> bool:
    around: Any = value.at.document.data
    for step in value.at.path[:-1]:
        around = around[step]
    return name in around


def _other_chart(name: str, chart: str) -> str | None:
    """The chart that reads a value of this name, where only one does."""
    schema = schema_of(_SCHEMAS)
    assert schema
    fields = Fields(schema)
    known = [other for other in schema["properties"] if other != chart and name in fields.at((other,))["properties"]]
    return known[0] if len(known) == 1 else "istiod" if "istiod" in known else None


def _older(value: _Value, chart: str) -> str:
    """Where an older chart reads a value."""
    if value.is_top and chart in ("istiod", "cni"):
        parent = {"istiod": "pilot", "cni": "cni"}[chart]
        return f"move it to `{parent}.{value.name}`"
    return "remove it, or use a newer chart"


@check("helm-value-of-wrong-type", severity="warning", evidence="document", kinds=[HELM_VALUES])
def helm_value_of_wrong_type(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a value of a type that the chart's templates do not handle, and text that counts as true."""
    if not isinstance(resource, ValuesResource):
        return
    for value in _values(resource):
        types = (value.node or {}).get("type") or ()
        types = [types] if isinstance(types, str) else types
        held = value.at.value
        if not types or held is None or held == "" or value.at.unresolved or _fits(held, types):
            continue
        words = " or ".join(_WORDS.get(each, each) for each in types if each != "null" and each in _WORDS)
        if types == ["boolean"] and isinstance(held, str):
            if held.lower() not in ("false", "no", "off"):
                continue
            yield finding(
                value.at,
                f'`{value.name}` is the string `"{held}"`, which Helm templates treat as true',
                hint=f"remove the quotes: `{value.at.name}: false`",
            )
        elif isinstance(held, dict | list) or "object" in types or "array" in types:
            shown = "a mapping" if isinstance(held, dict) else "a list" if isinstance(held, list) else f"`{held}`"
            strict = resource.chart == "gateway" and value.is_top
            fate = "helm rejects it" if strict else f"the templates of chart `{resource.chart}` cannot use it"
            yield finding(value.at, f"`{value.name}` must be {words}, not {shown}; {fate}", severity="error" if strict else None)


def _fits(held: Any, types: list[str]) -> bool:
    if isinstance(held, bool):
        return "boolean" in types or "string" in types
    return any(isinstance(held, _TYPES[each]) for each in types if each in _TYPES)
