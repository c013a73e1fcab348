"""Mutual TLS where requests arrive: which mode a workload's port has, and which connections it accepts."""

from typing import Literal, NamedTuple, TypeAlias

from istiolint.mesh import Mesh
from istiolint.mesh.ages import oldest_first
from istiolint.mesh.mtls import DEFAULT_MODE, Mode
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.proxies import Proxy

ClientTls: TypeAlias = Literal["mtls", "plaintext", "simple", "mutual"]
_MODES: dict[str, Mode] = {"STRICT": "STRICT", "PERMISSIVE": "PERMISSIVE", "DISABLE": "DISABLE"}


class ServerMode(NamedTuple):
    """The mode of a port, and the field that sets it (None: Istio's default). `mode` is None without a proxy."""

    mode: Mode | None
    at: Cursor | None = None


class ServerModes:
    """The mode of each workload's ports: of several PeerAuthentications in one scope the oldest counts."""

    def __init__(self, mesh: Mesh):
        self._mesh = mesh

    def of(self, proxy: Proxy, port: int | None) -> ServerMode:
        """The mode of a port of a workload, as the container has it."""
        if proxy.workload is None or proxy.kind in ("none", "gateway"):
            return ServerMode(None)
        if proxy.kind == "sidecar" and port is not None and not self._mesh.injection.captures(proxy.workload, port):
            return ServerMode(None)
        found = self._of_workload(proxy, port)
        if proxy.kind == "ambient" and found.mode == "DISABLE":  # ztunnel does not know DISABLE
            return ServerMode("PERMISSIVE", found.at)
        return found

    def _of_workload(self, proxy: Proxy, port: int | None) -> ServerMode:
        inherited = self.of_namespace(proxy.namespace)
        own = oldest_first(self._mesh.mtls.selecting(proxy.workload)) if proxy.workload is not None else []
        if own:
            field = own[0].spec["portLevelMtls"][str(port)]["mode"]
            return _mode(field) or _mode(own[0].spec["mtls"]["mode"]) or inherited
        return inherited

    def of_namespace(self, namespace: str) -> ServerMode:
        """The mode of workloads that no PeerAuthentication selects."""
        root = self._mesh.root_namespace
        for owner in dict.fromkeys((namespace, root)):
            policies: list[Resource] = oldest_first(self._mesh.mtls.policies(owner))
            if policies and (found := _mode(policies[0].spec["mtls"]["mode"])):
                return found
        return ServerMode(DEFAULT_MODE)


def _mode(field: Cursor) -> ServerMode | None:
    mode = _MODES.get(field.text)
    return ServerMode(mode, field) if mode else None


def accepts(mode: Mode | None, client: ClientTls) -> bool:
    """Whether a port accepts what a client opens. Applications are assumed not to terminate TLS themselves."""
    if mode == "STRICT":
        return client == "mtls"
    if mode == "PERMISSIVE":
        return client in ("mtls", "plaintext")
    return client == "plaintext"
