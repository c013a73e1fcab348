"""Mutual TLS at the server: the mode of a workload's port, and the connections that it accepts."""

from dataclasses import replace
from typing import Literal, TypeAlias

from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.mtls import Effective, Mode
from istiolint.mesh.workload import Workload

ClientTls: TypeAlias = Literal["mtls", "plaintext", "simple", "mutual"]
_AMBIENT_MODES: dict[Mode, Mode] = {"DISABLE": "PERMISSIVE"}
"""Modes that ztunnel does not know, and what it makes of them."""


def server_mode(workload: Workload, port: int | None, mesh: Mesh) -> Effective | None:
    """Return the mode of a container port of a workload; None if no proxy enforces one.

    No proxy does outside of the mesh, at gateways, whose listeners have their own TLS settings, and for ports that annotations
    exclude from the sidecar. If the files do not show whether a sidecar is injected, one is assumed.
    """
    state = mesh.injection.of(workload).state
    if state == "outside" or is_gateway(workload):
        return None
    effective = mesh.mtls.of(workload, port)
    if state == "ambient":
        modes = frozenset(_AMBIENT_MODES.get(mode, mode) for mode in effective.modes)
        return replace(effective, modes=modes, mode=_AMBIENT_MODES.get(effective.mode, effective.mode))
    return effective if port is None or mesh.injection.captures(workload, port) else None


def accepts(mode: Mode | None, client: ClientTls) -> bool:
    """Whether a port accepts the TLS of a client. Applications are assumed not to terminate TLS themselves."""
    if mode == "STRICT":
        return client == "mtls"
    if mode == "PERMISSIVE":
        return client in ("mtls", "plaintext")
    return client == "plaintext"
