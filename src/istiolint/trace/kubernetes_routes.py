"""Routes of the Gateway API as VirtualServices: istiod converts them in the same way.

Converted fields keep the places of the original rule, match or backend.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from istiolint.mesh import Mesh
from istiolint.mesh.ages import oldest_first
from istiolint.mesh.gateway_api import Reference, accepting, parents
from istiolint.mesh.gateways import GatewayName
from istiolint.mesh.host_index import narrower
from istiolint.mesh.visibility import Scope
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.trace.conditions import Conditions, conditions
from istiolint.trace.virtual_services import MESH_GATEWAY, HttpRoute, VirtualService

HTTP_KINDS = ("HTTPRoute", "GRPCRoute")
L4_KINDS = ("TLSRoute", "TCPRoute")
ISTIO_GROUP = "networking.istio.io"
REDIRECTED_PREFIX = "%PREFIX()%"
"""Placeholder in the path of a redirect for the prefix that the route matched; literal text in a VirtualService."""
_RANKS = {"exact": 3, "prefix": 2, "regex": 1}
_FORMS = {"Exact": "exact", "PathPrefix": "prefix", "RegularExpression": "regex"}


class _Attachment(NamedTuple):
    """A route at a gateway (or the mesh) for a host; `at` is where the host is written."""

    gateway: GatewayName
    host: str
    route: Resource
    at: Cursor
    only: str


class KubernetesRoutes(VirtualService):
    """All routes of the Gateway API for one host of one listener, in the order of their precedence."""

    gateway_semantics = True

    def __init__(self, mesh: Mesh, found: list[_Attachment]):
        first = found[0]
        super().__init__(first.route, mesh)
        self.gateways = frozenset([first.gateway])
        self.hosts = ((first.host, first.at),)
        self._found = found

    @property
    def scope(self) -> Scope:
        """The namespaces that see it: a route for a Service of another namespace is only for clients of the route's."""
        return frozenset([self._found[0].only])

    def _routes(self) -> Iterator[HttpRoute]:
        rules = [(each.route, rule) for each in self._found if each.route.type in HTTP_KINDS for rule in each.route.spec["rules"]]
        found = (_http_routes(owner, _rule(owner, rule, self._backends), rule) for owner, rule in rules)
        yield from sorted(chain.from_iterable(found), key=_precedence)

    @property
    def _backends(self) -> "_Backends":
        return _Backends(self._mesh, granted=self._found[0].gateway == MESH_GATEWAY)

    @property
    def tls_rules(self) -> list[Cursor]:
        """The rules of TLSRoutes, as of a VirtualService."""
        match = [{"sniHosts": [self._found[0].host]}]
        return [self._l4(each.route, rule, match) for each, rule in self._rules("TLSRoute")]

    @property
    def tcp_rules(self) -> list[Cursor]:
        """The rules of TCPRoutes, as of a VirtualService."""
        return [self._l4(each.route, rule, []) for each, rule in self._rules("TCPRoute")]

    def _rules(self, kind: str) -> list[tuple[_Attachment, Cursor]]:
        return [(each, rule) for each in self._found if each.route.type == kind for rule in each.route.spec["rules"]]

    def _l4(self, owner: Resource, rule: Cursor, match: list[dict[str, Any]]) -> Cursor:
        return Cursor(rule.document, rule.path, {"match": match, "route": _destinations(owner, rule, self._backends)})


def kubernetes_routes(mesh: Mesh) -> list[VirtualService]:
    """Return the routes of the Gateway API, grouped by listener (or the mesh) and host."""
    groups: dict[tuple[GatewayName, str, str], list[_Attachment]] = defaultdict(list)
    for route in oldest_first(mesh.all(*HTTP_KINDS, *L4_KINDS)):
        for found in _attachments(route, mesh):
            groups[found.gateway, found.host, found.only].append(found)
    return [KubernetesRoutes(mesh, found) for found in groups.values()]


def listener_name(gateway: Resource, listener: Cursor) -> GatewayName:
    """Return the name of the Istio Gateway that istiod generates for a listener."""
    return GatewayName(gateway.namespace, f"{gateway.name}/{listener['name'].text}")


def _attachments(route: Resource, mesh: Mesh) -> Iterator[_Attachment]:
    for parent in parents(route):
        if parent.type == "Service":
            host = mesh.hosts.fqdn(parent.name, parent.namespace).lower()
            only = "*" if parent.namespace == route.namespace else route.namespace
            yield _Attachment(MESH_GATEWAY, host, route, parent.at, only)
        elif parent.type == KUBERNETES_GATEWAY:
            yield from _at_gateway(route, parent, mesh)


def _at_gateway(route: Resource, parent: Reference, mesh: Mesh) -> Iterator[_Attachment]:
    written = {host.text.lower(): host for host in route.spec["hostnames"] if host.text} or {"*": route.spec["parentRefs"]}
    namespaces = mesh.namespaces.get(route.namespace, ())
    for gateway in mesh.gateways.find(GatewayName(parent.namespace, parent.name)):
        for listener in accepting(gateway, route, parent.at, namespaces) if gateway.type == KUBERNETES_GATEWAY else ():
            served = listener["hostname"].text.lower() or "*"
            for written_host, at in written.items():
                if (host := narrower(served, written_host)) is not None:
                    yield _Attachment(listener_name(gateway, listener), host, route, at, "*")


def _http_routes(owner: Resource, fields: dict[str, Any], rule: Cursor) -> Iterator[HttpRoute]:
    converted = Cursor(rule.document, rule.path, fields)
    grpc = owner.type == "GRPCRoute"
    matches = [Cursor(each.document, each.path, _grpc_match(each) if grpc else _match(each)) for each in rule["matches"]]
    found: list[Conditions | None] = [conditions(each, owner.namespace) for each in matches]
    if not found:
        everything = Cursor(rule.document, rule.path, {} if grpc else {"uri": {"prefix": "/"}})
        found = [None if grpc else conditions(everything, owner.namespace)]
    yield from (HttpRoute(owner, converted, None if match is None else _path_separated(match)) for match in found)


def _path_separated(match: Conditions) -> Conditions:
    return Conditions(match.at, match.name, match.tests, match.without, unreadable=match.unreadable, path_separated=True)


def _match(match: Cursor) -> dict[str, Any]:
    path = match["path"]
    form = _FORMS.get(path["type"].text or "PathPrefix", "prefix")
    found: dict[str, Any] = {"uri": {form: path["value"].text or "/"}}
    if match["method"].text:
        found["method"] = {"exact": match["method"].text}
    return found | _headers(match)


def _grpc_match(match: Cursor) -> dict[str, Any]:
    service, method = match["method"]["service"].text, match["method"]["method"].text
    if match["method"]["type"].text == "RegularExpression":
        uri = {"regex": f"/{service or '[^/]+'}/{method or '[^/]+'}"}
    elif service and method:
        uri = {"exact": f"/{service}/{method}"}
    elif method:
        uri = {"regex": f"/[^/]+/{method}"}
    else:
        uri = {"prefix": f"/{service}/" if service else "/"}
    return {"uri": uri} | _headers(match)


def _headers(match: Cursor) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in ("headers", "queryParams"):
        values: dict[str, Any] = {}
        for each in match[field]:
            form = "regex" if each["type"].text == "RegularExpression" else "exact"
            values.setdefault(each["name"].text, {form: each["value"].text})
        if values:
            found[field] = values
    return found


def _precedence(route: HttpRoute) -> tuple[int, int, bool, int, int]:
    """Return the sort key of a route, most specific first: type and length of the path, method, headers, query parameters."""
    if route.match is None:
        return 2, 0, True, 0, 0
    fields = [field for field, _ in route.match.tests]
    uri = route.match.tests.get(("uri", ""))
    form, text = (uri.match.form, uri.match.text) if uri is not None else ("", "")
    return -_RANKS.get(form, 0), -len(text), "method" not in fields, -fields.count("headers"), -fields.count("queryParams")


class _Backends:
    """Resolves backends to hosts. `granted`: routes of the mesh use Services of other namespaces without a ReferenceGrant."""

    def __init__(self, mesh: Mesh, *, granted: bool):
        self._mesh, self._granted = mesh, granted

    def host(self, owner: Resource, backend: Cursor) -> str:
        """Return the host of a backend. A backend that Istio rejects gets a host that does not exist: Envoy responds with 500."""
        namespace, name = backend["namespace"].text or owner.namespace, backend["name"].text
        group, kind = backend["group"].text, backend["kind"].text or "Service"
        if (group, kind) == (ISTIO_GROUP, "Hostname"):
            return name if not backend["namespace"].text else f"{name}.rejected"
        if group == ISTIO_GROUP or (kind == "Service" and group):
            return f"{name}.{namespace}.rejected"
        reference = Reference(kind, namespace, name, backend)
        if namespace != owner.namespace and not self._granted and not self._mesh.grants.allow(owner, reference):
            return f"{name}.{namespace}.no-reference-grant"
        # Names of Services contain no dot, so a host name is rejected.
        return f"{name}.{namespace}.svc.{self._mesh.hosts.cluster_domain}"


def _rule(owner: Resource, rule: Cursor, backends: _Backends) -> dict[str, Any]:
    """Convert a rule to the fields of a VirtualService."""
    found: dict[str, Any] = {"name": rule["name"].text or str(rule.name), **_filters(owner, rule["filters"], backends)}
    if "redirect" not in found:
        found["route"] = _destinations(owner, rule, backends)
    if timeout := rule["timeouts"]["request"].text:
        found["timeout"] = timeout
    if (attempts := rule["retry"]["attempts"].number) is not None:
        found["retries"] = {"attempts": attempts, "retryOn": ",".join(str(code.value) for code in rule["retry"]["codes"])}
    return found


def _destinations(owner: Resource, rule: Cursor, backends: _Backends) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for backend in rule["backendRefs"]:
        weight = backend["weight"].number
        found.append(
            {
                "destination": _destination(owner, backend, backends),
                "weight": 1 if weight is None else weight,
                **({"headers": headers} if (headers := _header_filters(backend["filters"])) else {}),
            }
        )
    return found


def _destination(owner: Resource, backend: Cursor, backends: _Backends) -> dict[str, Any]:
    return {"host": backends.host(owner, backend), "port": {"number": backend["port"].number}}


def _filters(owner: Resource, filters: Cursor, backends: _Backends) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if headers := _header_filters(filters):
        found["headers"] = headers
    for each in filters:
        match each["type"].text:
            case "RequestRedirect":
                found["redirect"] = _redirect(each["requestRedirect"])
            case "URLRewrite":
                found["rewrite"] = _rewrite(each["urlRewrite"])
            case "RequestMirror":
                mirror = each["requestMirror"]
                share = mirror["percent"].number
                value = {"destination": _destination(owner, mirror["backendRef"], backends)}
                found.setdefault("mirrors", []).append(value | ({"percentage": {"value": share}} if share is not None else {}))
    return found


def _header_filters(filters: Cursor) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for type_, field, side in (
        ("RequestHeaderModifier", "requestHeaderModifier", "request"),
        ("ResponseHeaderModifier", "responseHeaderModifier", "response"),
    ):
        for each in filters:
            if each["type"].text == type_:
                value = each[field]
                found[side] = {
                    "set": {header["name"].text: header["value"].text for header in value["set"]},
                    "add": {header["name"].text: header["value"].text for header in value["add"]},
                    "remove": [name.text for name in value["remove"]],
                }
    return found


def _redirect(redirect: Cursor) -> dict[str, Any]:
    found: dict[str, Any] = {"redirectCode": redirect["statusCode"].number or 302}
    found |= {"scheme": redirect["scheme"].text} if redirect["scheme"].text else {}
    found |= {"authority": redirect["hostname"].text} if redirect["hostname"].text else {}
    if (port := redirect["port"].number) is not None:
        found["port"] = port
    elif not redirect["scheme"].text:
        found["derivePort"] = "FROM_REQUEST_PORT"
    path = redirect["path"]
    if path["type"].text == "ReplaceFullPath":
        found["uri"] = path["replaceFullPath"].text
    elif path["type"].text == "ReplacePrefixMatch":
        found["uri"] = REDIRECTED_PREFIX + path["replacePrefixMatch"].text
    return found


def _rewrite(rewrite: Cursor) -> dict[str, Any]:
    found: dict[str, Any] = {"authority": rewrite["hostname"].text} if rewrite["hostname"].text else {}
    path = rewrite["path"]
    if path["type"].text == "ReplaceFullPath":
        found["uriRegexRewrite"] = {"match": "/.*", "rewrite": path["replaceFullPath"].text}
    elif path["type"].text == "ReplacePrefixMatch":
        found["uri"] = path["replacePrefixMatch"].text or "/"
    return found
