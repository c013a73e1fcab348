"""Conditions of AuthorizationPolicies: the keys of `when`, and the values that each of them accepts."""

from collections.abc import Iterator

from istiolint.checks.authorization.rule_fields import KIND, address_faults, faults, port_fault
from istiolint.checks.schema.shared_rules import (
    CONDITION_WITHOUT_CONTENT,
    EMPTY_FIELD,
    INVALID_ADDRESS,
    INVALID_PORT,
    INVALID_SERVICE_ACCOUNT,
    INVALID_TRUST_DOMAIN,
)
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.primitives.identities import service_account_fault, trust_domain_fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.spelling import nearest

_KEYS = (
    "source.ip", "remote.ip", "source.namespace", "source.serviceAccount", "source.principal", "source.trustDomain",
    "request.auth.principal", "request.auth.audiences", "request.auth.presenter", "destination.ip", "destination.port",
    "connection.sni",
)  # fmt: skip
_WITH_NAME = ("request.headers", "request.auth.claims", "experimental.envoy.filters.")
"""Prefixes of keys that end with a name in brackets."""
_ADDRESSES = ("source.ip", "remote.ip", "destination.ip")
_GONE = {
    "destination.namespace": "remove it: a policy in a namespace applies only to that namespace",
    "destination.labels": "use `selector` with these labels",
    "destination.name": "use `selector` with the labels of the workload",
    "destination.user": "use `selector` with the labels of the workload",
}
"""Removed keys, and their replacements."""


@once
def _conditions(policy: Resource) -> Iterator[Cursor]:
    for rule in policy.spec["rules"]:
        for condition in rule["when"]:
            if isinstance(condition.value, dict):
                yield condition


def _values(policy: Resource, *keys: str) -> Iterator[Cursor]:
    for condition in _conditions(policy):
        if condition["key"].text in keys:
            for field in ("values", "notValues"):
                yield from (value for value in condition[field] if value.literal)


@further_check(EMPTY_FIELD, kinds=KIND, rows=["AP-32", "AP-34"], when=["when"])
def empty_in_condition(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an empty key or value."""
    for condition in _conditions(policy):
        for text in (condition["key"], *condition["values"], *condition["notValues"]):
            if text.value == "":
                is_key = text.name == "key"
                yield finding(
                    text,
                    rejected(f"{'the key' if is_key else 'a value'} of a condition is empty", "AuthorizationPolicy"),
                    hint="set the key, or remove the condition"
                    if is_key
                    else 'use `values: ["*"]` to require any value, `notValues: ["*"]` to require that it is absent',
                )


@further_check(CONDITION_WITHOUT_CONTENT, kinds=KIND, rows=["AP-33"], when=["when"])
def condition_without_values(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a condition without values."""
    for condition in _conditions(policy):
        lists = (condition["values"], condition["notValues"])
        if condition["key"].text and all(values.value in (None, []) for values in lists):
            yield finding(
                condition["key"],
                rejected(f"the condition on `{condition['key'].text}` has no values", "AuthorizationPolicy"),
                hint="add `values` or `notValues`",
            )


@check(
    "unknown-condition-key", severity="error", evidence="document", kinds=KIND,
    rows=["AP-35", "AP-36", "AP-41", "AP-42", "AP-43"], fixable=True,
    when=["when"],
)  # fmt: skip
def unknown_condition_key(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report unknown keys."""
    for condition in _conditions(policy):
        key = condition["key"]
        if not key.literal or key.text in _KEYS:
            continue
        if beginning := next((beginning for beginning in _WITH_NAME if key.text.startswith(beginning)), None):
            if not _ends_with_name(key.text):
                yield finding(
                    key,
                    rejected(f"condition key `{key.text}` is missing a name in brackets", "AuthorizationPolicy"),
                    hint=f"use `{beginning}{'NAME' if beginning.endswith('.') else ''}[...]`",
                )
            continue
        gone = next((hint for name, hint in _GONE.items() if key.text.split("[")[0] == name), None)
        near = nearest(key.text, [*_KEYS])
        hint = gone or (f"did you mean `{near[0][1]}`?" if near else f"use one of {', '.join(f'`{known}`' for known in _KEYS)}")
        fix = Fix(f"use `{near[0][1]}`", (Replace(key.place, near[0][1]),), safe=False) if near and not gone else None
        yield finding(key, rejected(f"unknown condition key `{key.text}`", "AuthorizationPolicy"), hint=hint, fix=fix)


def _ends_with_name(key: str) -> bool:
    name, bracket, rest = key.partition("[")
    return bool(name and bracket and key.endswith("]") and len(rest) > 1)


@further_check(INVALID_ADDRESS, kinds=KIND, rows=["AP-37"], when=["when"])
def addresses_in_conditions(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid addresses in values."""
    for value in _values(policy, *_ADDRESSES):
        yield from address_faults(value)


@further_check(INVALID_PORT, kinds=KIND, rows=["AP-38"], when=["when"])
def ports_in_conditions(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid ports in values."""
    yield from faults(_values(policy, "destination.port"), port_fault, "port", 'list individual ports, as in `["8080", "8081"]`')


@further_check(INVALID_SERVICE_ACCOUNT, kinds=KIND, rows=["AP-39"], when=["when"])
def accounts_in_conditions(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid service accounts in values."""
    values = _values(policy, "source.serviceAccount")
    yield from faults(values, service_account_fault, "service account", "use `NAME` or `NAMESPACE/NAME`")


@further_check(INVALID_TRUST_DOMAIN, kinds=KIND, rows=["AP-40"], when=["when"])
def trust_domains_in_conditions(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid trust domains in values."""
    values = _values(policy, "source.trustDomain")
    yield from faults(
        values, lambda text: trust_domain_fault(text, slash=True), "trust domain", "use a name such as `cluster.local`"
    )
