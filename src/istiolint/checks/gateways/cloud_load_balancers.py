"""Compare cloud load balancers that terminate TLS with the Gateway servers behind them."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server
from istiolint.mesh.workload import Workload
from istiolint.primitives.ports import HTTP, TLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

REDIRECT_LOOP = declare("redirect-loop", severity="error", evidence="contradiction", topic="gateways")
_AWS = "service.beta.kubernetes.io/aws-load-balancer-"
_CERTIFICATE, _BACKEND, _PORTS = f"{_AWS}ssl-cert", f"{_AWS}backend-protocol", f"{_AWS}ssl-ports"
_OPENED_ANEW = ("https", "ssl")
_HTTPS = 443
_ENDED = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL")


class Balancer(NamedTuple):
    """A Service port on which the load balancer terminates TLS."""

    service: Resource
    port: Cursor
    workload: Workload

    @property
    def encrypts(self) -> bool:
        """Whether the load balancer originates TLS to the gateway."""
        return self.service.annotations.get(_BACKEND, "").lower() in _OPENED_ANEW

    @property
    def tells_scheme(self) -> bool:
        """Whether the load balancer proxies HTTP, so that it can send `X-Forwarded-Proto`."""
        return self.service.annotations.get(_BACKEND, "").lower() == "http"

    @property
    def certificate(self) -> Cursor:
        """Return the annotation that makes the load balancer terminate TLS."""
        return self.service.metadata["annotations"][_CERTIFICATE]

    def leads_to(self, server: Server) -> bool:
        """Whether the port reaches a server, directly or through another Service port with the same target."""
        if server.port is None:
            return False
        if server.port == self.port["port"].number:
            return True
        here = self._target(self.port)
        served = next((port for port in self.service.spec["ports"] if port["port"].number == server.port), None)
        return here is not None and here == (self._target(served) if served else server.port)

    def _target(self, port: Cursor) -> int | None:
        target = port["targetPort"]
        return self.workload.port_number(target) if target.exists else port["port"].number


def balancers(gateway: Resource, mesh: Mesh) -> Iterator[Balancer]:
    """Yield the load balancer ports in front of a Gateway that terminate TLS."""
    for workload in mesh.gateway_workloads.of(gateway):
        for service in mesh.workloads.services_of(workload):
            ended = service.annotations.get(_PORTS, "*").replace(" ", "").split(",")
            if not service.annotations.get(_CERTIFICATE) or mesh.exclusive(gateway, service):
                continue
            for port in service.spec["ports"]:
                if "*" in ended or str(port["port"].number) in ended or (port["name"] and port["name"].text in ended):
                    yield Balancer(service, port, workload)


@further_check(REDIRECT_LOOP, kinds=["Gateway"])
def redirect_loop(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an HTTPS redirect behind a load balancer that terminates TLS and forwards plaintext."""
    for cursor in gateway.spec["servers"]:
        server, redirect = Server(gateway, cursor), cursor["tls"]["httpsRedirect"]
        if redirect.value is not True or server.protocol not in HTTP:
            continue
        for balancer in balancers(gateway, mesh):
            # the redirect targets port 443 of the same host
            if balancer.port["port"].number != _HTTPS or balancer.encrypts or not balancer.leads_to(server):
                continue
            if balancer.tells_scheme and _trusts_proxies(balancer, mesh):
                continue
            yield finding(
                redirect,
                f"`httpsRedirect` behind the load balancer of `{balancer.service.title}`, which forwards plaintext from TLS port "
                f"{balancer.port['port'].number}; clients are redirected in a loop",
                hint="remove `httpsRedirect` and redirect at the load balancer, or route its HTTPS port to another server",
                related=[
                    (balancer.certificate, "the load balancer terminates TLS here"),
                    (balancer.port["port"], "plaintext is forwarded from this port"),
                ],
                # configuration outside the input may make the gateway trust `X-Forwarded-Proto`
                severity="warning" if balancer.tells_scheme else None,
            )
            break


def _trusts_proxies(balancer: Balancer, mesh: Mesh) -> bool:
    config = mesh.config["defaultConfig"]
    return (isinstance(config, dict) and "gatewayTopology" in config) or "numTrustedProxies" in balancer.workload.annotations.get(
        "proxy.istio.io/config", ""
    )


@check("load-balancer-contradicts-server", severity="error", evidence="contradiction", kinds=["Gateway"])
def load_balancer_contradicts_server(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a load balancer that sends plaintext to a TLS server, or TLS to a plaintext server."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        for balancer in balancers(gateway, mesh):
            # other Service ports with the same target are a matter of the Service, not of this server
            if balancer.port["port"].number != server.port:
                continue
            if server.protocol in TLS and not balancer.encrypts:
                came, waits = "plaintext", "expects TLS"
            elif server.protocol in HTTP and balancer.encrypts:
                came, waits = "TLS", f"expects plaintext {server.protocol}"
            else:
                continue
            backend = balancer.service.metadata["annotations"][_BACKEND]
            yield finding(
                cursor["port"]["protocol"],
                f"the load balancer of `{balancer.service.title}` sends {came} to port {server.port}, but the server {waits}; "
                "every connection fails",
                hint=f"set `{_BACKEND}: {'ssl' if server.protocol in TLS else 'tcp'}`, or change the protocol of the server",
                related=[
                    (backend if backend.exists else balancer.certificate, "the backend protocol of the load balancer is set here")
                ],
            )
            break


@check("hosts-without-sni", severity="warning", evidence="contradiction", kinds=["Gateway"])
def hosts_without_sni(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report servers selected by SNI behind a load balancer that originates TLS without SNI."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        named = [at for host, at in server.hosts if host != "*"]
        if server.protocol not in TLS or cursor["tls"]["mode"].text not in _ENDED or len(named) < len(list(server.hosts)):
            continue
        for balancer in balancers(gateway, mesh):
            if named and balancer.encrypts and balancer.port["port"].number == server.port:
                yield finding(
                    named[0],
                    f"the load balancer of `{balancer.service.title}` originates TLS without SNI; the server for "
                    f"`{named[0].text}` never matches, and connections are closed",
                    hint='set `hosts: ["*"]` here, and list the hosts in the VirtualServices',
                    related=[(balancer.certificate, "the load balancer terminates client TLS here")],
                )
                break
