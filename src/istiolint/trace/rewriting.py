"""Changes that a route makes to a request and its response: path, authority, headers, and the location of a redirect."""

from collections.abc import Mapping, Sequence

from istiolint.resources.cursor import Cursor
from istiolint.trace.kubernetes_routes import REDIRECTED_PREFIX
from istiolint.trace.request import Request
from istiolint.trace.result import Sent
from istiolint.trace.virtual_services import HttpRoute
from istiolint.traffic import regex

_AUTHORITY = ("host", ":authority")
_DEFAULT = {"http": 80, "https": 443}


def sent(request: Request, route: HttpRoute | None, destination: Cursor | None, response: Mapping[str, str]) -> Sent:
    """Return the request that a destination receives; `destination` is None without a route of a VirtualService or HTTPRoute."""
    if route is None or destination is None:
        return Sent(request.path, request.authority)
    own, shared = destination["headers"], route["headers"]
    # istiod moves the headers of a single destination into the route, after those of the route; Envoy evaluates the headers of
    # a weighted destination before those of the route.
    alone = len(list(route["route"])) == 1
    before, after = dict(request.headers), dict(response)
    headers, answer = dict(before), dict(after)
    groups: Sequence[Sequence[Cursor]] = [[shared, own]] if alone else [[own], [shared]]
    for group in groups:
        _apply(headers, [each["request"] for each in group])
        _apply(answer, [each["response"] for each in group])
    authority = next((headers.pop(name) for name in _AUTHORITY if name in headers), "") or request.authority
    authority = route["rewrite"]["authority"].text or authority
    return Sent(
        rewritten_path(request, route), authority, _changed(before, headers), _gone(before, headers),
        _changed(after, answer), _gone(after, answer),
    )  # fmt: skip


def _apply(headers: dict[str, str], operations: Sequence[Cursor]) -> None:
    """Apply header operations in the order of Envoy: remove, overwrite, append."""
    for each in operations:
        for removed in each["remove"]:
            headers.pop(removed.text.lower(), None)
    for each in operations:
        for name, value in each["set"].labels.items():
            headers[name.lower()] = value
    for each in operations:
        for name, value in each["add"].labels.items():
            known = headers.get(name.lower())
            headers[name.lower()] = value if known is None else f"{known},{value}"


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in after.items() if before.get(name) != value}


def _gone(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name in before if name not in after)


def rewritten_path(request: Request, route: HttpRoute) -> str:
    """Return the path that the destination receives, with its query."""
    rewrite, path = route["rewrite"], request.path_without_query
    pattern = rewrite["uriRegexRewrite"]
    if pattern["match"].text:
        path = substituted(pattern["match"].text, pattern["rewrite"].text, path)
    elif uri := rewrite["uri"].text:
        path = _replaced(uri, path, route)
    return path + (f"?{request.query}" if "?" in request.path else "")


def _replaced(uri: str, path: str, route: HttpRoute) -> str:
    """Return the path with the matched part replaced: the prefix, or all of an exact path or regular expression."""
    test = route.match.tests.get(("uri", "")) if route.match is not None else None
    if test is not None and test.match.form in ("exact", "regex"):
        return uri
    prefix = test.match.text if test is not None else "/"
    if route.match is not None and route.match.path_separated:
        rest = path[len(prefix.rstrip("/")) :]
        return f"{uri.rstrip('/')}/{rest.lstrip('/')}" if rest or uri.endswith("/") else uri
    return uri + path[len(prefix) :]


def substituted(pattern: str, replacement: str, path: str) -> str:
    """Return a path after Envoy's `regex_rewrite`; unchanged if RE2 rejects the expression."""
    compiled = regex.compiled(pattern)
    if compiled is None:
        return path
    try:
        return str(compiled.sub(replacement, path))
    except Exception:  # the replacement refers to a group that the expression does not have
        return path


def location(request: Request, route: HttpRoute, port: int) -> str:
    """Return the `location` of a redirect."""
    redirect = route["redirect"]
    scheme = redirect["scheme"].text or request.scheme
    number = redirect["port"].number
    if redirect["derivePort"].text == "FROM_REQUEST_PORT":
        number = port
    if number == _DEFAULT.get(redirect["scheme"].text or request.scheme):
        number = None
    host = redirect["authority"].text or request.authority
    if number is not None:
        host = f"{without_port(host)}:{number}"
    elif not redirect["authority"].text and scheme != request.scheme and host.endswith(f":{_DEFAULT.get(request.scheme)}"):
        host = without_port(host)
    uri = redirect["uri"].text
    if uri.startswith(REDIRECTED_PREFIX) and route.match is not None and route.match.path_separated:
        uri = _replaced(uri.removeprefix(REDIRECTED_PREFIX) or "/", request.path_without_query, route)
    query = f"?{request.query}" if "?" in request.path else ""
    path = (uri if "?" in uri else uri + query) if uri else request.path
    return f"{scheme}://{host}{path}"


def without_port(authority: str) -> str:
    """Return a host without its port."""
    host, colon, port = authority.rpartition(":")
    return host if colon and port.isdigit() and not host.endswith(":") else authority
