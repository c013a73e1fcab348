"""The targets of policies: `targetRef` and `targetRefs`. (The schema reports names and namespaces.)"""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, rejected
from istiolint.settings import minor

_GATEWAYS = "gateway.networking.k8s.io"
_SINCE = {
    ("", "Service"): "1.23",
    (_GATEWAYS, "Gateway"): "1.20",
    ("networking.istio.io", "ServiceEntry"): "1.24",
    (_GATEWAYS, "GatewayClass"): "1.25",
}
"""The supported groups and kinds, with the first release that supports them."""
_KINDS = ("AuthorizationPolicy", "RequestAuthentication", "Telemetry", "TrafficExtension", "WasmPlugin")


@check(
    "unsupported-target", severity="error", evidence="document", kinds=_KINDS,
    rows=["P-32", "AP-03", "RA-03", "TL-03", "WP-03", "TX-04"],
    when=["targetRef", "targetRefs"],
)  # fmt: skip
def unsupported_target(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a target of a kind that policies cannot attach to."""
    for target in (policy.spec["targetRef"], *policy.spec["targetRefs"]):
        kind = target["kind"]
        group = target["group"].text if target["group"].text != "core" else ""
        if not kind.literal or has_placeholder(group):
            continue
        if (group, kind.text) not in _SINCE:
            right = next((known for known, name in _SINCE if name == kind.text), None)
            called = f"{group}/{kind.text}" if group else kind.text
            yield finding(
                kind if right is None else target["group"] if target["group"].exists else kind,
                rejected(f"unsupported target kind `{called}`", policy.kind),
                hint=f"set `group: {right or chr(34) * 2}`"
                if right is not None
                else "target a Service, ServiceEntry, Gateway or GatewayClass",
            )
        elif minor(mesh.settings.istio_version) < minor(_SINCE[group, kind.text]):
            yield finding(
                kind,
                f"target kind `{kind.text}` requires Istio {_SINCE[group, kind.text]}; Istio {mesh.settings.istio_version} "
                f"rejects the {policy.kind}",
                hint="target a Gateway, or use `selector`",
            )
