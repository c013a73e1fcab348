"""Where manifests hold what a release of Istio changes: one small function for each."""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from istiolint.fields.ca_secrets import missing_authority_files
from istiolint.findings.finding import Place
from istiolint.istio.envoy_types import package_of, packages, types
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import mesh_configs, proxy_configs
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource

Finder: TypeAlias = Callable[[Resource, Mesh], Iterator[Cursor | Place]]

_BEGUN = ("SIMPLE", "MUTUAL")
_BRACES = re.compile(r"\{(?!\*{1,2}\})|(?<!\{\*)(?<!\{\*\*)\}")
_OLD_REGISTRIES = ("gcr.io/istio-release", "registry.istio.io/")
_OLD_ATTRIBUTES = re.compile(r"\b(?:wasm\.(?:up|down)stream_peer|node\.metadata)\b")


def texts(cursor: Cursor) -> Iterator[Cursor]:
    """All strings within a value."""
    todo = [cursor]
    while todo:
        at = todo.pop()
        if isinstance(at.value, str):
            yield at
        elif isinstance(at.value, dict):
            todo += (item for _, item in at.items())
        else:
            todo += at


def text_with(*parts: str) -> Finder:
    """Strings of the spec that hold one of some parts."""

    def find(resource: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
        yield from (text for text in texts(resource.spec) if any(part in text.text for part in parts))

    return find


def types_gone(release: str) -> Finder:
    """Types of Envoy's API that Istio ceased to know with a release."""

    def find(envoy_filter: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
        for patch in envoy_filter.spec["configPatches"]:
            for at in types(patch["patch"]["value"]):
                span = packages().get(package_of(at.text))
                if span is not None and span.removed == release:
                    yield at

    return find


def served_as(*versions: str) -> Finder:
    """Resources under certain API versions."""

    def find(resource: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
        if resource.version in versions:
            yield resource["apiVersion"]

    return find


def annotation(name: str) -> Finder:
    """An annotation of pods, or of the resource itself."""

    def find(resource: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
        workload = mesh.workloads.of(resource)
        at = (workload.metadata if workload else resource.metadata)["annotations"][name]
        if at.exists:
            yield at.key

    return find


def selector_label(name: str) -> Finder:
    """A label by which a resource selects."""

    def find(resource: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
        spec = resource.spec
        for labels in (spec["selector"]["matchLabels"], spec["workloadSelector"]["labels"], spec["selector"]):
            if labels[name].exists:
                yield labels[name].key

    return find


def mesh_setting(*names: str) -> Finder:
    """A setting of the MeshConfig."""

    def find(resource: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
        for config in mesh_configs(resource):
            yield from (config[name].key for name in names if config[name])

    return find


def provider(*kinds: str) -> Finder:
    """Extension providers and tracers of some kinds."""

    def find(resource: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
        for config in mesh_configs(resource):
            for item in config["extensionProviders"]:
                yield from (item[kind].key for kind in kinds if item[kind].exists)
        for config in proxy_configs(resource):
            for kind in kinds:
                tracer = config["tracing"]["openCensusAgent" if kind == "opencensus" else kind]
                if tracer.exists:
                    yield tracer.key

    return find


def begun_tls(*lacking: str) -> Finder:
    """TLS that clients begin without some fields."""

    def find(resource: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
        for policy in traffic_policies(resource):
            tls = policy["tls"]
            if tls["mode"].text in _BEGUN and not any(tls[name] for name in lacking):
                yield tls["mode"]

    return find


def service_parents(route: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Parents that are Services, without the group of Services."""
    for parent in route.spec["parentRefs"]:
        if parent["kind"].text == "Service" and (not parent["group"].exists or parent["group"].text not in ("", "core")):
            yield parent["kind"]


def target_ports_of_none(entry: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Target ports where traffic goes where the application sent it."""
    if entry.spec["resolution"].text in ("", "NONE"):
        for port in entry.spec["ports"]:
            if port["targetPort"].number not in (None, 0, port["number"].number):
                yield port["targetPort"]


def negative_header_matches(service: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Matches of requests without a header."""
    for route in service.spec["http"]:
        yield from (match["withoutHeaders"].key for match in route["match"] if match["withoutHeaders"])


def braces_in_paths(policy: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Paths of policies with braces that are no template."""
    for rule in policy.spec["rules"]:
        for target in rule["to"]:
            for field in ("paths", "notPaths"):
                yield from (path for path in target["operation"][field] if _BRACES.search(path.text))


def external_profile(operator: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """The profile for an istiod elsewhere, under its old name."""
    if operator.spec["profile"].text == "external":
        yield operator.spec["profile"]


def dns_left_out(resource: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Pods whose port 53 goes past the proxy."""
    workload = mesh.workloads.of(resource)
    ports = workload.metadata["annotations"]["traffic.sidecar.istio.io/excludeOutboundPorts"] if workload else resource["none"]
    if "53" in [port.strip() for port in ports.text.split(",")]:
        yield ports


def default_retry_conditions(service: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Retries that leave it to Istio after what."""
    for route in service.spec["http"]:
        if (route["retries"]["attempts"].number or 0) > 0 and not route["retries"]["retryOn"].text:
            yield route["retries"].key


def old_attributes(telemetry: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Attributes of expressions as Wasm had them."""
    yield from (text for text in texts(telemetry.spec) if _OLD_ATTRIBUTES.search(text.text))


def operator_controller(deployment: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """The operator that ran in the cluster."""
    if deployment.name.startswith("istio-operator"):
        yield deployment.metadata["name"]


def warm_up_seconds(rule: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Warm-up under its old name."""
    for policy in traffic_policies(rule):
        if policy["loadBalancer"]["warmupDurationSecs"].exists:
            yield policy["loadBalancer"]["warmupDurationSecs"].key


def traffic_distribution(service: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Services that prefer near endpoints."""
    if service.spec["trafficDistribution"].text:
        yield service.spec["trafficDistribution"]


def incomplete_cacerts(secret: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """The Secret of the mesh's authority, with parts missing."""
    if missing_authority_files(secret):
        yield secret.metadata["name"]


def mirrors(service: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Mirrored requests."""
    for route in service.spec["http"]:
        yield from (route[name].key for name in ("mirror", "mirrors") if route[name])


def hosts_of_two_namespaces(entry: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Hosts that another namespace also declares, both visible to all namespaces."""
    for host in entry.spec["hosts"]:
        for known in mesh.hosts.exact(host.text) if host.text else ():
            other = known.resource
            if (
                other is not None
                and other.namespace != entry.namespace
                and "*" in known.scope
                and not mesh.exclusive(entry, other)
            ):
                yield host
                break


def gateways_of_other_namespaces(gateway: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Istio Gateways that select the proxy of a Gateway of the Gateway API in another namespace."""
    name = gateway.spec["selector"]["gateway.networking.k8s.io/gateway-name"]
    if name.text and mesh.get(KUBERNETES_GATEWAY, gateway.namespace, name.text) is None:
        yield name


def old_registries(resource: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Images and modules from registries that close."""
    yield from (text for text in texts(resource.spec) if any(host in text.text for host in _OLD_REGISTRIES))


def minimum_health(rule: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Outlier detection with a least share of healthy endpoints."""
    for policy in traffic_policies(rule):
        if (policy["outlierDetection"]["minHealthPercent"].number or 0) > 0:
            yield policy["outlierDetection"]["minHealthPercent"]


def empty_backends(route: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Route rules without a backend."""
    for rule in route.spec["rules"]:
        redirects = any(item["type"].text == "RequestRedirect" for item in rule["filters"])
        if isinstance(rule.value, dict) and not rule["backendRefs"] and not redirects:
            yield rule


def network_priority(rule: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Failover by network."""
    for policy in traffic_policies(rule):
        for label in policy["loadBalancer"]["localityLbSetting"]["failoverPriority"]:
            if label.text.startswith("topology.istio.io/network"):
                yield label


def quitting_jobs(job: Resource, mesh: Mesh) -> Iterator[Cursor | Place]:
    """Jobs that stop the proxy."""
    yield from (text for text in texts(job.spec) if "quitquitquit" in text.text)
