"""Selectors that match no workload."""

from collections.abc import Iterator, Sequence

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.istio.annotations import REMOVED_LABELS
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_deployments import GATEWAY_NAME, pod_labels
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.waypoints import is_waypoint
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import names
from istiolint.primitives.similar import misspelt
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check
from istiolint.settings import minor

_BY_SELECTOR = "ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY"
BOUND_BY_SELECTOR = ["AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin", "TrafficExtension"]


def _labels(resource: Resource) -> Cursor:
    """Return the labels by which a resource selects workloads."""
    spec = resource.spec
    if spec["workloadSelector"].exists:
        chosen = spec["workloadSelector"]
        return chosen["matchLabels"] if chosen["matchLabels"].exists else chosen["labels"]
    return spec["selector"]["matchLabels"]


def _selects_nothing(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    labels = _labels(resource)
    wanted_labels = labels.labels
    if not wanted_labels or resource.spec["targetRef"] or resource.spec["targetRefs"]:
        return
    everywhere = resource.namespace == mesh.root_namespace and resource.type not in ("Sidecar", "DestinationRule")
    if workloads := mesh.workloads.selected(wanted_labels, None if everywhere else resource.namespace):
        yield from _selects_outside(resource, labels, workloads, mesh)
        return
    gateways = mesh.all(KUBERNETES_GATEWAY) if everywhere else mesh.in_namespace(KUBERNETES_GATEWAY, resource.namespace)
    if any(labels.labels.items() <= pod_labels(gateway).items() for gateway in gateways):
        return
    if any(mesh.settings.istio_minor >= minor(REMOVED_LABELS[name][0]) for name in REMOVED_LABELS if name in labels.labels):
        return  # the rule removed-label reports it
    wanted = ", ".join(f"{key}: {value}" for key, value in labels.labels.items())
    others = mesh.workloads.selected(labels.labels, None)
    elsewhere = sorted({workload.namespace for workload in others})
    # a workload without a namespace may be applied to this one
    placed = mesh.settings.whole_mesh or all(workload.resource.placed for workload in others)
    where = "the mesh" if everywhere else f"namespace `{resource.namespace}`"
    yield finding(
        labels,
        f"no workload in {where} has labels `{wanted}`; the {resource.kind} has no effect",
        hint=f"namespace `{elsewhere[0]}` has a workload with these labels" if elsewhere else "use labels that the pods have",
        known=placed and mesh.coverage.lacks_workload(labels.labels, None if everywhere else resource.namespace, resource),
    )


def _selects_outside(resource: Resource, labels: Cursor, workloads: Sequence[Workload], mesh: Mesh) -> Iterator[Finding]:
    """Report a selector that matches only workloads outside the mesh, which have no proxy to apply anything."""
    states = [mesh.injection.of(workload) for workload in workloads]
    unlabeled = resource.type == "AuthorizationPolicy"  # without a label, only what protects a workload is worth a warning
    outside = all(state.state == "outside" and (state.explicit or (unlabeled and state.sure)) for state in states)
    gateways = any(is_gateway(workload) or not workload.resource.placed for workload in workloads)
    if outside and not gateways and not any(mesh.exclusive(resource, workload.resource) for workload in workloads):
        yield finding(
            labels,
            f"{names(workloads)} {'is' if len(workloads) == 1 else 'are'} outside the mesh ({states[0].because}); the "
            f"{resource.kind} has no effect",
            hint=f"add the workloads to the mesh, or remove the {resource.kind}",
            related=[(states[0].at, "outside the mesh")] if states[0].at is not None else [],
        )


@check(
    "selector-without-workload",
    severity="warning",
    evidence="missing",
    kinds=["Sidecar", "Telemetry", "RequestAuthentication", "WasmPlugin", "TrafficExtension", "DestinationRule", "EnvoyFilter"],
    codes=["IST0101", "KIA0004"],
    when=["selector", "workloadSelector"],
)
def selector_without_workload(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a selector whose labels no workload has."""
    yield from _selects_nothing(resource, mesh)


@check(
    "policy-without-workload", severity="warning", evidence="missing", tags=["security"], kinds=["AuthorizationPolicy"],
    codes=["IST0127", "KIA0004"],
)  # fmt: skip
def policy_without_workload(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a policy whose labels no workload has, or whose namespace has no workload."""
    yield from _selects_nothing(policy, mesh)
    spec = policy.spec
    if _labels(policy).labels or spec["targetRef"] or spec["targetRefs"] or policy.namespace == mesh.root_namespace:
        return
    proxies = any(_in_mesh(mesh, policy.namespace)) or bool(mesh.in_namespace(KUBERNETES_GATEWAY, policy.namespace))
    if not proxies:
        yield finding(
            policy.metadata["name"],
            f"namespace `{policy.namespace}` has no workload in the mesh; the policy has no effect",
            hint="move the policy to the namespace of the workloads",
            known=mesh.settings.whole_mesh or (policy.placed and _is_excluded(policy.namespace, mesh)),
        )


def _is_excluded(namespace: str, mesh: Mesh) -> bool:
    """Whether a label excludes a namespace with workloads, and all of them, from the mesh."""
    membership, workloads = mesh.injection.of_namespace(namespace), mesh.workloads.in_namespace(namespace)
    excluded = membership.state == "outside" and membership.explicit and bool(workloads)
    return excluded and all(mesh.injection.of(workload).state == "outside" for workload in workloads)


def _in_mesh(mesh: Mesh, namespace: str) -> Iterator[bool]:
    for workload in mesh.workloads.in_namespace(namespace):
        yield mesh.injection.of(workload).state != "outside"


@check(
    "selector-on-gateway", severity="warning", evidence="contradiction", kinds=BOUND_BY_SELECTOR,
    codes=["IST0166", "KIA0110", "KIA1115", "KIA1116", "KIA1117"],
    beside=[GATEWAY_NAME, KUBERNETES_GATEWAY],
)  # fmt: skip
def selector_on_gateway(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report selectors that match a waypoint, which ignores them, or another Kubernetes Gateway, where a flag decides."""
    labels = _labels(resource)
    selected = labels.labels
    if not selected or resource.spec["targetRef"] or resource.spec["targetRefs"]:
        return
    name = selected.get(GATEWAY_NAME)
    if not name:
        pods = mesh.workloads.selected(selected, resource.namespace)
        name = next((workload.labels[GATEWAY_NAME] for workload in pods if GATEWAY_NAME in workload.labels), None)
    gateway = mesh.get(KUBERNETES_GATEWAY, resource.namespace, name) if name else None
    if not name:
        return
    hint = f"use `targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: {name}}}]`"
    related = [(gateway.metadata["name"], "the Gateway")] if gateway else []
    if gateway and is_waypoint(gateway):
        yield finding(
            labels,
            f"selector matches waypoint `{name}`, and waypoints ignore selectors; the {resource.kind} has no effect there",
            hint=hint,
            related=related,
        )
    elif (flag := mesh.flags.text(_BY_SELECTOR)) and flag.text.lower() in ("0", "f", "false"):
        yield finding(
            labels,
            f"selector matches Gateway `{name}`, but `{_BY_SELECTOR}` is disabled; the {resource.kind} has no effect there",
            hint=hint,
            related=[*related, (flag, "disabled here")],
        )
    else:
        yield finding(
            labels,
            f"selector matches Gateway `{name}`; it only takes effect while istiod's `{_BY_SELECTOR}` is enabled (the default)",
            hint=hint,
            related=related,
            severity="info",
        )


NAMESPACE_NOT_FOUND = declare(
    "namespace-not-found", severity="warning", evidence="missing", topic="attachment",
    codes=["IST0101", "KIA0005", "KIA0101", "KIA1601"],
)  # fmt: skip


@further_check(
    NAMESPACE_NOT_FOUND,
    kinds=["VirtualService", "DestinationRule", "ServiceEntry", "Sidecar", "ReferenceGrant"],
    when=["egress", "exportTo", "from"],
)
def named_namespace_not_found(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report unknown namespaces in `exportTo`, in egress hosts and in ReferenceGrants."""
    named = [(entry, entry.text) for entry in resource.spec["exportTo"]]
    named += [
        (host, host.text.partition("/")[0])
        for listener in resource.spec["egress"]
        for host in listener["hosts"]
        if "/" in host.text
    ]
    named += [(origin["namespace"], origin["namespace"].text) for origin in resource.spec["from"]]
    for at, name in named:
        if (
            name
            and name not in (".", "*", "~")
            and not name.startswith("~")
            and not has_placeholder(name)
            and name not in mesh.namespaces
        ):
            yield finding(
                at,
                f"unknown namespace `{name}`; the entry has no effect",
                hint=_similar(name, mesh),
                known=mesh.settings.whole_mesh and bool(mesh.namespaces),
            )


@further_check(NAMESPACE_NOT_FOUND, kinds=["AuthorizationPolicy"], when=["namespaces", "notNamespaces"])
def namespace_not_found(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report unknown source namespaces, which never match."""
    for rule in policy.spec["rules"]:
        for origin in rule["from"]:
            for field in ("namespaces", "notNamespaces"):
                for name in origin["source"][field]:
                    if name.text and not _exists(name.text, mesh):
                        yield finding(
                            name,
                            f"unknown namespace `{name.text}`; the entry never matches",
                            hint=_similar(name.text, mesh),
                            known=mesh.settings.whole_mesh and bool(mesh.namespaces),
                        )


def _exists(pattern: str, mesh: Mesh) -> bool:
    if pattern == "*" or pattern in mesh.namespaces:
        return True
    if pattern.startswith("*"):
        return any(name.endswith(pattern[1:]) for name in mesh.namespaces)
    return pattern.endswith("*") and any(name.startswith(pattern[:-1]) for name in mesh.namespaces)


def _similar(name: str, mesh: Mesh) -> str | None:
    near = misspelt(name, mesh.namespaces)
    return f"did you mean `{near}`?" if near else None
