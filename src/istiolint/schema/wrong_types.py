"""Values of the wrong type: missing or extra quotes, numbers without a unit, one item instead of a list."""

import json
import re

from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.primitives.numbers import natural
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import Rule, finding
from istiolint.schema import rules
from istiolint.schema.fault import Fault, shown
from istiolint.schema.zero_durations import without_time

TYPES = {
    "string": "a string", "integer": "an integer", "number": "a number", "boolean": "`true` or `false`",
    "array": "a list", "object": "a mapping", "null": "null",
}  # fmt: skip


def wrong_type(fault: Fault, rule: Rule | None, hint: str | None) -> Finding:
    """Return the finding on a value of the wrong type, with a fix where the value can be converted."""
    wanted = fault.schema["type"]
    wanted = [wanted] if isinstance(wanted, str) else [name for name in wanted if name != "null"]
    types = " or ".join(TYPES[name] for name in wanted)
    example = " such as `5s`" if "duration" in fault.schema.get("format", "") else ""
    title, text, safe = _retyped(fault, wanted[0])
    if fault.value is None:
        return finding(
            fault.field,
            f"{fault.called} is null, not {types}; {fault.effect}",
            hint="remove the item",
            rule=rules.WRONG_TYPE,
        )
    if not title and example and fault.value == 0:
        hint = without_time(fault.field)
    elif not title and wanted[0] == "array":
        hint = "start each item with `- `"
    elif not title and fault.field.unresolved:
        hint = "this looks like a placeholder: lint the rendered manifest instead"
    fix = Fix(title, (Replace(fault.field.place, text),), safe) if title else None
    message = f"{fault.called} must be {types}{example}, not {shown(fault.value)}; {fault.effect}"
    return finding(fault.field, message, hint=title or hint, fix=fix, rule=rules.WRONG_TYPE)


def _retyped(fault: Fault, wanted: str) -> tuple[str | None, str, bool]:
    """Title, YAML text and safety of the fix that makes a scalar what was meant; no title where that is unclear."""
    value, text = fault.value, ""
    if isinstance(value, (dict, list)) or value is None:
        return None, "", False
    is_time = "duration" in fault.schema.get("format", "") and not isinstance(value, bool)
    if is_time and value == 0:
        return None, "", False
    if wanted == "string":
        written = _written(fault.field)
        text = f"{written}s" if is_time else json.dumps(written)
        return f"use `{text}`", text, not is_time
    if wanted == "integer" and isinstance(value, str) and (number := natural(value)) is not None:
        text = str(number)
    elif wanted == "number" and isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value):
        text = value
    elif wanted == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        text = value.lower()
    elif wanted == "array" and isinstance(value, str):
        text = f"[{json.dumps(value)}]"
    return (f"use `{text}`" if text else None), text, True


def _written(field: Cursor) -> str:
    """A scalar as written in the file: 1.10 is not 1.1."""
    span = field.place.span()
    return span.source.text[span.start : span.end]
