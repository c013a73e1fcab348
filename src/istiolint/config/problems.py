"""Everything that is wrong with a configuration file, by place."""

import re

from istiolint.config import schema
from istiolint.config.config import Config, ConfigError
from istiolint.settings import NEWEST, OLDEST, minor

_RELEASE = re.compile(r"1\.[0-9]{1,4}")


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
    return [f"{where}: {message}" for where, message in sorted(dict.fromkeys(found), key=lambda each: _order(each[0]))]


def _order(where: str) -> tuple[int, ...]:
    return tuple(int(number) for number in where.split(":")[-2:] if number.isdecimal())


def _names(config: Config) -> list[tuple[str, str]]:
    from istiolint.rules.registry import matching, suggestion

    return [
        (where, f"unknown rule `{name}`{suggestion(name)}")
        for name, where in config.rule_names()
        if next(matching(name), None) is None
    ]


def _parameters(config: Config) -> list[tuple[str, str]]:
    from istiolint.rules.parameters import mistakes

    written = config.values.get("parameters") if isinstance(config.values, dict) else None
    values = {rule: given for rule, given in written.items() if isinstance(given, dict)} if isinstance(written, dict) else {}
    return [
        (config.here("parameters", *mistake.steps, part="key" if mistake.is_key else "value"), mistake.message)
        for mistake in mistakes(values)
    ]


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
    written = values.get("exclude")
    found = [(("exclude", index), pattern) for index, pattern in enumerate(written if isinstance(written, list) else [])]
    return [(config.here(*steps), f"invalid pattern `{pattern}`") for steps, pattern in found if not _is_pattern(pattern)]


def _is_pattern(pattern: object) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        return not isinstance(pattern, str) or GitIgnoreSpec.from_lines([pattern]) is not None
    except ValueError:
        return False
