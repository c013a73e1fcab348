"""Severities that the configuration sets for rules: everywhere, and in environments."""

from collections.abc import Sequence

from istiolint.finding import Finding, Severity
from istiolint.rules import Rule, matching
from istiolint.settings import Settings


class Levels:
    """Which severity a finding has. Raises ValueError for a name that means no rule.

    What is set for an environment counts more than what is set everywhere; of several names for a rule its id counts most,
    then codes, then categories and ALL.
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
        rules = list(matching(name))
        if not rules:
            raise ValueError(name)
        for rule in rules:
            closeness = 2 if name == rule.id else 0 if name in (rule.category, "ALL") else 1
            if closeness >= found.get(rule.id, (0, severity))[0]:
                found[rule.id] = closeness, severity
    return {rule: severity for rule, (_, severity) in found.items()}
