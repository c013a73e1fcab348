"""Finding and reading configuration files: `.istiolint.yaml`, or `[tool.istiolint]` in pyproject.toml."""

import os
import re
from typing import TYPE_CHECKING, Any

from istiolint.config.config import Config, ConfigError, Steps
from istiolint.findings.finding import Part, Place
from istiolint.sources import discover

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (".istiolint.yaml", ".istiolint.yml")
PYPROJECT = "pyproject.toml"
_TABLE = re.compile(rb"^\s*\[tool\.istiolint[].]", re.MULTILINE)


def find(start: "str | os.PathLike[str]") -> "Path | None":
    """The configuration file of a folder: in it or above, up to the root of the repository."""
    place = os.fspath(start)
    while not (found := in_folder(place)):
        above = os.path.dirname(place)
        if above == place or os.path.exists(os.path.join(place, ".git")):
            return None
        place = above
    return found


def in_folder(folder: "str | os.PathLike[str]") -> "Path | None":
    """The configuration file directly in a folder."""
    named = next((name for name in NAMES if os.path.isfile(os.path.join(folder, name))), None)
    if named is None and not _has_table(os.path.join(folder, PYPROJECT)):
        return None
    from pathlib import Path  # late: most runs have no configuration

    return Path(folder, named or PYPROJECT)


def _has_table(path: str) -> bool:
    """Whether a pyproject.toml configures istiolint; other tools report a file that is not valid text."""
    try:
        with open(path, "rb") as file:
            return bool(_TABLE.search(file.read()))
    except OSError:
        return False


def load(path: "Path") -> Config:
    """Read one configuration file; raises ConfigError with everything that is wrong with it."""
    from istiolint.config.problems import checked

    return checked(_read(path))


def load_all(path: "Path") -> Config:
    """Read a configuration file and those above it that also apply, each the parent of the one below; raises ConfigError."""
    from istiolint.config.problems import problems_of

    files: list[Path] = []
    above: Path | None = path.absolute()
    while above is not None:
        files.append(above)
        is_root = _read(above).is_root
        above = None if is_root or above.parent == above.parent.parent else find(above.parent.parent)
    config: Config | None = None
    problems: list[str] = []
    for file in reversed(files):
        config = _read(file).below(config)
        problems += problems_of(config)
    if problems or config is None:
        raise ConfigError(*problems)
    return config


def _read(path: "Path") -> Config:
    path = _shortest(path)
    config = _from_toml(path) if path.name == PYPROJECT else _from_yaml(path)
    _read_off(config.values)
    return config


def _read_off(values: Any) -> None:
    """Turn `off` back into text: YAML reads it as false unless it is quoted."""
    if not isinstance(values, dict):
        return
    environments = values.get("environments")
    for place in (values, *(environments.values() if isinstance(environments, dict) else ())):
        levels = place.get("severity") if isinstance(place, dict) else None
        if isinstance(levels, dict):
            levels.update({name: "off" for name, level in levels.items() if level is False})


def _from_yaml(path: "Path") -> Config:
    source = next(discover([str(path)]))
    if source.trouble:
        raise ConfigError(f"{path}: {source.trouble}")
    from istiolint.documents import read

    documents = [document for document in read(source) if document.data is not None or document.problems]
    problems = [(problem.place.span().begins, problem.message) for document in documents for problem in document.problems]
    if problems:
        raise ConfigError(*(f"{path}:{begins.line}:{begins.column}: {message}" for begins, message in problems))
    if len(documents) > 1:
        raise ConfigError(f"{path}: one document is enough for a configuration")
    if not documents:
        return Config(path)

    def locate(steps: Steps, part: Part) -> str:
        begins = documents[0].locate(Place(documents[0], steps, part)).begins
        return f":{begins.line}:{begins.column}"

    return Config(path, documents[0].data, locate)


def _from_toml(path: "Path") -> Config:
    import tomllib

    from istiolint.config.toml_places import place

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


def _shortest(path: "Path") -> "Path":
    from pathlib import Path

    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
