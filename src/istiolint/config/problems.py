"""Everything that is wrong with a configuration file, by place."""

from collections.abc import Iterable

from istiolint.config import schema
from istiolint.config.config import Config, ConfigError, Steps
from istiolint.primitives.patterns import late
from istiolint.settings import NEWEST, OLDEST, minor

_RELEASE = late(r"1\.[0-9]{1,4}")
_KIND = late(r"[A-Za-z][A-Za-z0-9]*(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


def checked(config: Config) -> Config:
    """Return the same configuration; raises ConfigError with everything that is wrong with it."""
    if problems := problems_of(config):
        raise ConfigError(*problems)
    return config


def problems_of(config: Config) -> list[str]:
    """Return what is wrong with a file, not with its parents: a line each, with its place."""
    if config.values == {}:
        return []
    found = [(config.here(*steps, part=part), message) for steps, part, message in schema.problems(config)]
    found += [*_names(config), *_parameters(config), *_versions(config), *_patterns(config)]
    if not found:
        found = _custom_rules(config)
    return [f"{where}: {message}" for where, message in sorted(dict.fromkeys(found), key=lambda each: _order(each[0]))]


def _order(where: str) -> tuple[int, ...]:
    return tuple(int(number) for number in where.split(":")[-2:] if number.isdecimal())


def _names(config: Config) -> list[tuple[str, str]]:
    from istiolint.rules.registry import matching, suggestion

    custom = _custom_names(config)
    return [
        (where, f"unknown rule `{name}`{suggestion(name)}")
        for name, where in config.rule_names()
        if name not in custom and next(matching(name), None) is None
    ]


def _parameters(config: Config) -> list[tuple[str, str]]:
    from istiolint.rules.parameters import mistakes

    values = config.values if isinstance(config.values, dict) else {}
    environments = values.get("environments")
    named = environments.items() if isinstance(environments, dict) else ()
    written: list[tuple[Steps, object]] = [
        (("parameters",), values.get("parameters")),
        *((("environments", name, "parameters"), each.get("parameters")) for name, each in named if isinstance(each, dict)),
    ]
    return [
        (config.here(*steps, *mistake.steps, part="key" if mistake.is_key else "value"), mistake.message)
        for steps, rules in written
        if isinstance(rules, dict)
        for mistake in mistakes({rule: given for rule, given in rules.items() if isinstance(given, dict)})
    ]


def _custom_names(config: Config) -> set[str]:
    """The rules that a file and those above it define, whatever else is wrong with them, and what they are called together."""
    names = {"custom"}
    for each in config.chain():
        written = each.values.get("custom-rules") if isinstance(each.values, dict) else None
        found = (rule.get("id") for rule in (written if isinstance(written, list) else ()) if isinstance(rule, dict))
        names |= {name for name in found if isinstance(name, str)}
    return names


def _custom_rules(config: Config) -> list[tuple[str, str]]:
    """What is wrong with the rules of a file, once their settings have the right types."""
    written = config.values.get("custom-rules", ())
    if not written:
        return []
    from istiolint.resources.kinds import GIVEN, KNOWN
    from istiolint.rules.custom import CustomRuleError, verify
    from istiolint.rules.registry import all_rules

    kinds = KNOWN - set(GIVEN)
    above = _custom_names(config.parent) if config.parent else {"custom"}
    found: list[tuple[str, str]] = []
    ids: set[str] = set()
    for index, custom in enumerate(config.custom_rules()[-len(written) :]):
        rule = all_rules().get(custom.id)
        if custom.id in ids | above or (rule and rule.topic != "custom"):
            found.append((config.here("custom-rules", index, "id"), f"two rules are called `{custom.id}`"))
        ids.add(custom.id)
        found += [
            (config.here("custom-rules", index, "kinds", number), message)
            for number, kind in enumerate(custom.kinds)
            if (message := _unknown_kind(kind, kinds))
        ]
        try:
            verify(custom)
        except CustomRuleError as error:
            found.append((config.here("custom-rules", index, error.setting), str(error)))
    return found


def _unknown_kind(kind: str, known: Iterable[str]) -> str | None:
    """Return what is wrong with a kind; kinds that are not known are written with their group."""
    from istiolint.resources.kinds import type_of

    if kind in known:
        return None
    name, _, group = kind.partition(".")
    if _KIND.fullmatch(kind):
        type_ = type_of("" if group == "core" else group, name)
        return f"the kind `{kind}` is called `{type_}` here" if type_ else None
    similar = _similar(kind, known)
    return f"unknown kind `{kind}`{similar or '; write other kinds with their group, as in `Certificate.cert-manager.io`'}"


def _similar(name: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _versions(config: Config) -> list[tuple[str, str]]:
    values = config.values if isinstance(config.values, dict) else {}
    written = [(key, values.get(key)) for key in ("istio-version", "upgrade-to")]
    return [
        (config.here(key), f"unsupported Istio version `{version}`; use {OLDEST} to {NEWEST}")
        for key, version in written
        if isinstance(version, str) and _RELEASE.fullmatch(version) and not minor(OLDEST) <= minor(version) <= minor(NEWEST)
    ]


def _patterns(config: Config) -> list[tuple[str, str]]:
    """Patterns that .gitignore could not have."""
    values = config.values if isinstance(config.values, dict) else {}
    excluded, ignores = values.get("exclude"), values.get("per-path-ignores")
    found = [
        *(
            (pattern, config.here("exclude", index))
            for index, pattern in enumerate(excluded if isinstance(excluded, list) else ())
        ),
        *((key, config.here("per-path-ignores", key, part="key")) for key in (ignores if isinstance(ignores, dict) else ())),
    ]
    return [(where, f"invalid pattern `{pattern}`") for pattern, where in found if not _is_pattern(pattern)]


def _is_pattern(pattern: object) -> bool:
    from istiolint.sources.git_patterns import is_pattern

    return not isinstance(pattern, str) or is_pattern(pattern)
