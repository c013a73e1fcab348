"""Why a resource is not valid: the errors of the schema as findings, the root causes only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from istiolint.documents.document import document_of, value_at
from istiolint.findings.finding import Finding, Move, Path, Rename
from istiolint.primitives.numbers import natural
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, rejected
from istiolint.schema.fault import Fault
from istiolint.schema.fields import Fields
from istiolint.schema.loader import NEXT, Node, minor, schema_for, schema_of, validator
from istiolint.schema.nulls import without_nulls
from istiolint.schema.proposals import FATES, split_by_comma, unknown_field
from istiolint.schema.rules import MISSING_FIELD, NULL_VALUE, OUT_OF_RANGE
from istiolint.schema.values import value_finding
from istiolint.settings import NEWEST

_STEPS = {"properties": 2, "items": 1, "additionalProperties": 1, "contains": 1}
"""Steps of a path in a schema that go one step down in the resource, with their lengths."""


@dataclass(frozen=True, slots=True)
class _Error:
    """An error of the schema: where in the resource, the keyword with its value, the schema that holds it, and what it names.

    `rule` is the constraint with an `x-rule` that the keyword belongs to, and `owner` the value that this constraint is on.
    """

    path: Path
    keyword: str
    holder: Node
    names: tuple[str, ...]
    rule: Node | None
    owner: Path


def explained(resource: Resource, type_: str, istio_version: str) -> Iterator[Finding]:
    """The findings on a resource that its schema does not accept.

    What comes with the next release of Istio is only warned of where nothing older than the newest one is asked for.
    """
    whole = schema_of(type_)
    assert whole
    lenient = NEXT if minor(istio_version) >= minor(NEWEST) else istio_version
    value, dropped = without_nulls(resource.value, schema_for(type_, lenient, resource.version))
    errors = _errors(resource, lenient, value)
    unknown = _unknown(errors)
    found = {path: unknown_field(_at(resource, path), resource, whole, istio_version) for path in unknown}
    meant = {path for finding in found.values() for path in _mended(finding, len(resource.path))}
    if lenient != istio_version:
        early = [path for path in _unknown(_errors(resource, istio_version, value)) if path not in found]
        reported = [unknown_field(_at(resource, path), resource, whole, istio_version) for path in early]
        yield from (finding._replace(severity="warning") for finding in reported)
    yield from found.values()
    required = [(*error.path, name) for error in errors if error.keyword == "required" and not error.rule for name in error.names]
    for path in required:
        if not any(other[: len(path)] == path for other in meant):
            yield _missing(_at(resource, path), path in dropped)
    yield from (_null(_at(resource, path), Fields(whole), path) for path in dropped if path not in required)
    yield from _wrong_values(resource, value, errors, meant)


def _errors(resource: Resource, istio_version: str, value: Any) -> list[_Error]:
    what = resource.type or "", istio_version, resource.version
    schema = schema_for(*what)
    return _root_causes([_error(error, schema, value) for error in validator(*what).iter_errors(value)])


def _unknown(errors: list[_Error]) -> list[Path]:
    return [(*error.path, name) for error in errors if error.keyword == "additionalProperties" for name in error.names]


def _wrong_values(resource: Resource, value: Any, errors: list[_Error], meant: set[Path]) -> Iterator[Finding]:
    reported: set[tuple[Path, int]] = set()
    for error in errors:
        constraint = error.rule or error.holder
        plain = error.keyword in ("additionalProperties", "required") and not error.rule
        fields = [(*error.owner, name) for name in constraint.get("x-fields", ())]
        if not plain and (error.owner, id(constraint)) not in reported and meant.isdisjoint(fields):
            reported.add((error.owner, id(constraint)))
            effect = FATES.get(resource.type or "", "the API server rejects it")
            held = _inside(value, error.owner)
            fault = Fault(_at(resource, error.owner), held, error.keyword, error.holder, error.names, effect)
            yield from value_finding(fault, error.rule)


def _error(error: Any, schema: Node, value: Any) -> _Error:
    steps, path = list(error.schema_path), _path(error.instance_path, value)
    kind, keyword = error.kind, error.kind.name
    inner = kind.error if keyword == "propertyNames" else None
    names = tuple(kind.unexpected) if keyword == "additionalProperties" else ()
    names = (kind.property,) if keyword == "required" else names
    names = (str(inner.instance),) if inner is not None else names
    nodes = [schema]
    for step in steps:
        nodes.append(nodes[-1][step])
    holder = next(node for node in reversed(nodes[:-1]) if isinstance(node, dict))
    at = next(
        (index for index in range(len(nodes) - 2, -1, -1) if isinstance(nodes[index], dict) and "x-rule" in nodes[index]), None
    )
    if at is None:
        return _Error(path, keyword, holder, names, None, path)
    return _Error(path, keyword, holder, names, nodes[at], path[: len(path) - _depth(steps[at:])])


def _path(steps: list[str | int], value: Any) -> Path:
    """Return a path of jsonschema-rs with its keys restored: jsonschema-rs turns numeric keys into indexes."""
    path: list[str | int] = []
    for step in steps:
        if isinstance(value, dict) and step not in value:
            step = next(key for key in value if natural(key) == step)  # noqa: PLW2901
        path.append(step)
        value = value[step]
    return tuple(path)


def _depth(steps: list[Any]) -> int:
    """How many steps down in the resource a path in the schema goes."""
    depth, at = 0, 0
    while at < len(steps):
        if steps[at] in _STEPS and at + _STEPS[steps[at]] < len(steps):
            depth, at = depth + 1, at + _STEPS[steps[at]]
        else:
            at += 1
    return depth


def _root_causes(errors: list[_Error]) -> list[_Error]:
    """Of the errors on one value: its wrong type alone, else for scalars the first."""
    mistyped = {error.path for error in errors if error.keyword == "type"}
    kept: list[_Error] = []
    seen: set[Path] = set()
    for error in sorted(errors, key=lambda error: error.keyword != "type"):
        if error.keyword == "type":
            if error.path not in seen:
                kept.append(error)
                seen.add(error.path)
        elif error.path not in mistyped and error.owner not in mistyped:
            kept.append(error)
    return kept


def _inside(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _at(resource: Resource, path: Iterable[str | int]) -> Cursor:
    cursor: Cursor = resource
    for step in path:
        cursor = cursor[step]
    return cursor


def _mended(found: Finding, root: int) -> set[Path]:
    """Return the fields that the fix of a finding would set."""
    fields: set[Path] = set()
    for edit in found.fix.edits if found.fix else ():
        if isinstance(edit, Rename):
            fields.add((*edit.place.path[root:-1], edit.key))
        elif isinstance(edit, Move):
            fields.add(edit.to[root:])
    return fields


def _null(field: Cursor, fields: Fields, path: Path) -> Finding:
    least = fields.at(path).get("minimum", 0)
    if fields.pattern(path)[-1] == "{}" and least > 0:
        message = f"`{field.name}` is null; istioctl reads it as 0 and rejects it because the minimum is {least}"
        return finding(field.key, message, hint="set a value, or remove the field", rule=OUT_OF_RANGE)
    message = f"`{field.name}` is null; the API server drops the field as if it were not set"
    siblings = value_at(document_of(field.place).data, field.path[:-1])[1]
    split = split_by_comma(field, siblings) if isinstance(siblings, dict) else None
    return finding(field.key, message, hint=split or "set a value, or remove the field", rule=NULL_VALUE)


def _missing(field: Cursor, is_null: bool) -> Finding:
    if is_null:
        return finding(
            field.key,
            rejected(f"required field `{field.name}` is null", "resource", by="the API server"),
            hint="set a value",
            rule=MISSING_FIELD,
        )
    where = next((step for step in reversed(field.path[:-1]) if isinstance(step, str)), "")
    within = f" in {'an item of ' if isinstance(field.path[-2], int) else ''}`{where}`" if where else ""
    return finding(
        field, rejected(f"missing required field `{field.name}`{within}", "resource", by="the API server"), rule=MISSING_FIELD
    )
