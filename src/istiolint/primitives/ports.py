"""Port numbers and the protocols that Istio knows by name."""

LARGEST_PORT = 65535
HTTP = frozenset(("HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB"))
"""Protocols whose requests Envoy reads."""
TLS = frozenset(("HTTPS", "TLS"))
"""Protocols inside TLS."""
PROTOCOLS = HTTP | TLS | {"TCP", "UDP", "MONGO", "REDIS", "MYSQL"}
"""All that Istio knows, in upper case; any case will do in a manifest."""
RAW_TCP = PROTOCOLS - HTTP - TLS - {"UDP"}
"""Protocols over TCP whose connections carry no host name."""
_BY_LETTERS = {"".join(filter(str.isalnum, protocol)): protocol for protocol in PROTOCOLS}


def on_the_wire(protocol: str) -> str:
    """Return a protocol as Istio configures it: HTTPS passed on as it comes is TLS."""
    return "TLS" if protocol.upper() == "HTTPS" else protocol.upper()


def protocol_meant(text: str) -> str | None:
    """The protocol that Istio spells with another mark between its words, or none: `GRPC_WEB`, `HTTP/2`."""
    return _BY_LETTERS.get("".join(filter(str.isalnum, text.upper())))


def is_port(number: int) -> bool:
    """Whether a number is one of a port."""
    return 1 <= number <= LARGEST_PORT
