"""Findings on values that a field does not accept: what is wrong, what is valid, and what was meant."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from istiolint.documents.placeholders import has_placeholder, has_variable
from istiolint.findings.finding import Finding, Fix, Place, Replace
from istiolint.primitives.durations import nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import Rule, finding, rejected
from istiolint.schema import rules
from istiolint.schema.fault import Fault, quoted
from istiolint.schema.keywords import KEYS, duplicates
from istiolint.schema.loader import Node
from istiolint.schema.spelling import nearest, plain_form
from istiolint.schema.wrong_types import wrong_type
from istiolint.schema.zero_durations import without_time

_COLLECTIONS = {"array", "object"}
_IN_BRACKETS = re.compile(r"[A-Z][A-Z0-9]*(?:[_ -][A-Z0-9]+)*")
_NUMBER_AND_UNIT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*")
_ZERO = re.compile(r"-?0+(\.0+)?(h|m|s|ms|us|ns)?")
_UNITS = {
    "": "s",
    "sec": "s",
    "second": "s",
    "min": "m",
    "minute": "m",
    "hr": "h",
    "hour": "h",
    "msec": "ms",
    "d": "h",
    "day": "h",
}
_LISTED = 16
RANGE_OF_WORDS = 2**31
"""Limits from here on only state the width of the integer type."""


def value_finding(fault: Fault, rule: Node | None) -> Iterator[Finding]:
    """The finding on a fault; `rule` is the constraint with the rule's own words, where there is one.

    None for placeholders that are still to be filled in.
    """
    if _is_unresolved(fault, rule):
        return
    if fault.keyword in (KEYS, "uniqueItems"):
        yield from _duplicates(fault)
    elif rule and "x-message" in rule:
        yield _constraint(fault, rule)
    elif rule and rule["x-rule"] == "conflicting-fields":
        yield _conflict(fault, rule["x-fields"])
    else:
        yield WAYS.get(fault.keyword, _invalid)(fault, rules.BY_ID[rule["x-rule"]] if rule else None, (rule or {}).get("x-hint"))


def _is_unresolved(fault: Fault, rule: Node | None) -> bool:
    """Return whether a value is a placeholder; in names, words in capitals (NAMESPACE, SERVICE_NAME-vs) are, too."""
    text = fault.names[0] if fault.keyword == "propertyNames" else fault.value
    scalar = fault.keyword == "type" and not _COLLECTIONS & {*_types(fault.schema["type"])}
    if scalar and isinstance(text, list) and len(text) == 1 and isinstance(text[0], str):  # `host: [HOST]`
        return bool(_IN_BRACKETS.fullmatch(text[0])) and "enum" not in fault.schema
    if not isinstance(text, str):
        return False
    if rule and rule["x-rule"] == "invalid-name":
        return has_placeholder(text) or (text.isalpha() and text.isupper())
    return has_variable(text, word=_is_word(fault))


def _types(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def _is_word(fault: Fault) -> bool:
    """Return whether a field takes a name that Istio or Kubernetes defines: a kind, a group, a value of an enumeration."""
    return fault.keyword == "enum" or fault.field.name in ("kind", "group")


def _constraint(fault: Fault, rule: Node) -> Finding:
    value = fault.names[0] if fault.keyword == "propertyNames" else fault.value
    at: Cursor | Place = fault.field
    if fault.keyword == "propertyNames":
        at = fault.field[fault.names[0]].key
    elif isinstance(fault.value, dict):
        names = [*rule.get("x-at", ()), *rule.get("x-fields", ())]
        name = next((name for name in names if name in fault.value), names[0] if names else "name")
        at = fault.field[name].key if name in fault.value else fault.field[name]
        value = fault.value.get(name)
    message = rule["x-message"].replace("`{value}`", quoted(value))
    return finding(at, message, hint=rule.get("x-hint"), rule=rules.BY_ID[rule["x-rule"]])


def _conflict(fault: Fault, names: list[str]) -> Finding:
    first, *others = [name for name in fault.field.mapping if name in names and name in fault.value]
    listed = " and ".join(f"`{name}`" for name in (first, *others))
    return finding(
        fault.field[others[-1]].key,
        rejected(f"{listed} are mutually exclusive", "resource", by="the API server"),
        hint="keep only one of them",
        related=[(fault.field[first].key, f"`{first}` is set here")],
        rule=rules.CONFLICTING_FIELDS,
    )


def _duplicates(fault: Fault) -> Iterator[Finding]:
    keys = fault.schema.get(KEYS, {})
    pairs = duplicates(fault.value, keys) if keys else _equal(fault.value)
    for index, earlier in pairs:
        key = next(iter(keys), "")
        item, other = fault.field[index], fault.field[earlier]
        at, before = (item[key], other[key]) if item[key].exists else (item, other)
        which = " and ".join(f"`{name}` {quoted(item[name].value)}" for name in keys if item[name].exists)
        what = f"duplicate item with {which}" if which else f"duplicate item {quoted(item.value)}"
        message = rejected(f"{what} in {fault.called}", "resource", by="the API server")
        yield finding(at, message, related=[(before, "first occurrence")], rule=rules.DUPLICATE_ITEM)


def _equal(items: list[Any]) -> Iterator[tuple[int, int]]:
    for index, item in enumerate(items):
        earlier = items.index(item)
        if earlier < index:
            yield index, earlier


def _enum(fault: Fault, rule: Rule | None, hint: str | None) -> Finding:
    allowed = [value for value in fault.schema["enum"] if value]
    since = fault.schema.get("x-enum-since", {}).get(fault.value) if isinstance(fault.value, str) else None
    if since:
        message = f"value {quoted(fault.value)} of {fault.called} requires Istio {since}; earlier API servers reject it"
        return finding(fault.field, message, hint=_choice(allowed), rule=rules.FIELD_NEEDS_NEWER_ISTIO)
    near = nearest(fault.value, allowed) if isinstance(fault.value, str) else []
    message = f"invalid value {quoted(fault.value)} for {fault.called}; {fault.effect}"
    if not near:
        return finding(fault.field, message, hint=_choice(allowed), rule=rules.UNKNOWN_VALUE)
    meant = near[0][1]
    fix = Fix(f"use `{meant}`", (Replace(fault.field.place, meant),), plain_form(meant) == plain_form(fault.value))
    return finding(fault.field, message, hint=f"did you mean `{meant}`?", fix=fix, rule=rules.UNKNOWN_VALUE)


def _choice(allowed: list[Any]) -> str:
    listed = ", ".join(f"`{value}`" for value in allowed[:_LISTED])
    return f"use one of {listed}" if len(allowed) > 1 else f"use {listed}"


def _range(fault: Fault, rule: Rule | None, hint: str | None) -> Finding:
    low, high = fault.schema.get("minimum"), fault.schema.get("maximum")
    bounds = []
    if low is not None and (fault.keyword == "minimum" or abs(low) < RANGE_OF_WORDS):
        bounds.append(f"at least {low}")
    if high is not None and (fault.keyword == "maximum" or abs(high) < RANGE_OF_WORDS):
        bounds.append(f"at most {high}")
    message = f"invalid value {quoted(fault.value)} for {fault.called}: must be {' and '.join(bounds)}; {fault.effect}"
    return finding(fault.field, message, rule=rule or rules.OUT_OF_RANGE)


def _format(fault: Fault, rule: Rule | None, hint: str | None) -> Finding:
    name, value = fault.schema["format"], quoted(fault.value)
    if name == "byte":
        return finding(
            fault.field, f"{fault.called} is not valid base64: {value}; the API server rejects it", rule=rules.INVALID_VALUE
        )
    if name == "http-url":
        hint = "use a URL with a scheme, such as `https://...`"
        return finding(
            fault.field,
            f"invalid URL {value} for {fault.called}: not an HTTP(S) URL; the API server rejects it",
            hint=hint,
            rule=rules.INVALID_URL,
        )
    if name == "wasm-url":
        hint = "use `oci://...`, `https://...`, `http://...` or `file:///...`"
        return finding(
            fault.field,
            f"invalid module URL {value} for {fault.called}; the API server rejects it",
            hint=hint,
            rule=rules.INVALID_URL,
        )
    return _duration(fault, None, None)


def _duration(fault: Fault, rule: Rule | None, hint: str | None) -> Finding:
    short = fault.schema.get("format") == "duration-of-1ms" and nanoseconds(fault.value) is not None
    match = _NUMBER_AND_UNIT.fullmatch(fault.value)
    unit = _UNITS.get(match[2].lower().removesuffix("s") if match[2] != "s" else match[2]) if match else None
    if _ZERO.fullmatch(fault.value):
        message = f"duration {quoted(fault.value)} is shorter than 1ms; the API server rejects it"
        return finding(fault.field, message, hint=without_time(fault.field), rule=rules.INVALID_DURATION)
    wrong = f"duration {quoted(fault.value)} is shorter than 1ms" if short else f"invalid duration {quoted(fault.value)}"
    message, fix = f"{wrong}; the API server rejects it", None
    hint = "use a number with a unit, such as `250ms`, `5s`, `1m30s` or `1h`"
    if match and unit and float(match[1]) > 0:
        days = match[2].lower().removesuffix("s") in ("d", "day")
        text = f"{float(match[1]) * 24:g}h" if days else f"{match[1]}{unit}"
        hint, fix = f"did you mean `{text}`?", Fix(f"use `{text}`", (Replace(fault.field.place, text),), safe=bool(match[2]))
    return finding(fault.field, message, hint=hint, fix=fix, rule=rules.INVALID_DURATION)


def _invalid(fault: Fault, rule: Rule | None, hint: str | None) -> Finding:
    if rule is rules.INVALID_DURATION:
        return _duration(fault, rule, hint)
    value, limit, keyword, called = fault.value, fault.schema.get(fault.keyword), fault.keyword, fault.called
    at: Cursor | Place = fault.field
    size = len(value) if isinstance(value, (str, list, dict)) else 0
    if keyword == "propertyNames":
        at, message = fault.field[fault.names[0]].key, f"invalid key {quoted(fault.names[0])} in {called}"
    elif keyword in ("minLength", "minItems", "minProperties"):
        message = f"{called} is empty" if not size else f"{called} has {_things(keyword, size)}, at least {limit} required"
    elif keyword in ("maxLength", "maxItems", "maxProperties"):
        message = f"{called} has {_things(keyword, size)}, at most {limit} allowed"
    else:
        message = f"invalid value {quoted(value)} for {called}"
        hint = hint or (f"it must match `{limit}`" if keyword == "pattern" else None)
    return finding(at, f"{message}; the API server rejects it", hint=hint, rule=rule or rules.INVALID_VALUE)


def _things(keyword: str, size: int) -> str:
    thing = "character" if keyword.endswith("Length") else "item" if keyword.endswith("Items") else "key"
    return f"{size} {thing}{'' if size == 1 else 's'}"


WAYS: dict[str, Callable[[Fault, Rule | None, str | None], Finding]] = {
    "type": wrong_type,
    "enum": _enum,
    "minimum": _range,
    "maximum": _range,
    "exclusiveMinimum": _range,
    "exclusiveMaximum": _range,
    "format": _format,
}
