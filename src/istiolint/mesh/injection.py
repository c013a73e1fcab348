"""Injection: whether a workload is in the mesh (sidecar or ambient mode), outside of it, or unknown.

The answer follows the webhooks of Istio's charts (which namespaces and pods they select) and what istiod decides for the
pods that it is then given.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from istiolint.mesh.workload import Workload
from istiolint.primitives.numbers import natural
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

State: TypeAlias = Literal["sidecar", "ambient", "outside", "unknown"]

SYSTEM_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease", "local-path-storage")
"""Namespaces whose pods istiod never injects."""
INJECT = "sidecar.istio.io/inject"
REVISION = "istio.io/rev"
NAMESPACE_INJECTION = "istio-injection"
DATAPLANE_MODE = "istio.io/dataplane-mode"
REWRITE_PROBES = "sidecar.istio.io/rewriteAppHTTPProbers"

_LABELS = (NAMESPACE_INJECTION, REVISION, DATAPLANE_MODE)
_YES = ("y", "yes", "true", "on", "1")


class Membership(NamedTuple):
    """Whether a workload is in the mesh, why in words, and the place that says so (None where nothing does).

    `sure` is False for what is outside only because its Namespace has no label, in an input that labels few Namespaces: there
    people or controllers may set the labels later.
    """

    state: State
    because: str
    at: Cursor | None = None
    sure: bool = True

    @property
    def explicit(self) -> bool:
        """Whether something written says so, not the lack of a label."""
        return self.at is not None and self.at.path[-2:] != ("metadata", "name")

    @property
    def in_mesh(self) -> bool:
        """Whether it surely is in the mesh, in one way or the other."""
        return self.state in ("sidecar", "ambient")


class Injection:
    """Which workloads are in the mesh, from the labels of namespaces and pods."""

    def __init__(
        self, namespaces: Mapping[str, Sequence[Resource]], config_maps: Iterable[Resource], installs: Iterable[Resource]
    ):
        self._namespaces = namespaces
        self._config_maps, self._installs = config_maps, installs
        self._of: dict[int, Membership] = {}
        self._of_namespace: dict[str, Membership] = {}

    def of(self, workload: Workload) -> Membership:
        """Whether a workload is in the mesh."""
        found = self._of.get(id(workload))
        if found is None:
            found = self._of[id(workload)] = self._find(workload)
        return found

    def of_namespace(self, name: str) -> Membership:
        """Return the membership of a pod in this namespace that has no injection labels itself."""
        found = self._of_namespace.get(name)
        if found is None:
            found = self._of_namespace[name] = self._find_namespace(name)
        return found

    @cached_property
    def ambient_namespaces(self) -> frozenset[str]:
        """The namespaces in ambient mode."""
        return frozenset(name for name in self._namespaces if self.of_namespace(name).state == "ambient")

    def _find_namespace(self, name: str) -> Membership:
        if name in SYSTEM_NAMESPACES:
            return Membership("outside", f"nothing in the namespace `{name}` is ever injected")
        answers = [self._by_namespace(namespace) for namespace in self._namespaces.get(name, ())]
        if not answers:
            return Membership("unknown", f"the Namespace `{name}` is not in the input")
        if len({answer.state for answer in answers}) > 1:
            return Membership("unknown", f"the Namespace `{name}` is in the input more than once, with different labels")
        return answers[0]

    def rewrites_probes(self, workload: Workload) -> bool:
        """Whether the kubelet's probes are led through the proxy's agent, which mTLS does not concern."""
        own = workload.annotations.get(REWRITE_PROBES)
        return own.lower() in _YES if own is not None else self._rewrites_by_default

    @staticmethod
    def captures(workload: Workload, port: int) -> bool:
        """Whether the sidecar receives what is sent to a container port, or the application does without it."""
        annotations = workload.annotations
        included = annotations.get("traffic.sidecar.istio.io/includeInboundPorts", "*")
        excluded = annotations.get("traffic.sidecar.istio.io/excludeInboundPorts", "")
        return (included.strip() == "*" or port in _numbers(included)) and port not in _numbers(excluded)

    def past_proxy(self, workload: Workload, port: int) -> Cursor | None:
        """The annotation that keeps a container port from the sidecar of a workload; None where the sidecar receives it."""
        if self.captures(workload, port) or self.of(workload).state != "sidecar":
            return None
        annotations = workload.metadata["annotations"]
        excluded = annotations["traffic.sidecar.istio.io/excludeInboundPorts"]
        return excluded if port in _numbers(excluded.text) else annotations["traffic.sidecar.istio.io/includeInboundPorts"]

    def _find(self, workload: Workload) -> Membership:  # noqa: PLR0911 - one answer a reason, in the order in which they count
        resource, labels = workload.resource, workload.metadata["labels"]
        if not workload.creates_pods:
            return Membership("sidecar", f"a {workload.kind} runs its own proxy", resource["kind"])
        proxy = proxy_container(workload)
        if proxy and proxy["image"].text != "auto":
            return Membership("sidecar", "the proxy is part of its pod template", proxy["name"])
        if is_control_plane(workload):
            return Membership("outside", "it is part of Istio", resource["kind"])
        if workload.host_network:
            return Membership("outside", "it uses the host network, where Istio injects no sidecar", workload.spec["hostNetwork"])
        namespace = self.of_namespace(workload.namespace)
        if workload.namespace in SYSTEM_NAMESPACES:
            return namespace
        mode = labels[DATAPLANE_MODE]
        inject = labels[INJECT] if labels[INJECT].exists else workload.metadata["annotations"][INJECT]
        if inject.text and inject.text.lower() not in _YES:
            if mode.text == "ambient" or (namespace.state == "ambient" and mode.text != "none"):
                return Membership("ambient", "it is in ambient mode", mode if mode else namespace.at)
            return Membership("outside", f'`{INJECT}: "{inject.text}"` disables injection', inject)
        if namespace.at is not None and namespace.at.name == NAMESPACE_INJECTION and namespace.state == "outside":
            return Membership("ambient", "it is in ambient mode", mode) if mode.text == "ambient" else namespace
        if labels[INJECT].text or labels[REVISION].text:
            # In a namespace that is not in the input a label `istio-injection: disabled` could still override it.
            return Membership(
                "sidecar", "its pod labels request a sidecar", labels[INJECT] if labels[INJECT] else labels[REVISION]
            )
        if namespace.state in ("ambient", "outside", "unknown") and mode.text == "ambient":
            return Membership("ambient", "it is in ambient mode", mode)
        if namespace.state == "ambient" and mode.text == "none":
            return Membership("outside", f"`{DATAPLANE_MODE}: none` excludes it from ambient mode", mode)
        return namespace

    def _by_namespace(self, namespace: Resource) -> Membership:
        labels = namespace.metadata["labels"]
        injection, revision, mode = labels[NAMESPACE_INJECTION], labels[REVISION], labels[DATAPLANE_MODE]
        name = namespace.name
        if injection.text == "enabled":
            return Membership("sidecar", f"namespace `{name}` is labeled `{NAMESPACE_INJECTION}: enabled`", injection)
        if revision.text and not injection.exists:
            return Membership("sidecar", f"namespace `{name}` is labeled `{REVISION}: {revision.text}`", revision)
        if mode.text == "ambient":
            return Membership("ambient", f"namespace `{name}` is labeled `{DATAPLANE_MODE}: ambient`", mode)
        if injection.exists:
            words = f"namespace `{name}` is labeled `{NAMESPACE_INJECTION}: {injection.text}`"
            return Membership("outside", words, injection)
        if self.enabled_by_default:
            return Membership("sidecar", "the injector also injects namespaces without a label", namespace.metadata["name"])
        words = f"namespace `{name}` has no injection label"
        return Membership("outside", words, namespace.metadata["name"], sure=self._labels_are_kept_here)

    def injector(self, revision: str) -> Resource | None:
        """The ConfigMap `istio-sidecar-injector` of a revision; "" and `default` are the one without a suffix."""
        name = "istio-sidecar-injector" + (f"-{revision}" if revision not in ("", "default") else "")
        return self._injectors.get(name)

    @cached_property
    def enabled_by_default(self) -> bool:
        """Whether the default injector injects namespaces that carry no label."""
        default = self.injector("")
        values = ([injector_values(default)] if default else []) + self._install_values
        return any(_webhook(value).get("enableNamespacesByDefault") is True for value in values)

    @cached_property
    def _labels_are_kept_here(self) -> bool:
        """Whether at least half of the Namespaces in the input carry a label about the mesh."""
        labeled = [not namespace.labels.keys().isdisjoint(_LABELS) for found in self._namespaces.values() for namespace in found]
        return sum(labeled) * 2 >= len(labeled)

    @cached_property
    def _injectors(self) -> dict[str, Resource]:
        maps = (config for config in self._config_maps if config.name.startswith("istio-sidecar-injector"))
        return {config.name: config for config in sorted(maps, key=lambda config: config.namespace, reverse=True)}

    @cached_property
    def _install_values(self) -> list[dict[str, object]]:
        return [install.spec["values"].mapping for install in self._installs]

    @cached_property
    def _rewrites_by_default(self) -> bool:
        values = [injector_values(config) for config in self._injectors.values()] + self._install_values
        return not any(_webhook(value).get("rewriteAppHTTPProbe") is False for value in values)


def proxy_container(workload: Workload) -> Cursor | None:
    """The container `istio-proxy` that is written into a pod, injected by hand or asking for an image (`auto`)."""
    written = (*workload.spec["initContainers"], *workload.spec["containers"])
    return next((container for container in written if container["name"].text == "istio-proxy" and container["image"].text), None)


def is_gateway(workload: Workload) -> bool:
    """Whether a workload is a gateway proxy: its listeners obey Gateways, and PeerAuthentication does not apply to them."""
    known: bool | None = workload.__dict__.get("is_gateway")
    if known is None:
        known = workload.__dict__["is_gateway"] = _is_gateway(workload)
    return known


def _is_gateway(workload: Workload) -> bool:
    proxy = proxy_container(workload)
    return (
        "gateway" in workload.annotations.get("inject.istio.io/templates", "").split(",")
        or "gateway.networking.k8s.io/gateway-name" in workload.labels
        or workload.labels.get("istio", "").endswith("gateway")
        or (proxy is not None and any(argument.text == "router" for argument in proxy["args"]))
    )


def is_control_plane(workload: Workload) -> bool:
    """Whether a workload is part of Istio itself: istiod, the CNI plugin, ztunnel."""
    labels = {**workload.resource.labels, **workload.labels}
    return (
        labels.get("istio") in ("pilot", "istiod", "citadel", "galley", "mixer", "sidecar-injector", "operator")
        or labels.get("app") in ("istiod", "istio-cni", "istio-cni-node", "ztunnel")
        or labels.get("k8s-app") == "istio-cni-node"
        or labels.get("name") == "istio-operator"
    )


def injector_values(config: Resource) -> dict[str, object]:
    """The Helm values that an injector's ConfigMap carries as JSON; empty where they cannot be read."""
    try:
        values = json.loads(config["data"]["values"].text)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _webhook(values: dict[str, object]) -> dict[str, object]:
    webhook = values.get("sidecarInjectorWebhook")
    return webhook if isinstance(webhook, dict) else {}


def _numbers(text: str) -> set[int]:
    return {number for part in text.replace(" ", "").split(",") if (number := natural(part)) is not None}
