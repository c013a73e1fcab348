"""Who gets a sidecar: the labels of namespaces, and pods that count on one."""

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
    """Labels that ask for a sidecar in two ways, or for a sidecar and for ambient mode."""
    labels = namespace.metadata["labels"]
    injection, revision, mode = labels[NAMESPACE_INJECTION], labels[REVISION], labels[DATAPLANE_MODE]
    if injection.exists and injection.text != "enabled":
        return
    ambient = mode.text == "ambient"
    if injection.exists and revision.text:
        yield finding(
            revision,
            f"`{REVISION}: {revision.text}` is not heard beside `{NAMESPACE_INJECTION}: enabled`: the default revision injects",
            hint=f"remove `{NAMESPACE_INJECTION}` to move the namespace to the revision",
            related=[(injection, "this label counts")],
        )
    elif ambient and (injection.exists or revision.text):
        label = injection if injection.exists else revision
        yield finding(
            mode,
            f"`{DATAPLANE_MODE}: ambient` is not heard beside `{label.name}: {label.text}`: new pods get a sidecar",
            hint=f"remove `{label.name}` when the namespace moves to ambient mode",
            related=[(label, "this label counts")],
            severity="info" if revision.text and _is_for_gateways(namespace, mesh) else None,
        )


def _is_for_gateways(namespace: Resource, mesh: Mesh) -> bool:
    """Whether only gateways run in a namespace; their pods run a proxy in either mode."""
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
    """A value of `istio-injection` that no webhook selects."""
    label = namespace.metadata["labels"][NAMESPACE_INJECTION]
    if label.text and label.text not in ("enabled", "disabled"):
        meant = _MEANT.get(label.text.lower())
        yield finding(
            label,
            f"`{NAMESPACE_INJECTION}: {label.text}` injects nothing: only `enabled` is heard, in lower case",
            hint=f"write `{meant}`" if meant else "write `enabled` or `disabled`",
            fix=Fix(f"write `{meant}`", (Replace(label.place, meant),), safe=label.text.lower() == meant) if meant else None,
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
    """A namespace that no label brings into the mesh or keeps out of it."""
    if _is_undecided(namespace, mesh) and not mesh.injection.enabled_by_default:
        yield finding(
            namespace.metadata["name"],
            f"no label brings `{namespace.name}` into the mesh or keeps it out: its pods get no sidecar",
            hint=f"label it `{NAMESPACE_INJECTION}: enabled` or `disabled`",
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
    """A namespace without a label, where the injector takes namespaces without a label."""
    if _is_undecided(namespace, mesh) and mesh.injection.enabled_by_default:
        yield finding(
            namespace.metadata["name"],
            f"no label on `{namespace.name}`, but the injector has `enableNamespacesByDefault`: its pods get a sidecar",
            hint=f"label it `{NAMESPACE_INJECTION}: enabled` or `disabled`, to say what is meant",
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
    """A pod that injection should have met, taken from a cluster without its proxy."""
    workload = mesh.workloads.of(pod)
    membership = mesh.injection.of(workload) if workload else None
    if workload and membership and membership.state == "sidecar" and not proxy_container(workload):
        yield finding(
            pod.metadata["name"],
            f"no container `istio-proxy`, although {membership.because}: if it runs so, it is outside the mesh",
            hint="create it again after the label was set",
            related=[(membership.at, "this asks for a sidecar")] if membership.at is not None else [],
        )


@check(
    "image-auto-not-injected",
    severity="error",
    evidence="missing",
    kinds=[kind for kind in WORKLOADS if kind != "Pod"],
    codes=["IST0146"],
)
def image_auto_not_injected(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A proxy whose image the injector should fill in, where nothing is injected."""
    image = _auto(resource, mesh)
    workload = mesh.workloads.of(resource)
    if image is None or workload is None:
        return
    membership = mesh.injection.of(workload)
    if not membership.in_mesh and not workload.host_network:  # a gateway on the host's network may be filled in by other means
        yield finding(
            image,
            f"nothing puts the real image in the place of `auto`: {membership.because}",
            hint='label the pod `sidecar.istio.io/inject: "true"`, or its namespace `istio-injection: enabled`',
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
    """A pod whose proxy still has the image `auto`: taken from a cluster, it was never injected."""
    image = _auto(pod, mesh)
    if image is not None:
        yield finding(
            image,
            "the proxy of this pod has the image `auto`; if it is in a cluster like this, it was not injected and cannot start",
            hint="create it again where injection is on",
        )


@check(
    "proxy-image-differs",
    severity="warning",
    evidence="contradiction",
    kinds=["Namespace"],
    codes=["IST0158"],
)
def proxy_image_differs(namespace: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Pods that run another proxy than the injector would give them now."""
    labels = namespace.labels
    if labels.get(NAMESPACE_INJECTION) != "enabled" and REVISION not in labels:
        return
    for workload in mesh.workloads.in_namespace(namespace.name):
        proxy = proxy_container(workload)
        expected = mesh.proxy_images.of(workload, labels.get(REVISION, "")) if proxy else frozenset()
        if proxy and expected and proxy["image"].text not in (*expected, "auto"):
            yield finding(
                namespace.metadata["name"],
                f"`{workload.title}` runs the proxy `{proxy['image'].text}`, where the injector gives `{min(expected)}`",
                hint="restart it, so that it is injected again",
                related=[(proxy["image"], "this image")],
            )


def _auto(resource: Resource, mesh: Mesh) -> Cursor | None:
    workload = mesh.workloads.of(resource)
    proxy = proxy_container(workload) if workload else None
    return proxy["image"] if proxy and proxy["image"].text == "auto" else None


def _is_undecided(namespace: Resource, mesh: Mesh) -> bool:
    """Whether no label of a namespace says anything of injection; Istio's and Kubernetes' own namespaces need none."""
    labels = namespace.labels
    own = namespace.name in (mesh.root_namespace, "istio-system", *SYSTEM_NAMESPACES)
    return not (own or labels.get(NAMESPACE_INJECTION) or REVISION in labels or labels.get(DATAPLANE_MODE) == "ambient")


_STATUS = "sidecar.istio.io/status"
"""The annotation that the injector leaves on a pod."""


@check(
    "pod-in-sidecar-and-ambient", severity="warning", evidence="document", kinds=WORKLOADS,
    codes=["KIA1311", "KIA1314", "KIA1315", "KIA1316"],
    when=["istio.io/dataplane-mode", "sidecar.istio.io/status"],
)  # fmt: skip
def pod_in_sidecar_and_ambient(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Labels of one pod that ask for a sidecar and for ambient mode, and injected pods in ambient mode."""
    workload = mesh.workloads.of(resource)
    if workload is None or not workload.runs_pods:
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
                hint="restart it without injection, or remove the label for ambient mode",
                related=[(proxy["name"], "the sidecar")] if own.text else [],
            )
            return
    labels = workload.metadata["labels"]
    mode, inject, revision = labels[DATAPLANE_MODE], labels[INJECT], labels[REVISION]
    sidecar = inject if inject.text == "true" else revision if revision.text and inject.text != "false" else None
    if mode.text == "ambient" and sidecar is not None:
        yield finding(
            mode,
            f"`{DATAPLANE_MODE}: ambient` is not heard beside `{sidecar.name}: {sidecar.text}`: the pods get a sidecar",
            hint=f"remove `{sidecar.name}` for ambient mode, or this label for a sidecar",
            related=[(sidecar, "this label counts")],
        )
