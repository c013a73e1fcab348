"""What a configuration file sets, and where in the file it says so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from istiolint.findings.finding import Part
from istiolint.settings import Environment, PathIgnore
from istiolint.sources import InputError

if TYPE_CHECKING:
    from istiolint.rendered.recipes import Recipe

Steps: TypeAlias = tuple[str | int, ...]
Locate: TypeAlias = Callable[[Steps, Part], str]
"""Where a setting stands, as `:line:column`; as far as it can be told."""


class ConfigError(InputError):
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

    def recipes(self) -> "tuple[Recipe, ...]":
        """The targets that are rendered, with their settings; paths made relative to the current directory."""
        from istiolint.rendered.recipes import Recipe

        return tuple(
            Recipe(
                "helm" if "helm" in found else "kustomize",
                str(self.folder / str(found.get("helm") or found.get("kustomize"))),
                name,
                tuple(str(self.folder / path) for path in found.get("values", ())),
                tuple(f"{key}={value}" for key, value in found.get("set", {}).items()),
                found.get("namespace", ""),
                found.get("environment", ""),
            )
            for name, found in self.values.get("targets", {}).items()
        )

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
