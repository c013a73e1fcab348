"""The TLS that a client's proxy originates to a destination: by DestinationRule, otherwise automatic mutual TLS."""

from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.workload import Workload
from istiolint.mutual_tls.server import ClientTls, server_mode
from istiolint.resources.cursor import Cursor

_MODES: dict[str, ClientTls] = {"SIMPLE": "simple", "MUTUAL": "mutual", "DISABLE": "plaintext", "ISTIO_MUTUAL": "mtls"}
_SETTINGS: dict[ClientTls, str] = {
    "simple": "TLS without a client certificate",
    "mutual": "TLS with its own client certificate",
    "plaintext": "plaintext",
    "mtls": "mutual TLS",
}


class Opened(NamedTuple):
    """The TLS of a client, the reason in words, and the setting that decides it (None for the default)."""

    tls: ClientTls
    because: str
    at: Cursor | None = None

    @property
    def words(self) -> str:
        """The TLS in words."""
        return _SETTINGS[self.tls]


class SetTls(Opened):
    """The TLS that a DestinationRule sets for clients."""

    at: Cursor


def tls_set_by(settings: Cursor | None) -> SetTls | None:
    """Return the TLS that a DestinationRule sets; None if it does not set `tls`, so that mutual TLS is automatic."""
    written = (settings["mode"].text or "DISABLE") if settings is not None else ""
    if settings is None or written not in _MODES:
        return None
    return SetTls(_MODES[written], f"the DestinationRule sets `{written}`", settings["mode"] if settings["mode"] else settings)


def automatic_tls(namespace: str, server: Workload | None, port: int | None, mesh: Mesh) -> Opened:
    """Return the TLS of automatic mutual TLS to a container port of a workload (None: an endpoint outside of the mesh).

    `namespace` is that of the Service.
    """
    if server is None:
        return Opened("plaintext", "the destination is outside the mesh")
    if not mesh.config.on("enableAutoMtls"):
        return Opened("plaintext", "`enableAutoMtls` is off", mesh.config.at("enableAutoMtls"))
    inherited = mesh.mtls.of_namespace(namespace)
    if inherited.mode == "DISABLE":
        return Opened("plaintext", f"namespace `{namespace}` has mTLS mode DISABLE", inherited.at)
    effective, membership = server_mode(server, port, mesh), mesh.injection.of(server)
    if effective is None:
        because = "it is a gateway" if is_gateway(server) else membership.because
        return Opened("plaintext", f"automatic mTLS: {server.title} has no proxy ({because})", membership.at)
    if effective.mode == "DISABLE":
        return Opened("plaintext", f"automatic mTLS: {server.title} has mTLS mode DISABLE", effective.at)
    return Opened("mtls", f"automatic mTLS: {server.title} has a proxy", membership.at)
