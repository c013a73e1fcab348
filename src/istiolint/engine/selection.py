"""What the settings say of rules: which of them are on, and with which severity."""

import os
from collections.abc import Iterable, Sequence

from istiolint.findings.finding import Finding, Level
from istiolint.rules.check import Rule
from istiolint.rules.registry import all_rules, matching
from istiolint.rules.renamed import current
from istiolint.settings import Scope, Settings, around

_CUSTOM = "custom"
"""The topic of the rules that configuration files define."""


def selected(settings: Settings) -> dict[str, Rule]:
    """The rules that are on in some file: `select` (or the default ones) and `extend_select` without `ignore`.

    Raises ValueError for a name that means no rule.
    """
    on = _on(settings)
    for scope in settings.scopes:  # what is on in a scope depends on those around it
        on |= _within(settings, around(settings.scopes, scope.folder))
    off = Levels(settings).never
    return {id: all_rules()[id] for id in sorted(on - off)}


def selected_in(settings: Settings, folder: str) -> dict[str, Rule]:
    """The rules that are on in a folder."""
    on = _within(settings, around(settings.scopes, folder))
    return {id: rule for id, rule in selected(settings).items() if id in on}


class Selection:
    """Which rules are on in which files."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._known: dict[str, set[str]] = {}

    def has(self, rule: Rule, path: str) -> bool:
        """Return whether a rule is on in a file."""
        if not self._settings.scopes:
            return True
        folder = os.path.dirname(path)
        if folder not in self._known:
            self._known[folder] = _within(self._settings, around(self._settings.scopes, folder))
        return rule.id in self._known[folder]


def _on(settings: Settings) -> set[str]:
    chosen = _ids(settings.select) if settings.select else {rule.id for rule in all_rules().values() if rule.default}
    return (chosen | _ids(settings.extend_select)) - _ids(settings.ignore)


def _within(settings: Settings, scopes: Sequence[Scope]) -> set[str]:
    on = _on(settings)
    if scopes and scopes[0].root:
        on = _on(Settings()) - {rule.id for rule in all_rules().values() if rule.topic == _CUSTOM}
    for scope in scopes:
        on = ((_ids(scope.select) if scope.select else on) | _ids((*scope.extend_select, *scope.custom))) - _ids(scope.ignore)
    return on


def _ids(names: Iterable[str]) -> set[str]:
    return {rule.id for name in names for rule in _named(name)}


class Levels:
    """Which severity a finding has. Raises ValueError for a name that means no rule.

    What is set for an environment counts more than what is set for a folder, and that more than what is set everywhere; of
    several names for a rule its id counts most, then codes, then topics, tags, categories and ALL.
    """

    def __init__(self, settings: Settings):
        self._everywhere = _by_rule(settings.severity)
        self._scopes = settings.scopes
        self._by_scope = {scope.folder: _by_rule(scope.severity) for scope in settings.scopes}
        self._by_environment = {each.name: _by_rule(each.severity) for each in settings.environments if each.severity}

    @property
    def by_environment(self) -> bool:
        """Whether environments differ."""
        return bool(self._by_environment)

    @property
    def never(self) -> set[str]:
        """The rules that are off everywhere."""
        elsewhere = [*self._by_scope.values(), *self._by_environment.values()]
        shown = {rule for levels in elsewhere for rule, level in levels.items() if level != "off"}
        roots = any(scope.root for scope in self._scopes)
        return set() if roots else {rule for rule, level in self._everywhere.items() if level == "off"} - shown

    def of(self, rule: Rule, finding: Finding, environment: str | None, path: str) -> Level:
        """The severity of a finding in a resource of an environment; what the finding or its rule says where nothing is set."""
        there = self._by_environment.get(environment or "", {}).get(rule.id)
        return there or self._in(path, rule) or finding.severity or rule.severity

    def _in(self, path: str, rule: Rule) -> Level | None:
        level = self._everywhere.get(rule.id)
        for scope in around(self._scopes, os.path.dirname(path)) if self._scopes else ():
            level = self._by_scope[scope.folder].get(rule.id, None if scope.root else level)
        return level


def _by_rule(written: Sequence[tuple[str, Level]]) -> dict[str, Level]:
    found: dict[str, tuple[int, Level]] = {}
    for name, severity in written:
        for rule in _named(name):
            closeness = 2 if current(name) == rule.id else 0 if name == "ALL" or rule.is_in(name) else 1
            if closeness >= found.get(rule.id, (0, severity))[0]:
                found[rule.id] = closeness, severity
    return {rule: severity for rule, (_, severity) in found.items()}


def _named(name: str) -> list[Rule]:
    rules = list(matching(name))
    if not rules:
        raise ValueError(name)
    return rules
