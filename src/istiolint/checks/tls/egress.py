"""TLS towards others: servers that nobody verifies, and settings that only gateways heed."""

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
    """TLS to whoever answers."""
    for tls in _settings(rule):
        if tls["insecureSkipVerify"].value is True and not tls["caCertificates"] and not tls["subjectAltNames"]:
            yield finding(
                tls["insecureSkipVerify"],
                f"`insecureSkipVerify` takes any certificate: whoever is on the way to `{rule.spec['host'].text}` can read and "
                "change what "
                "is sent",
                hint="name the authority in `caCertificates`, and the server in `subjectAltNames`",
            )


@check("tls-without-sni", severity="info", evidence="document", tags=["security"], kinds=["DestinationRule"], when=["tls"])
def tls_without_sni(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """TLS for a wildcard that names no server. (For single hosts the name comes from the host.)"""
    if "*" not in rule.spec["host"].text:
        return
    for tls in _settings(rule):
        if not tls["sni"] and not tls["subjectAltNames"]:
            yield finding(
                tls["mode"],
                f"TLS begins for all of `{rule.spec['host'].text}`, and nothing says which server is meant: its name is "
                "verified only if the "
                "request says it",
                hint="write a DestinationRule for each host, or `sni` and `subjectAltNames`",
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
    """A credential that sidecars do not read."""
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
                f"only gateways read `{credential.text}`: sidecars begin no TLS by this rule, and send plain text",
                hint="select the workloads with `workloadSelector`, or name files with `caCertificates` and the like",
            )
