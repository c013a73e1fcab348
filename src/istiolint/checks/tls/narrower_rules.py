"""TLS settings that a narrower DestinationRule drops."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.visibility import sees
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_LOST = ("DISABLE", "SIMPLE", "MUTUAL")
"""Modes that only a rule can set. Auto mTLS sets `ISTIO_MUTUAL` unless `enableAutoMtls` is off."""


@check(
    "narrower-rule-drops-tls", severity="warning", evidence="contradiction", tags=["security"], kinds=["DestinationRule"],
    codes=["KIA0204"],
    beside=["tls"],
)  # fmt: skip
def narrower_rule_drops_tls(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a rule without the TLS that a wider rule sets, which Istio ignores for the host of the narrower rule."""
    fqdn = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    if not fqdn or rule.spec["trafficPolicy"]["tls"].value is not None:
        return
    if any(setting["tls"].value is not None for setting in rule.spec["trafficPolicy"]["portLevelSettings"]):
        return
    wider_rules = list(mesh.destination_rules.wider(fqdn))
    automatic = mesh.config.on("enableAutoMtls") if wider_rules else True
    places = {rule.namespace, mesh.root_namespace, *(() if automatic else _owners(fqdn, mesh))}
    for other in wider_rules:
        mode, wider = other.spec["trafficPolicy"]["tls"]["mode"], other.spec["host"].text
        lost = mode.text in _LOST or (mode.text == "ISTIO_MUTUAL" and not automatic)
        if not lost or mesh.exclusive(rule, other):
            continue
        if other.namespace in places and sees(rule.namespace, mesh.destination_rules.scope(other)):
            yield finding(
                rule.spec["host"],
                f"this rule replaces the one for `{wider}` but sets no TLS; `tls.mode: {mode.text}` does not apply to this host",
                hint="repeat `trafficPolicy.tls` in this rule",
                related=[(mode, "TLS of the wider rule")],
            )
            return


def _owners(host: str, mesh: Mesh) -> set[str]:
    """Return the namespaces of the services behind a host, or behind all hosts of a namespace."""
    suffix = f".svc.{mesh.settings.cluster_domain}"
    if host.startswith("*.") and host.endswith(suffix):
        return {host.removeprefix("*.").removesuffix(suffix)}
    return set(mesh.hosts.namespaces_of(host))
