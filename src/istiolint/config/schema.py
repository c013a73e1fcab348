"""What a configuration may hold: its schema, and in words what is wrong with one that it refuses."""

import json
from typing import Any

from istiolint.config.config import Config, ConfigError
from istiolint.data import folder

_LONGEST_SHOWN = 60


def setting_names() -> tuple[str, ...]:
    """All settings that there are, as they are ordered in the schema."""
    return tuple(_schema()["properties"])


def _schema() -> Any:
    return json.loads((folder("schemas") / "istiolint-config.schema.json").read_text("utf-8"))


def check(config: Config) -> None:
    """Raise ConfigError for what the schema refuses."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    schema = _schema()
    error = best_match(Draft202012Validator(schema).iter_errors(config.values))
    if error is None:
        return
    where, message = config.where(*error.absolute_path), _words(error)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        key = next(key for key in error.instance if key not in known)
        where = config.where(*error.absolute_path, key, part="key")
        message = f"unknown setting `{key}`{_meant(key, known)}"
    raise ConfigError(f"{where}: {message}")


_TYPES = {"object": "a mapping", "array": "a list, such as `[one, two]`", "string": "text", "boolean": "true or false"}


def _words(error: Any) -> str:
    """What a setting must be instead of what it is."""
    setting = next((f"`{step}`" for step in reversed(error.absolute_path) if isinstance(step, str)), "the file")
    value = json.dumps(error.instance, ensure_ascii=False, default=str)
    instead = f", not {value}" if len(value) <= _LONGEST_SHOWN else ""
    match error.validator:
        case "type":
            quotes = error.validator_value == "string" and isinstance(error.instance, int | float)
            return f"{setting} must be {_TYPES[error.validator_value]}{instead}{'; put quotes around it' if quotes else ''}"
        case "enum":
            return f"{setting} must be one of {', '.join(error.validator_value)}{instead}"
        case "oneOf":
            names = [one["required"][0] for one in error.validator_value]
            return f"{setting} needs either {' or '.join(f'`{name}`' for name in names)}"
        case _:
            return f'{setting} must be a release of Istio, such as "1.30"{instead}'


def _meant(key: str, known: dict[str, Any]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key.replace("_", "-"), known, 1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(sorted(known))}"
