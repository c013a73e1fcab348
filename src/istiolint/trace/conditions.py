"""The conditions of an HTTP route on a request and its sender, and the first one that fails."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from istiolint.mesh.gateways import GatewayName, gateway_name
from istiolint.resources.cursor import Cursor
from istiolint.trace.proxies import Proxy
from istiolint.trace.request import Request
from istiolint.traffic.string_match import StringMatch, string_match

Key: TypeAlias = tuple[str, str]
CLAIMS = "@request.auth.claims"
_SINGLE = ("uri", "scheme", "method", "authority")
_MAPS = ("headers", "queryParams")
_NAMES = {"headers": "header", "queryParams": "query parameter", "withoutHeaders": "header"}


class Test(NamedTuple):
    """One condition on the request: a field, the name of a header or parameter, what its value must match, and its place."""

    field: str
    name: str
    match: StringMatch
    at: Cursor


class Mismatch(NamedTuple):
    """The condition that a request does not meet, and the reason in words. `unknown`: the request does not have the value."""

    words: str
    at: Cursor
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Conditions:
    """One item of `match`. `tests` and `without` are keyed by field and name; `at` is the item."""

    at: Cursor
    name: str = ""
    tests: dict[Key, Test] = field(default_factory=dict)
    without: dict[Key, Test] = field(default_factory=dict)
    ignore_case: bool = False
    port: int = 0
    gateways: tuple[GatewayName, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    namespace: str = ""
    unreadable: Cursor | None = None
    path_separated: bool = False

    def skipped(self, proxy: Proxy, gateway: GatewayName, port: int) -> Mismatch | None:
        """Return why istiod omits this match from the routes of a proxy for a port; None if it does not."""
        if self.gateways:
            if gateway not in self.gateways:
                named = ", ".join(f"`{name}`" for name in self.gateways)
                return Mismatch(f"it is for the gateway {named} only", self.at["gateways"])
        elif not self.labels.items() <= proxy.labels.items():
            key, value = next((key, value) for key, value in self.labels.items() if proxy.labels.get(key) != value)
            return Mismatch(f"the client does not have the label `{key}: {value}`", self.at["sourceLabels"])
        elif self.namespace not in ("", proxy.namespace):
            return Mismatch(f"the client is not in namespace `{self.namespace}`", self.at["sourceNamespace"])
        if self.port not in (0, port):
            return Mismatch(f"it is for port {self.port} only", self.at["port"])
        if self.unreadable is not None:
            return Mismatch("Istio rejects its condition", self.unreadable)
        return None

    @property
    def takes_everything(self) -> bool:
        """Whether Istio treats it as a catch-all route: no condition except the prefix `/`."""
        uri = self.tests.get(("uri", ""))
        only_uri = len(self.tests) == (uri is not None) and not self.without
        return only_uri and (uri is None or (uri.match.form == "prefix" and uri.match.text == "/"))

    def mismatch(self, request: Request) -> Mismatch | None:
        """Return the first condition that a request does not meet; None if it meets all of them."""
        for test in self.tests.values():
            if found := _failure(test, request, path_separated=self.path_separated):
                return found
        for test in self.without.values():
            if found := _present(test, request):
                return found
        return None


def conditions(match: Cursor, namespace: str) -> Conditions:
    """Read an item of `match` in a VirtualService of a namespace."""
    tests: dict[Key, Test] = {}
    without: dict[Key, Test] = {}
    unreadable: Cursor | None = None
    ignore_case = match["ignoreUriCase"].value is True
    found = [(name, "", match[name]) for name in _SINGLE if match[name].exists]
    found += [(name, key, value) for name in _MAPS for key, value in match[name].items()]
    for field_, name, at in found:
        test = _test(field_, name, at, ignore_case=ignore_case)
        if test is None:
            unreadable = unreadable or at
        else:
            tests[field_, _key(field_, name)] = test
    for name, at in match["withoutHeaders"].items():
        star = at.mapping == {"regex": "*"}
        test = Test("withoutHeaders", name, StringMatch("present"), at) if star else _test("withoutHeaders", name, at)
        if test is None:
            unreadable = unreadable or at
        else:
            without["withoutHeaders", _key("headers", name)] = test
    return Conditions(
        match, match["name"].text, tests, without, ignore_case, match["port"].number or 0,
        tuple(gateway_name(gateway.text, namespace) for gateway in match["gateways"] if gateway.text),
        match["sourceLabels"].labels, match["sourceNamespace"].text, unreadable,
    )  # fmt: skip


def _key(field_: str, name: str) -> str:
    return name.lower() if field_ == "headers" and not name.startswith("@") else name


def _test(field_: str, name: str, at: Cursor, *, ignore_case: bool = False) -> Test | None:
    match = string_match(at.value)
    if match is None:
        return None
    if field_ == "uri" and ignore_case and match.form != "regex":
        match = StringMatch(match.form, match.text, ignore_case=True)
    return Test(field_, name, match, at)


def _failure(test: Test, request: Request, *, path_separated: bool) -> Mismatch | None:
    if test.name.startswith(CLAIMS):
        return _claim_failure(test, request)
    value = _value(test, request)
    if value is None:
        return Mismatch(f"the request has no {_NAMES[test.field]} `{test.name}`", test.at)
    if test.match.takes(value) and not (path_separated and _inside_segment(test, value)):
        return None
    what = f"{_NAMES.get(test.field, test.field)} `{test.name}`" if test.name else f"`{test.field}`"
    shown = {"uri": "path", "authority": "host"}.get(test.field, "value" if test.name else test.field)
    return Mismatch(f"{what} must match {in_words(test.match)}, but the {shown} is `{value}`", test.at)


def _inside_segment(test: Test, value: str) -> bool:
    """Whether a prefix ends inside a segment of the path: `/api` and `/apix`, for routes of the Gateway API."""
    prefix = test.match.text.rstrip("/")
    return test.field == "uri" and test.match.form == "prefix" and value[len(prefix) : len(prefix) + 1] not in ("", "/")


def _present(test: Test, request: Request) -> Mismatch | None:
    if test.name.startswith(CLAIMS):
        failure = _claim_failure(test, request)
        if failure is None:
            return Mismatch(f"the JWT has the claim `{test.name}` with {in_words(test.match)}", test.at)
        return failure if failure.unknown else None
    value = _value(test, request)
    if value is None:
        # Istio sets `treat_missing_header_as_empty`: a condition that the empty text meets counts as met.
        if test.match.form == "present" or not test.match.takes(""):
            return None
        return Mismatch(f"a missing header `{test.name}` counts as empty, which {in_words(test.match)} matches", test.at)
    if test.match.takes(value):
        return Mismatch(f"the request has the header `{test.name}: {value}`, which `withoutHeaders` excludes", test.at)
    return None


def _claim_failure(test: Test, request: Request) -> Mismatch | None:
    if request.claims is None:
        return Mismatch(f"the request carries no validated JWT with the claim `{test.name}`", test.at)
    values = claim_values(request.claims, claim_path(test.name.removeprefix(CLAIMS)))
    if any(test.match.takes(value) for value in values):
        return None
    return Mismatch(f"no value of the claim `{test.name}` matches {in_words(test.match)}", test.at)


def claim_path(text: str) -> list[str]:
    """Return the names on the path of a nested claim, written as `.a.b` or `[a][b]`."""
    if text.startswith("["):
        return [part for part in text.strip("[]").split("][") if part]
    return [part for part in text.split(".") if part]


def claim_values(claims: object, path: Iterable[str]) -> list[str]:
    """Return the texts of a claim, which may be a list; a text with spaces also counts as each of its words."""
    for step in path:
        claims = claims.get(step) if isinstance(claims, dict) or hasattr(claims, "get") else None
    values = claims if isinstance(claims, list | tuple) else [] if claims is None else [claims]
    texts = [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
    return list(dict.fromkeys(part for text in texts for part in (text, *text.split())))


def _value(test: Test, request: Request) -> str | None:
    match test.field:
        case "uri":
            return request.path_without_query
        case "scheme":
            return request.scheme
        case "method":
            return request.method
        case "authority":
            return request.authority
        case "queryParams":
            return _parameter(request.query, test.name)
    pseudo = {":method": request.method, ":path": request.path, ":authority": request.authority, ":scheme": request.scheme}
    name = test.name.lower()
    return pseudo[name] if name in pseudo else request.headers.get(name)


def _parameter(query: str, name: str) -> str | None:
    """Return the first value of a query parameter, not decoded: Envoy compares it as it is written."""
    for part in query.split("&") if query else ():
        key, _, value = part.partition("=")
        if key == name:
            return value
    return None


def in_words(match: StringMatch) -> str:
    """Return a StringMatch in words, for messages."""
    return f"{match.form} `{match.text}`" if match.form != "present" else "any value"


def described(found: Conditions | None) -> str:
    """Return all conditions of a match in words."""
    return (" and ".join(_words(found)) if found is not None else "") or "every request"


def _words(found: Conditions) -> Iterator[str]:
    for test in found.tests.values():
        name = f"{_NAMES[test.field]} `{test.name}`" if test.name else f"`{test.field}`"
        yield f"{name} {in_words(test.match)}"
    for test in found.without.values():
        yield f"no header `{test.name}` with {in_words(test.match)}"


def merged(root: Conditions, own: Conditions) -> Conditions | None:
    """Join the conditions of a delegate's match with those of the root; None if they contradict each other.

    Like istiod, by their texts: it drops a match that is not visibly narrower than that of the root.
    """
    if _conflict(root, own):
        return None
    return Conditions(
        own.at, "-".join(filter(None, (root.name, own.name))), {**root.tests, **own.tests}, {**root.without, **own.without},
        own.ignore_case, own.port or root.port, own.gateways or root.gateways, {**root.labels, **own.labels},
        own.namespace or root.namespace, own.unreadable or root.unreadable,
    )  # fmt: skip


def _conflict(root: Conditions, own: Conditions) -> bool:
    """istiod's `hasConflict`."""
    pairs = [(root.tests, own.tests), (root.without, own.without)]
    if any(key in mine and _apart(mine[key].match, test.match) for mine, theirs in pairs for key, test in theirs.items()):
        return True
    return (
        root.ignore_case != own.ignore_case
        or bool(root.port and own.port and root.port != own.port)
        or bool(root.namespace and own.namespace != root.namespace)
        or any(root.labels.get(key, value) != value for key, value in own.labels.items())
        or bool(root.gateways and own.gateways and not set(own.gateways) <= set(root.gateways))
    )


def _apart(root: StringMatch, own: StringMatch) -> bool:
    """istiod's `stringMatchConflict`."""
    if "regex" in (root.form, own.form):
        return "present" not in (root.form, own.form) or root.form == "present" or own.form == "present"
    if root.form == "exact":
        return not (own.form == "exact" and own.text == root.text)
    if root.form == "prefix":
        return own.form == "present" or not own.text.startswith(root.text)
    return True
