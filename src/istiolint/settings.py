"""What a run is asked to do: the options of the command line and the configuration file, in one value."""

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeAlias

from istiolint.findings.finding import Level, Severity
from istiolint.sources import Exclude
from istiolint.sources.discover import MEBIBYTE, MOST_BYTES

NEWEST = "1.31"
OLDEST = "1.18"
ParameterValue: TypeAlias = bool | int | float | str | tuple[str, ...]
Parameters: TypeAlias = tuple[tuple[str, str, ParameterValue], ...]
"""Values of parameters of rules: rule id, name, value."""


def minor(version: str) -> int:
    """The minor of an Istio version: 24 for `1.24`."""
    return int(version.partition(".")[2])


class Environment(NamedTuple):
    """How to recognize an environment: glob patterns for namespaces and paths."""

    name: str
    namespaces: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    """Keys with patterns of values, of the resource or its namespace."""
    severity: tuple[tuple[str, Level], ...] = ()
    """Other severities for rules in this environment; as `Settings.severity`."""
    parameters: "Parameters" = ()
    """Other values of parameters in this environment; as `Settings.parameters`."""


class PathIgnore(NamedTuple):
    """Rules that are off in files that a pattern names, as in .gitignore; relative to a folder."""

    folder: str
    pattern: str
    names: tuple[str, ...]


class CustomRule(NamedTuple):
    """A rule of a team's own, as its configuration describes it: an expression in CEL that must be true."""

    id: str
    kinds: tuple[str, ...]
    expression: str
    message: str = ""
    message_expression: str = ""
    """An expression whose value is the message; `message` is used where it has none."""
    title: str = ""
    description: str = ""
    severity: Severity = "warning"
    hint: str | None = None
    at: str = ""
    """The field that is checked and at which findings are reported, such as `spec.http[*].timeout`."""
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    """Manifests in which the rule reports something, and in which it does not."""
    default: bool = True
    where: str = ""
    """Its place in the configuration."""


class Scope(NamedTuple):
    """What a nested configuration file says of the rules, for the files in its folder and below.

    It adds to what the files above it say, unless it is a root.
    """

    folder: str
    root: bool = False
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, Level], ...] = ()
    custom: tuple[str, ...] = ()
    """The rules that are defined there, which are on."""
    parameters: "Parameters" = ()


def around(scopes: Iterable[Scope], folder: str) -> list[Scope]:
    """Return the scopes that apply in a folder, the outer ones first, from the innermost root on."""
    found: list[Scope] = []
    for scope in scopes:
        relative = os.path.relpath(folder or os.curdir, scope.folder or os.curdir)
        if relative != os.pardir and not relative.startswith(os.pardir + os.sep):
            found = [scope] if scope.root else [*found, scope]
    return found


class Settings(NamedTuple):
    """One run's settings; the defaults are those of `istiolint PATH` without a configuration file."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, Level], ...] = ()
    """Other severities for rules, by id, code, topic or tag; `off` reports nothing."""
    parameters: Parameters = ()
    per_path_ignores: tuple[PathIgnore, ...] = ()
    scopes: tuple[Scope, ...] = ()
    """What differs in parts of the tree, the outer folders first."""
    custom_rules: tuple[CustomRule, ...] = ()
    exclude: tuple[Exclude, ...] = ()
    """What is not linted even if a kustomization names it."""
    known_hosts: tuple[str, ...] = ()
    known_gateways: tuple[str, ...] = ()
    fail_on: Severity = "error"
    min_severity: Severity = "info"
    """The lowest severity that is reported."""
    show_unchecked: bool = False
    """Whether references that the files cannot decide are listed, not only counted."""
    istio_version: str = NEWEST
    upgrade_to: str | None = None
    """The Istio release that an upgrade from `istio_version` targets, if one is given."""
    whole_mesh: bool = False
    trust_domain: str | None = None
    """That of the mesh where no MeshConfig of the input says it; Istio's default where this does not either."""
    root_namespace: str = "istio-system"
    cluster_domain: str = "cluster.local"
    environments: tuple[Environment, ...] = ()
    mesh_config: str | None = None
    mesh_networks: str | None = None
    max_file_size: int = MOST_BYTES // MEBIBYTE
    """In MiB; larger files are not read."""

    def parameter(self, rule: str, name: str, path: str | None = None, environment: str | None = None) -> ParameterValue | None:
        """Return the value of a parameter of a rule in a file and an environment; None where it is not set.

        What is set for an environment counts more than what is set for a folder, and that more than what is set everywhere.
        """
        for each in self.environments if environment is not None else ():
            if each.name == environment and (found := _value(each.parameters, rule, name)) is not None:
                return found
        value = _value(self.parameters, rule, name)
        for scope in around(self.scopes, os.path.dirname(path)) if self.scopes and path is not None else ():
            there = _value(scope.parameters, rule, name)
            value = there if there is not None or scope.root else value
        return value

    @property
    def all_parameters(self) -> Parameters:
        """The values of parameters everywhere, in folders and in environments."""
        local = (*(each.parameters for each in self.scopes), *(each.parameters for each in self.environments))
        return (*self.parameters, *(one for each in local for one in each))

    @property
    def rule_names(self) -> Iterator[str]:
        """All names of rules in the settings."""
        yield from (*self.select, *self.extend_select, *self.ignore)
        yield from (name for scope in self.scopes for name in (*scope.select, *scope.extend_select, *scope.ignore))
        levels = (self.severity, *(each.severity for each in self.scopes), *(each.severity for each in self.environments))
        yield from (name for each in levels for name, _ in each)
        yield from (name for ignore in self.per_path_ignores for name in ignore.names)
        yield from (rule for rule, _, _ in self.all_parameters)

    @property
    def most_bytes(self) -> int:
        """The size of the largest files that are read."""
        return self.max_file_size * MEBIBYTE

    @property
    def istio_minor(self) -> int:
        """The minor of `istio_version`."""
        return minor(self.istio_version)

    def is_known_host(self, host: str) -> bool:
        """Whether a full host name is one of those that are there although the input does not hold them."""
        return any(fnmatchcase(host, pattern) for pattern in self.known_hosts)

    def is_known_gateway(self, namespace: str, name: str) -> bool:
        """Whether a gateway is one of those that are there although the input does not hold them."""
        return any(fnmatchcase(f"{namespace}/{name}", pattern) for pattern in self.known_gateways)


def _value(parameters: Parameters, rule: str, name: str) -> ParameterValue | None:
    return next((value for id, key, value in parameters if (id, key) == (rule, name)), None)
