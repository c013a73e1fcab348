"""Sample requests for a mesh: one for each match of a route, each port of a Service and each rule of a policy."""

from collections.abc import Callable, Iterable, Iterator

from istiolint.authorization.rules import Item
from istiolint.mesh.gateways import MESH
from istiolint.mesh.workload import Workload
from istiolint.resources.resource import Resource
from istiolint.trace.conditions import Conditions
from istiolint.trace.gateway_servers import Server
from istiolint.trace.model import Model
from istiolint.trace.request import OUTSIDE, Request, RequestError, request
from istiolint.trace.services import Port, Service
from istiolint.trace.virtual_services import HttpRoute, VirtualService
from istiolint.traffic import regex
from istiolint.traffic.string_match import StringMatch

_TRIED = ("", "a", "1", "/a", "/1", "a/1", ".png", "a.png", "/a.png")
_CLIENTS = 2
"""Clients of each service: more would repeat the same answers."""


def suggested(model: Model) -> list[Request]:
    """Return the sample requests of a mesh, each once."""
    found: dict[tuple[object, ...], Request] = {}
    for each in _all(model):
        key = (each.source, each.method, each.authority, each.port, each.path, tuple(sorted(each.headers.items())))
        found.setdefault(key, each)
    return list(found.values())


def requests_to(model: Model, resource: Resource, route: int) -> list[Request]:
    """Return requests that match an HTTP route of a VirtualService, given by its index; for a delegate, requests to its roots."""

    def is_meant(each: HttpRoute) -> bool:
        at_root = each.root is not None and each.root_owner is resource and each.root.name == route
        return at_root or (each.owner is resource and each.rule.name == route)

    return [request for each in model.virtual_services.all for request in _of_routes(model, each, is_meant)]


def _all(model: Model) -> Iterator[Request]:
    for service in model.registry.all:
        for port in service.ports if service.type == "Service" else ():
            for client in _clients(model, service):
                yield from _request(client, "GET" if port.is_http else "", _url(service, port))
    for virtual_service in model.virtual_services.all:
        yield from _of_routes(model, virtual_service)
    for policy in model.mesh.all("AuthorizationPolicy"):
        yield from _of_policy(model, policy)


def _url(service: Service, port: Port, path: str = "/") -> str:
    if not port.is_http:
        return f"tcp://{service.host}:{port.number}"
    return f"http://{service.host}{'' if port.number == 80 else f':{port.number}'}{path}"


def _request(source: str, method: str, url: str, headers: dict[str, str] | None = None) -> Iterator[Request]:
    try:
        yield request(source, method, url, headers)
    except RequestError:  # a host that no URL can have
        return


def _source(workload: Workload) -> str:
    return f"{workload.namespace}/{workload.resource.name}"


def _clients(model: Model, service: Service) -> list[str]:
    """Return possible clients of a service: workloads whose configuration names it, otherwise those of its namespace."""
    calls = model.mesh.calls.of_service(service.resource) if service.resource is not None else ()
    named = [call.caller for call in calls]
    near = [
        workload for workload in model.mesh.workloads.in_namespace(service.namespace) if model.proxy(workload).kind == "sidecar"
    ]
    return list(dict.fromkeys(map(_source, named or near)))[:_CLIENTS]


def _of_routes(
    model: Model, virtual_service: VirtualService, is_meant: Callable[[HttpRoute], bool] | None = None
) -> Iterator[Request]:
    """A request for each match on each host: from outside for gateways, from a client for the mesh."""
    routes = [route for route in virtual_service.routes if is_meant is None or is_meant(route)]
    for host, _ in virtual_service.hosts if routes else ():
        name = host.replace("*", "www", 1) if host.startswith("*.") else host
        if "*" in name:
            continue
        origins: list[tuple[str, str]] = []
        if any(gateway.name == MESH for gateway in virtual_service.gateways):
            services = model.registry.named(host)
            clients = [client for service in services for client in _clients(model, service)] or _anyone(model, virtual_service)
            port = next((port for service in services for port in service.ports if port.is_http), None)
            suffix = f":{port.number}" if port is not None and port.number != 80 else ""
            origins += ((client, f"http://{name}{suffix}") for client in clients[:_CLIENTS])
        for server in _servers(model, virtual_service):
            default = {"https": 443, "http": 80}[scheme := "https" if server.is_tls else "http"]
            origins.append((OUTSIDE, f"{scheme}://{name}" + ("" if server.port == default else f":{server.port}")))
        for route in routes:
            sample = _sample(route.match)
            for source, url in origins if sample is not None else ():
                method, path, headers = sample or ("GET", "/", {})
                yield from _request(source, method, url + path, headers)


def _anyone(model: Model, virtual_service: VirtualService) -> list[str]:
    found = (each for each in model.mesh.workloads.all if model.proxy(each).kind == "sidecar")
    return list(map(_source, sorted(found, key=lambda each: each.namespace != virtual_service.namespace)))[:1]


def _servers(model: Model, virtual_service: VirtualService) -> Iterator[Server]:
    for proxy in model.ingress:
        for server in model.gateways.of(proxy).servers:
            if server.name in virtual_service.gateways and server.is_http and server.serves(virtual_service, model.mesh):
                yield server


def _sample(match: Conditions | None) -> tuple[str, str, dict[str, str]] | None:
    """Return method, path and headers that meet a match; None if no text is found that does."""
    if match is None:
        return "GET", "/", {}
    texts: dict[tuple[str, str], str] = {}
    for key, test in match.tests.items():
        text = text_for(test.match)
        if text is None or test.name.startswith("@"):
            return None
        texts[key] = text
    path = texts.get(("uri", ""), "/")
    query = "&".join(f"{name}={text}" for (field, name), text in texts.items() if field == "queryParams")
    headers = {name: text for (field, name), text in texts.items() if field == "headers"}
    return texts.get(("method", ""), "GET"), path + (f"?{query}" if query else ""), headers


def text_for(match: StringMatch) -> str | None:
    """Return a text that a condition accepts; None if none is found."""
    if match.form == "present":
        return "a"
    if match.form in ("exact", "prefix"):
        return match.text
    lead = regex.lead(match.text)[0]
    return next((lead + more for more in _TRIED if match.takes(lead + more)), None)


def _of_policy(model: Model, policy: Resource) -> Iterator[Request]:
    """Yield requests for the rules of a policy: from a client that each rule names, and from one that it does not name."""
    services = list(
        dict.fromkeys(
            service
            for workload in model.mesh.workloads_selected_by(policy)
            for service in model.mesh.workloads.services_of(workload)
        )
    )
    for rule in model.mesh.authorization.rules(policy):
        named = [client for item in rule.sources for client in _named(model, item)]
        for resource in services[:_CLIENTS]:
            service = next((each for each in model.registry.all if each.resource is resource), None)
            port = next((port for port in service.ports if port.is_http), None) if service is not None else None
            if service is None or port is None:
                continue
            clients = list(dict.fromkeys([*named[:1], *_clients(model, service)]))[: _CLIENTS + 1]
            for method, path in _operations(rule.operations):
                for client in clients:
                    yield from _request(client, method, _url(service, port, path))


def _named(model: Model, source: Item) -> Iterator[str]:
    """Yield the workloads that a source names by service account or namespace."""
    wanted = {text.partition("/ns/")[2].replace("/sa/", "/") for text in source.get("principals", ())}
    wanted |= set(source.get("serviceAccounts", ()))
    namespaces = set(source.get("namespaces", ()))
    for workload in model.mesh.workloads.all:
        if workload.namespace in namespaces or f"{workload.namespace}/{workload.service_account}" in wanted:
            yield _source(workload)


def _operations(operations: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """Yield a method and a path for each operation."""
    for operation in list(operations) or [{}]:
        for path in operation.get("paths", ("/",))[:2]:
            sample = path.replace("{**}", "a").replace("{*}", "a")
            sample = "/a" + sample[1:] if sample.startswith("*") else sample.removesuffix("*")
            for method in operation.get("methods", ("GET",))[:2]:
                yield method if method.isalpha() else "GET", sample if sample.startswith("/") else f"/{sample}"
