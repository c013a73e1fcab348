"""Callers with a known identity: the values of AuthorizationPolicies that match it, and whether rules may allow it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from istiolint.authorization.texts import text_takes
from istiolint.resources.cursor import Cursor

IDENTITY_FIELDS = ("principals", "namespaces", "serviceAccounts")
"""Fields of a source that match the certificate of the caller; each has a counterpart that excludes."""
_CONDITIONS = {"source.principal": "principals", "source.namespace": "namespaces", "source.serviceAccount": "serviceAccounts"}


@dataclass(frozen=True)
class Caller:
    """The service account of a caller, with the trust domains that policies can use for it, its own first."""

    namespace: str
    account: str
    domains: tuple[str, ...]

    @cached_property
    def principals(self) -> tuple[str, ...]:
        """Its identity as policies write it."""
        return tuple(f"{domain}/ns/{self.namespace}/sa/{self.account}" for domain in self.domains)


def names_caller(field: str, text: str, caller: Caller) -> bool:
    """Whether a value of a policy matches a caller. `field` is that of a source; service accounts are written in full."""
    match field:
        case "principals":
            return any(text_takes(text, principal) for principal in caller.principals)
        case "namespaces":
            return text_takes(text, caller.namespace)
        case "serviceAccounts":
            return text == f"{caller.namespace}/{caller.account}"
    return field == "trustDomains" and text_takes(text, caller.domains[0])


def may_admit(rule: Cursor, caller: Caller, namespace: str) -> bool:
    """Whether a rule of a policy in a namespace may match requests of a caller, regardless of the request.

    Only what depends on the identity is compared: addresses, JWTs and requests may always match.
    """
    sources = [origin["source"] for origin in rule["from"]]
    if sources and not any(_source_admits(source, caller, namespace) for source in sources):
        return False
    return all(_condition_admits(condition, caller, namespace) for condition in rule["when"])


def exception_without(rule: Cursor, caller: Caller, namespace: str) -> Cursor | None:
    """Return the first exception of a rule that matches all requests of a caller because it excepts only other identities.

    None if the rule has any other condition, or does not certainly match.
    """
    excluding = [_excluding_condition(condition, caller, namespace) for condition in rule["when"]]
    if rule["to"] or None in excluding:
        return None
    sources = [_excluding_source(origin["source"], caller, namespace) for origin in rule["from"]]
    of_source = next((field for field in sources if field is not None), None)
    return of_source if sources else next(iter(excluding), None)


def _excluding_source(source: Cursor, caller: Caller, namespace: str) -> Cursor | None:
    """Return the first field of a source that only excepts identities, none of which is the caller."""
    excepted = [(_excluding(field), field) for field in IDENTITY_FIELDS]
    if source.mapping.keys() - {name for name, _ in excepted}:
        return None
    fields = [(source[name], field) for name, field in excepted if source[name]]
    return fields[0][0] if fields and not any(_names(each, field, caller, namespace) for each, field in fields) else None


def _excluding_condition(condition: Cursor, caller: Caller, namespace: str) -> Cursor | None:
    field, excepted = _CONDITIONS.get(condition["key"].text), condition["notValues"]
    surely = field and excepted and not condition["values"] and not _names(excepted, field, caller, namespace)
    return excepted if surely else None


def _source_admits(source: Cursor, caller: Caller, namespace: str) -> bool:
    return all(
        (not source[field] or _names(source[field], field, caller, namespace))
        and not (source[_excluding(field)] and _names(source[_excluding(field)], field, caller, namespace, surely=True))
        for field in IDENTITY_FIELDS
    )


def _condition_admits(condition: Cursor, caller: Caller, namespace: str) -> bool:
    field = _CONDITIONS.get(condition["key"].text, "")
    if not field:
        return True
    excluded = bool(condition["notValues"]) and _names(condition["notValues"], field, caller, namespace, surely=True)
    return not excluded and (not condition["values"] or _names(condition["values"], field, caller, namespace))


def _names(values: Iterable[Cursor], field: str, caller: Caller, namespace: str, surely: bool = False) -> bool:
    """Whether one of the values is the caller; those from templates may be (`surely`: are not)."""
    for value in values:
        if value.unresolved:
            if not surely:
                return True
        else:
            short = field == "serviceAccounts" and "/" not in value.text
            if names_caller(field, f"{namespace}/{value.text}" if short else value.text, caller):
                return True
    return False


def _excluding(field: str) -> str:
    return f"not{field[0].upper()}{field[1:]}"
