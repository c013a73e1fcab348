"""PeerAuthentications that have no effect: no workload, several for one workload, or unknown ports."""

from collections.abc import Iterator, Sequence
from itertools import islice

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import DATAPLANE_MODE
from istiolint.mesh.workload import Workload, ports_of
from istiolint.mesh.workloads import names, selector_of
from istiolint.primitives.numbers import natural
from istiolint.primitives.similar import closest, similar
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MOST = 3
_ALIKE = 0.8
"""The similarity above which a label value counts as a typo of another one."""


@check(
    "peer-authentication-without-effect",
    severity="warning",
    evidence="contradiction",
    tags=["security"],
    kinds=["PeerAuthentication"],
)
def peer_authentication_without_effect(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a selector in the root namespace, or a policy whose workloads are all outside the mesh."""
    scope = mesh.mtls.scope(policy)
    if scope == "workload" and policy.namespace == mesh.root_namespace:
        yield finding(
            policy.spec["selector"],
            f"a selector in the root namespace `{policy.namespace}` is not supported; Istio ignores this policy",
            hint="move the policy to the namespace of the workloads, or remove `selector` to apply it mesh-wide",
            severity="error",
        )
        return
    if scope == "mesh" or not any(mesh.injection.of(workload).state == "outside" for workload in mesh.mtls.selected(policy)):
        return
    workloads = _in_reach(policy, mesh)
    states = [mesh.injection.of(workload) for workload in workloads]
    if states and all(state.state == "outside" and state.sure for state in states):
        reasons = sorted({state.because for state in states})
        yield finding(
            policy.spec["selector"]["matchLabels"] if scope == "workload" else policy.metadata["name"],
            f"{names(workloads)} {'has' if len(workloads) == 1 else 'have'} no proxy to enforce this policy: "
            f"{reasons[0] if len(reasons) == 1 else 'they are not in the mesh'}",
            hint="add the workloads to the mesh, or remove the policy",
            related=[(state.at, "excluded from the mesh here") for state in states if state.at is not None][:10],
        )


@check(
    "peer-authentication-selects-nothing",
    severity="warning",
    evidence="missing",
    kinds=["PeerAuthentication"],
    codes=["KIA0004"],
)
def peer_authentication_selects_nothing(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a selector that matches no workload of the namespace, where the input has a similar workload."""
    selector = selector_of(policy)
    if not selector or policy.namespace == mesh.root_namespace or mesh.mtls.selected(policy):
        return
    elsewhere = mesh.workloads.selected(selector, None)
    placed = [workload for workload in elsewhere if workload.resource.metadata["namespace"].text]
    meant = placed if len(placed) == len(elsewhere) else []
    hint = f"move the policy to the namespace of {names(meant)}" if meant else None
    if not elsewhere:
        meant = list(islice(_resembling(policy, selector, mesh), _MOST))
        hint = f"use {_labels({key: meant[0].labels.get(key, '') for key in selector})}" if meant else None
    yield finding(
        policy.spec["selector"]["matchLabels"],
        f"no workload in namespace `{policy.namespace}` has the labels {_labels(selector)}; this policy has no effect",
        hint=hint or "use labels of the pod template",
        related=[(workload.resource.metadata["name"], "similar workload") for workload in meant[:_MOST]],
        known=bool(meant) or mesh.settings.whole_mesh,
    )


def _resembling(policy: Resource, selector: dict[str, str], mesh: Mesh) -> Iterator[Workload]:
    """Yield similar workloads: the selector has the labels of their controller, or misspells those of their pods."""
    yield from mesh.workloads.labeled(selector, policy.namespace)
    key, value = next(iter(selector.items()))
    for near in similar(value, mesh.workloads.values_of(key, policy.namespace), _ALIKE):
        for workload in mesh.workloads.selected({key: near}, policy.namespace):
            if selector.keys() <= workload.labels.keys() and not selector.items() <= workload.resource.labels.items():
                others = ((text, workload.labels[name]) for name, text in selector.items() if name != key)
                if all(closest(text, [label], _ALIKE) for text, label in others):
                    yield workload


@check(
    "peer-authentication-conflict",
    severity="warning",
    evidence="contradiction",
    tags=["security"],
    kinds=["PeerAuthentication"],
    codes=["KIA0002", "KIA0003"],
    fold="pair",
)
def peer_authentication_conflict(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two policies of one scope. Istio uses the oldest one, and files carry no creation time."""
    selection = mesh.selection(policy)
    for other in selection.also_for_namespace(policy):
        if not mesh.exclusive(policy, other) and _surely_together(policy, other):
            whole = "the entire mesh" if policy.namespace == mesh.root_namespace else f"namespace `{policy.namespace}`"
            yield _conflict(policy, other, policy.metadata["name"], whole)
    if policy.namespace != mesh.root_namespace:
        for other, workload in selection.also_for_workload(policy):
            if not mesh.exclusive(policy, other) and _surely_together(policy, other):
                yield _conflict(policy, other, policy.spec["selector"]["matchLabels"], f"`{workload.title}`")


@check(
    "port-level-mtls-without-effect",
    severity="error",
    evidence="contradiction",
    tags=["security"],
    kinds=["PeerAuthentication"],
    when=["portLevelMtls"],
)
def port_level_mtls_without_effect(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ports that are not container ports: Istio silently ignores the number of a Service port."""
    workloads = _in_reach(policy, mesh) if selector_of(policy) else []
    general = policy.spec["mtls"]["mode"].text
    for key, port in policy.spec["portLevelMtls"].items():
        mode = port["mode"].text
        if mode in ("", "UNSET"):
            yield finding(port.key, f"port {key} has no `mode`; the mode of the other ports applies", severity="info")
        elif mode == general:
            yield finding(port["mode"], f"`{mode}` on port {key} has no effect; `spec.mtls` already sets it", severity="info")
        if (number := natural(key)) is not None and workloads:
            yield from _nobody_listens(port, number, workloads, mesh)
            yield from _past_proxy(port, number, workloads, mesh)


@check(
    "mtls-disabled-in-ambient",
    severity="warning",
    evidence="contradiction",
    tags=["security"],
    kinds=["PeerAuthentication"],
)
def mtls_disabled_in_ambient(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report DISABLE for workloads behind ztunnel, which treats it as PERMISSIVE at most."""
    general = policy.spec["mtls"]["mode"]
    modes = (general, *(port["mode"] for _, port in policy.spec["portLevelMtls"].items()))
    if all(mode.text != "DISABLE" for mode in modes):
        return
    ambient = [workload for workload in _in_reach(policy, mesh) if mesh.injection.of(workload).state == "ambient"]
    if ambient and general.text == "DISABLE":
        yield finding(
            general,
            f"`DISABLE` does not turn off mTLS for {names(ambient)} in ambient mode; ztunnel treats it as `PERMISSIVE`",
            hint=f"use `PERMISSIVE`, or label the pods `{DATAPLANE_MODE}: none` to take them out of the mesh",
        )
    inherits_strict = general.text in ("", "UNSET") and mesh.mtls.of_namespace(policy.namespace).strict
    for key, port in policy.spec["portLevelMtls"].items():
        if ambient and inherits_strict and port["mode"].text == "DISABLE":
            yield finding(
                port["mode"],
                f"port {key} of {names(ambient)} stays `STRICT`; ztunnel ignores a port-level `DISABLE` under an "
                "inherited `STRICT`",
                hint="use `PERMISSIVE`",
            )


def _past_proxy(port: Cursor, number: int, workloads: Sequence[Workload], mesh: Mesh) -> Iterator[Finding]:
    """Report STRICT for a port that bypasses the sidecar."""
    kept = [mesh.injection.past_proxy(workload, number) for workload in workloads]
    if port["mode"].text == "STRICT" and kept[0] is not None and all(at is not None for at in kept):
        yield finding(
            port["mode"],
            f"port {number} of {names(workloads)} bypasses the sidecar; it accepts plaintext despite `STRICT`",
            hint="remove the port from the annotation",
            related=[(kept[0], "excluded from the sidecar here")],
        )


def _nobody_listens(port: Cursor, number: int, workloads: Sequence[Workload], mesh: Mesh) -> Iterator[Finding]:
    mapped: list[tuple[Cursor, int, Resource]] = []
    for workload in workloads:
        declared = {known.number for known in workload.ports} | {probe.port for probe in workload.probes}
        for service in mesh.workloads.services_of(workload):
            for entry, service_port, target in ports_of(service, workload):
                declared.add(target)
                if service_port == number and target is not None:
                    mapped.append((entry, target, service))
        if number in declared or not workload.creates_pods:
            return
    targets = sorted({target for _, target, _ in mapped})
    if targets:
        right = " or ".join(map(str, targets))
        yield finding(
            port.key,
            f"{number} is a port of Service `{mapped[0][2].namespace}/{mapped[0][2].name}`, but the container port is {right}; "
            "the setting has no effect",
            hint=f"use {right}",
            related=[(entry, f"targets port {target}") for entry, target, _ in mapped[:3]],
        )
    elif all(workload.ports for workload in workloads):
        yield finding(
            port.key,
            f"no container of {names(workloads)} declares port {number} and no Service targets it; the setting may have "
            "no effect",
            hint="use the number of the container port",
            severity="info",
        )


def _in_reach(policy: Resource, mesh: Mesh) -> list[Workload]:
    """Return the workloads that a policy selects, without those that are never applied together with it."""
    found = mesh.mtls.selected(policy)
    return [workload for workload in found if not mesh.exclusive(policy, workload.resource)]


def _surely_together(one: Resource, other: Resource) -> bool:
    """Whether two resources are certainly in one namespace: both set it, or both are in one file."""
    written = one.metadata["namespace"].text and other.metadata["namespace"].text
    return bool(written) or one.document.source is other.document.source


def _conflict(policy: Resource, other: Resource, at: Cursor, whom: str) -> Finding:
    same = policy.spec.value == other.spec.value
    return finding(
        at,
        f"`{policy.name}` and `{other.name}` both apply to {whom}; Istio uses only the older one"
        f"{' (they are identical)' if same else ', and files carry no creation time'}",
        hint="merge them into one policy",
        related=[(other.metadata["name"], "the other policy")],
        severity="info" if same else None,
    )


def _labels(selector: dict[str, str]) -> str:
    return ", ".join(f"`{key}: {value}`" for key, value in selector.items())
