"""Hosts and subsets of DestinationRules."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import DUPLICATE_NAME, EMPTY_FIELD, INVALID_HOST, INVALID_LABEL, INVALID_SUBSET_NAME
from istiolint.fields.duplicates import duplicates
from istiolint.fields.labels import label_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.hosts import label_fault, pattern_fault
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check
from istiolint.schema.rules import MISSING_FIELD


@further_check(INVALID_HOST, kinds=["DestinationRule"], rows=["DR-01"])
def destination_rule_host(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The host of a DestinationRule."""
    host = rule.spec["host"]
    if host.literal and (fault := pattern_fault(host.text)):
        yield finding(
            host,
            f"`{host.text}` is no host of a DestinationRule: {fault}; Istio refuses it",
            hint="write the name of a service, such as `cart.storefront.svc.cluster.local`",
        )


@further_check(EMPTY_FIELD, kinds=["DestinationRule"], rows=["DR-01"])
def destination_rule_without_host(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A host that is empty. (Of a missing one the schema tells.)"""
    if rule.spec["host"].value == "":
        yield finding(
            rule.spec["host"],
            "the host is empty; Istio refuses the DestinationRule",
            hint="write the name of a service, such as `cart.storefront.svc.cluster.local`",
        )


@further_check(MISSING_FIELD, kinds=["DestinationRule"], rows=["DR-01", "DEC-11"])
def destination_rule_without_spec(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """No `spec` at all: the API server takes that, and Istio finds no host."""
    if rule.spec.value is None:
        yield finding(
            rule.spec.key if rule.spec.exists else rule.metadata["name"],
            "this DestinationRule has no `spec` and thus no host; Istio refuses it",
            hint="write `spec` with the `host` of a service",
        )


@further_check(DUPLICATE_NAME, kinds=["DestinationRule"], rows=["DR-02"], when=["subsets"])
def duplicate_subset(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two subsets of one name."""
    yield from duplicates(rule.spec["subsets"], "subset", rule.kind)


@further_check(EMPTY_FIELD, kinds=["DestinationRule"], rows=["DR-03"], when=["subsets"])
def subset_without_name(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A subset whose name is empty. (Of a missing one the schema tells.)"""
    for subset in rule.spec["subsets"]:
        if subset["name"].value == "":
            yield finding(
                subset["name"], "the name of a subset is empty; Istio refuses the DestinationRule", hint="name it, as in `v1`"
            )


@further_check(INVALID_SUBSET_NAME, kinds=["DestinationRule"], rows=["DR-04"], when=["subsets"])
def subset_name(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The names of subsets."""
    for subset in rule.spec["subsets"]:
        name = subset["name"]
        if name.literal and (fault := label_fault(name.text)):
            yield finding(
                name,
                f"{fault}: `{name.text}` is no name of a subset; Istio refuses the DestinationRule",
                hint="write a name of letters and digits with `-` between them, such as `v1`",
            )


@further_check(INVALID_LABEL, kinds=["DestinationRule"], rows=["DR-05", "P-15"], when=["subsets"])
def subset_labels(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The labels of subsets."""
    for subset in rule.spec["subsets"]:
        yield from label_faults(subset["labels"], rule.kind)
