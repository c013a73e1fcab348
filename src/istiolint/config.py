"""The configuration file `.istiolint.yaml`: found upwards from the current directory, checked against its schema.

The options of the command line win over it; `--isolated` reads none.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from istiolint.data import folder
from istiolint.documents import Document, read
from istiolint.finding import Place
from istiolint.settings import Environment
from istiolint.sources import discover

NAMES = (".istiolint.yaml", ".istiolint.yml")
_LONGEST_SHOWN = 60


class ConfigError(Exception):
    """A configuration file that cannot be used; the message names file, line, fault and what was meant."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration file sets: keys as in the file; empty where there is no file."""

    path: Path | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names."""
        return tuple(self.values.get(key, ()))

    def paths(self, key: str) -> tuple[str, ...]:
        """A path or a list of paths, made relative to the current directory."""
        value = self.values.get(key, [])
        base = self.path.parent if self.path else Path()
        return tuple(str(base / path) for path in ([value] if isinstance(value, str) else value))

    def clusters(self) -> list[tuple[str, str]]:
        """Names of clusters with the paths of what they hold, made relative to the current directory."""
        base = self.path.parent if self.path else Path()
        return [(name, str(base / path)) for name, paths in self.values.get("clusters", {}).items() for path in paths]

    def environments(self) -> tuple[Environment, ...]:
        """How to recognise environments."""
        return tuple(
            Environment(name, tuple(found.get("namespaces", ())), tuple(found.get("paths", ())))
            for name, found in self.values.get("environments", {}).items()
        )


def find(start: Path) -> Path | None:
    """The configuration file of a folder: in it or above, up to the root of the repository."""
    for place in (start, *start.parents):
        for name in NAMES:
            if (place / name).is_file():
                return place / name
        if (place / ".git").exists():
            return None
    return None


def load(path: Path) -> Config:
    """Read a configuration file; raises ConfigError."""
    path = _shortest(path)
    source = next(discover([str(path)]))
    if source.trouble:
        raise ConfigError(f"{path}: {source.trouble}")
    documents = [document for document in read(source) if document.data is not None or document.problems]
    for document in documents:
        for problem in document.problems:
            begins = problem.place.span().begins
            raise ConfigError(f"{path}:{begins.line}:{begins.column}: {problem.message}")
    if len(documents) > 1:
        raise ConfigError(f"{path}: one document is enough for a configuration")
    values = documents[0].data if documents else {}
    if documents:
        _check(path, documents[0])
    return Config(path, values)


def _shortest(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def _check(path: Path, document: Document) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    schema = json.loads((folder("schemas") / "istiolint-config.schema.json").read_text("utf-8"))
    error = best_match(Draft202012Validator(schema).iter_errors(document.data))
    if error is None:
        return
    place, message = Place(document, tuple(error.absolute_path)), _words(error)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        key = next(key for key in error.instance if key not in known)
        place, message = Place(document, (*error.absolute_path, key), "key"), f"there is no setting `{key}`{_meant(key, known)}"
    begins = document.locate(place).begins
    raise ConfigError(f"{path}:{begins.line}:{begins.column}: {message}")


_TYPES = {"object": "a mapping", "array": "a list, such as `[one, two]`", "string": "text", "boolean": "true or false"}


def _words(error: Any) -> str:
    """What a setting must be instead of what it is."""
    setting = next((f"`{step}`" for step in reversed(error.absolute_path) if isinstance(step, str)), "the file")
    value = json.dumps(error.instance, ensure_ascii=False)
    instead = f", not {value}" if len(value) <= _LONGEST_SHOWN else ""
    match error.validator:
        case "type":
            quotes = error.validator_value == "string" and isinstance(error.instance, int | float)
            return f"{setting} must be {_TYPES[error.validator_value]}{instead}{'; put quotes around it' if quotes else ''}"
        case "enum":
            return f"{setting} must be one of {', '.join(error.validator_value)}{instead}"
        case _:
            return f'{setting} must be a release of Istio, such as "1.30"{instead}'


def _meant(key: str, known: dict[str, Any]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key.replace("_", "-"), known, 1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(sorted(known))}"
