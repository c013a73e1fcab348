"""Gateways without matching workloads or Service ports."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.workload import Workload
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "gateway-without-workload", severity="error", evidence="missing", kinds=["Gateway"],
    codes=["IST0101", "KIA0302"],
)  # fmt: skip
def gateway_without_workload(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a selector that matches no workload."""
    selector = gateway.spec["selector"]
    if selector.labels and not mesh.gateway_workloads.runs(gateway):
        labels = ", ".join(f"{key}: {value}" for key, value in selector.labels.items())
        beside = mesh.gateway_workloads.beside(gateway) if gateway.namespace != mesh.root_namespace else ()
        beside = [pod for pod in beside if not mesh.exclusive(gateway, pod.resource)]
        pods = beside or (mesh.gateway_workloads.pods if mesh.settings.whole_mesh else ())
        yield finding(
            selector,
            f"no workload has the labels `{labels}`; no proxy serves this Gateway",
            hint=f"use labels of the gateway `{pods[0].title}`: {_labels(pods[0])}"
            if pods
            else "use the labels of the ingress gateway's pods",
            related=[(pod.metadata["labels"].key, "labels of a gateway") for pod in pods[:1]],
            known=mesh.settings.whole_mesh
            or (
                gateway.placed
                and any(pod.resource.placed for pod in beside)
                and mesh.coverage.lacks_workload(selector.labels, gateway.namespace, gateway)
            ),
            severity=None if mesh.settings.whole_mesh else "warning",
        )


def _labels(pod: Workload) -> str:
    """The labels by which a gateway is usually selected."""
    usual = {key: value for key, value in pod.labels.items() if key in ("istio", "app")} or dict(list(pod.labels.items())[:2])
    return ", ".join(f"`{key}: {value}`" for key, value in sorted(usual.items(), reverse=True))


@check(
    "gateway-port-not-on-service", severity="warning", evidence="contradiction", kinds=["Gateway"],
    codes=["IST0162"],
)  # fmt: skip
def gateway_port_not_on_service(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a server port that no Service of the gateway workloads exposes."""
    ports = mesh.gateway_workloads.ports(gateway)
    if not ports or not gateway.spec["selector"].labels or mesh.gateway_workloads.reached_otherwise(gateway):
        return
    for server in gateway.spec["servers"]:
        port = server["port"]["number"]
        if port.number and port.number not in ports:
            yield finding(
                port,
                f"no Service of the gateway workloads exposes port {port.number}; the server cannot be reached from outside",
                hint=f"add the port to the Service, or use one of its ports: {', '.join(map(str, sorted(ports)))}",
            )
