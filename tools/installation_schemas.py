"""schemas/ of the kinds that install Istio: IstioOperator, and those of the sail operator.

The source of IstioOperator is the table of its Helm values (`helm-values.json`): for each field of a message, as `MESSAGE.FIELD`,
an object with `type`, `added` and `removed`. Fields whose type the table does not give in full, such as lists, accept more than
one type; the MeshConfig, which has its own rules, is open. For `k8s` see kubernetes_settings.py.
"""

from typing import Any

from crds.bundle import Node, from_facts
from crds.convert import resource
from crds.sharing import shared
from kubernetes_settings import SETTINGS

from istiolint.settings import NEWEST, OLDEST, minor

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ANY: Node = {}
TEXT: Node = {"type": "string"}
OBJECT: Node = {"type": "object"}
INTEGER: Node = {"type": ["integer", "string"]}
TYPES: dict[str, Node] = {
    "bool": {"type": "boolean"}, "google.protobuf.BoolValue": {"type": "boolean"}, "string": TEXT,
    "google.protobuf.StringValue": TEXT, "google.protobuf.Duration": TEXT, "IntOrString": {"type": ["integer", "string"]},
    "uint32": INTEGER, "int32": INTEGER, "int64": INTEGER, "google.protobuf.Int32Value": INTEGER,
    "double": {"type": ["number", "string"]}, "map<string, string>": OBJECT,
}  # fmt: skip
COMPONENT: dict[str, Node] = {
    "enabled": {"type": "boolean"},
    "namespace": TEXT,
    "hub": TEXT,
    "tag": ANY,
    "k8s": SETTINGS,
    "spec": ANY,
}
GATEWAY = COMPONENT | {"name": TEXT, "label": OBJECT}
COMPONENTS = ("base", "pilot", "cni", "ztunnel", "istiodRemote")
GATEWAYS = ("ingressGateways", "egressGateways")
SPEC: dict[str, Node] = {
    **dict.fromkeys(("profile", "installPackagePath", "hub", "namespace", "revision", "compatibilityVersion"), TEXT),
    "tag": ANY, "meshConfig": OBJECT, "unvalidatedValues": OBJECT, "addonComponents": OBJECT,
}  # fmt: skip


def closed(fields: dict[str, Node]) -> Node:
    """Return the schema of a mapping with just these fields."""
    return {"type": "object", "properties": fields, "additionalProperties": False}


def operator(values: dict[str, Any]) -> Node:
    """Return the schema of IstioOperator, for the table of Helm values."""
    components = {name: closed(COMPONENT) for name in COMPONENTS}
    components |= {name: {"type": "array", "items": closed(GATEWAY)} for name in GATEWAYS}
    spec = SPEC | {"components": closed(components), "values": message("Values", values)}
    body = closed({"apiVersion": TEXT, "kind": TEXT, "metadata": OBJECT, "spec": closed(spec), "status": ANY})
    head = {"$schema": DRAFT, "title": "IstioOperator", "x-group": "install.istio.io", "x-release": NEWEST}
    return shared(head | {"x-versions": {"v1alpha1": {}}} | body)


def message(name: str, values: dict[str, Any]) -> Node:
    """Return the schema of a message of the table of Helm values."""
    prefix = f"{name}."
    fields = {key.removeprefix(prefix): facts for key, facts in values.items() if key.startswith(prefix)}
    if not fields or any("." in field for field in fields):
        return ANY
    known = {field: _field(field, facts, values) for field, facts in sorted(fields.items()) if _is_known(facts)}
    return closed({spelling: node for field, node in known.items() for spelling in _spellings(field)})


def _spellings(field: str) -> tuple[str, ...]:
    """Return the names by which a field is read: that of its definition, and that in JSON."""
    if field in ("istio_ingressgateway", "istio_egressgateway"):
        return (field.replace("_", "-"), field)
    first, *others = field.split("_")
    return (field, first + "".join(map(str.capitalize, others))) if others else (field,)


def _field(name: str, facts: dict[str, Any], values: dict[str, Any]) -> Node:
    type_ = facts["type"]
    made = dict(TYPES[type_]) if type_ in TYPES else message(type_, values)
    if made == TEXT and name.endswith("s"):  # lists are given by the type of their items
        made = {"type": ["string", "array"], "items": ANY}
    elif name in ("ports", "secretVolumes"):  # lists of messages
        made = {"type": "array", "items": made}
    if minor(_release(facts["added"])) > minor(OLDEST):
        made = made | {"x-since": _release(facts["added"])}
    return made | ({"x-removed": facts["removed"]} if facts.get("removed") else {})


def _is_known(facts: dict[str, Any]) -> bool:
    """Whether a release that istiolint knows has a field."""
    return not facts.get("removed") or minor(facts["removed"]) > minor(OLDEST)


def _release(text: str) -> str:
    return str(text).removeprefix("<=")


def sail(crds: list[Node]) -> dict[str, Node]:
    """Return the schemas of the sail operator's kinds by kind; their MeshConfig is open, as for every other kind."""
    made = {}
    for crd in map(from_facts, crds):
        body = resource(crd.kind, crd.schema)
        values = body["properties"]["spec"]["properties"].get("values", {}).get("properties", {})
        if "meshConfig" in values:
            values["meshConfig"] = OBJECT
        if "version" in body["properties"]["spec"]["properties"]:  # each release of the operator knows other versions
            body["properties"]["spec"]["properties"]["version"] = TEXT
        head: Node = {"$schema": DRAFT, "title": crd.kind, "x-group": crd.group, "x-release": NEWEST}
        made[crd.kind] = shared(head | {"x-versions": {name: {} for name in crd.versions}} | body)
    return made
