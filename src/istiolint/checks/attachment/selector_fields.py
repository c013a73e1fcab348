"""Selectors without labels. (Of wildcards and empty keys in selectors the schema tells.)"""

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
"""Where a kind has its selector, and the selector its labels."""


@check(
    "selector-without-labels", severity="warning", evidence="document", kinds=tuple(_LABELS),
    rows=["P-30", "P-31", "SC-02", "SE-02", "EF-03"],
)  # fmt: skip
def selector_without_labels(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A selector that selects everything."""
    field, labels = _LABELS[resource.type or ""]
    selector = resource.spec[field]
    # whatever else stands there is a slip for the labels, of which the schema tells
    if isinstance(selector.value, dict) and selector.mapping.keys() <= {labels} and selector[labels].value in (None, {}):
        yield finding(
            selector.key,
            f"`{field}` without labels narrows nothing: the {resource.kind} holds for all workloads of the namespace",
            hint=f"write the labels of the workloads under `{labels}`, or delete `{field}` if all are meant",
        )
