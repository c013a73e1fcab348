"""TLS towards services outside: originated twice, or never."""

from collections.abc import Iterator

from istiolint.cursor import Cursor
from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.ports import TLS
from istiolint.resource import Resource
from istiolint.rules import check, finding

_ORIGINATED = ("SIMPLE", "MUTUAL", "ISTIO_MUTUAL")
_REQUESTS = ("HTTP", "HTTP2", "GRPC", "GRPC-WEB")
_HTTPS_PORT = 443


@check(
    "tls-originated-twice", severity="error", evidence="contradiction", category="traffic", kinds=["DestinationRule"],
)  # fmt: skip
def tls_originated_twice(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """TLS around what is TLS already."""
    policy = rule.spec["trafficPolicy"]
    if not _modes(policy):
        return
    fqdn = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    if mesh.virtual_services.routes_http_to(fqdn):
        return  # requests of another port are sent there, and their TLS begins here
    told = set()
    for entry in (known.resource for known in mesh.hosts.named(fqdn)):
        if entry is None or entry.type != "ServiceEntry" or mesh.rivals(rule, entry):
            continue
        for port in entry.spec["ports"]:
            mode = _mode_for(policy, port["number"].number)
            if port["protocol"].text.upper() in TLS and mode.text in ("SIMPLE", "MUTUAL") and mode.path not in told:
                told.add(mode.path)
                yield finding(
                    mode,
                    f"`{mode.text}` begins TLS on port {port['number'].number} of `{fqdn}`, where applications speak "
                    f"{port['protocol'].text.upper()} already: their TLS is wrapped in another one, which the "
                    "server does not understand",
                    hint="declare an HTTP port with `targetPort: 443` in the ServiceEntry, and begin TLS for that alone",
                    related=[(port["protocol"], f"{entry.title} declares TLS here")],
                )


@check("http-on-tls-port", severity="warning", evidence="missing", category="traffic", kinds=["ServiceEntry"])
def http_on_tls_port(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Port 443 declared as HTTP, and nobody begins TLS for it."""
    for port in entry.spec["ports"]:
        protocol = port["protocol"].text.upper()
        if port["number"].number != _HTTPS_PORT or protocol not in _REQUESTS:
            continue
        hosts = [host.text for host in entry.spec["hosts"] if host.text]
        rules = [rule for host in hosts for rule in mesh.destination_rules.anywhere(host)]
        if any(_mode_for(rule.spec["trafficPolicy"], _HTTPS_PORT).text in _ORIGINATED for rule in rules):
            continue
        yield finding(
            port["protocol"],
            f"port 443 is declared as `{port['protocol'].text}`: proxies expect plain requests there, and calls to "
            "`https://` fail",
            hint="write `TLS` or `HTTPS`; or begin TLS in a DestinationRule, if applications speak plain HTTP to this port",
            known=mesh.settings.whole_mesh or bool(mesh.in_namespace("DestinationRule", entry.namespace)),
        )


def _modes(policy: Cursor) -> bool:
    return any(at["tls"]["mode"].text in _ORIGINATED for at in (policy, *policy["portLevelSettings"]))


def _mode_for(policy: Cursor, port: int | None) -> Cursor:
    """The mode of client TLS that a policy has for a port: settings for the port replace the others as a whole."""
    own = next((at for at in policy["portLevelSettings"] if at["port"]["number"].number == port), policy)
    return own["tls"]["mode"]
