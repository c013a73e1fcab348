"""What the settings say of rules: which of them are on, and with which severity."""

from collections.abc import Sequence

from istiolint.findings.finding import Finding, Severity
from istiolint.rules.check import Rule
from istiolint.rules.registry import all_rules, matching
from istiolint.settings import Settings


def selected(settings: Settings) -> dict[str, Rule]:
    """The rules that are on: `select` (or the default ones) and `extend_select` without `ignore`.

    Raises ValueError for a name that means no rule.
    """
    chosen = [rule for name in settings.select for rule in _named(name)] if settings.select else [
        rule for rule in all_rules().values() if rule.default
    ]  # fmt: skip
    chosen += [rule for name in settings.extend_select for rule in _named(name)]
    dropped = {rule.id for name in settings.ignore for rule in _named(name)}
    return {rule.id: rule for rule in sorted(chosen, key=lambda rule: rule.id) if rule.id not in dropped}


class Levels:
    """Which severity a finding has. Raises ValueError for a name that means no rule.

    What is set for an environment counts more than what is set everywhere; of several names for a rule its id counts most,
    then codes, then topics, tags, categories and ALL.
    """

    def __init__(self, settings: Settings):
        self._everywhere = _by_rule(settings.severity)
        self._by_environment = {each.name: _by_rule(each.severity) for each in settings.environments if each.severity}

    @property
    def by_environment(self) -> bool:
        """Whether environments differ."""
        return bool(self._by_environment)

    def of(self, rule: Rule, finding: Finding, environment: str | None) -> Severity:
        """The severity of a finding in a resource of an environment; what the finding or its rule says where nothing is set."""
        there = self._by_environment.get(environment or "", {}).get(rule.id)
        return there or self._everywhere.get(rule.id) or finding.severity or rule.severity


def _by_rule(written: Sequence[tuple[str, Severity]]) -> dict[str, Severity]:
    found: dict[str, tuple[int, Severity]] = {}
    for name, severity in written:
        for rule in _named(name):
            closeness = 2 if name == rule.id else 0 if name == "ALL" or rule.is_in(name) else 1
            if closeness >= found.get(rule.id, (0, severity))[0]:
                found[rule.id] = closeness, severity
    return {rule: severity for rule, (_, severity) in found.items()}


def _named(name: str) -> list[Rule]:
    rules = list(matching(name))
    if not rules:
        raise ValueError(name)
    return rules
