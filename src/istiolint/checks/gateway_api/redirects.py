"""Redirects of the Gateway API that lead to where the request came from."""

from collections.abc import Iterator

from istiolint.checks.gateways.cloud_load_balancers import REDIRECT_LOOP
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import lets_in, listeners, parents
from istiolint.mesh.gateways import GatewayName
from istiolint.mesh.host_index import overlap
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check


@further_check(REDIRECT_LOOP, kinds=["HTTPRoute"])
def redirect_to_itself(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A redirect to HTTPS on a listener that speaks it already."""
    redirects = [
        redirect
        for rule in route.spec["rules"]
        for each in rule["filters"]
        if _to_https_alone(redirect := each["requestRedirect"])
    ]
    for redirect in redirects[:1]:
        for parent in parents(route):
            if parent.type != KUBERNETES_GATEWAY:
                continue
            for gateway in mesh.gateways.find(GatewayName(parent.namespace, parent.name)):
                listener = _https_listener(gateway, parent.at, route, mesh)
                if listener is not None and not mesh.rivals(route, gateway):
                    yield finding(
                        redirect["scheme"],
                        f"the route is attached to listener `{listener['name'].text}` of {gateway.title}, too, which takes "
                        "HTTPS: there clients are redirected to the address that they have come to, again and again",
                        hint="name the listener for HTTP in `sectionName` of the parent",
                        related=[(parent.at, "attached to all listeners"), (listener["protocol"], "the listener for HTTPS")],
                        # an older route for the same requests may take them first
                        severity="warning",
                    )
                    return


def _to_https_alone(redirect: Cursor) -> bool:
    """Whether a redirect changes nothing but the scheme."""
    elsewhere = any(redirect[field].exists for field in ("hostname", "path", "port"))
    return redirect["scheme"].text == "https" and not elsewhere


def _https_listener(gateway: Resource, parent: Cursor, route: Resource, mesh: Mesh) -> Cursor | None:
    """A listener for HTTPS to which a parent attaches the route, beside others: one that is named is meant."""
    if gateway.type != KUBERNETES_GATEWAY or parent["sectionName"] or parent["port"]:
        return None
    hosts = [host.text for host in route.spec["hostnames"] if host.text] or ["*"]
    for listener in listeners(gateway, parent):
        served = listener["hostname"].text or "*"
        allowed = lets_in(listener, gateway, route, mesh.namespaces.get(route.namespace, ()))
        if listener["protocol"].text == "HTTPS" and allowed and any(overlap(served, host) for host in hosts):
            return listener
    return None
