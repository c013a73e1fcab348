"""Routes that match on JWT claims."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_workloads import DEFAULT_LABELS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

CLAIMS = "@request.auth.claims"


def _claims(service: Resource) -> Iterator[Cursor]:
    for route in service.spec["http"]:
        for match in route["match"]:
            for field in ("headers", "withoutHeaders"):
                for name, value in match[field].items():
                    if name.lower().startswith(CLAIMS):
                        yield value


@check(
    "claim-route-without-authentication", severity="error", evidence="missing", tags=["security"], kinds=["VirtualService"],
    codes=["IST0149"],
    when=["gateways"],
)  # fmt: skip
def claim_route_without_authentication(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes on claims at a gateway without a RequestAuthentication."""
    claim = next(_claims(service), None)
    if claim is None:
        return
    for reference in service.spec["gateways"]:
        namespace, slash, name = reference.text.rpartition("/")
        gateway = mesh.get("Gateway", namespace if slash else service.namespace, name)
        if gateway and not _authenticated(gateway, mesh):
            yield finding(
                claim.key,
                f"`{claim.name}` never matches; no RequestAuthentication validates JWTs at Gateway `{reference.text}`",
                hint="add a RequestAuthentication for the gateway's workloads, in their namespace",
                related=[(gateway.metadata["name"], "the Gateway")],
                known=mesh.settings.whole_mesh,
            )
            return


def _authenticated(gateway: Resource, mesh: Mesh) -> bool:
    """Whether a RequestAuthentication applies to every workload of a Gateway, or its workloads are unknown."""
    carried = [(workload.namespace, workload.labels) for workload in mesh.gateway_workloads.of(gateway)]
    if not carried and mesh.gateway_workloads.runs(gateway):
        carried = [(mesh.root_namespace, DEFAULT_LABELS)]
    return all(
        any(
            policy.spec["selector"]["matchLabels"].labels.items() <= labels.items()
            for place in {namespace, mesh.root_namespace}
            for policy in mesh.in_namespace("RequestAuthentication", place)
        )
        for namespace, labels in carried
    )
