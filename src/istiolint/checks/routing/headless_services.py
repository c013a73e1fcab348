"""Headless Services: the DNS names of their pods are not hosts of the mesh."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check("destination-rule-for-pods", severity="warning", evidence="contradiction", kinds=["DestinationRule"])
def destination_rule_for_pods(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report rules for the pods of a headless Service; proxies look up rules only for the Service."""
    host = rule.spec["host"]
    domain = f".svc.{mesh.settings.cluster_domain}"
    pod, _, service_name = host.text.removesuffix(domain).partition(".")
    name, dot, namespace = service_name.partition(".")
    if (
        not (host.text.endswith(domain) and pod and name and dot and namespace)
        or "." in namespace
        or any(mesh.hosts.overlapping(host.text))
    ):
        return
    service = mesh.get("Service", namespace, name)
    if service is None or service.spec["clusterIP"].text != "None" or mesh.exclusive(rule, service):
        return
    whole = f"{name}.{namespace}{domain}"
    yield finding(
        host,
        f"rule for `{host.text}` never applies: pods of headless Service `{namespace}/{name}` use the DestinationRules for "
        f"`{whole}`",
        hint=f"set `host: {whole}`, or declare the pods as hosts in a ServiceEntry",
        related=[(service.spec["clusterIP"], "the Service is headless")],
    )
