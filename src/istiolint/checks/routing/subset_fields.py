"""Hosts and subsets of DestinationRules."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import DUPLICATE_NAME, EMPTY_FIELD, INVALID_HOST, INVALID_LABEL, INVALID_SUBSET_NAME
from istiolint.fields.duplicates import duplicates
from istiolint.fields.labels import label_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.hosts import label_fault, pattern_fault
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check, rejected
from istiolint.schema.rules import MISSING_FIELD


@further_check(INVALID_HOST, kinds=["DestinationRule"], rows=["DR-01"])
def destination_rule_host(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The host of a DestinationRule."""
    host = rule.spec["host"]
    if host.literal and (fault := pattern_fault(host.text)):
        yield finding(
            host,
            rejected(f"invalid host `{host.text}`: {fault}", "DestinationRule"),
            hint="use the name of a service, such as `cart.storefront.svc.cluster.local`",
        )


@further_check(EMPTY_FIELD, kinds=["DestinationRule"], rows=["DR-01"])
def destination_rule_without_host(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an empty host. (The schema covers a missing one.)"""
    if rule.spec["host"].value == "":
        yield finding(
            rule.spec["host"],
            rejected("empty host", "DestinationRule"),
            hint="use the name of a service, such as `cart.storefront.svc.cluster.local`",
        )


@further_check(MISSING_FIELD, kinds=["DestinationRule"], rows=["DR-01", "DEC-11"])
def destination_rule_without_spec(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a missing `spec`: the API server accepts that, and Istio finds no host."""
    if rule.spec.value is None:
        yield finding(
            rule.spec.key if rule.spec.exists else rule.metadata["name"],
            "DestinationRule without `spec` has no host; Istio rejects it",
            hint="add `spec` with the `host` of a service",
        )


@further_check(DUPLICATE_NAME, kinds=["DestinationRule"], rows=["DR-02"], when=["subsets"])
def duplicate_subset(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report subsets with the same name."""
    yield from duplicates(rule.spec["subsets"], "subset", rule.kind)


@further_check(EMPTY_FIELD, kinds=["DestinationRule"], rows=["DR-03"], when=["subsets"])
def subset_without_name(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report subsets with an empty name. (The schema covers a missing one.)"""
    for subset in rule.spec["subsets"]:
        if subset["name"].value == "":
            yield finding(subset["name"], rejected("empty subset name", "DestinationRule"), hint="set a name, such as `v1`")


@further_check(INVALID_SUBSET_NAME, kinds=["DestinationRule"], rows=["DR-04"], when=["subsets"])
def subset_name(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The names of subsets."""
    for subset in rule.spec["subsets"]:
        name = subset["name"]
        if name.literal and (fault := label_fault(name.text)):
            yield finding(
                name,
                rejected(f"invalid subset name `{name.text}`: {fault}", "DestinationRule"),
                hint="use letters, digits and `-`, such as `v1`",
            )


@further_check(INVALID_LABEL, kinds=["DestinationRule"], rows=["DR-05", "P-15"], when=["subsets"])
def subset_labels(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The labels of subsets."""
    for subset in rule.spec["subsets"]:
        yield from label_faults(subset["labels"], rule.kind)
