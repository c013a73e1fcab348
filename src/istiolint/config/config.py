"""What a configuration file sets, and where in the file it says so."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from istiolint.findings.finding import Part
from istiolint.rules.parameters import settings_of
from istiolint.settings import CustomRule, Environment, PathIgnore, Scope
from istiolint.sources import Exclude, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from istiolint.rendered.recipes import Recipe

Steps: TypeAlias = tuple[str | int, ...]
Locate: TypeAlias = Callable[[Steps, Part], str]
"""Return where a setting is, as `:line:column`, as far as that is known."""


class ConfigError(InputError):
    """Configuration files that cannot be used; each problem names file, line, mistake, and what was probably meant."""

    def __init__(self, *problems: str):
        super().__init__("\n".join(problems))
        self.problems = problems

    @property
    def lines(self) -> tuple[str, ...]:
        """One problem as it is, several below a heading."""
        if len(self.problems) == 1:
            return self.problems
        return (f"{len(self.problems)} errors in the configuration:", *(f"  {problem}" for problem in self.problems))


def _nowhere(steps: Steps, part: Part) -> str:
    return ""


@dataclass(slots=True, repr=False)
class Config:
    """What a configuration file sets: keys as in the file; empty where there is no file. It adds to its `parent`.

    Of a setting that several files have, the innermost counts; lists of names and paths add up.
    """

    path: "Path | None" = None
    values: dict[str, Any] = field(default_factory=dict)
    locate: Locate = field(default=_nowhere, compare=False)
    parent: "Config | None" = None

    @property
    def folder(self) -> "Path":
        """That of the file, to which its paths are relative."""
        from pathlib import Path  # late: most runs have no configuration

        return self.path.parent if self.path else Path()

    @property
    def is_root(self) -> bool:
        """Whether files in folders above do not apply: it says so, or its folder is the root of a repository."""
        return _at(self.values, ("root",)) is True or (self.path is not None and (self.folder / ".git").exists())

    def chain(self) -> "Iterator[Config]":
        """Yield this file and those above it, the innermost first."""
        config: Config | None = self
        while config is not None:
            yield config
            config = config.parent

    def below(self, parent: "Config | None") -> "Config":
        """Return the same file with another parent."""
        return replace(self, parent=parent)

    def having(self, key: str) -> "list[Config]":
        """The files that have a setting, the innermost first."""
        return [config for config in self.chain() if key in config.values]

    def value(self, key: str, default: Any = None) -> Any:
        """A setting of the innermost file that has it."""
        return next((config.values[key] for config in self.having(key)), default)

    def merged(self, key: str) -> dict[str, Any]:
        """A setting with names: those of all files, of which the innermost counts."""
        return {name: value for config in reversed(self.having(key)) for name, value in config.values[key].items()}

    def here(self, *steps: str | int, part: Part = "value") -> str:
        """File, line and column of a setting of this file."""
        return f"{self.path}{self.locate(steps, part)}"

    def where(self, *steps: str | int, part: Part = "value") -> str:
        """File, line and column of a setting in the innermost file that has it."""
        return next(iter(self.having(str(steps[0]))), self).here(*steps, part=part)

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names, from all files."""
        return tuple(name for config in self.having(key) for name in config.values[key])

    def own_names(self, key: str) -> tuple[str, ...]:
        """A list of names of this file."""
        return tuple(self.values.get(key, ()))

    def paths(self, key: str) -> tuple[str, ...]:
        """A path (that of the innermost file) or a list of paths (those of all), made relative to the current directory."""
        found: list[str] = []
        for config in self.having(key):
            value = config.values[key]
            if isinstance(value, str):
                return (str(config.folder / value),)
            found += (str(config.folder / path) for path in value)
        return tuple(found)

    def clusters(self) -> list[tuple[str, str]]:
        """Names of clusters with the paths of what they hold, made relative to the current directory."""
        return [
            (name, str(config.folder / path))
            for name, config in self._owners("clusters").items()
            for path in config.values["clusters"][name]
        ]

    def recipes(self) -> "tuple[Recipe, ...]":
        """The targets that are rendered, with their settings; paths made relative to the current directory."""
        from istiolint.rendered.recipes import Recipe

        return tuple(
            Recipe(
                "helm" if "helm" in found else "kustomize",
                str(config.folder / str(found.get("helm") or found.get("kustomize"))),
                name,
                tuple(str(config.folder / path) for path in found.get("values", ())),
                tuple(f"{key}={value}" for key, value in found.get("set", {}).items()),
                found.get("namespace", ""),
                found.get("environment", ""),
            )
            for name, config in self._owners("targets").items()
            for found in [config.values["targets"][name]]
        )

    def environments(self) -> tuple[Environment, ...]:
        """How to recognize environments."""
        return tuple(
            Environment(
                name,
                tuple(found.get("namespaces", ())),
                tuple(found.get("paths", ())),
                tuple(found.get("labels", {}).items()),
                tuple(found.get("severity", {}).items()),
                settings_of(found.get("parameters", {})),
            )
            for name, found in self.merged("environments").items()
        )

    def path_ignores(self) -> tuple[PathIgnore, ...]:
        """The rules that are off in some files."""
        return tuple(
            PathIgnore(str(config.folder), pattern, tuple(names))
            for config in self.having("per-path-ignores")
            for pattern, names in config.values["per-path-ignores"].items()
        )

    def parameters(self) -> dict[str, dict[str, Any]]:
        """Values of parameters by rule id and name."""
        found: dict[str, dict[str, Any]] = {}
        for config in reversed(self.having("parameters")):
            for rule, values in config.values["parameters"].items():
                found.setdefault(rule, {}).update(values)
        return found

    def excludes(self) -> tuple[Exclude, ...]:
        """The paths that are not read, those of the outermost file first."""
        return tuple(Exclude(str(config.folder), config.own_names("exclude")) for config in reversed(self.having("exclude")))

    def custom_rules(self) -> tuple[CustomRule, ...]:
        """The rules that this file and those above it define; those of the outermost file are on everywhere."""
        return tuple(
            _custom_rule(written, config.here("custom-rules", index), default=config.parent is None)
            for config in reversed(self.having("custom-rules"))
            for index, written in enumerate(config.values["custom-rules"])
        )

    def scope(self) -> Scope:
        """What this file says of the rules for the files below it."""
        return Scope(
            str(self.folder),
            self.is_root,
            self.own_names("select"),
            self.own_names("extend-select"),
            self.own_names("ignore"),
            tuple(self.values.get("severity", {}).items()),
            tuple(written["id"] for written in self.values.get("custom-rules", ())),
            settings_of(self.values.get("parameters", {})),
        )

    def _owners(self, key: str) -> "dict[str, Config]":
        return {name: config for config in reversed(self.having(key)) for name in config.values[key]}

    def rule_names(self) -> list[tuple[str, str]]:
        """All names of rules in this file, each with the place where it is written; whatever else the file has."""
        listed: list[Steps] = []
        for steps in (("select",), ("extend-select",), ("ignore",), *_below(self.values, "per-path-ignores")):
            names = _at(self.values, steps)
            listed += [(*steps, index) for index in range(len(names))] if isinstance(names, list) else []
        keys: list[Steps] = list(_below(self.values, "severity"))
        for steps in _below(self.values, "environments"):
            keys += _below(self.values, *steps, "severity")
        found = [
            *((_at(self.values, steps), self.here(*steps)) for steps in listed),
            *((steps[-1], self.here(*steps, part="key")) for steps in keys),
        ]
        return [(name, where) for name, where in found if isinstance(name, str)]


def _custom_rule(written: dict[str, Any], where: str, *, default: bool) -> CustomRule:
    examples = written.get("examples", {})
    return CustomRule(
        written["id"],
        tuple(written["kinds"]),
        written["expression"],
        written.get("message", ""),
        written.get("messageExpression", ""),
        written.get("title", ""),
        written.get("description", ""),
        written.get("severity", "warning"),
        written.get("hint"),
        written.get("at", ""),
        tuple(examples.get("bad", ())),
        tuple(examples.get("good", ())),
        default,
        where,
    )


def _at(values: Any, steps: Iterable[str | int]) -> Any:
    for step in steps:
        try:
            values = values[step]
        except (LookupError, TypeError):
            return None
    return values


def _below(values: Any, *steps: str | int) -> list[Steps]:
    """The paths of what is in a mapping."""
    found = _at(values, steps)
    return [(*steps, key) for key in found] if isinstance(found, dict) else []
