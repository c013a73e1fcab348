"""The rows of the table: one per workload and port, with its mode and the origin of the mode."""

from collections.abc import Iterable
from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.mesh.injection import Membership, is_control_plane, is_gateway
from istiolint.mesh.mtls import Effective, Mode
from istiolint.mesh.workload import Workload
from istiolint.mutual_tls.failures import Failure, failures
from istiolint.mutual_tls.ports import Port, ports
from istiolint.mutual_tls.server import server_mode
from istiolint.resources.cursor import Cursor

STRICT: frozenset[Mode] = frozenset(["STRICT"])


class Origin(NamedTuple):
    """The origin of a mode: its level (port, workload, namespace, mesh, default, injection, gateway), in words, and its place."""

    level: str
    words: str
    at: Cursor | None = None


class Row(NamedTuple):
    """A workload's port.

    `modes` has several if policies of one scope disagree, and none if PeerAuthentication does not decide mutual TLS: outside the
    mesh, at gateways, and at ports that bypass the sidecar; `mode` names all of these in words. `failing` are callers that fail
    today, `blocking` those that would fail only under STRICT.
    """

    cluster: str
    workload: Workload
    port: Port
    membership: Membership
    mode: str
    modes: frozenset[Mode]
    origins: tuple[Origin, ...]
    failing: tuple[Failure, ...]
    blocking: tuple[Failure, ...]

    @property
    def namespace(self) -> str:
        """The namespace of its workload."""
        return self.workload.namespace


def rows(mesh: Mesh, cluster: str = "") -> list[Row]:
    """Return all rows of a mesh, by namespace, workload and port, without the control plane of Istio."""
    workloads = sorted(mesh.workloads.all, key=lambda workload: (workload.namespace, workload.kind, workload.resource.name))
    return [
        _row(cluster, workload, port, mesh)
        for workload in workloads
        if not is_control_plane(workload)
        for port in ports(workload, mesh)
    ]


def all_rows(meshes: Iterable[tuple[str, Mesh]]) -> list[Row]:
    """Return the rows of the mesh of each cluster."""
    return [row for cluster, mesh in meshes for row in rows(mesh, cluster)]


def _row(cluster: str, workload: Workload, port: Port, mesh: Mesh) -> Row:
    membership = mesh.injection.of(workload)
    if is_gateway(workload):
        return Row(
            cluster, workload, port, membership, "gateway", frozenset(),
            (Origin("gateway", "its listeners obey Gateways, not PeerAuthentications"),), (), (),
        )  # fmt: skip
    effective = server_mode(workload, port.number, mesh)
    origins: tuple[Origin, ...]
    if membership.state == "outside":
        mode, modes, origins = "outside", frozenset[Mode](), (Origin("injection", membership.because, membership.at),)
    elif effective is None:
        mode, modes = "bypassed", frozenset()
        origins = (Origin("workload", "its annotations keep the port from the sidecar", workload.metadata["annotations"]),)
    else:
        modes = frozenset(effective.modes)
        mode, origins = " or ".join(sorted(modes)), _origins(effective, mesh)
    failing = failures(workload, port.number, modes, mesh)
    known = {failure.caller for failure in failing}
    would = failures(workload, port.number, STRICT, mesh) if modes and modes != STRICT else ()
    blocking = tuple(failure for failure in would if failure.caller not in known)
    return Row(cluster, workload, port, membership, mode, modes, origins, tuple(failing), blocking)


def _origins(effective: Effective, mesh: Mesh) -> tuple[Origin, ...]:
    found = []
    for field, policy in zip(effective.set_by, effective.policies, strict=True):
        level = "port" if "portLevelMtls" in field.path else mesh.mtls.scope(policy)
        found.append(Origin(level, policy.title, field))
    return tuple(found) or (Origin("default", "Istio's default: no PeerAuthentication says otherwise"),)
