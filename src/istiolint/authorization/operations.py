"""Operations of AuthorizationPolicies, and the lists with which a policy rejects requests."""

from collections.abc import Iterator

from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once


@once
def operations(policy: Resource) -> Iterator[Cursor]:
    """Yield the operations of all rules."""
    for rule in policy.spec["rules"]:
        yield from (target["operation"] for target in rule["to"])


def keeping_out(policy: Resource, field: str) -> Iterator[Cursor]:
    """Yield the lists of `paths`, `hosts` and so on that reject requests: of a DENY policy, or negated in an ALLOW policy."""
    action = policy.spec["action"].text
    name = {"DENY": field, "ALLOW": f"not{field.capitalize()}", "": f"not{field.capitalize()}"}.get(action)
    if name:
        yield from (operation[name] for operation in operations(policy) if operation[name])
