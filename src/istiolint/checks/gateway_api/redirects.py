"""Gateway API redirects back to the URL of the request."""

from collections.abc import Iterator

from istiolint.checks.gateways.cloud_load_balancers import REDIRECT_LOOP
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import allows_route, listeners, parents
from istiolint.mesh.gateways import GatewayName
from istiolint.mesh.host_index import overlap
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check


@further_check(REDIRECT_LOOP, kinds=["HTTPRoute"])
def redirect_to_itself(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a redirect to HTTPS on an HTTPS listener."""
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
                if listener is not None and not mesh.exclusive(route, gateway):
                    yield finding(
                        redirect["scheme"],
                        f"the redirect is also attached to HTTPS listener `{listener['name'].text}` of {gateway.title}; clients "
                        "are redirected in a loop",
                        hint="set `sectionName` of the parent to the HTTP listener",
                        related=[
                            (parent.at, "the route is attached to all listeners here"),
                            (listener["protocol"], "the HTTPS listener is here"),
                        ],
                        # an older route may match the same requests first
                        severity="warning",
                    )
                    return


def _to_https_alone(redirect: Cursor) -> bool:
    """Whether a redirect changes only the scheme."""
    elsewhere = any(redirect[field].exists for field in ("hostname", "path", "port"))
    return redirect["scheme"].text == "https" and not elsewhere


def _https_listener(gateway: Resource, parent: Cursor, route: Resource, mesh: Mesh) -> Cursor | None:
    """Return an HTTPS listener among those that a parent attaches the route to without naming one."""
    if gateway.type != KUBERNETES_GATEWAY or parent["sectionName"] or parent["port"]:
        return None
    hosts = [host.text for host in route.spec["hostnames"] if host.text] or ["*"]
    for listener in listeners(gateway, parent):
        served = listener["hostname"].text or "*"
        allowed = allows_route(listener, gateway, route, mesh.namespaces.get(route.namespace, ()))
        if listener["protocol"].text == "HTTPS" and allowed and any(overlap(served, host) for host in hosts):
            return listener
    return None
