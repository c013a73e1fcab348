"""PeerAuthentications that do not do what they say: nobody in reach, two for one workload, ports that nobody has."""

from collections.abc import Iterator, Sequence
from itertools import islice

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import DATAPLANE_MODE
from istiolint.mesh.workloads import Workload, names, ports_of, selector_of
from istiolint.primitives.similar import closest, similar
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MOST = 3
_ALIKE = 0.8
"""From which share of common letters on two label values count as one with a slip."""


@check(
    "peer-authentication-without-effect",
    severity="warning",
    evidence="contradiction",
    tags=["security"],
    kinds=["PeerAuthentication"],
)
def peer_authentication_without_effect(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A selector in the root namespace, or a policy whose workloads all are outside the mesh."""
    scope = mesh.mtls.scope(policy)
    if scope == "workload" and policy.namespace == mesh.root_namespace:
        yield finding(
            policy.spec["selector"],
            f"a selector in the root namespace `{policy.namespace}` selects nothing: Istio ignores this policy",
            hint="write it in the namespace of the workloads, or drop the selector to speak for the whole mesh",
            severity="error",
        )
        return
    workloads = _in_reach(policy, mesh)
    states = [mesh.injection.of(workload) for workload in workloads]
    if scope != "mesh" and states and all(state.state == "outside" and state.sure for state in states):
        reasons = sorted({state.because for state in states})
        yield finding(
            policy.spec["selector"]["matchLabels"] if scope == "workload" else policy.metadata["name"],
            f"{names(workloads)} {'has' if len(workloads) == 1 else 'have'} no proxy to apply this policy: "
            f"{'; '.join(reasons[:3])}",
            hint="bring the workloads into the mesh, or remove the policy",
            related=[(state.at, "outside the mesh because of this") for state in states if state.at is not None][:10],
        )


@check(
    "peer-authentication-selects-nothing",
    severity="warning",
    evidence="missing",
    kinds=["PeerAuthentication"],
    codes=["KIA0004"],
)
def peer_authentication_selects_nothing(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A selector that no workload of the namespace matches, although one that was meant is in the input."""
    selector = selector_of(policy)
    if not selector or policy.namespace == mesh.root_namespace or mesh.mtls.selected(policy):
        return
    elsewhere = mesh.workloads.selected(selector, None)
    placed = [workload for workload in elsewhere if workload.resource.metadata["namespace"].text]
    meant = placed if len(placed) == len(elsewhere) else []
    hint = f"write it in the namespace of {names(meant)}" if meant else None
    if not elsewhere:
        meant = list(islice(_resembling(policy, selector, mesh), _MOST))
        hint = f"write {_labels({key: meant[0].labels.get(key, '') for key in selector})}" if meant else None
    yield finding(
        policy.spec["selector"]["matchLabels"],
        f"no workload in `{policy.namespace}` has the labels {_labels(selector)}: this policy protects nobody",
        hint=hint or "compare it with the labels of the pod template",
        related=[(workload.resource.metadata["name"], "this workload may be meant") for workload in meant[:_MOST]],
        known=bool(meant) or mesh.settings.whole_mesh,
    )


def _resembling(policy: Resource, selector: dict[str, str], mesh: Mesh) -> Iterator[Workload]:
    """The workloads that may be meant: the selector has the labels of their controller, or misspells those of their pods."""
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
    """Two policies of one scope: the older is heard, and files do not tell which one that will be."""
    selection = mesh.selection(policy)
    for other in selection.also_for_namespace(policy):
        if not mesh.rivals(policy, other) and _surely_together(policy, other):
            whole = "mesh" if policy.namespace == mesh.root_namespace else f"namespace `{policy.namespace}`"
            yield _conflict(policy, other, policy.metadata["name"], f"the whole {whole}")
    if policy.namespace != mesh.root_namespace:
        for other, workload in selection.also_for_workload(policy):
            if not mesh.rivals(policy, other) and _surely_together(policy, other):
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
    """Ports are those of the container: the number of a Service's port changes nothing, without a word."""
    workloads = _in_reach(policy, mesh) if selector_of(policy) else []
    general = policy.spec["mtls"]["mode"].text
    for key, port in policy.spec["portLevelMtls"].items():
        mode = port["mode"].text
        if mode in ("", "UNSET"):
            yield finding(port.key, f"port {key} says no mode, and gets that of the other ports", severity="info")
        elif mode == general:
            yield finding(port["mode"], f"`{mode}` is what port {key} has from `spec.mtls` anyway", severity="info")
        if key.isascii() and key.isdigit() and workloads:
            yield from _nobody_listens(port, int(key), workloads, mesh)
            yield from _past_proxy(port, int(key), workloads, mesh)


@check(
    "mtls-disabled-in-ambient",
    severity="warning",
    evidence="contradiction",
    tags=["security"],
    kinds=["PeerAuthentication"],
)
def mtls_disabled_in_ambient(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """DISABLE for workloads behind ztunnel, which goes on encrypting and reads it as PERMISSIVE at most."""
    ambient = [workload for workload in _in_reach(policy, mesh) if mesh.injection.of(workload).state == "ambient"]
    general = policy.spec["mtls"]["mode"]
    if ambient and general.text == "DISABLE":
        yield finding(
            general,
            f"`DISABLE` does not switch mTLS off for {names(ambient)} in ambient mode: ztunnel goes on using it, and takes "
            "plaintext besides, as with PERMISSIVE",
            hint=f"write PERMISSIVE; to leave the mesh, label the pods `{DATAPLANE_MODE}: none`",
        )
    inherits_strict = general.text in ("", "UNSET") and mesh.mtls.of_namespace(policy.namespace).strict
    for key, port in policy.spec["portLevelMtls"].items():
        if ambient and inherits_strict and port["mode"].text == "DISABLE":
            yield finding(
                port["mode"],
                f"port {key} stays STRICT for {names(ambient)}: ztunnel does not hear `DISABLE` for a port under an inherited "
                "STRICT",
                hint="write PERMISSIVE",
            )


def _past_proxy(port: Cursor, number: int, workloads: Sequence[Workload], mesh: Mesh) -> Iterator[Finding]:
    """STRICT for a port that no sidecar receives."""
    kept = [mesh.injection.past_proxy(workload, number) for workload in workloads]
    if port["mode"].text == "STRICT" and kept[0] is not None and all(at is not None for at in kept):
        yield finding(
            port["mode"],
            f"port {number} of {names(workloads)} is kept from the sidecar: it takes plain text from anybody, whatever is said "
            "here",
            hint="take the port out of the annotation",
            related=[(kept[0], "kept from the sidecar here")],
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
        if number in declared or not workload.runs_pods:
            return
    targets = sorted({target for _, target, _ in mapped})
    if targets:
        right = " or ".join(map(str, targets))
        yield finding(
            port.key,
            f"{number} is a port of Service `{mapped[0][2].namespace}/{mapped[0][2].name}`, but the container listens on "
            f"{right}: this setting concerns nobody, and {right} keeps the mode of the other ports",
            hint=f"write {right}",
            related=[(entry, f"leads to {target}") for entry, target, _ in mapped[:3]],
        )
    elif all(workload.ports for workload in workloads):
        yield finding(
            port.key,
            f"no container of {names(workloads)} declares port {number}, and no Service leads there",
            hint="count the port as the container has it",
            severity="info",
        )


def _in_reach(policy: Resource, mesh: Mesh) -> list[Workload]:
    """The workloads that a policy selects, those left out that are never applied together with it."""
    found = mesh.mtls.selected(policy)
    return [workload for workload in found if not mesh.rivals(policy, workload.resource)]


def _surely_together(one: Resource, other: Resource) -> bool:
    """Whether two resources live in one namespace for sure: it is written, or they are written in one file."""
    written = one.metadata["namespace"].text and other.metadata["namespace"].text
    return bool(written) or one.document.source is other.document.source


def _conflict(policy: Resource, other: Resource, at: Cursor, whom: str) -> Finding:
    same = policy.spec.value == other.spec.value
    return finding(
        at,
        f"`{policy.name}` and `{other.name}` both speak for {whom}; Istio hears the older one only, and "
        f"{'they say the same' if same else 'files do not tell which one that is'}",
        hint="join them in one policy",
        related=[(other.metadata["name"], "the other one")],
        severity="info" if same else None,
    )


def _labels(selector: dict[str, str]) -> str:
    return ", ".join(f"`{key}: {value}`" for key, value in selector.items())
