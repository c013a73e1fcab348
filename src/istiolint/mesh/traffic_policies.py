"""Traffic policies of a DestinationRule: at its top, of each subset, and of single ports in each of these."""

from collections.abc import Iterator

from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once


@once
def host_policies(rule: Resource) -> Iterator[Cursor]:
    """The policy for the host and those of the subsets, where they are mappings."""
    for policy in (rule.spec["trafficPolicy"], *(subset["trafficPolicy"] for subset in rule.spec["subsets"])):
        if isinstance(policy.value, dict):
            yield policy


@once
def traffic_policies(rule: Resource) -> Iterator[Cursor]:
    """All of these, each followed by its settings for single ports."""
    for policy in host_policies(rule):
        yield policy
        yield from (port for port in policy["portLevelSettings"] if isinstance(port.value, dict))
