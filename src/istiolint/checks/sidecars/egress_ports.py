"""Ports of Sidecar egress listeners that none of their hosts has."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.hosts import KnownHost
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check("sidecar-port-without-service", severity="warning", evidence="missing", kinds=["Sidecar"])
def sidecar_port_without_service(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an egress listener whose port none of its services has; it imports nothing."""
    for listener in sidecar.spec["egress"]:
        port = listener["port"]["number"]
        if port.number is None or listener["bind"].text or has_placeholder(str(listener["hosts"].value)):
            continue
        known = [host for entry in listener["hosts"] for host in _hosts(entry, sidecar, mesh)]
        ports = {number for host in known for number in host.ports}
        unclear = any(not host.ports or mesh.exclusive(sidecar, host.resource) for host in known if host.resource)
        if not known or not ports or port.number in ports or unclear:
            continue
        yield finding(
            port,
            f"no listed host has port {port.number}; the listener imports nothing, and calls to port "
            f"{', '.join(map(str, sorted(ports)[:5]))} of these hosts are unknown traffic",
            hint=f"use port {' or '.join(map(str, sorted(ports)[:3]))}, or remove `port` to import all ports",
            related=[place for host in known[:2] if (place := host.place)],
            known=mesh.settings.whole_mesh or all(host.resource and host.resource.placed for host in known),
        )


def _hosts(entry: Cursor, sidecar: Resource, mesh: Mesh) -> Iterator[KnownHost]:
    """Yield the services of the input that an egress host imports."""
    owner, slash, host = entry.text.partition("/")
    if not slash or owner == "~":
        return
    namespace = sidecar.namespace if owner == "." else owner
    names = [host] if host != "*" else _names_in(namespace, mesh)
    for each in (each for name in names for each in (mesh.hosts.overlapping(name) if "*" in name else mesh.hosts.exact(name))):
        if namespace in ("*", each.namespace):
            yield each


def _names_in(namespace: str, mesh: Mesh) -> list[str]:
    """Return the hosts of a namespace; none for `*`, where some service may have any port."""
    services = [f"{name}.{namespace}.svc.{mesh.hosts.cluster_domain}" for name in mesh.hosts.services_in(namespace)]
    return services + [host.text for entry in mesh.in_namespace("ServiceEntry", namespace) for host in entry.spec["hosts"]]
