"""A request as a user describes it: client, URL, headers, and claims."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

from istiolint.trace.paths import normalized

Scheme: TypeAlias = Literal["http", "https", "tcp"]

OUTSIDE = "outside"
"""The source of requests that reach the mesh through its ingress gateways."""
_SCHEMES: dict[str, Scheme] = {"http": "http", "https": "https", "tcp": "tcp"}
DEFAULT_PORTS = {"http": 80, "https": 443}


class RequestError(Exception):
    """A request that cannot be understood; the text says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Names of `headers` are in lower case; the client connects to `host` and `port`.

    `claims` are the claims of a validated JWT; None where the request carries none.
    """

    source: str
    method: str
    scheme: Scheme
    host: str
    port: int
    path: str
    authority: str
    headers: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, Any] | None = None
    sni: str = ""
    id: str = ""

    @property
    def is_http(self) -> bool:
        """Whether the client sends HTTP, inside TLS or not."""
        return self.scheme != "tcp"

    @property
    def path_without_query(self) -> str:
        """The path without its query, which `uri` conditions and `paths` match."""
        return self.path.partition("?")[0]

    @property
    def query(self) -> str:
        """The query, without the question mark."""
        return self.path.partition("?")[2]

    @property
    def title(self) -> str:
        """The request in one line."""
        url = f"{self.scheme}://{self.authority}{self.path if self.is_http else ''}"
        return f"{self.method} {url}" if self.is_http else url


def request(
    source: str,
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    *,
    claims: Mapping[str, Any] | None = None,
    port: int | None = None,
    sni: str = "",
    id_: str = "",
) -> Request:
    """Return a request from its parts as a user writes them. Raises RequestError.

    `port` is the port that the client connects to, if it is not that of the URL. Of header names that differ only in case, the
    first counts.
    """
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, written = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise RequestError(f"invalid URL `{url}`: {error}") from error
    scheme = _SCHEMES.get(parts.scheme.lower())
    if scheme is None:
        raise RequestError(f"invalid URL `{url}`: the scheme must be `http`, `https` or `tcp`")
    if not host:
        raise RequestError(f"invalid URL `{url}`: it has no host")
    number = port or written or DEFAULT_PORTS.get(scheme)
    if number is None:
        raise RequestError(f"invalid URL `{url}`: a `tcp` URL needs a port")
    own: dict[str, str] = {}
    for name, value in (headers or {}).items():
        own.setdefault(name.lower(), str(value))
    authority = own.pop("host", None) or own.pop(":authority", None) or parts.netloc.rpartition("@")[2]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Request(
        source,
        method.upper() or "GET",
        scheme,
        host,
        number,
        normalized(path),
        authority,
        own,
        claims,
        sni or host,
        id_,
    )
