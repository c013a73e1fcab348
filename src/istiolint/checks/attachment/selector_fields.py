"""Selectors without labels. (The schema reports wildcards and empty keys in selectors.)"""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_LABELS = {
    **dict.fromkeys(("EnvoyFilter", "ServiceEntry", "Sidecar"), ("workloadSelector", "labels")),
    "DestinationRule": ("workloadSelector", "matchLabels"),
    **dict.fromkeys(
        (
            "AuthorizationPolicy", "PeerAuthentication", "ProxyConfig", "RequestAuthentication", "Telemetry", "TrafficExtension",
            "WasmPlugin",
        ),
        ("selector", "matchLabels"),
    ),
}  # fmt: skip
"""The selector field of each kind, and the label field of that selector."""


@check(
    "selector-without-labels", severity="warning", evidence="document", kinds=tuple(_LABELS),
    rows=["P-30", "P-31", "SC-02", "SE-02", "EF-03"],
)  # fmt: skip
def selector_without_labels(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a selector that selects every workload."""
    field, labels = _LABELS[resource.type or ""]
    selector = resource.spec[field]
    # the schema reports any other field here
    if isinstance(selector.value, dict) and selector.mapping.keys() <= {labels} and selector[labels].value in (None, {}):
        yield finding(
            selector.key,
            f"`{field}` has no labels; the {resource.kind} applies to all workloads in the namespace",
            hint=f"set the labels of the workloads under `{labels}`, or remove `{field}` to select all of them",
        )
