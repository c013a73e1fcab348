"""IP addresses and Unix domain sockets, as Go's netip and Istio's validation parse them."""

import re
from functools import lru_cache
from typing import NamedTuple

from istiolint.primitives.patterns import late

_DECIMAL = late(r"0|[1-9][0-9]*", re.ASCII)
UNIX = "unix://"
"""The prefix of an address that is a socket path."""

_MOST_DIGITS = 10


def without_leading_zeros(text: str) -> str | None:
    """Return the IPv4 address or range that a text writes with leading zeros, as in `10.0.0.01`; None for any other text."""
    address, slash, length = text.partition("/")
    parts = address.split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    plain = ".".join(str(int(part)) for part in parts if len(part) < _MOST_DIGITS) + slash + length
    return plain if plain != text and (is_cidr(plain) if slash else is_ip_address(plain)) else None


def leading_zeros(text: str) -> str | None:
    """Return the hint for an address with leading zeros, which some parsers read as octal numbers; None for any other text."""
    plain = without_leading_zeros(text)
    return f"use `{plain}`: numbers with leading zeros are not valid in addresses" if plain else None


@lru_cache(maxsize=4096)
def is_ip_address(text: str) -> bool:
    """Return whether a text is one IP address: IPv4 without leading zeros, or IPv6, possibly with a zone (`fe80::1%eth0`)."""
    if ":" not in text and not text[:1].isdigit():
        return False
    from ipaddress import IPv4Address, IPv6Address  # late: most names are no addresses

    address, percent, zone = text.partition("%")
    try:
        if ":" in address:
            IPv6Address(address)
            return (bool(zone) and "/" not in zone) or not percent
        IPv4Address(text)
    except ValueError:
        return False
    return True


def is_cidr(text: str) -> bool:
    """Return whether a text is an address range, `10.0.0.0/8`; bits after the prefix may be set."""
    address, slash, length = text.partition("/")
    if not slash or "%" in address or not is_ip_address(address) or not _DECIMAL.fullmatch(length):
        return False
    return len(length) <= 3 and int(length) <= (128 if ":" in address else 32)


def socket_fault(path: str) -> str | None:
    """Return what is wrong with the path of a Unix domain socket, the text after `unix://`, or None."""
    if not path:
        return "the socket path is empty"
    if path.startswith("@"):
        return None
    if not path.startswith("/"):
        return "a socket path starts with `/`, or with `@` for an abstract socket"
    return "a socket path cannot end in `/`" if path.endswith("/") else None


class HostPort(NamedTuple):
    """An address as Go's SplitHostPort splits it: IPv6 without its brackets, both parts as written."""

    host: str
    port: str


def split_host_port(text: str) -> HostPort | None:
    """Split `HOST:PORT` into its parts, either of which may be empty; None for any other text, such as IPv6 without brackets."""
    host, colon, port = text.rpartition(":")
    if host.startswith("["):
        host, bracket, rest = host[1:].partition("]")
        colon = colon if bracket and not rest else ""
    elif ":" in host:
        return None
    return HostPort(host, port) if colon and not set("[]") & {*host, *port} else None
