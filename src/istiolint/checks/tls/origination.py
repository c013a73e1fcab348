"""TLS towards services outside: originated twice, or never."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.ports import TLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_ORIGINATED = ("SIMPLE", "MUTUAL", "ISTIO_MUTUAL")
_REQUESTS = ("HTTP", "HTTP2", "GRPC", "GRPC-WEB")
_HTTPS_PORT = 443
_EAST_WEST_PORT = 15443


@check(
    "tls-originated-twice", severity="error", evidence="contradiction", kinds=["DestinationRule"],
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


@check("http-on-tls-port", severity="warning", evidence="missing", kinds=["ServiceEntry"])
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


@check("mesh-tls-to-outside", severity="warning", evidence="contradiction", kinds=["DestinationRule"])
def mesh_tls_to_outside(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """mTLS of the mesh towards a server that is not in it."""
    policy = rule.spec["trafficPolicy"]
    if not _modes(policy):
        return
    for entry in (known.resource for known in mesh.hosts.named(mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace))):
        if entry is None or entry.type != "ServiceEntry" or not _is_outside(entry) or mesh.rivals(rule, entry):
            continue
        modes = (_mode_for(policy, port["number"].number) for port in entry.spec["ports"])
        if mode := next((mode for mode in modes if mode.text == "ISTIO_MUTUAL"), None):
            location = entry.spec["location"]
            yield finding(
                mode,
                f"`ISTIO_MUTUAL` shows a certificate of the mesh, and expects one, from `{rule.spec['host'].text}`, which "
                f"{entry.title} puts outside the mesh: the handshake fails",
                hint="write `SIMPLE`, or `MUTUAL` with a certificate of its own; or `location: MESH_INTERNAL`, if it has a proxy",
                related=[(location if location else entry.spec["hosts"], "outside the mesh")],
            )
            return


def _is_outside(entry: Resource) -> bool:
    """Whether the servers of a ServiceEntry have no proxy, as far as it tells: pods and gateways of meshes may have one."""
    spec = entry.spec
    behind_proxy = spec["workloadSelector"].exists or any(
        _EAST_WEST_PORT in endpoint["ports"].mapping.values() or ".svc" in endpoint["address"].text
        for endpoint in spec["endpoints"]
    )
    return spec["location"].text in ("", "MESH_EXTERNAL") and not behind_proxy


def _modes(policy: Cursor) -> bool:
    return any(at["tls"]["mode"].text in _ORIGINATED for at in (policy, *policy["portLevelSettings"]))


def _mode_for(policy: Cursor, port: int | None) -> Cursor:
    """The mode of client TLS that a policy has for a port: settings for the port replace the others as a whole."""
    own = next((at for at in policy["portLevelSettings"] if at["port"]["number"].number == port), policy)
    return own["tls"]["mode"]
