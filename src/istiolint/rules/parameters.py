"""Parameters of rules: values that the configuration can set under the id of a rule.

    ATTEMPTS = Parameter("attempts", 10, "Highest number of attempts that is not reported.", minimum=1)

    @check("too-many-retries", ..., parameters=[ATTEMPTS])
    def too_many_retries(service, mesh): ... ATTEMPTS.of(mesh, service) ...

The default gives the type: true or false, an integer, a number, text, or a list of texts (a tuple).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar, cast

from istiolint.primitives.patterns import late
from istiolint.settings import Parameters, ParameterValue, Settings

if TYPE_CHECKING:
    from istiolint.mesh import Mesh
    from istiolint.resources.resource import Resource
    from istiolint.rules.check import Rule

Value = TypeVar("Value", bound=ParameterValue)
_NAME = late(r"[a-z0-9]+(-[a-z0-9]+)*")
_TYPES: dict[type, tuple[str, str]] = {
    bool: ("boolean", "true or false"),
    int: ("integer", "an integer"),
    float: ("number", "a number"),
    str: ("string", "text"),
    tuple: ("array", "a list of texts"),
}
"""The type of a default, in JSON Schema and in messages."""


@dataclass(slots=True, unsafe_hash=True)
class Parameter(Generic[Value]):
    """A value that users can set; `rule` is the id of the rule that declares it."""

    name: str
    default: Value
    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    rule: str = field(default="", init=False)

    def __post_init__(self) -> None:
        """Raise ValueError for a name or a default that is not valid."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"parameter {self.name}: invalid name; use lower-case letters, digits and hyphens")
        if type(self.default) not in _TYPES:
            raise ValueError(f"parameter {self.name}: the default is a {type(self.default).__name__}; use a tuple for a list")
        if error := self.error(self.default):
            raise ValueError(f"parameter {self.name}: the default {error}")

    def of(self, mesh: "Mesh", resource: "Resource | None" = None) -> Value:
        """Return the value for a resource, as set for its environment, for its folder or everywhere, or the default.

        Without a resource, return what is set everywhere.
        """
        settings = mesh.settings
        if not settings.all_parameters:
            return self.default
        path = resource.document.source.path if resource is not None else None
        environment = None
        if resource is not None and any(each.parameters for each in settings.environments):
            found = mesh.environments.of(resource)
            environment = found.name if found else None
        value = settings.parameter(self.rule, self.name, path, environment)
        return self.default if value is None else cast(Value, value)

    def error(self, value: object) -> str | None:
        """Return why a value is invalid, to follow the name of the parameter; None if it is valid."""
        kind = type(self.default)
        if kind is tuple:
            fits = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        else:
            fits = type(value) is kind or (kind is float and type(value) is int)
        if not fits:
            return f"must be {_TYPES[kind][1]}"
        if isinstance(value, int | float) and not (self.minimum is None or value >= self.minimum):
            return f"must be at least {self.minimum:g}"
        if isinstance(value, int | float) and not (self.maximum is None or value <= self.maximum):
            return f"must be at most {self.maximum:g}"
        if self.choices and any(item not in self.choices for item in (value if isinstance(value, list | tuple) else (value,))):
            return f"must be one of {', '.join(self.choices)}"
        return None

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the value."""
        node: dict[str, Any] = {"description": self.description, "type": _TYPES[type(self.default)][0]}
        choices = {"enum": list(self.choices)} if self.choices else {}
        node |= {"items": {"type": "string"} | choices} if isinstance(self.default, tuple) else choices
        limits = {"minimum": self.minimum, "maximum": self.maximum}
        node |= {name: limit for name, limit in limits.items() if limit is not None}
        return node | {"default": list(self.default) if isinstance(self.default, tuple) else self.default}


AnyParameter: TypeAlias = Parameter[Any]


def bound(rule: str, parameters: Iterable[AnyParameter]) -> tuple[AnyParameter, ...]:
    """Return the parameters as those of a rule. Raises ValueError for one of another rule, and for two of one name."""
    found = tuple(parameters)
    for parameter in found:
        if parameter.rule not in ("", rule):
            raise ValueError(f"rule {rule}: the parameter {parameter.name} belongs to the rule {parameter.rule}")
        parameter.rule = rule
    if len({parameter.name for parameter in found}) < len(found):
        raise ValueError(f"rule {rule}: two parameters have one name")
    return found


def restored(rule: str, facts: Iterable[Mapping[str, Any]]) -> tuple[AnyParameter, ...]:
    """Return the parameters of a rule from their fields as JSON keeps them."""
    arguments: list[dict[str, Any]] = [
        {name: tuple(fact) if isinstance(fact, list) else fact for name, fact in each.items() if name != "rule"} for each in facts
    ]
    return bound(rule, [Parameter(**each) for each in arguments])


class Mistake(NamedTuple):
    """A setting that no parameter has: the steps to it below `parameters`, and whether its key or its value is wrong."""

    steps: tuple[str, ...]
    is_key: bool
    message: str


def mistakes(values: Mapping[str, Mapping[str, Any]]) -> Iterator[Mistake]:
    """Yield what is wrong with values by rule id and parameter name."""
    from istiolint.rules.registry import rule_of, suggestion

    for id, given in values.items():
        rule = rule_of(id)
        if rule is None:
            yield Mistake((id,), True, f"unknown rule `{id}`{suggestion(id)}")
            continue
        known = {parameter.name: parameter for parameter in rule.parameters}
        for name, value in given.items():
            if name not in known:
                yield Mistake((id, name), True, f"unknown parameter `{name}`{_known(rule, name)}")
            elif error := known[name].error(value):
                yield Mistake((id, name), False, f"`{name}` {error}")


def settings_of(values: Mapping[str, Mapping[str, Any]]) -> Parameters:
    """Return valid values by rule id and parameter name as `Settings.parameters`."""
    from istiolint.rules.registry import rule_of

    return tuple(
        (rule.id, name, tuple(value) if isinstance(value, list) else value)
        for rule, given in ((rule_of(id), given) for id, given in values.items())
        for name, value in given.items()
        if rule
    )


def from_text(rule: "Rule", name: str, text: str) -> ParameterValue:
    """Return a value that is written as text, such as `5`, `true` or `one,two`, as the type of the parameter."""
    default = next((parameter.default for parameter in rule.parameters if parameter.name == name), "")
    if isinstance(default, tuple):
        return tuple(text.split(","))
    return text if isinstance(default, str) else cast(ParameterValue, json.loads(text))


def check_settings(settings: Settings) -> None:
    """Raise ValueError for a parameter in the settings that does not exist, or a value that it does not accept."""
    for rule, name, value in settings.all_parameters:
        for mistake in mistakes({rule: {name: value}}):
            raise ValueError(f"parameters of {mistake.steps[0]}: {mistake.message}")


def _known(rule: "Rule", name: str) -> str:
    from difflib import get_close_matches

    names = [parameter.name for parameter in rule.parameters]
    if near := get_close_matches(name, names, 1):
        return f"; did you mean `{near[0]}`?"
    return f"; `{rule.id}` has {', '.join(f'`{each}`' for each in names)}" if names else f"; `{rule.id}` has no parameters"
