"""References of VirtualServices to Gateways: whether they exist, serve the host and can match."""

from collections.abc import Iterator

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import GENERATED, MESH, bound_gateways, gateway_name, gateways_of_canary, served_hosts
from istiolint.primitives.similar import misspelt
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "gateway-not-found", severity="error", evidence="missing", kinds=["VirtualService", "Canary"],
    codes=["IST0101", "IST0132", "KIA1102"], fixable=True,
    when=["gateways"],
)  # fmt: skip
def gateway_not_found(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a reference to a Gateway that does not exist in its namespace."""
    if resource.type == "Canary" and resource.spec["provider"].text not in ("", "istio"):
        return
    bound = gateways_of_canary(resource) if resource.type == "Canary" else bound_gateways(resource)
    attached = "the VirtualService that Flagger generates" if resource.type == "Canary" else "the VirtualService"
    for name, gateway in bound:
        if name.name == MESH or GENERATED in name.name or mesh.gateways.find(name) or not can_be_name(gateway.text):
            continue
        if mesh.settings.is_known_gateway(name.namespace, name.name):
            continue
        elsewhere = mesh.gateways.named(name.name)
        others = sorted({f"{other.namespace}/{other.name}" for other in elsewhere})
        placed = all(other.placed for other in elsewhere) and ("/" in gateway.text or resource.placed)
        known = mesh.coverage.lacks_gateway(name.namespace, name.name, resource) and (placed or mesh.settings.whole_mesh)
        strayed = len(others) == 1 and placed and "/" not in gateway.text
        yield finding(
            gateway,
            f"Gateway `{name.name}` not found in namespace `{name.namespace}`; {attached} does not attach to it, and "
            "requests get 404",
            hint=_proposal(name.name, others, [other.name for other in mesh.gateways.within(name.namespace)]),
            related=[(other.metadata["name"], f"{other.title} is here") for other in elsewhere[:3]],
            fix=Fix(f"replace with `{others[0]}`", (Replace(gateway.place, others[0]),), safe=False)
            if len(others) == 1
            else None,
            known=known or strayed,
        )


@check(
    "generated-gateway-reference", severity="warning", evidence="document", kinds=["VirtualService"],
    codes=["IST0165"],
    when=["gateways"],
)  # fmt: skip
def generated_gateway_reference(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a reference to a Gateway that Istio generates from a Gateway API Gateway."""
    for name, gateway in bound_gateways(virtual_service):
        if GENERATED in name.name:
            yield finding(
                gateway,
                f"`{gateway.text}` is an internal name of a Gateway API Gateway; when a release changes it, the routes stop "
                "working",
                hint="use an HTTPRoute whose `parentRefs` reference that Gateway",
            )


@check(
    "host-not-served-by-gateway", severity="warning", evidence="contradiction", kinds=["VirtualService"],
    codes=["IST0132"],
    when=["gateways"],
)  # fmt: skip
def host_not_served_by_gateway(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a reference to a gateway whose servers match none of the hosts."""
    written = [host.text for host in virtual_service.spec["hosts"] if host.text]
    hosts = [host for host, _ in mesh.virtual_services.hosts(virtual_service)]
    for name, reference in bound_gateways(virtual_service):
        gateways = mesh.gateways.find(name) if hosts else ()
        if gateways and not any(mesh.gateways.servers(gateway, hosts, virtual_service.namespace) for gateway in gateways):
            served = [served for gateway in gateways for served in served_hosts(gateway)]
            shown = ", ".join(f"`{host.host}`" for host in served[:5]) or "no hosts"
            closed = [host for host in served if host.namespace not in ("*", virtual_service.namespace)]
            of = f" ({'' if len(closed) == len(served) else 'some '}only to namespace `{closed[0].namespace}`)" if closed else ""
            yield finding(
                reference,
                f"none of the hosts {', '.join(f'`{host}`' for host in written[:5])} matches Gateway {name}, "
                f"which serves {shown}{of}; these routes have no effect"
                if len(written) > 1
                else f"host `{written[0]}` does not match Gateway {name}, which serves {shown}{of}; the routes have no effect",
                hint="add the host to a server of the gateway, or reference the gateway that serves it",
                related=[(gateway.spec["servers"].key, "the servers of the gateway are here") for gateway in gateways[:1]],
            )


@check(
    "match-on-gateway-not-bound", severity="warning", evidence="document", kinds=["VirtualService"],
    when=["gateways"],
)  # fmt: skip
def match_on_gateway_not_bound(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a match for gateways to which the VirtualService is not bound."""
    if not virtual_service.spec["hosts"]:
        return
    bound = {name for name, _ in bound_gateways(virtual_service)}
    for kind in ("http", "tcp", "tls"):
        for route in virtual_service.spec[kind]:
            for match in route["match"]:
                gateways = [gateway for gateway in match["gateways"] if gateway.text]
                if gateways and not any(gateway_name(gateway.text, virtual_service.namespace) in bound for gateway in gateways):
                    names = " and ".join(f"`{name}`" for name in sorted(map(str, bound)))
                    also = "" if virtual_service.spec["gateways"] else f" (and `{MESH}`, to keep the other routes for sidecars)"
                    yield finding(
                        gateways[0],
                        f"the VirtualService is bound to {names}, not to gateway `{gateways[0].text}`; this match never applies",
                        hint=f"add `{gateways[0].text}` to `spec.gateways`{also}",
                    )


def _proposal(name: str, elsewhere: list[str], neighbors: list[str]) -> str:
    if elsewhere:
        return f"use {' or '.join(f'`{other}`' for other in elsewhere[:3])}, a Gateway with that name in another namespace"
    near = misspelt(name, sorted(set(neighbors)))
    return f"did you mean `{near}`?" if near else "add the Gateway, or reference an existing one as `NAMESPACE/NAME`"
