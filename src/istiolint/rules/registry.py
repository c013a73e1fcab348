"""Which rules there are, and the functions that look for them: those of istiolint.checks, of the stages before it, of plugins."""

import importlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from typing import Any, NamedTuple

from istiolint.rules import index as rule_index
from istiolint.rules import plugins
from istiolint.rules.check import CHECKS, DECLARED, Registered, Rule, in_order, with_checks
from istiolint.rules.parameters import restored
from istiolint.rules.renamed import current
from istiolint.settings import CustomRule

_CHECKS = "istiolint.checks"
"""By name: the checks import this package."""
_STAGES = ("istiolint.schema.rules", "istiolint.suppression.rules")
"""The modules of other stages that declare rules."""


def all_rules() -> dict[str, Rule]:
    """Every rule by its id, sorted: those of istiolint, of installed plugins (see `plugin_failures`), and those defined last."""
    return _DEFINED.all or _with_code()


class _Defined(NamedTuple):
    """The rules of a configuration, and all rules with them."""

    custom: tuple[CustomRule, ...] = ()
    all: dict[str, Rule] | None = None
    checks: tuple[tuple[str, Registered], ...] = ()


_DEFINED = _Defined()


def define(custom: tuple[CustomRule, ...]) -> None:
    """Register the rules of a configuration instead of those defined before; a run defines those of its settings.

    Rules with code keep their ids.
    """
    global _DEFINED  # noqa: PLW0603
    if custom == _DEFINED.custom:
        return
    from istiolint.rules.custom import registered, rule_of

    own = {each.id: each for each in custom if each.id not in _with_code()}
    rules = {**_with_code(), **{id: rule_of(each) for id, each in own.items()}}
    checks = tuple((id, registered(each)) for id, each in sorted(own.items()))
    _DEFINED = _Defined(custom, dict(sorted(rules.items())), checks) if custom else _Defined()


def defined() -> tuple[CustomRule, ...]:
    """The rules of a configuration that were defined last."""
    return _DEFINED.custom


@cache
def _with_code() -> dict[str, Rule]:
    if index := _index():
        return {rule.id: rule for rule in map(_rule, index.rules)}
    walk()
    _PLUGIN_FAILURES.extend(plugins.load())
    return {id: with_checks(rule) for id, rule in sorted(DECLARED.items())}


@cache
def _index() -> rule_index.Index | None:
    """Return the index of rules if it is complete; it does not contain the rules of plugins."""
    return None if plugins.installed(sys.path) else rule_index.read()


def _rule(facts: dict[str, Any]) -> Rule:
    arguments: dict[str, Any] = {name: tuple(fact) if isinstance(fact, list) else fact for name, fact in facts.items()}
    if "parameters" in facts:
        arguments["parameters"] = restored(facts["id"], facts["parameters"])
    return Rule(**arguments)


def walk() -> None:
    """Import all modules with rules."""
    import pkgutil

    for name in _STAGES:
        importlib.import_module(name)
    checks = importlib.import_module(_CHECKS)
    for module in pkgutil.walk_packages(checks.__path__, f"{_CHECKS}."):
        importlib.import_module(module.name)


def entries_for(kind: str) -> list[rule_index.Entry]:
    """Where the functions are that look at resources of a kind, and for which fields; without an index all are imported."""
    if index := _index():
        custom = [_entry(id, each) for id, each in _DEFINED.checks if kind in each.kinds]
        return [*index.entries(kind), *custom]
    _with_code()
    return [_entry(id, each) for id, each in checks_of(kind, ())]


def checks_of(kind: str, modules: Iterable[str]) -> list[tuple[str, Registered]]:
    """Import modules, and return the known functions that look at a kind, with the ids of their rules: first those with code."""
    for module in sorted(modules):
        importlib.import_module(module)
    coded = [(id, each) for id, registered in sorted(CHECKS.items()) for each in in_order(registered) if kind in each.kinds]
    return [*coded, *((id, each) for id, each in _DEFINED.checks if kind in each.kinds)]


def index_text() -> str:
    """Return the text of the index of rules."""
    walk()
    kinds = sorted({kind for registered in CHECKS.values() for each in registered for kind in each.kinds})
    facts = [_facts(with_checks(rule)) for _, rule in sorted(DECLARED.items())]
    return rule_index.text_of(facts, {kind: [_entry(id, each) for id, each in checks_of(kind, ())] for kind in kinds})


def _facts(rule: Rule) -> dict[str, Any]:
    facts = rule._asdict() | {"parameters": tuple(asdict(each) for each in rule.parameters)}
    return {name: fact for name, fact in facts.items() if name not in Rule._field_defaults or fact != Rule._field_defaults[name]}


def _entry(id: str, registered: Registered) -> rule_index.Entry:
    return rule_index.Entry(registered.run.__module__, id, registered.when, registered.beside)


_PLUGIN_FAILURES: list[plugins.Failure] = []


def plugin_failures() -> list[plugins.Failure]:
    """The plugins that could not be loaded."""
    all_rules()
    return list(_PLUGIN_FAILURES)


def names() -> list[str]:
    """Every name that `matching` accepts, sorted, except categories that are neither topics nor tags."""
    rules = all_rules().values()
    return sorted({name for rule in rules for name in (rule.id, rule.topic, *rule.tags, *rule.codes)} | {"ALL"})


def matching(name: str) -> Iterator[Rule]:
    """The rules that a name means: an id, a code of istioctl or Kiali (IST0101), a topic, a tag, a category, or ALL."""
    for rule in all_rules().values():
        if name == "ALL" or rule.is_named(name):
            yield rule


def rule_of(id: str) -> Rule | None:
    """Return the rule with this id, or this former id."""
    return all_rules().get(current(id))


def suggestion(name: str) -> str:
    """Return how a message about an unknown name goes on: with a similar name, or the plugin that failed to load."""
    from difflib import get_close_matches

    if failures := plugin_failures():
        return f"; {'; '.join(failure.words for failure in failures)}"
    near = get_close_matches(name, names(), 1)
    return f"; did you mean `{near[0]}`?" if near else "; `istiolint rules` lists them"
