"""Ports of Services: their protocols, by name and by `appProtocol`."""

from istiolint.resources.cursor import Cursor

PROTOCOLS = ("tcp", "udp", "grpc", "http", "http_proxy", "http2", "https", "tls", "mongo", "redis", "mysql")
HTTP_PROTOCOLS = ("grpc", "http", "http_proxy", "http2")
APP_PROTOCOLS = ("kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss")
WELL_KNOWN = (25, 53, 3306, 27017)
"""Ports on which the server speaks first: Istio never sniffs there and takes them for TCP."""


def names_protocol(port: Cursor) -> bool:
    """Whether a Service port declares its protocol, by `appProtocol` or by the first word of its name."""
    name = (port["appProtocol"].text or port["name"].text).lower()
    if port["protocol"].text == "UDP" or name in APP_PROTOCOLS or name.startswith("grpc-web"):
        return True
    return name.partition("-")[0] in PROTOCOLS or port["port"].number in WELL_KNOWN


def carries_http(port: Cursor) -> bool:
    """Whether a Service port says that it carries HTTP, so that proxies read requests there."""
    name = (port["appProtocol"].text or port["name"].text).lower()
    return name in APP_PROTOCOLS or name.startswith("grpc-web") or name.partition("-")[0] in HTTP_PROTOCOLS


def declared_protocol(port: Cursor) -> str:
    """The protocol that a Service port declares, in lower case; empty where Istio detects it."""
    word = (port["appProtocol"].text or port["name"].text).lower().partition("-")[0]
    return word if word in PROTOCOLS else ""


def ports_in_words(ports: list[int]) -> str:
    """Ports as messages list them."""
    return ", ".join(f"`{port}`" for port in ports[:8])
