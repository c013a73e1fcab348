"""The kinds that upgrades affect. (The changes themselves are imported only by runs that ask for an upgrade.)"""

from istiolint.mesh.config_sources import PROXY_KINDS
from istiolint.resources.kinds import KUBERNETES_GATEWAY

KINDS = tuple(
    sorted(
        (
            *PROXY_KINDS, KUBERNETES_GATEWAY, "AuthorizationPolicy", "BackendTLSPolicy", "DestinationRule", "EnvoyFilter",
            "GRPCRoute", "Gateway", "HTTPRoute", "PodDisruptionBudget", "ProxyConfig", "RequestAuthentication", "Secret",
            "Service", "ServiceEntry", "TCPRoute", "TLSRoute", "Telemetry", "VirtualService", "WasmPlugin",
        )
    )
)  # fmt: skip
