"""Rules of AuthorizationPolicies: sources and operations, and what their lists may hold."""

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
from istiolint.rules.check import finding, further_check

KIND = ("AuthorizationPolicy",)


def both(*fields: str) -> tuple[str, ...]:
    """Fields, each followed by its negative form."""
    return tuple(name for field in fields for name in (field, f"not{field[0].upper()}{field[1:]}"))


_SOURCE = ("principals", "requestPrincipals", "namespaces", "ipBlocks", "remoteIpBlocks", "serviceAccounts", "trustDomains")
_OPERATION = ("hosts", "ports", "methods", "paths")
_HOLDS = {"from": ("source", both(*_SOURCE)), "to": ("operation", both(*_OPERATION))}
"""What the items of a list hold, and the lists in it."""
_TELLS_ITSELF = ("serviceAccounts", "trustDomains")
"""Lists whose empty entries are told by what checks the others."""


@once
def _items(policy: Resource) -> Iterator[Cursor]:
    """The items of `from` and `to` that are mappings."""
    for rule in policy.spec["rules"]:
        yield from (item for part in _HOLDS for item in rule[part] if isinstance(item.value, dict))


def _parts(policy: Resource) -> Iterator[tuple[Cursor, str, tuple[str, ...]]]:
    """The same, with the name of what they hold and the lists that it has."""
    for item in _items(policy):
        yield item, *_HOLDS[str(item.path[-2])]


def _texts(policy: Resource, *fields: str) -> Iterator[Cursor]:
    """The texts in some lists."""
    for item, name, _ in _parts(policy):
        for field in fields:
            for text in item[name][field]:
                if isinstance(text.value, str) and not text.unresolved:
                    yield text


@further_check(CONDITION_WITHOUT_CONTENT, kinds=KIND, rows=["AP-20", "AP-21", "AP-27", "AP-28"])
def part_without_content(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An item of `from` or `to` that says nothing."""
    for item, name, fields in _parts(policy):
        part = item[name]
        if part.value is None and item.mapping.keys() <= {name}:
            yield _says_nothing(item, f"this item has no `{name}`")
        elif isinstance(part.value, dict) and part.mapping.keys() <= set(fields) and not any(part[field] for field in fields):
            yield _says_nothing(part.key, f"`{name}` says nothing")


def _says_nothing(at: Cursor | Place, what: str) -> Finding:
    return finding(
        at,
        f"{what}; Istio refuses the AuthorizationPolicy, and nothing is enforced",
        hint="write the condition, or delete the item; `rules: [{}]` matches every request",
    )


@further_check(EMPTY_FIELD, kinds=KIND, rows=["AP-24", "AP-30"])
def empty_text(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An empty text in a list."""
    for item, name, fields in _parts(policy):
        for field in fields:
            for text in item[name][field]:
                if text.value == "" and field not in both(*_TELLS_ITSELF):
                    yield finding(
                        text, f"an entry of `{field}` is empty; Istio refuses the AuthorizationPolicy", hint='write `"*"` for any'
                    )


@further_check(
    INVALID_ADDRESS,
    kinds=KIND,
    rows=["AP-23", "P-09", "P-10"],
    when=["ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks"],
)
def source_addresses(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Addresses of clients."""
    for text in _texts(policy, *both("ipBlocks", "remoteIpBlocks")):
        yield from address_faults(text)


def address_faults(at: Cursor) -> Iterator[Finding]:
    """A text that is neither an address nor a range."""
    if at.text and not is_ip_address(at.text) and not is_cidr(at.text):
        yield finding(
            at,
            f"`{at.text}` is neither an IP address nor a range; Istio refuses the AuthorizationPolicy",
            hint=leading_zeros(at.text) or "write an address such as `192.0.2.7`, or a range such as `192.0.2.0/24`",
        )


@further_check(INVALID_SERVICE_ACCOUNT, kinds=KIND, rows=["AP-25"], when=["serviceAccounts", "notServiceAccounts"])
def service_accounts(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Service accounts of clients."""
    yield from faults(
        _texts(policy, *both("serviceAccounts")), service_account_fault, "service account", "write `NAME`, or `NAMESPACE/NAME`"
    )


@further_check(INVALID_TRUST_DOMAIN, kinds=KIND, rows=["AP-26"], when=["trustDomains", "notTrustDomains"])
def trust_domains(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Trust domains of clients."""
    yield from faults(
        _texts(policy, *both("trustDomains")), trust_domain_fault, "trust domain", "write a name such as `cluster.local`"
    )


@further_check(INVALID_PORT, kinds=KIND, rows=["AP-29"])
def ports(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ports of operations."""
    yield from faults(_texts(policy, *both("ports")), port_fault, "port", 'list single numbers, as in `["8080", "8081"]`')


@further_check(INVALID_PATH_TEMPLATE, kinds=KIND, rows=["AP-31"])
def path_templates(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Templates in paths."""
    yield from faults(
        _texts(policy, *both("paths")), path_fault, "path", "write `{*}` for one segment, and `{**}` for all that follow"
    )


def faults(texts: Iterator[Cursor], fault_of: Callable[[str], str | None], what: str, hint: str) -> Iterator[Finding]:
    """Texts that are not what they should be."""
    for text in texts:
        if fault := fault_of(text.text):
            yield finding(text, f"`{text.text}` is no {what}: {fault}; Istio refuses the AuthorizationPolicy", hint=hint)


def port_fault(text: str) -> str | None:
    """What keeps a text from being a port as policies have it: digits of a number to 65535. (An empty one is told elsewhere.)"""
    if not text or (
        text.isascii() and text.isdecimal() and len(text.lstrip("0")) <= 5 and int(text.lstrip("0") or 0) <= LARGEST_PORT
    ):
        return None
    return "it knows neither ranges nor wildcards" if set("-*,") & set(text) else "it is not a number to 65535"
