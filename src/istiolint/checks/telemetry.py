"""Telemetry resources against one another."""

from collections.abc import Iterator

from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resource import Resource
from istiolint.rules import check, finding


def covers_namespace(telemetry: Resource) -> bool:
    """Whether a Telemetry speaks for its whole namespace."""
    spec = telemetry.spec
    return not (spec["selector"]["matchLabels"] or spec["targetRef"] or spec["targetRefs"])


@check(
    "two-namespace-wide-telemetries", severity="warning", evidence="contradiction", category="traffic", kinds=["Telemetry"],
    codes=["IST0160"],
)  # fmt: skip
def two_namespace_wide_telemetries(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two for one namespace: the older one counts, the younger is ignored."""
    if not covers_namespace(telemetry):
        return
    others = [
        other
        for other in mesh.in_namespace("Telemetry", telemetry.namespace)
        if covers_namespace(other) and not mesh.rivals(telemetry, other)
    ]
    if others:
        yield finding(
            telemetry.metadata["name"],
            f"two Telemetry resources speak for the whole namespace `{telemetry.namespace}`; only the older one counts",
            hint="join them, or give one a `selector`",
            related=[(other.metadata["name"], "the other one") for other in others],
        )
