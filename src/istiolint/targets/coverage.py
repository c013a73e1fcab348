"""What a target shows of its cluster: whether something that no manifest defines is really missing.

This is the one guard in front of every rule of evidence `missing`. A manifest is one of many ways in which something comes to a
cluster, so a reference is only known to dangle if the target is complete in the namespace that it refers to.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from istiolint.documents import Document
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import DELIVERY_KINDS, KUBERNETES_GATEWAY, WORKLOADS, type_of
from istiolint.resources.pods import pod_of
from istiolint.resources.resource import Resource
from istiolint.targets.target import Target

_CREATE_NOTHING = frozenset(
    (
        "cert-manager.io", "acme.cert-manager.io", "external-secrets.io", "kyverno.io", "wgpolicyk8s.io", "policy", "autoscaling",
        "rbac.authorization.k8s.io", "storage.k8s.io", "scheduling.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io",
        "admissionregistration.k8s.io", "networking.k8s.io", "gateway.networking.k8s.io", "discovery.k8s.io", "batch", "apps", "",
        "keda.sh", "bitnami.com", "cilium.io", "projectcalico.org", "crd.projectcalico.org", "externaldns.k8s.io",
        "secrets-store.csi.x-k8s.io", "snapshot.storage.k8s.io", "cloud.google.com", "networking.gke.io", "metallb.io",
        "kiali.io", "source.toolkit.fluxcd.io", "image.toolkit.fluxcd.io", "notification.toolkit.fluxcd.io",
        "kustomize.config.k8s.io", "multicluster.x-k8s.io", "inference.networking.k8s.io", "templates.gatekeeper.sh",
        "constraints.gatekeeper.sh", "maistra.io", "route.openshift.io", "config.openshift.io", "user.openshift.io",
        "networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io",
    )
)  # fmt: skip
"""API groups whose resources bring neither Services nor workloads into a namespace beyond what manifests show."""
_MONITORING = ("ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe", "AlertmanagerConfig")
"""Kinds of monitoring.coreos.com that create nothing; the others of the group run servers."""
_INSTALLED = (
    "istiod", "istio-", "alertmanager", "argocd-server", "cert-manager", "elasticsearch", "gitea", "gitlab", "grafana", "harbor",
    "jaeger", "jenkins", "keycloak", "kiali", "kibana", "kube-prometheus", "loki", "minio", "oauth2-proxy",
    "opentelemetry-collector", "otel-collector", "prometheus", "sonarqube", "tempo", "vault", "zipkin",
)  # fmt: skip
"""How the names of Services begin that come with Istio, or with a chart that most clusters install by hand."""
_SERVING = frozenset(("Service", "ServiceEntry", "WorkloadEntry", "WorkloadGroup", *WORKLOADS))
_GATEWAYS = frozenset(("Gateway", KUBERNETES_GATEWAY))
_CONFIGURATION = frozenset(
    ("AuthorizationPolicy", "DestinationRule", "PeerAuthentication", "PodDisruptionBudget", "ReferenceGrant",
     "RequestAuthentication", "Secret", "ServiceAccount", "Sidecar", "Telemetry")
)  # fmt: skip
_INSTALLERS = ("IstioOperator", "Istio", "IstioRevision", "ServiceMeshControlPlane")


class Elsewhere:
    """What all files of a run define, in any target; also what unread documents such as templates mention."""

    def __init__(self, targets: Iterable[Target], unread: Iterable[Document] = ()):
        self._targets, self._unread = list(targets), list(unread)

    def update(self, targets: Iterable[Target], unread: Iterable[Document]) -> None:
        """Forget what was found: these are the targets and the documents that are not read now."""
        self._targets, self._unread = list(targets), list(unread)
        for name in ("_namespaces", "_subsets", "_pods"):
            self.__dict__.pop(name, None)

    def _resources(self) -> Iterable[Resource]:
        return {id(one): one for target in self._targets for one in (*target.resources, *target.context)}.values()

    @cached_property
    def _namespaces(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for resource in self._resources():
            known = found.setdefault((resource.type or resource.kind, resource.name), set())
            known.add(resource.namespace if resource.placed else "")
        for quoted in {quoted for document in self._unread for quoted in document.quoted_resources}:
            found.setdefault((quoted.kind, quoted.name), set()).add(quoted.namespace)
        return found

    @cached_property
    def _subsets(self) -> set[tuple[str, str]]:
        rules = [resource for resource in self._resources() if resource.type == "DestinationRule"]
        return {
            (rule.spec["host"].text.partition(".")[0], subset["name"].text) for rule in rules for subset in rule.spec["subsets"]
        }

    @cached_property
    def _pods(self) -> dict[tuple[str, str], list[tuple[str, dict[str, str]]]]:
        found: dict[tuple[str, str], list[tuple[str, dict[str, str]]]] = {}
        for resource in self._resources():
            labels = _pod_labels(resource) if resource.type in WORKLOADS else {}
            for pair in labels.items():
                found.setdefault(pair, []).append((resource.namespace if resource.placed else "", labels))
        return found

    def defines(self, kind: str, namespace: str, name: str) -> bool:
        """Whether some target defines a resource of this kind and name there, or in a namespace that it leaves open."""
        return not {namespace, ""}.isdisjoint(self._namespaces.get((kind, name), ()))

    def defines_subset(self, host: str, subset: str) -> bool:
        """Whether some DestinationRule defines a subset for a host with this first label."""
        return (host.partition(".")[0], subset) in self._subsets

    def selects(self, selector: Mapping[str, str], namespace: str | None) -> bool:
        """Whether pods of some target have these labels, in a namespace (None: in any) or where the namespace is left open."""
        pods = self._pods.get(next(iter(selector.items()), ("", "")), ())
        return any(selector.items() <= labels.items() and (namespace is None or own in ("", namespace)) for own, labels in pods)


class Coverage:
    """What the resources of a target say of its cluster. `whole`: that they are all there is."""

    def __init__(self, target: Target | None = None, elsewhere: Elsewhere | None = None, *, whole: bool = False):
        self._target = target or Target("")
        self._elsewhere = elsewhere or Elsewhere([self._target])
        self.whole = whole

    def update(self) -> None:
        """Forget what was found: the resources of the target have changed."""
        for name in (
            "_unread", "_resources", "_services", "_gateways", "_generated", "_pods", "_pods_by_label", "_filled", "_whole",
        ):  # fmt: skip
            self.__dict__.pop(name, None)

    def decides(self, referrer: Resource) -> bool:
        """Whether something that a resource needs can be known to be missing at all.

        It cannot where parts of the target are not read (remote bases, charts, templates), or where the command that applies the
        resource decides in which namespace it looks.
        """
        has_namespace = referrer.placed or not referrer.namespace
        return self.whole or (
            has_namespace and not self._target.gaps and not self._may_define(referrer.namespace, _CONFIGURATION)
        )

    def is_closed(self, namespace: str) -> bool:
        """Whether the target shows all Services of a namespace.

        It has Services there that say so themselves, each of them selects workloads of the target, and neither charts nor
        operators add others.
        """
        return self.whole or (bool(self._services.get(namespace)) and self._is_whole(namespace))

    def shows_workloads(self, namespace: str | None) -> bool:
        """Whether the target shows all workloads of a namespace (None: of the mesh)."""
        return self.whole or (namespace is not None and bool(self._pods.get(namespace)) and self._is_whole(namespace))

    def lacks(self, kind: str, namespace: str, name: str, referrer: Resource) -> bool:
        """Whether a Service or another resource that `referrer` names, and the mesh lacks, is known to be missing."""
        if self.whole:
            return True
        if kind == "Service" and name.startswith(_INSTALLED):
            return False
        return self.decides(referrer) and self.is_closed(namespace) and not self._elsewhere.defines(kind, namespace, name)

    def lacks_gateway(self, namespace: str, name: str, referrer: Resource) -> bool:
        """Whether a Gateway is known to be missing, from a namespace that has others."""
        return self.whole or (
            self.decides(referrer)
            and namespace in self._gateways
            and not self._may_define(namespace, _GATEWAYS)
            and not self.is_filled(namespace)
            and not any(self._elsewhere.defines(kind, namespace, name) for kind in ("Gateway", KUBERNETES_GATEWAY))
        )

    def lacks_subset(self, host: str, subset: str, referrer: Resource) -> bool:
        """Whether a subset of an existing Service is known to be missing, although the target has no DestinationRule for it."""
        return self.whole or (self.decides(referrer) and not self._elsewhere.defines_subset(host, subset))

    def lacks_workload(self, selector: Mapping[str, str], namespace: str | None, referrer: Resource) -> bool:
        """Whether no pod of a namespace (None: of the mesh) is known to have the labels of a selector."""
        return self.whole or (
            self.decides(referrer) and self.shows_workloads(namespace) and not self._elsewhere.selects(selector, namespace)
        )

    def generates(self, kind: str, name: str) -> bool:
        """Whether a kustomization of the target generates a Secret or ConfigMap whose name may become this one."""
        return any(made == kind and base in name for made, base in self._generated)

    @cached_property
    def _generated(self) -> set[tuple[str, str]]:
        """Kinds and names of what generators make; prefixes, suffixes and the hash of the content may be added to the names."""
        found: set[tuple[str, str]] = set()
        for document in self._target.used:
            root = Cursor(document, (), document.data)
            for field, kind in (("secretGenerator", "Secret"), ("configMapGenerator", "ConfigMap")):
                found |= {(kind, entry["name"].text) for entry in root[field] if entry["name"].text}
        return found

    def is_filled(self, namespace: str) -> bool:
        """Whether charts or operators bring more into a namespace than the manifests show."""
        return not {namespace, ""}.isdisjoint(self._filled)

    def _may_define(self, namespace: str, kinds: Collection[str]) -> bool:
        """Whether a document that is not read, a template or YAML that does not parse, may define one of some kinds there."""
        return any(
            (not kind or kind in kinds) and (not other or not namespace or other == namespace) for kind, other in self._unread
        )

    @cached_property
    def _unread(self) -> set[tuple[str, str]]:
        """Kinds and namespaces in the texts of documents that are not read; "" for what a text leaves open."""
        found = {(quoted.kind, quoted.namespace) for document in self._target.skipped for quoted in document.quoted_resources}
        return found if all(document.quoted_resources for document in self._target.skipped) else {*found, ("", "")}

    def _is_whole(self, namespace: str) -> bool:
        if namespace not in self._whole:
            self._whole[namespace] = self._shows_pods_of_services(namespace)
        return self._whole[namespace]

    @cached_property
    def _whole(self) -> dict[str, bool]:
        return {}

    def _shows_pods_of_services(self, namespace: str) -> bool:
        if self._target.gaps or self._may_define(namespace, _SERVING):
            return False
        return not self.is_filled(namespace) and all(map(self._has_workload, self._services.get(namespace, ())))

    def _has_workload(self, service: Resource) -> bool:
        selector = service.spec["selector"].labels
        pods = (self._pods_by_label.get((service.namespace, *pair), ()) for pair in selector.items())
        return not selector or any(selector.items() <= labels.items() for labels in min(pods, key=len))

    @cached_property
    def _resources(self) -> list[Resource]:
        return [*self._target.resources, *self._target.context]

    @cached_property
    def _services(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self._resources:
            if resource.type == "Service" and resource.placed:
                found.setdefault(resource.namespace, []).append(resource)
        return found

    @cached_property
    def _gateways(self) -> set[str]:
        """The namespaces with Gateways that say so themselves."""
        return {one.namespace for one in self._resources if one.type in ("Gateway", KUBERNETES_GATEWAY) and one.placed}

    @cached_property
    def _pods(self) -> dict[str, list[dict[str, str]]]:
        """The labels of pods by namespace."""
        found: dict[str, list[dict[str, str]]] = {}
        for resource in self._resources:
            if resource.type in WORKLOADS:
                found.setdefault(resource.namespace, []).append(_pod_labels(resource))
        return found

    @cached_property
    def _pods_by_label(self) -> dict[tuple[str, str, str], list[dict[str, str]]]:
        found: dict[tuple[str, str, str], list[dict[str, str]]] = {}
        for namespace, pods in self._pods.items():
            for labels in pods:
                for pair in labels.items():
                    found.setdefault((namespace, *pair), []).append(labels)
        return found

    @cached_property
    def _filled(self) -> set[str]:
        """The namespaces into which charts and operators bring more than the manifests show; "" for any."""
        found: set[str] = set()
        for resource in self._resources:
            if resource.type in DELIVERY_KINDS:
                found.add(_destination(resource))
            elif resource.type in _INSTALLERS or resource.kind in _INSTALLERS:
                found.add(resource.metadata["namespace"].text or "istio-system")
            elif type_of(resource.group, resource.kind) is None and _may_create(resource):
                found.add(resource.metadata["namespace"].text)
        return found


def _pod_labels(workload: Resource) -> dict[str, str]:
    pod = pod_of(workload)
    return pod["metadata"]["labels"].labels if pod is not None else {}


def _may_create(resource: Resource) -> bool:
    if resource.group == "monitoring.coreos.com":
        return resource.kind not in _MONITORING
    return resource.group not in _CREATE_NOTHING and not resource.group.endswith((".k8s.io", ".aws", ".azure.com"))


def _destination(deployer: Resource) -> str:
    """The namespace into which a chart or application is installed; "" where it does not say."""
    target = deployer.spec["targetNamespace"].text or deployer.spec["destination"]["namespace"].text
    return target or ("" if deployer.type in ("Application", "ApplicationSet") else deployer.metadata["namespace"].text)
