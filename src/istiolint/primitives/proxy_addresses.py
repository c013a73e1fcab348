"""Addresses in the configuration of proxies: `HOST:PORT`."""

from istiolint.primitives.addresses import is_ip_address, split_host_port
from istiolint.primitives.hosts import name_fault
from istiolint.primitives.ports import is_port


def proxy_address_fault(text: str) -> str | None:
    """Return what is wrong with an address with a port, as words that continue "invalid address `x`: "."""
    parts = split_host_port(text)
    if parts is None:
        return "it is not `HOST:PORT`"
    if not (parts.port.isascii() and parts.port.isdecimal() and len(parts.port) <= 9 and is_port(int(parts.port))):
        return f"`{parts.port}` is not a port number"
    return None if is_ip_address(parts.host) else name_fault(parts.host)
