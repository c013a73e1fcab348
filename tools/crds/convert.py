"""A CRD's structural schema as JSON Schema: closed objects, nullable types, integer ranges, one-of groups, keys of list maps."""

from crds.bundle import Node
from crds.constraint import at_most_one
from crds.constraints import constraints_at
from crds.metadata import METADATA

KEPT = (
    "enum", "required", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "x-stricter",
)  # fmt: skip
RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
GATEWAY_API_DURATION = "(h|m|s|ms)"


def resource(kind: str, schema: Node) -> Node:
    """The JSON Schema of a whole resource. What `status` holds is the cluster's business."""
    spec = _converted(schema["properties"]["spec"], kind, ("spec",))
    return {
        "type": "object",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": METADATA,
            "spec": spec,
            "status": {},
        },
        "additionalProperties": False,
        "required": ["metadata", *schema.get("required", ())],
    }


def _converted(node: Node, kind: str, path: tuple[str, ...]) -> Node:
    made: Node = _type(node) | {key: node[key] for key in KEPT if key in node}
    if node.get("type") == "integer":
        low, high = RANGES.get(node.get("format", ""), RANGES["int64"])
        made["minimum"], made["maximum"] = max(low, node.get("minimum", low)), min(high, node.get("maximum", high))
    if node.get("format") == "byte":
        made["format"] = "byte"
    if GATEWAY_API_DURATION in node.get("pattern", ""):
        made["x-rule"] = "invalid-duration"
    if node.get("type") == "object":
        made |= _members(node, kind, path)
    if "items" in node:
        made["items"] = _converted(node["items"], kind, (*path, "[]"))
        made |= _unique(node)
    groups = [*node.get("allOf", ()), *([{"oneOf": node["oneOf"]}] if "oneOf" in node else [])]
    rules = [at_most_one(names) for group in groups if len(names := _names(group["oneOf"])) > 1]
    for constraint in constraints_at(kind, path):
        if "x-rule" in constraint and "format" not in constraint:
            rules.append(constraint)
        else:
            made |= constraint
    return made | ({"allOf": rules} if rules else {})


def _type(node: Node) -> Node:
    if node.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    if "type" not in node:
        return {}
    return {"type": [node["type"], "null"] if node.get("nullable") else node["type"]}


def _members(node: Node, kind: str, path: tuple[str, ...]) -> Node:
    if node.get("x-kubernetes-preserve-unknown-fields"):
        return {}
    values = node.get("additionalProperties")
    if isinstance(values, dict):
        return {"additionalProperties": _converted(values, kind, (*path, "{}"))}
    properties = sorted(node.get("properties", {}).items())
    fields = {name: _converted(child, kind, (*path, name)) for name, child in properties}
    return {"properties": fields, "additionalProperties": False}


def _unique(node: Node) -> Node:
    if node.get("x-kubernetes-list-type") == "set":
        return {"uniqueItems": True}
    if node.get("x-kubernetes-list-type") != "map":
        return {}
    fields = node["items"].get("properties", {})
    return {"x-list-map-keys": {key: fields.get(key, {}).get("default") for key in node["x-kubernetes-list-map-keys"]}}


def _names(one_of: list[Node]) -> list[str]:
    """The fields of a group "none of these, or exactly one"; empty for another shape, which no rule of ours needs."""
    return [name for member in one_of for name in member.get("required", ())]
