"""Load balancers: hash keys, tables and rings, and warm-up."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import DUPLICATE_NAME, EMPTY_FIELD
from istiolint.fields.duplicates import duplicates
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import CONFLICTING_FIELDS, OUT_OF_RANGE

_LARGEST_TABLE = 5000011
"""Envoy's Maglev tables are smaller than this."""


def _load_balancers(rule: Resource) -> Iterator[Cursor]:
    for policy in traffic_policies(rule):
        yield policy["loadBalancer"]


@further_check(EMPTY_FIELD, kinds=["DestinationRule"], rows=["LB-01", "LB-02"], when=["loadBalancer"])
def cookie_without_name(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report cookies and cookie attributes with an empty name. The schema checks report missing names."""
    for balancer in _load_balancers(rule):
        cookie = balancer["consistentHash"]["httpCookie"]
        for name in (cookie["name"], *(attribute["name"] for attribute in cookie["attributes"])):
            if name.value == "":
                what = "the cookie" if name.path[-2] == "httpCookie" else "an attribute of the cookie"
                yield finding(name, rejected(f"the name of {what} is empty", "DestinationRule"), hint="set a name")


@further_check(DUPLICATE_NAME, kinds=["DestinationRule"], rows=["LB-03"], when=["loadBalancer"])
def duplicate_attribute(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report cookie attributes with the same name."""
    for balancer in _load_balancers(rule):
        yield from duplicates(balancer["consistentHash"]["httpCookie"]["attributes"], "attribute", rule.kind)


@further_check(CONFLICTING_FIELDS, kinds=["DestinationRule"], rows=["LB-05", "LB-09"], when=["loadBalancer"])
def two_rings(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the legacy ring size next to a hash algorithm with its own, and two ways to prefer nearby endpoints."""
    for balancer in _load_balancers(rule):
        hash_, old = balancer["consistentHash"], balancer["consistentHash"]["minimumRingSize"]
        pairs = [(old, hash_[name]) for name in ("ringHash", "maglev") if old.value not in (None, 0, "0")]
        pairs.append((balancer["localityLbSetting"], balancer["zoneAwareLbSetting"]))
        for one, other in pairs:
            if one.value is not None and isinstance(other.value, dict):
                yield finding(
                    other.key,
                    rejected(f"`{one.name}` and `{other.name}` are mutually exclusive", "DestinationRule"),
                    hint="keep one of them",
                    related=[(one.key, f"`{one.name}` is set here")],
                )


@check(
    "invalid-hash-table", severity="error", evidence="document", kinds=["DestinationRule"],
    rows=["LB-06", "LB-07", "LB-08"],
    when=["loadBalancer"],
)  # fmt: skip
def invalid_hash_table(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report Maglev table sizes that Envoy does not accept."""
    for balancer in _load_balancers(rule):
        maglev = balancer["consistentHash"]["maglev"]
        size = maglev["tableSize"]
        if isinstance(maglev.value, dict) and size.value is None and maglev.mapping.keys() <= {"tableSize"}:
            yield finding(maglev.key, rejected("`maglev` has no `tableSize`", "DestinationRule"), hint="set `tableSize: 65537`")
        elif size.number is not None and size.number >= 0 and (fault := _table_fault(size.number)):
            yield finding(
                size,
                rejected(f"invalid Maglev table size `{size.number}`: {fault}", "DestinationRule"),
                hint=_prime_near(size.number),
            )


def _table_fault(size: int) -> str | None:
    if size >= _LARGEST_TABLE:
        return f"not less than {_LARGEST_TABLE}"
    return None if _is_prime(size) else "not a prime number"


def _is_prime(number: int) -> bool:
    """Whether a number is prime as Envoy defines it, which includes 1."""
    return number in (1, 2, 3) or (
        number > 1 and number % 2 != 0 and all(number % odd for odd in range(3, int(number**0.5) + 1, 2))
    )


def _prime_near(number: int) -> str:
    """Return a hint with the first valid table size at or above a number."""
    start = number if 1 < number < _LARGEST_TABLE - 100 else 65537
    return f"use `{next(candidate for candidate in range(start, start + 1000) if _is_prime(candidate))}`"


@further_check(OUT_OF_RANGE, kinds=["DestinationRule"], rows=["LB-14"], when=["warmup"])
def aggression(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report warm-up aggression values that are not positive."""
    for balancer in _load_balancers(rule):
        value = balancer["warmup"]["aggression"]
        if isinstance(value.value, (int, float)) and not isinstance(value.value, bool) and value.value <= 0:
            yield finding(
                value,
                rejected(f"invalid `aggression` `{value.value}`: not greater than 0", "DestinationRule"),
                hint="set 1 for a linear increase of traffic",
            )
