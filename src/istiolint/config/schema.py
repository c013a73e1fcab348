"""What a configuration may hold: its schema, and in words what is wrong with one that breaks it."""

import json
from collections.abc import Iterator
from typing import Any

from istiolint.config.config import Config, Steps
from istiolint.data import read
from istiolint.findings.finding import Part

_LONGEST_SHOWN = 60
_WITHOUT_VALUE = ("$schema", "root")
"""What a file says of itself."""


def setting_names() -> tuple[str, ...]:
    """All settings that there are, as they are ordered in the schema."""
    return tuple(name for name in _schema()["properties"] if name not in _WITHOUT_VALUE)


def address() -> str | None:
    """The URL of the schema, from which editors load it; None as long as no repository publishes it."""
    found: str = _schema()["$id"]
    return None if "/OWNER/" in found else found


def _schema() -> Any:
    return read("istiolint-config.schema")


def problems(config: Config) -> Iterator[tuple[Steps, Part, str]]:
    """Yield what breaks the schema in a file: the setting, whether its key or its value is wrong, and the message."""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(_schema()).iter_errors(config.values):
        steps = tuple(error.absolute_path)
        if _is_of_parameter(steps, error.validator):
            continue  # `rules.parameters` reports it, with what is known of the rule
        if error.validator == "additionalProperties":
            known = error.schema["properties"]
            for key in error.instance:
                if key not in known:
                    yield (*steps, key), "key", f"unknown setting `{key}`{_meant(str(key), known)}"
        else:
            yield steps, "value", _words(error)


def _is_of_parameter(steps: Steps, validator: str) -> bool:
    """Whether an error is in the parameters of a rule."""
    within = steps[1:] if steps[:1] == ("parameters",) else steps[3:] if steps[2:3] == ("parameters",) else ()
    return len(within) > 1 or (len(within) == 1 and validator == "additionalProperties")


_TYPES = {
    "object": "a mapping", "array": "a list, such as `[one, two]`", "string": "text", "boolean": "true or false",
    "integer": "a whole number", "number": "a number",
}  # fmt: skip


def _words(error: Any) -> str:
    """What a setting must be instead of what it is."""
    setting = next((f"`{step}`" for step in reversed(error.absolute_path) if isinstance(step, str)), "the file")
    value = json.dumps(error.instance, ensure_ascii=False, default=str)
    instead = f", not {value}" if len(value) <= _LONGEST_SHOWN else ""
    expected = error.validator_value
    match error.validator:
        case "type":
            quotes = expected == "string" and isinstance(error.instance, int | float)
            words = f"must be {_TYPES[expected]}{instead}{'; put quotes around it' if quotes else ''}"
        case "enum":
            words = f"must be one of {', '.join(expected)}{instead}"
        case "oneOf":
            names = [f"`{one['required'][0]}`" for one in expected]
            words = f"needs either {' or '.join(names)}"
        case "required":
            words = f"needs `{next(name for name in expected if name not in error.instance)}`"
        case "minimum" | "maximum":
            words = f"must be at {'least' if error.validator == 'minimum' else 'most'} {expected}{instead}"
        case "minItems" | "minLength":
            words = "must not be empty"
        case _:
            words = f"must be {error.schema['title']}{instead}" if "title" in error.schema else f"is not valid{instead}"
    return f"{setting} {words}"


def _meant(key: str, known: dict[str, Any]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key.replace("_", "-"), known, 1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(sorted(known))}"
