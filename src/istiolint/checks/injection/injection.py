"""Sidecar injection: the labels of namespaces, and pods that need a sidecar."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.injection import (
    DATAPLANE_MODE,
    INJECT,
    NAMESPACE_INJECTION,
    REVISION,
    SYSTEM_NAMESPACES,
    is_gateway,
    proxy_container,
)
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY, WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "conflicting-injection-labels",
    severity="warning",
    evidence="document",
    kinds=["Namespace"],
    codes=["IST0123"],
)
def conflicting_injection_labels(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report labels that request a sidecar twice, or both a sidecar and ambient mode."""
    labels = namespace.metadata["labels"]
    injection, revision, mode = labels[NAMESPACE_INJECTION], labels[REVISION], labels[DATAPLANE_MODE]
    if injection.exists and injection.text != "enabled":
        return
    ambient = mode.text == "ambient"
    if injection.exists and revision.text:
        yield finding(
            revision,
            f"`{REVISION}: {revision.text}` is ignored because `{NAMESPACE_INJECTION}: enabled` is also set; the default "
            "revision injects the sidecar",
            hint=f"remove `{NAMESPACE_INJECTION}` to move the namespace to the revision",
            related=[(injection, "this label takes precedence")],
        )
    elif ambient and (injection.exists or revision.text):
        label = injection if injection.exists else revision
        yield finding(
            mode,
            f"`{DATAPLANE_MODE}: ambient` is ignored because `{label.name}: {label.text}` is also set; new pods get a sidecar",
            hint=f"remove `{label.name}` to move the namespace to ambient mode",
            related=[(label, "this label takes precedence")],
            severity="info" if revision.text and _is_for_gateways(namespace, mesh) else None,
        )


def _is_for_gateways(namespace: Resource, mesh: Mesh) -> bool:
    """Return whether a namespace runs only gateways, whose pods run a proxy in either mode."""
    workloads = mesh.workloads.in_namespace(namespace.name)
    if workloads:
        return all(is_gateway(workload) for workload in workloads)
    return namespace.name.startswith("istio-") or bool(mesh.in_namespace(KUBERNETES_GATEWAY, namespace.name))


_MEANT = {
    "enabled": "enabled",
    "true": "enabled",
    "on": "enabled",
    "disabled": "disabled",
    "false": "disabled",
    "off": "disabled",
}


@check("injection-label-value", severity="error", evidence="document", kinds=["Namespace"], fixable=True)
def injection_label_value(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report values of `istio-injection` that no webhook selects."""
    label = namespace.metadata["labels"][NAMESPACE_INJECTION]
    if label.text and label.text not in ("enabled", "disabled"):
        meant = _MEANT.get(label.text.lower())
        yield finding(
            label,
            f"invalid value `{NAMESPACE_INJECTION}: {label.text}`; only `enabled` in lower case enables injection",
            hint=f"use `{meant}`" if meant else "use `enabled` or `disabled`",
            fix=Fix(f"use `{meant}`", (Replace(label.place, meant),), safe=label.text.lower() == meant) if meant else None,
        )


@check(
    "namespace-without-injection",
    severity="info",
    evidence="heuristic",
    kinds=["Namespace"],
    codes=["IST0102"],
    default=False,
)
def namespace_without_injection(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report namespaces without any injection label."""
    if _is_undecided(namespace, mesh) and not mesh.injection.enabled_by_default:
        yield finding(
            namespace.metadata["name"],
            f"namespace `{namespace.name}` has no injection label; its pods get no sidecar",
            hint=f"set the label `{NAMESPACE_INJECTION}` to `enabled` or `disabled`",
        )


@check(
    "namespace-injected-by-default",
    severity="info",
    evidence="heuristic",
    kinds=["Namespace"],
    codes=["IST0148"],
    default=False,
)
def namespace_injected_by_default(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report namespaces without a label that the injector injects by default."""
    if _is_undecided(namespace, mesh) and mesh.injection.enabled_by_default:
        yield finding(
            namespace.metadata["name"],
            f"namespace `{namespace.name}` has no injection label, but `enableNamespacesByDefault` is set; its pods get a "
            f"sidecar",
            hint=f"set the label `{NAMESPACE_INJECTION}` to `enabled` or `disabled`",
        )


@check(
    "pod-without-sidecar",
    severity="warning",
    evidence="contradiction",
    kinds=["Pod"],
    codes=["IST0103"],
    default=False,
)
def pod_without_sidecar(pod: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report pods from a cluster that have no proxy although injection is enabled."""
    workload = mesh.workloads.of(pod)
    membership = mesh.injection.of(workload) if workload else None
    if workload and membership and membership.state == "sidecar" and not proxy_container(workload):
        yield finding(
            pod.metadata["name"],
            f"pod has no `istio-proxy` container, although {membership.because}; it runs outside the mesh",
            hint="restart the workload to inject the sidecar",
            related=[(membership.at, "injection is enabled here")] if membership.at is not None else [],
        )


@check(
    "image-auto-not-injected",
    severity="error",
    evidence="missing",
    kinds=[kind for kind in WORKLOADS if kind != "Pod"],
    codes=["IST0146"],
)
def image_auto_not_injected(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a proxy with `image: auto` where injection is not enabled."""
    image = _auto(resource, mesh)
    workload = mesh.workloads.of(resource)
    if image is None or workload is None:
        return
    membership = mesh.injection.of(workload)
    if not membership.in_mesh and not workload.host_network:  # a gateway on the host network may be patched
        yield finding(
            image,
            f"`image: auto` is not replaced because {membership.because}; the proxy container does not start",
            hint='set the label `sidecar.istio.io/inject: "true"` on the pod, or `istio-injection: enabled` on its namespace',
            related=[(membership.at, "not injected because of this")] if membership.at is not None else [],
            severity="error" if membership.state == "outside" and membership.sure else "warning",
            known=membership.state == "outside" or mesh.settings.whole_mesh,
        )


@check(
    "image-auto-in-pod",
    severity="warning",
    evidence="heuristic",
    kinds=["Pod"],
    codes=["IST0147"],
    default=False,
)
def image_auto_in_pod(pod: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report pods from a cluster whose proxy still has the image `auto`."""
    image = _auto(pod, mesh)
    if image is not None:
        yield finding(
            image,
            "proxy of this pod still has `image: auto`; in a cluster, it was not injected and cannot start",
            hint="enable injection, then recreate the pod",
        )


@check(
    "proxy-image-differs",
    severity="warning",
    evidence="contradiction",
    kinds=["Namespace"],
    codes=["IST0158"],
)
def proxy_image_differs(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report pods whose proxy image differs from the one that the injector sets."""
    labels = namespace.labels
    if labels.get(NAMESPACE_INJECTION) != "enabled" and REVISION not in labels:
        return
    for workload in mesh.workloads.running_in(namespace.name):
        proxy = proxy_container(workload)
        expected = mesh.proxy_images.of(workload, labels.get(REVISION, "")) if proxy else frozenset()
        if proxy and expected and proxy["image"].text not in (*expected, "auto"):
            yield finding(
                namespace.metadata["name"],
                f"`{workload.title}` runs proxy `{proxy['image'].text}`, but the injector sets `{min(expected)}`",
                hint="restart the workload to update its proxy",
                related=[(proxy["image"], "current image")],
            )


def _auto(resource: Resource, mesh: Mesh) -> Cursor | None:
    workload = mesh.workloads.of(resource)
    proxy = proxy_container(workload) if workload else None
    return proxy["image"] if proxy and proxy["image"].text == "auto" else None


def _is_undecided(namespace: Resource, mesh: Mesh) -> bool:
    """Return whether a namespace has no label about injection; namespaces of Istio and Kubernetes need none."""
    labels = namespace.labels
    own = namespace.name in (mesh.root_namespace, "istio-system", *SYSTEM_NAMESPACES)
    return not (own or labels.get(NAMESPACE_INJECTION) or REVISION in labels or labels.get(DATAPLANE_MODE) == "ambient")


_STATUS = "sidecar.istio.io/status"
"""The annotation that the injector sets on a pod."""


@check(
    "pod-in-sidecar-and-ambient", severity="warning", evidence="document", kinds=WORKLOADS,
    codes=["KIA1311", "KIA1314", "KIA1315", "KIA1316"],
    when=["istio.io/dataplane-mode", "sidecar.istio.io/status"],
)  # fmt: skip
def pod_in_sidecar_and_ambient(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report pods whose labels request both a sidecar and ambient mode, and injected pods in ambient mode."""
    workload = mesh.workloads.of(resource)
    if workload is None or not workload.creates_pods:
        return
    proxy = proxy_container(workload)
    if proxy is not None and workload.metadata["annotations"][_STATUS].text:
        own = workload.metadata["labels"][DATAPLANE_MODE]
        namespace = mesh.injection.of_namespace(workload.namespace)
        if own.text == "ambient" or (not own.text and namespace.state == "ambient"):
            where = "" if own.text else f" in the ambient namespace `{workload.namespace}`"
            yield finding(
                own if own.text else proxy["name"],
                f"`{workload.title}`{where} has an injected sidecar; Istio does not redirect its traffic to ztunnel",
                hint="restart the workload without injection, or remove the ambient label",
                related=[(proxy["name"], "injected sidecar")] if own.text else [],
            )
            return
    labels = workload.metadata["labels"]
    mode, inject, revision = labels[DATAPLANE_MODE], labels[INJECT], labels[REVISION]
    sidecar = inject if inject.text == "true" else revision if revision.text and inject.text != "false" else None
    if mode.text == "ambient" and sidecar is not None:
        yield finding(
            mode,
            f"`{DATAPLANE_MODE}: ambient` is ignored because `{sidecar.name}: {sidecar.text}` is also set; the pods get a "
            f"sidecar",
            hint=f"remove `{sidecar.name}` for ambient mode, or this label for a sidecar",
            related=[(sidecar, "this label takes precedence")],
        )
