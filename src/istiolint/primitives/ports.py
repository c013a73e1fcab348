"""Port numbers and the protocols that Istio knows by name."""

LARGEST_PORT = 65535
HTTP = frozenset(("HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB"))
"""Protocols whose requests Envoy reads."""
TLS = frozenset(("HTTPS", "TLS"))
"""Protocols inside TLS."""
PROTOCOLS = HTTP | TLS | {"TCP", "UDP", "MONGO", "REDIS", "MYSQL"}
"""All that Istio knows, in upper case; any case will do in a manifest."""


def is_port(number: int) -> bool:
    """Whether a number is one of a port."""
    return 1 <= number <= LARGEST_PORT
