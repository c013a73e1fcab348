"""Finding and reading configuration files: `.istiolint.yaml`, or `[tool.istiolint]` in pyproject.toml."""

import re
from pathlib import Path

from istiolint.config.config import Config, ConfigError, Steps
from istiolint.config.schema import check
from istiolint.documents import read
from istiolint.findings.finding import Part, Place
from istiolint.sources import discover

NAMES = (".istiolint.yaml", ".istiolint.yml")
PYPROJECT = "pyproject.toml"
_TABLE = re.compile(rb"^\s*\[tool\.istiolint[].]", re.MULTILINE)


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
        check(config)
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


def _shortest(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
