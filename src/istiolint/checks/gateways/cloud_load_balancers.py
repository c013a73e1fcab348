"""Load balancers of a cloud that end TLS in front of a gateway, against what the gateway expects behind them."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server
from istiolint.mesh.workloads import Workload
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
    """A port of a Service on which the load balancer ends TLS."""

    service: Resource
    port: Cursor
    workload: Workload

    @property
    def encrypts(self) -> bool:
        """Whether it opens a TLS connection of its own to the gateway."""
        return self.service.annotations.get(_BACKEND, "").lower() in _OPENED_ANEW

    @property
    def tells_scheme(self) -> bool:
        """Whether it speaks HTTP, and so may say in a header that the client came by HTTPS."""
        return self.service.annotations.get(_BACKEND, "").lower() == "http"

    @property
    def certificate(self) -> Cursor:
        """Where the Service says that the load balancer ends TLS."""
        return self.service.metadata["annotations"][_CERTIFICATE]

    def leads_to(self, server: Server) -> bool:
        """Whether the port reaches a server, if only as another port of the Service with the same target."""
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
    """The ports of load balancers in front of a Gateway that end TLS."""
    for workload in mesh.gateway_workloads.of(gateway):
        for service in mesh.workloads.services_of(workload):
            ended = service.annotations.get(_PORTS, "*").replace(" ", "").split(",")
            if not service.annotations.get(_CERTIFICATE) or mesh.rivals(gateway, service):
                continue
            for port in service.spec["ports"]:
                if "*" in ended or str(port["port"].number) in ended or (port["name"] and port["name"].text in ended):
                    yield Balancer(service, port, workload)


@further_check(REDIRECT_LOOP, kinds=["Gateway"])
def redirect_loop(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A redirect to HTTPS for requests that came by HTTPS, and lost it at the load balancer."""
    for cursor in gateway.spec["servers"]:
        server, redirect = Server(gateway, cursor), cursor["tls"]["httpsRedirect"]
        if redirect.value is not True or server.protocol not in HTTP:
            continue
        for balancer in balancers(gateway, mesh):
            # the redirect leads to port 443 of the same host
            if balancer.port["port"].number != _HTTPS or balancer.encrypts or not balancer.leads_to(server):
                continue
            if balancer.tells_scheme and _trusts_proxies(balancer, mesh):
                continue
            yield finding(
                redirect,
                f"the load balancer of `{balancer.service.title}` ends TLS on port {balancer.port['port'].number} and comes in "
                "here in plain text: clients are redirected to HTTPS again and again, until they give up",
                hint="delete `httpsRedirect` here and redirect at the load balancer, or lead its HTTPS port to another server",
                related=[(balancer.certificate, "TLS ends here"), (balancer.port["port"], "and goes on from this port")],
                # what the input does not show may tell the gateway to trust the header with the scheme
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
    """Plain text from the load balancer to a server that waits for TLS, or TLS to one that does not know it."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        for balancer in balancers(gateway, mesh):
            # other ports of the Service that lead to the same place are a question of the Service, not of this server
            if balancer.port["port"].number != server.port:
                continue
            if server.protocol in TLS and not balancer.encrypts:
                came, waits = "plain text", "waits for TLS"
            elif server.protocol in HTTP and balancer.encrypts:
                came, waits = "TLS", f"speaks {server.protocol} in plain text"
            else:
                continue
            backend = balancer.service.metadata["annotations"][_BACKEND]
            yield finding(
                cursor["port"]["protocol"],
                f"the load balancer of `{balancer.service.title}` ends TLS and sends {came} to port {server.port}, where the "
                f"server {waits}: every connection fails",
                hint=f"write `{_BACKEND}: {'ssl' if server.protocol in TLS else 'tcp'}`, or give the server the other protocol",
                related=[(backend if backend.exists else balancer.certificate, "what the load balancer sends")],
            )
            break


@check("hosts-without-sni", severity="warning", evidence="contradiction", kinds=["Gateway"])
def hosts_without_sni(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Servers told apart by SNI, behind a load balancer that opens TLS anew and sends none."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        named = [at for host, at in server.hosts if host != "*"]
        if server.protocol not in TLS or cursor["tls"]["mode"].text not in _ENDED or len(named) < len(list(server.hosts)):
            continue
        for balancer in balancers(gateway, mesh):
            if named and balancer.encrypts and balancer.port["port"].number == server.port:
                yield finding(
                    named[0],
                    f"the load balancer of `{balancer.service.title}` opens TLS anew and names no host in it, so no server for "
                    f"`{named[0].text}` is found, and the gateway closes the connection",
                    hint='write `hosts: ["*"]` here, and the hosts in the VirtualServices',
                    related=[(balancer.certificate, "the client's TLS ends here")],
                )
                break
