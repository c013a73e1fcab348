"""TLS settings that a narrower DestinationRule takes away."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_LOST = ("DISABLE", "SIMPLE", "MUTUAL")
"""Modes that come from nowhere else; mutual TLS of the mesh comes by itself."""


@check(
    "narrower-rule-drops-tls", severity="warning", evidence="contradiction", tags=["security"], kinds=["DestinationRule"],
    codes=["KIA0204"],
)  # fmt: skip
def narrower_rule_drops_tls(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A rule for one host, without the TLS that one for many hosts sets: for its host the other is not looked at."""
    fqdn = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    if "*" in fqdn or not fqdn or rule.spec["trafficPolicy"]["tls"].value is not None:
        return
    for other in mesh.destination_rules.wider(fqdn):
        mode = other.spec["trafficPolicy"]["tls"]["mode"]
        same_place = other.namespace in (rule.namespace, mesh.root_namespace)
        if mode.text in _LOST and same_place and not mesh.rivals(rule, other):
            yield finding(
                rule.spec["host"],
                f"this rule takes the place of that for `{other.spec['host'].text}`, and says nothing of TLS: its "
                f"`{mode.text}` does not hold "
                "for this host",
                hint="repeat `trafficPolicy.tls` here",
                related=[(mode, "the TLS of the wider rule")],
            )
            return
