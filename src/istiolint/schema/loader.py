"""The schemas of the kinds: read from schemas/, cut down to one version of Istio, compiled; each once and only when asked for."""

from functools import cache
from typing import TYPE_CHECKING, Any

from istiolint.data import read

if TYPE_CHECKING:
    from istiolint.schema.library import Draft202012Validator

Node = dict[str, Any]
NEXT = "1.32"
"""The Istio release to come: the schemas hold what is known of it."""


@cache
def schema_of(type_: str) -> Node | None:
    """The whole schema of a type (as in istiolint.resources.kinds), all versions of Istio; None for those that have none."""
    try:
        schema: Node = read(type_)
    except FileNotFoundError:
        return None
    return schema


@cache
def schema_for(type_: str, istio_version: str, version: str = "") -> Node:
    """A kind's schema in one version of Istio: without the fields and values that come later. KeyError for kinds without one.

    `version` is the API version (`v1`), which may have stricter limits than others.
    """
    schema = schema_of(type_)
    if schema is None:
        raise KeyError(type_)
    cut: Node = _cut(schema, minor(istio_version), version)
    return cut


@cache
def validator(type_: str, istio_version: str, version: str = "") -> "Draft202012Validator":
    """The compiled schema of a kind in one version of Istio and one of its API versions."""
    from istiolint.schema.formats import FORMATS
    from istiolint.schema.keywords import KEYS, ListMapKeys
    from istiolint.schema.library import Draft202012Validator

    return Draft202012Validator(
        schema_for(type_, istio_version, version), validate_formats=True, formats=FORMATS, keywords={KEYS: ListMapKeys}
    )


def resolved(node: Node, schema: Node) -> Node:
    """A node with its `$ref` followed; keys next to the reference take precedence."""
    if "$ref" not in node:
        return node
    target: Node = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return target | {key: value for key, value in node.items() if key != "$ref"}


@cache
def minor(version: str) -> tuple[int, ...]:
    """An Istio version for comparing: (1, 31) of `1.31` and `1.31.2`."""
    return tuple(int(number) for number in version.split(".")[:2] if number.isdigit())


def _cut(node: Any, version: tuple[int, ...], api_version: str) -> Any:
    if isinstance(node, list):
        return [_cut(item, version, api_version) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _cut(value, version, api_version) for key, value in node.items()}
    made |= node.get("x-stricter", {}).get(api_version, {})
    if isinstance(node.get("properties"), dict):
        made["properties"] = {name: field for name, field in made["properties"].items() if _is_there(field, version)}
    later = [value for value, since in node.get("x-enum-since", {}).items() if minor(since) > version]
    if later:
        made["enum"] = [value for value in node["enum"] if value not in later]
    until = [name for name, end in node.get("x-required-until", {}).items() if version < minor(end)]
    if until:
        made["required"] = [*node.get("required", ()), *until]
    return made


def _is_there(field: Any, version: tuple[int, ...]) -> bool:
    """Whether a version has a field; one that is gone again was there before."""
    since, removed = field.get("x-since"), field.get("x-removed")
    return not (since and minor(since) > version) and not (removed and minor(removed) <= version)
