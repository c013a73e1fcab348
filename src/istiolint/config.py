"""The configuration: `.istiolint.yaml`, or `[tool.istiolint]` in pyproject.toml, found upwards from what is linted.

It is checked against its schema. The options of the command line win over it; `--isolated` reads none.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from istiolint.data import folder
from istiolint.documents import read
from istiolint.finding import Part, Place
from istiolint.settings import Environment, PathIgnore
from istiolint.sources import discover

NAMES = (".istiolint.yaml", ".istiolint.yml")
PYPROJECT = "pyproject.toml"
_TABLE = re.compile(rb"^\s*\[tool\.istiolint[].]", re.MULTILINE)
_LONGEST_SHOWN = 60

Steps: TypeAlias = tuple[str | int, ...]
Locate: TypeAlias = Callable[[Steps, Part], str]
"""Where a setting stands, as `:line:column`; as far as it can be told."""


class ConfigError(Exception):
    """A configuration file that cannot be used; the message names file, line, fault and what was meant."""


def _nowhere(steps: Steps, part: Part) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration file sets: keys as in the file; empty where there is no file."""

    path: Path | None = None
    values: dict[str, Any] = field(default_factory=dict)
    locate: Locate = field(default=_nowhere, compare=False)

    @property
    def folder(self) -> Path:
        """That of the file, to which its paths are relative."""
        return self.path.parent if self.path else Path()

    def where(self, *steps: str | int, part: Part = "value") -> str:
        """File, line and column of a setting."""
        return f"{self.path}{self.locate(steps, part)}"

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names."""
        return tuple(self.values.get(key, ()))

    def paths(self, key: str) -> tuple[str, ...]:
        """A path or a list of paths, made relative to the current directory."""
        value = self.values.get(key, [])
        return tuple(str(self.folder / path) for path in ([value] if isinstance(value, str) else value))

    def clusters(self) -> list[tuple[str, str]]:
        """Names of clusters with the paths of what they hold, made relative to the current directory."""
        return [(name, str(self.folder / path)) for name, paths in self.values.get("clusters", {}).items() for path in paths]

    def environments(self) -> tuple[Environment, ...]:
        """How to recognise environments."""
        return tuple(
            Environment(
                name,
                tuple(found.get("namespaces", ())),
                tuple(found.get("paths", ())),
                tuple(found.get("labels", {}).items()),
                tuple(found.get("severity", {}).items()),
            )
            for name, found in self.values.get("environments", {}).items()
        )

    def path_ignores(self) -> tuple[PathIgnore, ...]:
        """The rules that are off in some files."""
        written = self.values.get("per-path-ignores", {})
        return tuple(PathIgnore(str(self.folder), pattern, tuple(names)) for pattern, names in written.items())

    def rule_names(self) -> list[tuple[str, str]]:
        """All names of rules, each with the place where it is written."""
        listed: list[tuple[Steps, str]] = [
            ((key, index), name) for key in ("select", "extend-select", "ignore") for index, name in enumerate(self.names(key))
        ]
        for pattern, names in self.values.get("per-path-ignores", {}).items():
            listed += [(("per-path-ignores", pattern, index), name) for index, name in enumerate(names)]
        keys: list[Steps] = [("severity", name) for name in self.values.get("severity", {})]
        for environment, found in self.values.get("environments", {}).items():
            keys += [("environments", environment, "severity", name) for name in found.get("severity", {})]
        return [
            *((name, self.where(*steps)) for steps, name in listed),
            *((str(steps[-1]), self.where(*steps, part="key")) for steps in keys),
        ]


def setting_names() -> tuple[str, ...]:
    """All settings that there are, as they are ordered in the schema."""
    return tuple(_schema()["properties"])


def find(start: Path) -> Path | None:
    """The configuration file of a folder: in it or above, up to the root of the repository."""
    for place in (start, *start.parents):
        for name in NAMES:
            if (place / name).is_file():
                return place / name
        if _has_table(place / PYPROJECT):
            return place / PYPROJECT
        if (place / ".git").exists():
            return None
    return None


def _has_table(path: Path) -> bool:
    """Whether a pyproject.toml configures istiolint; one that is no text is for others to complain of."""
    try:
        return bool(_TABLE.search(path.read_bytes()))
    except OSError:
        return False


def load(path: Path) -> Config:
    """Read a configuration file; raises ConfigError."""
    path = _shortest(path)
    config = _from_toml(path) if path.name == PYPROJECT else _from_yaml(path)
    if config.values != {}:
        _check(config)
    return config


def _from_yaml(path: Path) -> Config:
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
    if not documents:
        return Config(path)

    def locate(steps: Steps, part: Part) -> str:
        begins = documents[0].locate(Place(documents[0], steps, part)).begins
        return f":{begins.line}:{begins.column}"

    return Config(path, documents[0].data, locate)


def _from_toml(path: Path) -> Config:
    import tomllib

    from istiolint.toml_places import place

    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text).get("tool", {})
        values = table.get("istiolint", {}) if isinstance(table, dict) else {}
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise ConfigError(f"{path}: {error}") from error

    def locate(steps: Steps, part: Part) -> str:
        return place(text, ("tool", "istiolint", *steps))

    return Config(path, values, locate)


def _shortest(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def _schema() -> Any:
    return json.loads((folder("schemas") / "istiolint-config.schema.json").read_text("utf-8"))


def _check(config: Config) -> None:
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
        message = f"there is no setting `{key}`{_meant(key, known)}"
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
        case _:
            return f'{setting} must be a release of Istio, such as "1.30"{instead}'


def _meant(key: str, known: dict[str, Any]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key.replace("_", "-"), known, 1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(sorted(known))}"
