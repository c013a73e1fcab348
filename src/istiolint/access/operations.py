"""The requests of a client that a rule of an AuthorizationPolicy matches."""

from typing import NamedTuple

from istiolint.authorization.rules import Condition, Item, Rule
from istiolint.trace.policies import HTTP_FIELDS, HTTP_KEYS, Answer, Arrival, Policies

_WORDS = (
    ("methods", ""), ("notMethods", "not "), ("paths", ""), ("notPaths", "not "), ("hosts", "host "), ("notHosts", "not host "),
)  # fmt: skip
_OF_SOURCE = ("source.principal", "source.namespace", "source.serviceAccount", "source.trustDomain")


class Matched(NamedTuple):
    """The requests of a client that a rule matches; empty `requests` are all. `certain` is None if an address decides."""

    certain: bool | None
    requests: tuple[str, ...]


def matched(policies: Policies, rule: Rule, arrival: Arrival, action: str) -> Matched | None:
    """Return the requests of a client on a port that a rule matches; None if it matches none."""
    if not arrival.http and _http(rule) and action == "ALLOW":
        return None
    answers = [policies.source(rule, arrival)]
    answers += (policies.condition(each, arrival, rule.at) for each in rule.conditions if each.key in _OF_SOURCE)
    if any(answer.matches is False for answer in answers):
        return None
    operations = [text for item in rule.operations if (text := _operation(item, arrival)) is not None]
    if rule.operations and not operations:
        return None
    conditions = [_condition(each) for each in rule.conditions if each.key not in _OF_SOURCE and _applies(each, arrival)]
    requests = [] if "" in operations else operations
    if conditions:
        requests = [" ".join(filter(None, (each, "if", " and ".join(conditions)))) for each in requests or [""]]
    return Matched(_certain(answers), tuple(requests))


def _certain(answers: list[Answer]) -> bool | None:
    return None if any(answer.matches is None for answer in answers) else True


def _http(rule: Rule) -> bool:
    return any(HTTP_FIELDS & item.keys() for item in (*rule.sources, *rule.operations)) or any(
        condition.key.startswith(HTTP_KEYS) for condition in rule.conditions
    )


def _applies(condition: Condition, arrival: Arrival) -> bool:
    return arrival.http or not condition.key.startswith(HTTP_KEYS)


def _operation(item: Item, arrival: Arrival) -> str | None:
    """Return an operation in words; None for an operation on other ports."""
    if "ports" in item and str(arrival.port) not in item["ports"]:
        return None
    if str(arrival.port) in item.get("notPorts", ()):
        return None
    words = []
    for field, before in _WORDS:
        if arrival.http and field in item:
            words.append(before + ", ".join(item[field]))
    return " ".join(words)


def _condition(condition: Condition) -> str:
    wanted = ", ".join(condition.values) if condition.values else f"not {', '.join(condition.not_values)}"
    return f"{condition.key} is {wanted}"
