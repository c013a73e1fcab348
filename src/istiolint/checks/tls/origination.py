"""TLS to external services: originated twice, or not at all."""

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
_HTTP_PORT = 80
_EAST_WEST_PORT = 15443


@check(
    "tls-originated-twice", severity="error", evidence="contradiction", kinds=["DestinationRule"],
    when=["tls"],
)  # fmt: skip
def tls_originated_twice(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TLS origination for traffic that is already TLS."""
    policy = rule.spec["trafficPolicy"]
    if not _modes(policy):
        return
    fqdn = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    if mesh.virtual_services.routes_http_to(fqdn) or mesh.service_routes.send_to(fqdn):
        return  # requests from another port are routed there, and this rule originates their TLS
    reported = set()
    for entry in (known.resource for known in mesh.hosts.exact(fqdn)):
        if entry is None or entry.type != "ServiceEntry" or mesh.exclusive(rule, entry):
            continue
        for port in entry.spec["ports"]:
            mode = _mode_for(policy, port["number"].number)
            if port["protocol"].text.upper() in TLS and mode.text in ("SIMPLE", "MUTUAL") and mode.path not in reported:
                reported.add(mode.path)
                yield finding(
                    mode,
                    f"`{mode.text}` originates TLS on port {port['number'].number} of `{fqdn}`, where applications already send "
                    f"{port['protocol'].text.upper()}; double TLS makes the calls fail",
                    hint="declare an HTTP port with `targetPort: 443` in the ServiceEntry, and originate TLS only for that port",
                    related=[(port["protocol"], f"{entry.title} declares TLS here")],
                )


@check("http-on-tls-port", severity="warning", evidence="missing", kinds=["ServiceEntry"])
def http_on_tls_port(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report port 443 declared as HTTP without a DestinationRule that originates TLS."""
    for port in entry.spec["ports"]:
        protocol = port["protocol"].text.upper()
        if port["number"].number != _HTTPS_PORT or protocol not in _REQUESTS:
            continue
        hosts = [host.text for host in entry.spec["hosts"] if host.text]
        rules = [rule for host in hosts for rule in mesh.destination_rules.covering(host)]
        if any(_mode_for(rule.spec["trafficPolicy"], _HTTPS_PORT).text in _ORIGINATED for rule in rules):
            continue
        yield finding(
            port["protocol"],
            f"port 443 is declared as `{port['protocol'].text}`; proxies expect plaintext HTTP there, and `https://` calls fail",
            hint="use `TLS` or `HTTPS`, or originate TLS in a DestinationRule if applications call this port with `http://`",
            known=mesh.settings.whole_mesh or bool(mesh.in_namespace("DestinationRule", entry.namespace)),
        )


@check("istio-mutual-to-external-host", severity="warning", evidence="contradiction", kinds=["DestinationRule"], when=["tls"])
def istio_mutual_to_external_host(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report mesh mTLS to a server outside the mesh."""
    policy = rule.spec["trafficPolicy"]
    if not _modes(policy):
        return
    for entry in (known.resource for known in mesh.hosts.exact(mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace))):
        if entry is None or entry.type != "ServiceEntry" or not _is_outside(entry) or mesh.exclusive(rule, entry):
            continue
        modes = (_mode_for(policy, port["number"].number) for port in entry.spec["ports"])
        if mode := next((mode for mode in modes if mode.text == "ISTIO_MUTUAL"), None):
            location = entry.spec["location"]
            yield finding(
                mode,
                f"`ISTIO_MUTUAL` requires a mesh certificate from `{rule.spec['host'].text}`, but {entry.title} declares it "
                "outside the mesh; the handshake fails",
                hint="use `SIMPLE` or `MUTUAL`, or set `location: MESH_INTERNAL` if the server has a sidecar",
                related=[(location if location else entry.spec["hosts"], "declared outside the mesh here")],
            )
            return


def _is_outside(entry: Resource) -> bool:
    """Whether the servers of a ServiceEntry have no proxy. Pods and gateways of other meshes may have one."""
    spec = entry.spec
    behind_proxy = spec["workloadSelector"].exists or any(
        _EAST_WEST_PORT in endpoint["ports"].mapping.values() or ".svc" in endpoint["address"].text
        for endpoint in spec["endpoints"]
    )
    return spec["location"].text in ("", "MESH_EXTERNAL") and not behind_proxy


def _modes(policy: Cursor) -> bool:
    return any(at["tls"]["mode"].text in _ORIGINATED for at in (policy, *policy["portLevelSettings"]))


@check(
    "tls-originated-on-http-port",
    severity="warning",
    evidence="contradiction",
    kinds=["DestinationRule"],
    when=["tls"],
    beside=["ServiceEntry"],
)
def tls_originated_on_http_port(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TLS to port 80 of an external server, which expects plaintext there."""
    policies = (rule.spec["trafficPolicy"], *(subset["trafficPolicy"] for subset in rule.spec["subsets"]))
    mode = next((mode for policy in policies if (mode := _mode_for(policy, _HTTP_PORT)).text in ("SIMPLE", "MUTUAL")), None)
    if mode is None:
        return
    for known in mesh.hosts.overlapping(mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)):
        entry, fqdn = known.resource, known.name
        if entry is None or entry.type != "ServiceEntry" or not _is_outside(entry) or mesh.exclusive(rule, entry):
            continue
        routed = mesh.virtual_services.http_ports_to(fqdn)
        applied = next(iter(mesh.destination_rules.covering(fqdn)), None)  # none: the host of this rule is narrower
        if (routed and routed.isdisjoint((None, _HTTP_PORT))) or applied is not rule:
            continue  # requests go to another port, or another rule applies
        moved = any(endpoint["ports"] for endpoint in entry.spec["endpoints"])
        for port in entry.spec["ports"]:
            kept = port["targetPort"].number in (None, _HTTP_PORT)
            if port["number"].number == _HTTP_PORT and kept and not moved and port["protocol"].text.upper() in _REQUESTS:
                yield finding(
                    mode,
                    f"`{mode.text}` originates TLS to port 80 of `{fqdn}`, where the server expects plaintext; the handshake "
                    "fails with `WRONG_VERSION_NUMBER`",
                    hint="set `targetPort: 443` for port 80 of the ServiceEntry",
                    related=[(port["number"], f"port declared by {entry.title}")],
                )
                return


def _mode_for(policy: Cursor, port: int | None) -> Cursor:
    """Return the client TLS mode of a policy for a port: port-level settings replace the general ones entirely."""
    own = next((at for at in policy["portLevelSettings"] if at["port"]["number"].number == port), policy)
    return own["tls"]["mode"]
