"""Warm-up, also called slow start: new endpoints receive less traffic at first."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_WITHOUT = ("RANDOM", "PASSTHROUGH")
"""Algorithms for which Envoy does not support slow start."""


@check("warm-up-without-effect", severity="warning", evidence="document", kinds=["DestinationRule"], when=["loadBalancer"])
def warm_up_without_effect(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report warm-up with an algorithm that does not support it."""
    for policy in traffic_policies(rule):
        balancer = policy["loadBalancer"]
        simple, hashed = balancer["simple"], balancer["consistentHash"]
        algorithm = simple if simple.text in _WITHOUT else hashed if isinstance(hashed.value, dict) else None
        if algorithm is None:
            continue
        named = f"`{simple.text}`" if algorithm is simple else "`consistentHash`"
        for field in ("warmup", "warmupDurationSecs"):
            if balancer[field]:
                yield finding(
                    balancer[field].key,
                    f"{named} does not support warm-up; new endpoints receive their full share of traffic immediately",
                    hint=f"use `ROUND_ROBIN` or `LEAST_REQUEST`, or remove `{field}`",
                    related=[(algorithm.key, "the algorithm")],
                )
