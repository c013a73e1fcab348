"""Rules of AuthorizationPolicies: sources, operations, and the values that their lists accept."""

from collections.abc import Callable, Iterator

from istiolint.checks.schema.shared_rules import (
    CONDITION_WITHOUT_CONTENT,
    EMPTY_FIELD,
    INVALID_ADDRESS,
    INVALID_PATH_TEMPLATE,
    INVALID_PORT,
    INVALID_SERVICE_ACCOUNT,
    INVALID_TRUST_DOMAIN,
)
from istiolint.findings.finding import Finding, Place
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import is_cidr, is_ip_address, leading_zeros
from istiolint.primitives.identities import service_account_fault, trust_domain_fault
from istiolint.primitives.path_templates import path_fault
from istiolint.primitives.ports import LARGEST_PORT
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import finding, further_check, rejected

KIND = ("AuthorizationPolicy",)


def both(*fields: str) -> tuple[str, ...]:
    """Fields, each followed by its negative form."""
    return tuple(name for field in fields for name in (field, f"not{field[0].upper()}{field[1:]}"))


_SOURCE = ("principals", "requestPrincipals", "namespaces", "ipBlocks", "remoteIpBlocks", "serviceAccounts", "trustDomains")
_OPERATION = ("hosts", "ports", "methods", "paths")
_HOLDS = {"from": ("source", frozenset(both(*_SOURCE))), "to": ("operation", frozenset(both(*_OPERATION)))}
"""The field in each item of a list, and the lists in that field."""
_TELLS_ITSELF = ("serviceAccounts", "trustDomains")
"""Lists whose empty entries are reported by the check of their other entries."""


@once
def _parts(policy: Resource) -> Iterator[tuple[Cursor, str, frozenset[str]]]:
    """The items of `from` and `to` that are mappings, each with the name of its field and the lists in that field."""
    for rule in policy.spec["rules"]:
        for part, (name, fields) in _HOLDS.items():
            yield from ((item, name, fields) for item in rule[part] if isinstance(item.value, dict))


def _texts(policy: Resource, *fields: str) -> Iterator[Cursor]:
    """Yield the strings in some lists."""
    for item, name, _ in _parts(policy):
        for field in fields:
            for text in item[name][field]:
                if isinstance(text.value, str) and not text.unresolved:
                    yield text


@further_check(CONDITION_WITHOUT_CONTENT, kinds=KIND, rows=["AP-20", "AP-21", "AP-27", "AP-28"])
def part_without_content(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report items of `from` or `to` without conditions."""
    for item, name, fields in _parts(policy):
        part = item[name]
        if part.value is None and item.mapping.keys() <= {name}:
            yield _says_nothing(item, f"item without `{name}`")
        elif isinstance(part.value, dict) and part.mapping.keys() <= fields and not any(lists for _, lists in part.items()):
            yield _says_nothing(part.key, f"`{name}` has no conditions")


def _says_nothing(at: Cursor | Place, what: str) -> Finding:
    return finding(
        at,
        rejected(what, "AuthorizationPolicy"),
        hint="add a condition, or remove the item; `rules: [{}]` matches every request",
    )


@further_check(EMPTY_FIELD, kinds=KIND, rows=["AP-24", "AP-30"])
def empty_text(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report empty strings in lists."""
    for item, name, fields in _parts(policy):
        for field, texts in item[name].items():
            for text in texts if field in fields else ():
                if text.value == "" and field not in both(*_TELLS_ITSELF):
                    yield finding(
                        text,
                        rejected(f"an entry of `{field}` is empty", "AuthorizationPolicy"),
                        hint=_instead_of_empty(field),
                    )


def _instead_of_empty(field: str) -> str:
    if field.startswith("not"):
        return f"write the value to exclude, or remove the entry; `{field}` excludes nothing then"
    return "use a port number, or remove `ports` for any port" if field == "ports" else 'use `"*"` for any value'


@further_check(
    INVALID_ADDRESS,
    kinds=KIND,
    rows=["AP-23", "P-09", "P-10"],
    when=["ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks"],
)
def source_addresses(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid client addresses."""
    for text in _texts(policy, *both("ipBlocks", "remoteIpBlocks")):
        yield from address_faults(text)


def address_faults(at: Cursor) -> Iterator[Finding]:
    """Report a text that is neither an IP address nor a CIDR range."""
    if at.text and not is_ip_address(at.text) and not is_cidr(at.text):
        yield finding(
            at,
            rejected(f"`{at.text}` is neither an IP address nor a CIDR range", "AuthorizationPolicy"),
            hint=leading_zeros(at.text) or "use an address such as `192.0.2.7`, or a range such as `192.0.2.0/24`",
        )


@further_check(INVALID_SERVICE_ACCOUNT, kinds=KIND, rows=["AP-25"], when=["serviceAccounts", "notServiceAccounts"])
def service_accounts(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid service accounts."""
    yield from faults(
        _texts(policy, *both("serviceAccounts")), service_account_fault, "service account", "use `NAME` or `NAMESPACE/NAME`"
    )


@further_check(INVALID_TRUST_DOMAIN, kinds=KIND, rows=["AP-26"], when=["trustDomains", "notTrustDomains"])
def trust_domains(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid trust domains."""
    yield from faults(
        _texts(policy, *both("trustDomains")), trust_domain_fault, "trust domain", "use a name such as `cluster.local`"
    )


@further_check(INVALID_PORT, kinds=KIND, rows=["AP-29"], when=["ports", "notPorts"])
def ports(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid ports."""
    yield from faults(_texts(policy, *both("ports")), port_fault, "port", 'list individual ports, as in `["8080", "8081"]`')


@further_check(INVALID_PATH_TEMPLATE, kinds=KIND, rows=["AP-31"], when=["paths", "notPaths"])
def path_templates(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid path templates."""
    yield from faults(
        _texts(policy, *both("paths")), path_fault, "path", "use `{*}` for one segment, and `{**}` for all remaining segments"
    )


def faults(texts: Iterator[Cursor], fault_of: Callable[[str], str | None], what: str, hint: str) -> Iterator[Finding]:
    """Report texts that are not a valid `what`."""
    for text in texts:
        if fault := fault_of(text.text):
            yield finding(text, rejected(f"invalid {what} `{text.text}`: {fault}", "AuthorizationPolicy"), hint=hint)


def port_fault(text: str) -> str | None:
    """What is wrong with a text as a port of a policy, a number up to 65535. (Another check reports an empty one.)"""
    if not text or (
        text.isascii() and text.isdecimal() and len(text.lstrip("0")) <= 5 and int(text.lstrip("0") or 0) <= LARGEST_PORT
    ):
        return None
    return "ranges and wildcards are not supported" if set("-*,") & set(text) else "not a number up to 65535"
