"""TLS to external servers: missing verification, and settings that only gateways honor."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_BEGUN = ("SIMPLE", "MUTUAL")


def _settings(rule: Resource) -> Iterator[Cursor]:
    for policy in traffic_policies(rule):
        if policy["tls"]["mode"].text in _BEGUN:
            yield policy["tls"]


@check(
    "server-not-verified",
    severity="warning",
    evidence="document",
    tags=["security"],
    kinds=["DestinationRule"],
    when=["insecureSkipVerify"],
)
def server_not_verified(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TLS to a server that is not verified."""
    for tls in _settings(rule):
        if tls["insecureSkipVerify"].value is True and not tls["caCertificates"] and not tls["subjectAltNames"]:
            yield finding(
                tls["insecureSkipVerify"],
                f"`insecureSkipVerify` accepts any certificate; an attacker on the path to `{rule.spec['host'].text}` can read "
                "and change the traffic",
                hint="set `caCertificates` to the CA, and `subjectAltNames` to the name of the server",
            )


@check("tls-without-sni", severity="info", evidence="document", tags=["security"], kinds=["DestinationRule"], when=["tls"])
def tls_without_sni(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TLS for a wildcard host without a server name. (For a single host, Istio uses the host.)"""
    if "*" not in rule.spec["host"].text:
        return
    for tls in _settings(rule):
        if not tls["sni"] and not tls["subjectAltNames"]:
            yield finding(
                tls["mode"],
                f"TLS for `{rule.spec['host'].text}` has no `sni` or `subjectAltNames`; the server name is verified only for "
                "HTTP requests",
                hint="use one DestinationRule per host, or set `sni` and `subjectAltNames`",
            )


@check(
    "credential-only-for-gateways",
    severity="warning",
    evidence="document",
    tags=["security"],
    kinds=["DestinationRule"],
    when=["credentialName"],
)
def credential_only_for_gateways(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a credential that sidecars do not read."""
    if rule.spec["workloadSelector"].exists or rule.namespace == mesh.root_namespace:
        return
    for tls in _settings(rule):
        credential = tls["credentialName"]
        files = (tls[field] for field in ("clientCertificate", "privateKey", "caCertificates"))
        if credential.text and not credential.text.startswith("configmap://") and not any(files):
            if any(is_gateway(workload) for workload in mesh.workloads.in_namespace(rule.namespace)):
                return
            yield finding(
                credential,
                f"only gateways read `credentialName: {credential.text}`; sidecars do not originate TLS and send plaintext",
                hint="add a `workloadSelector`, or set file paths such as `caCertificates`",
            )
