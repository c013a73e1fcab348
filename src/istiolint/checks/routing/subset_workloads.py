"""Subsets of DestinationRules against the workloads of their host."""

from collections.abc import Iterator, Mapping

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.workload import Workload
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

TOPOLOGY = (
    "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone", "kubernetes.io/hostname",
    "topology.istio.io/cluster", "topology.istio.io/network",
)  # fmt: skip
"""Labels that istiod adds to endpoints, from the node of a pod or from its cluster and network; empty ones it leaves out."""


@check(
    "subset-without-workload", severity="warning", evidence="contradiction", kinds=["DestinationRule"],
    codes=["IST0173", "KIA0203"],
    when=["subsets"],
)  # fmt: skip
def subset_without_workload(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report subsets whose labels no workload of the host has."""
    endpoints = list(_endpoints(rule, mesh))
    if all(isinstance(endpoint, Workload) and mesh.exclusive(rule, endpoint.resource) for endpoint in endpoints):
        return  # also where there is none: see routed-service-without-workload
    fqdn = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    for subset in rule.spec["subsets"]:
        labels = subset["labels"]
        if labels.labels and not any(_carries(endpoint, labels.labels, mesh) for endpoint in endpoints):
            wanted = ", ".join(f"{key}: {value}" for key, value in labels.labels.items())
            yield finding(
                labels,
                f"no workload of `{rule.spec['host'].text}` has `{wanted}`; subset `{subset['name'].text}` is empty, and "
                "requests to it fail with 503",
                hint=_seen(endpoints, labels.labels),
                severity=None if mesh.virtual_services.routes_to_subset(fqdn, subset["name"].text) else "info",
            )


def _endpoints(rule: Resource, mesh: Mesh) -> Iterator[Workload | dict[str, str]]:
    """The workloads of the rule's host, and the labels of endpoints that ServiceEntries list."""
    for known in mesh.hosts.overlapping(mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)):
        service = known.resource
        if service is not None and service.type == "Service":
            yield from mesh.workloads.of_service(service)
            yield from mesh.other_clusters.pods_of(service)
        elif service is not None and service.type == "ServiceEntry":
            selector = service.spec["workloadSelector"]["labels"].labels
            yield from mesh.workloads.selected(selector, service.namespace) if selector else ()
            yield from ({**service.labels, **endpoint["labels"].labels} for endpoint in service.spec["endpoints"])


def _carries(endpoint: Workload | dict[str, str], wanted: Mapping[str, str], mesh: Mesh) -> bool:
    if isinstance(endpoint, dict):
        return wanted.items() <= endpoint.items()
    labels = endpoint.labels
    missing = {key: value for key, value in wanted.items() if labels.get(key) != value}
    if any(key not in TOPOLOGY or not value for key, value in missing.items()):
        return False
    node = mesh.get("Node", "", endpoint.spec["nodeName"].text)
    # where the pods will run is not known before they do
    return node is None or all(node.labels.get(key) == value for key, value in missing.items())


def _seen(endpoints: list[Workload | dict[str, str]], wanted: Mapping[str, str]) -> str:
    """Return the hint with the labels that the workloads have instead."""
    carried = [endpoint if isinstance(endpoint, dict) else endpoint.labels for endpoint in endpoints]
    for key in wanted:
        values = sorted({labels[key] for labels in carried if key in labels})
        if values and wanted[key] not in values:
            return f"use a label of its workloads: {', '.join(f'`{key}: {value}`' for value in values[:5])}"
    return "use labels that the pods have"
