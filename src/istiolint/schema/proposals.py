"""What was meant by a field that its kind does not have."""

from typing import Any

from istiolint.cursor import Cursor
from istiolint.finding import Finding
from istiolint.resource import Resource
from istiolint.rules import finding
from istiolint.schema.rules import UNKNOWN_FIELD


def unknown_field(field: Cursor, resource: Resource, schema: dict[str, Any], istio_version: str) -> Finding:
    """The finding on a key that the kind's schema does not allow in this version of Istio: what was meant, where it belongs.

    `schema` is the kind's whole schema, all versions, `$defs` included. The rule is `unknown-field` or a neighbour of it.
    """
    return finding(field.key, f"`{field.name}` is no field here", rule=UNKNOWN_FIELD)
