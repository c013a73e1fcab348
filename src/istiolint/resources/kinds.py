"""The kinds that istiolint knows, by API group."""

ISTIO = {
    "networking.istio.io": (
        "DestinationRule", "EnvoyFilter", "Gateway", "ProxyConfig", "ServiceEntry", "Sidecar", "VirtualService",
        "WorkloadEntry", "WorkloadGroup",
    ),
    "security.istio.io": ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"),
    "telemetry.istio.io": ("Telemetry",),
    "extensions.istio.io": ("TrafficExtension", "WasmPlugin"),
    "install.istio.io": ("IstioOperator",),
    "sailoperator.io": ("Istio", "IstioCNI", "IstioRevision", "IstioRevisionTag", "ZTunnel"),
}  # fmt: skip
KUBERNETES = {
    "": ("ConfigMap", "Endpoints", "Namespace", "Node", "Pod", "ReplicationController", "Secret", "Service", "ServiceAccount"),
    "apps": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "batch": ("CronJob", "Job"),
    "bitnami.com": ("SealedSecret",),
    "cert-manager.io": ("Certificate", "ClusterIssuer", "Issuer"),
    "argoproj.io": ("Application", "ApplicationSet", "Rollout"),
    "flagger.app": ("Canary",),
    "helm.cattle.io": ("HelmChart",),
    "helm.toolkit.fluxcd.io": ("HelmRelease",),
    "discovery.k8s.io": ("EndpointSlice",),
    "extensions": ("DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "ReplicaSet"),
    "networking.k8s.io": ("Ingress", "IngressClass", "NetworkPolicy"),
    "policy": ("PodDisruptionBudget",),
    "autoscaling": ("HorizontalPodAutoscaler",),
    "admissionregistration.k8s.io": ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "external-secrets.io": ("ExternalSecret",),
    "multicluster.x-k8s.io": ("ServiceExport", "ServiceImport"),
    "gateway.networking.k8s.io": (
        "BackendTLSPolicy", "GRPCRoute", "Gateway", "GatewayClass", "HTTPRoute", "ListenerSet", "ReferenceGrant",
        "TCPRoute", "TLSRoute", "UDPRoute",
    ),
    "inference.networking.k8s.io": ("InferencePool",),
}  # fmt: skip

KUBERNETES_GATEWAY = "KubernetesGateway"
"""The type of the Gateway API's Gateway, to distinguish it from Istio's Gateway."""

KNATIVE_SERVICE = "KnativeService"
"""The type of Knative Serving's Service, which creates a Kubernetes Service with the same name."""

DELIVERING = ("argoproj.io", "kustomize.toolkit.fluxcd.io")
"""The API groups of resources that say which folders Argo CD and Flux apply."""
DELIVERY_KINDS = ("Application", "ApplicationSet", "HelmChart", "HelmRelease")
"""Kinds that create resources in a namespace that no manifest shows."""

WORKLOADS = (
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "Rollout",
    "StatefulSet",
)
"""Kinds that run pods. (WorkloadEntry and WorkloadGroup are workloads of the mesh outside Kubernetes.)"""

SECRET_SOURCES = ("Certificate", "ExternalSecret", "SealedSecret")
"""Kinds from which operators make Secrets."""

_TYPES = {(group, kind): kind for groups in (ISTIO, KUBERNETES) for group, kinds in groups.items() for kind in kinds}
_TYPES["gateway.networking.k8s.io", "Gateway"] = KUBERNETES_GATEWAY
_TYPES["serving.knative.dev", "Service"] = KNATIVE_SERVICE
GIVEN = ("HelmValues", "MeshConfig", "MeshNetworks")
"""Types of documents without a kind of their own: values of Istio's charts, and files that options name."""

KNOWN = frozenset(_TYPES.values()) | frozenset(GIVEN)
"""Every type that a rule can be about."""

_CLUSTER_WIDE = {
    "ClusterIssuer",
    "Namespace", "Node", "GatewayClass", "IngressClass", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    "CustomResourceDefinition", "Istio", "IstioCNI", "IstioRevision", "IstioRevisionTag", "ZTunnel",
}  # fmt: skip


def type_of(group: str, kind: str) -> str | None:
    """Return the type of a kind: its name, `KubernetesGateway` for the Gateway API's Gateway; None for kinds that are ignored.

    An Istio kind under another of Istio's groups keeps its type: the schema reports the wrong apiVersion.
    """
    if group.endswith("istio.io") and (group, kind) not in _TYPES:
        return next((kind for of, kinds in ISTIO.items() if kind in kinds and of.endswith("istio.io")), None)
    return _TYPES.get((group, kind))


def is_istio(type_: str) -> bool:
    """Whether a type is one of Istio's own API kinds."""
    return any(type_ in kinds for kinds in ISTIO.values())


def is_namespaced(type_: str) -> bool:
    """Whether resources of a type live in a namespace."""
    return type_ not in _CLUSTER_WIDE


def annotated_types() -> list[str]:
    """The types on which Istio's annotations and labels are looked for: all but definitions and the installers' own."""
    others = {"CustomResourceDefinition", *ISTIO["install.istio.io"], *ISTIO["sailoperator.io"]}
    return sorted(set(_TYPES.values()) - others)
