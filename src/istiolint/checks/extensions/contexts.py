"""Contexts of EnvoyFilter patches against the proxies that the EnvoyFilter applies to."""

from collections.abc import Iterator, Sequence

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import names
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_SIDECAR = ("SIDECAR_INBOUND", "SIDECAR_OUTBOUND")
_FEW = 2


@check("envoyfilter-context-without-proxy", severity="warning", evidence="missing", kinds=["EnvoyFilter"])
def envoyfilter_context_without_proxy(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a patch for gateways that applies only to sidecars, or the other way round."""
    labels = envoy_filter.spec["workloadSelector"]["labels"].labels
    bound = envoy_filter.spec["targetRef"] or envoy_filter.spec["targetRefs"]
    if bound:
        yield from _at_targets(envoy_filter, mesh)
    if bound or (envoy_filter.namespace == mesh.root_namespace and not labels):
        return
    everywhere = envoy_filter.namespace == mesh.root_namespace
    workloads = mesh.workloads.selected(labels, None if everywhere else envoy_filter.namespace)
    if not workloads or any(mesh.exclusive(envoy_filter, workload.resource) for workload in workloads[:_FEW]):
        return
    gateways = [workload for workload in workloads if is_gateway(workload) or mesh.entrances.gateways_on(workload)]
    for patch in envoy_filter.spec["configPatches"]:
        context = patch["match"]["context"]
        if context.text == "GATEWAY" and not gateways and not _has_gateway(envoy_filter, labels, mesh):
            yield finding(
                context,
                f"`GATEWAY` does not match any proxy: this EnvoyFilter applies only to "
                f"{'the sidecar' if len(workloads) == 1 else 'sidecars'} of {names(workloads, _FEW)}",
                hint=_elsewhere(mesh) or "move the EnvoyFilter to the namespace of the gateway's pods, or use a sidecar context",
                known=mesh.settings.whole_mesh or bool(labels) or _is_complete(envoy_filter, workloads, mesh),
            )
        elif context.text in _SIDECAR and len(gateways) == len(workloads):
            yield finding(
                context,
                f"`{context.text}` does not match any proxy: this EnvoyFilter applies only to "
                f"{'the gateway' if len(workloads) == 1 else 'the gateways'} {names(workloads, _FEW)}",
                hint="use `context: GATEWAY`, or change the selector",
                known=mesh.settings.whole_mesh or bool(labels) or _is_complete(envoy_filter, workloads, mesh),
            )


def _at_targets(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report patches for sidecars whose targets are gateways only."""
    targets = [target for target in (envoy_filter.spec["targetRef"], *envoy_filter.spec["targetRefs"]) if target.mapping]
    gateways = [mesh.get(KUBERNETES_GATEWAY, envoy_filter.namespace, target["name"].text) for target in targets]
    of_gateways = [target["kind"].text == "Gateway" and bool(gateway) for target, gateway in zip(targets, gateways, strict=True)]
    if not of_gateways or not all(of_gateways):
        return
    for patch in envoy_filter.spec["configPatches"]:
        context = patch["match"]["context"]
        if context.text in _SIDECAR:
            yield finding(
                context,
                f"`{context.text}` does not match any proxy: this EnvoyFilter applies only to "
                f"Gateway `{targets[0]['name'].text}`",
                hint="use `context: GATEWAY`, or select the pods with `workloadSelector`",
                related=[(targets[0]["name"], "the target")],
            )


def _has_gateway(envoy_filter: Resource, labels: dict[str, str], mesh: Mesh) -> bool:
    """Return whether an EnvoyFilter may apply to a Gateway API gateway, whose pods are in no manifest."""
    return bool(mesh.in_namespace(KUBERNETES_GATEWAY, envoy_filter.namespace)) and (
        not labels or "gateway.networking.k8s.io/gateway-name" in labels
    )


def _is_complete(envoy_filter: Resource, workloads: Sequence[Workload], mesh: Mesh) -> bool:
    """Return whether the input is likely to contain all workloads of the namespace."""
    placed = envoy_filter.placed and all(workload.resource.placed for workload in workloads)
    return placed and not mesh.coverage.is_filled(envoy_filter.namespace)


def _elsewhere(mesh: Mesh) -> str:
    """Return a hint with the namespace of the gateways, if all run in one."""
    found = {workload.namespace for gateway in mesh.all("Gateway")[:_FEW] for workload in mesh.gateway_workloads.of(gateway)}
    return f"move the EnvoyFilter to namespace `{found.pop()}`, where the gateway runs" if len(found) == 1 else ""
