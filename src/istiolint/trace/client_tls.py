"""The TLS that a client's proxy opens to a destination: by DestinationRule, else automatic mutual TLS."""

from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.trace.destination_rules import MergedRule
from istiolint.trace.proxies import Proxy
from istiolint.trace.server_tls import ClientTls, ServerModes
from istiolint.trace.services import Service

_MODES: dict[str, ClientTls] = {"SIMPLE": "simple", "MUTUAL": "mutual", "DISABLE": "plaintext", "ISTIO_MUTUAL": "mtls"}
_SETTINGS: dict[ClientTls, str] = {
    "simple": "TLS without a client certificate",
    "mutual": "TLS with its own client certificate",
    "plaintext": "plaintext",
    "mtls": "mutual TLS",
}


class Opened(NamedTuple):
    """What a client opens, why in words, and where that is set (None: nowhere); `automatic`: no DestinationRule sets it."""

    tls: ClientTls
    because: str
    at: Cursor | None = None
    automatic: bool = True

    @property
    def words(self) -> str:
        """The TLS in words."""
        return _SETTINGS[self.tls]


class ClientTlsModes:
    """What proxies open to services."""

    def __init__(self, mesh: Mesh, modes: ServerModes):
        self._mesh, self._modes = mesh, modes
        self._auto = mesh.config.on("enableAutoMtls")

    def of(
        self, rule: MergedRule | None, service: Service, port: int, subset: str, *, server: Proxy | None, target: int | None
    ) -> Opened:
        """What a proxy opens to a workload behind a service (None: an endpoint outside the mesh) on a container port."""
        tls = rule.tls(subset, port) if rule is not None else None
        written = (tls["mode"].text or "DISABLE") if tls is not None else ""
        if tls is not None and written in _MODES:
            at = tls["mode"] if tls["mode"] else tls
            return Opened(_MODES[written], f"the DestinationRule sets `{written}`", at, automatic=False)
        return self._automatic(service, server, target)

    def _automatic(self, service: Service, server: Proxy | None, target: int | None) -> Opened:
        """Automatic mutual TLS, for destinations without client TLS settings."""
        if service.external or server is None:
            return Opened("plaintext", "the destination is outside the mesh")
        if not self._auto:
            return Opened("plaintext", "`enableAutoMtls` is off", self._mesh.config.at("enableAutoMtls"))
        namespace = self._modes.of_namespace(service.namespace)
        if namespace.mode == "DISABLE":
            return Opened("plaintext", f"namespace `{service.namespace}` has mTLS mode DISABLE", namespace.at)
        mode = self._modes.of(server, target)
        if mode.mode is None:
            return Opened("plaintext", f"automatic mTLS: {server.title} has no proxy ({server.because})", server.at)
        if mode.mode == "DISABLE":
            return Opened("plaintext", f"automatic mTLS: {server.title} has mTLS mode DISABLE", mode.at)
        return Opened("mtls", f"automatic mTLS: {server.title} has a proxy", server.at)
