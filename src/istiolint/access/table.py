"""The table: for each Service and port, the requests that each client may send, and the policy or mode that decides."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple, TypeAlias

from istiolint.access.operations import matched
from istiolint.mesh.allowing import allowing
from istiolint.mesh.injection import is_control_plane, is_gateway
from istiolint.mesh.workload import Workload, ports_of
from istiolint.mutual_tls.server import ClientTls, accepts
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.model import Endpoint, Model
from istiolint.trace.policies import Arrival
from istiolint.trace.proxies import Proxy
from istiolint.trace.services import Port, Service
from istiolint.trace.waypoints import is_used_by, policies_for, waypoint_of

Verdict: TypeAlias = Literal["all", "some", "none"]


class Client(NamedTuple):
    """Workloads that are the same to a server: a service account with mTLS, or one workload without a proxy."""

    name: str
    proxy: Proxy

    @property
    def has_identity(self) -> bool:
        """Whether its proxy presents a certificate."""
        return self.proxy.kind != "none"


class Access(NamedTuple):
    """The access of a client to a Service port.

    `requests` are the allowed ones if not all are allowed, `exceptions` the denied ones. `sure` is False if addresses or an
    external authorization provider decide.
    """

    service: Service
    port: Port
    client: Client
    verdict: Verdict
    tls: ClientTls
    requests: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    because: str = ""
    places: tuple[Cursor, ...] = ()
    sure: bool = True

    @property
    def words(self) -> str:
        """The access in words."""
        if self.verdict == "none":
            return "denied"
        words = "; ".join(self.requests) or "all requests"
        words += f", except {'; '.join(self.exceptions)}" if self.exceptions else ""
        return words + (" (perhaps)" if not self.sure else "")


def rows(model: Model, sources: Sequence[str] = (), targets: Sequence[str] = ()) -> Iterator[Access]:
    """Yield the rows by Service, port and client; only those of `sources` and `targets`, if given."""
    clients = [client for client in clients_of(model) if not sources or _is_named(client, sources)]
    for service in sorted(model.registry.all, key=lambda each: (each.namespace, each.host)):
        if service.type != "Service" or service.resource is None or (targets and not _is_target(service, targets)):
            continue
        workloads = [each for each in model.mesh.workloads.of_service(service.resource) if not is_control_plane(each)]
        for port in service.ports:
            if workloads and port.protocol != "UDP" and not is_gateway(workloads[0]):
                yield from (access_of(model, service, port, client, workloads) for client in clients)


def unknown_names(models: Sequence[Model], sources: Sequence[str], targets: Sequence[str]) -> Iterator[str]:
    """Yield a message for each given client and Service that is in no mesh."""
    clients = [client for model in models for client in clients_of(model)]
    services = [service for model in models for service in model.registry.all if service.type == "Service"]
    for source in sources:
        if not any(_is_named(client, [source]) for client in clients):
            yield _unknown("client", source, [client.name for client in clients])
    for target in targets:
        if not any(_is_target(service, [target]) for service in services):
            yield _unknown("Service", target, [f"{service.namespace}/{service.host.partition('.')[0]}" for service in services])


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1, 0.6)
    return f"no {what} `{name}` in the files" + (f"; did you mean `{near[0]}`?" if near else "")


def clients_of(model: Model) -> list[Client]:
    """Return every service account with a proxy, and every workload without one."""
    found: dict[tuple[str, str, bool], Client] = {}
    for workload in model.mesh.workloads.all:
        if is_control_plane(workload):
            continue
        proxy = model.proxy(workload)
        identity = proxy.kind != "none"
        name = f"{workload.namespace}/{proxy.service_account if identity else workload.resource.name}"
        found.setdefault((workload.namespace, name, identity), Client(name, proxy))
    return [found[key] for key in sorted(found)]


def _is_named(client: Client, sources: Iterable[str]) -> bool:
    names = (client.name, f"{client.proxy.namespace}/{client.proxy.name}", client.proxy.title)
    return any(source in names or source == client.proxy.namespace for source in sources)


def _is_target(service: Service, targets: Iterable[str]) -> bool:
    name = service.resource.name if service.resource is not None else ""
    return any(target in (f"{service.namespace}/{name}", service.host, service.namespace) for target in targets)


def access_of(model: Model, service: Service, port: Port, client: Client, workloads: Sequence[Workload]) -> Access:
    """Return the narrowest access to the workloads behind a Service: requests are balanced over them."""
    order = {"none": 0, "some": 1, "all": 2}
    answers = [_at(model, service, port, client, workload) for workload in workloads]
    return min(answers, key=lambda answer: order[answer.verdict])


def _at(model: Model, service: Service, port: Port, client: Client, workload: Workload) -> Access:
    """Return the access to a workload: at the waypoint of the Service, if the client uses it, and at the workload."""
    used = is_used_by(model, client.proxy, service)
    waypoint = waypoint_of(model, service) if used else None
    if waypoint is None:
        return _directly(model, service, port, client, workload)
    arrival = Arrival(port.is_http, client.proxy.identity(model.trust_domain), port.number)
    access = Access(service, port, client, "all", "mtls")
    first = _decided(model, access, policies_for(model, waypoint, service), arrival)
    then = _directly(model, service, port, Client(client.name, waypoint.proxy), workload)
    if first.verdict == "none" or then.verdict != "none":
        return first
    because = f"the workload does not admit the waypoint {waypoint.proxy.title}: {then.because}"
    return access._replace(verdict="none", because=because, places=then.places)


def _directly(model: Model, service: Service, port: Port, client: Client, workload: Workload) -> Access:
    server = model.proxy(workload)
    resource = service.resource
    assert resource is not None
    target = next((target for _, number, target in ports_of(resource, workload) if number == port.number), None)
    effective = model.mode(server, target)
    mode = effective.mode if effective is not None else None
    tls: ClientTls = "plaintext"
    at: Cursor | None = None
    if client.has_identity:
        opened = model.opened(client.proxy, service, port.number, endpoint=Endpoint(workload, target))
        tls, at = opened.tls, opened.at
    if not accepts(mode, tls):
        words = f"{server.title} does not accept {tls}" + (f" (mode {mode})" if mode else "")
        places = _places(effective.at if effective is not None else None, at)
        return Access(service, port, client, "none", tls, because=words, places=places)
    if mode is None:
        words = f"{server.title} has no proxy: no policy applies"
        return Access(service, port, client, "all", tls, because=words, places=_places(server.at))
    http = model.inbound_protocol(workload, target) in ("HTTP", "AUTO") and server.kind != "ambient"
    principal = client.proxy.identity(model.trust_domain) if tls == "mtls" else None
    policies = model.policies.of(server)
    return _decided(model, Access(service, port, client, "all", tls), policies, Arrival(http, principal, target))


def _decided(model: Model, access: Access, policies: Sequence[Resource], arrival: Arrival) -> Access:
    sure = not any(policy.spec["action"].text == "CUSTOM" for policy in policies)
    exceptions: list[str] = []
    denying: list[Resource] = []
    for policy, found, certain in _matched(model, policies, "DENY", arrival):
        if not found and certain:
            return access._replace(verdict="none", because=f"{policy.title} denies it", places=(policy,))
        exceptions += found or ["some addresses"]
        denying.append(policy)
    exceptions = list(dict.fromkeys(exceptions))
    allow = allowing(policies)
    if not allow:
        words = " and ".join(policy.title for policy in dict.fromkeys(denying)) or "no ALLOW policy applies"
        verdict: Verdict = "some" if exceptions else "all"
        return access._replace(
            verdict=verdict, exceptions=tuple(exceptions), because=words, places=tuple(dict.fromkeys(denying)), sure=sure
        )
    requests: list[str] = []
    using: list[Resource] = []
    every = False
    for policy, found, certain in _matched(model, policies, "ALLOW", arrival):
        using.append(policy)
        sure = sure and certain
        every = every or not found
        requests += found
    if not using:
        words = "no rule of " + " or ".join(policy.title for policy in allow) + " allows it"
        return access._replace(verdict="none", because=words, places=tuple(allow))
    places = tuple(dict.fromkeys([*using, *denying]))
    return access._replace(
        verdict="all" if every and not exceptions else "some",
        requests=() if every else tuple(dict.fromkeys(requests)),
        exceptions=tuple(exceptions),
        because=" and ".join(policy.title for policy in places),
        places=places,
        sure=sure,
    )


def _matched(
    model: Model, policies: Sequence[Resource], action: str, arrival: Arrival
) -> Iterator[tuple[Resource, list[str], bool]]:
    """Yield the policies with rules that match a client: the requests of each rule, and whether the match is certain."""
    for policy in policies:
        if (policy.spec["action"].text or "ALLOW") != action:
            continue
        for rule in model.mesh.authorization.rules(policy):
            found = matched(model.policies, rule, arrival, action)
            if found is not None:
                yield policy, list(found.requests), found.certain is True


def _places(*places: Cursor | None) -> tuple[Cursor, ...]:
    return tuple(place for place in places if place is not None)
