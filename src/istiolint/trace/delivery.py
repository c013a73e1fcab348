"""From an Envoy cluster to the workloads behind it: whether it exists, client TLS, and whether they accept the request."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from istiolint.mesh.allowing import allowing
from istiolint.mesh.client_rules import MergedRule
from istiolint.mesh.mtls import Effective
from istiolint.mesh.workload import ports_of
from istiolint.mutual_tls.server import accepts
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.decisions import explain
from istiolint.trace.envoy_filters import explain_patches
from istiolint.trace.model import Endpoint, Model
from istiolint.trace.policies import Arrival, Decision
from istiolint.trace.proxies import Proxy
from istiolint.trace.request import Request
from istiolint.trace.result import Destination, Leaf, Sent, Verdict
from istiolint.trace.scopes import Scope
from istiolint.trace.services import Service
from istiolint.trace.steps import Steps
from istiolint.trace.waypoints import explain_bypass


class Target(NamedTuple):
    """What a route names: host, port and subset, with the place that names it and its resource (None: no route applies)."""

    host: str
    port: int
    subset: str
    weight: int
    at: Cursor | None = None
    owner: Resource | None = None

    @property
    def words(self) -> str:
        """The target in words."""
        return f"`{self.host}` port {self.port}" + (f" subset `{self.subset}`" if self.subset else "")


class Sending(NamedTuple):
    """Who sends, and how: `http` is whether the client's proxy reads HTTP, so that failures become a 503."""

    request: Request
    client: Proxy
    scope: Scope
    http: bool


def target_of(model: Model, sending: Sending, owner: Resource, destination: Cursor, *, weight: int, port: int) -> Target:
    """Return the target of a route's destination for a proxy; `port` is that of the request.

    Without a port, the only one of the service is used, except in the HTTP routes of sidecars: for these istiod sees only the
    services of the listener's port.
    """
    host = model.mesh.hosts.fqdn(destination["host"].text, owner.namespace).lower()
    number = destination["port"]["number"].number
    if number is None:
        alone = sending.client.kind == "gateway" or not sending.http
        service = sending.scope.clusters.get(host) if alone else None
        number = service.ports[0].number if service is not None and len(service.ports) == 1 else port
    return Target(host, number, destination["subset"].text, weight, destination, owner)


def deliver(model: Model, sending: Sending, target: Target, sent: Sent | None, steps: Steps) -> Destination:
    """Send a request from a proxy to a cluster, and return the result."""
    found = Destination(target.host, target.port, target.subset, target.weight, "routed", sent=sent, at=target.at)
    service = _cluster(model, sending, target, found, steps)
    if service is None:
        found.outcome, found.sent = "no-cluster", None
        return found
    rule = model.rule(sending.client, service)
    if rule is not None:
        names = " and ".join(each.title for each in rule.rules)
        steps.add("destination", f"{names} applies to it", *(each.spec["host"] for each in rule.rules))
    for unused in model.mesh.client_rules.unused(sending.client.namespace, sending.client.labels, service.host):
        words = f"{unused.rule.title} does not apply: {unused.because}"
        steps.add("destination", words, unused.rule.spec["host"], kind="rejected")
    explain_bypass(model, sending.client, service, steps)
    labels: dict[str, str] = {}
    if target.subset:
        subset = rule.subsets.get(target.subset) if rule is not None else None
        if subset is None:
            words = f"no DestinationRule for this client defines subset `{target.subset}`: Envoy has no such cluster (503 NC)"
            steps.add("destination", words, target.at["subset"] if target.at is not None else None)
            found.outcome, found.sent = "no-cluster", None
            return found
        labels = subset["labels"].labels
    _explain_balancing(rule, target, steps)
    endpoints = _endpoints(model, service, target.port, labels, steps)
    if endpoints is None:
        opened = model.opened(sending.client, service, target.port, target.subset)
        steps.add("tls", f"{sending.client.title} sends {opened.words}: {opened.because}", opened.at)
        found.client_tls = opened.tls
        return found
    if not endpoints:
        found.outcome, found.sent = "no-endpoints", None
        return found
    for endpoint in endpoints:
        workload = endpoint.workload
        opened = model.opened(sending.client, service, target.port, target.subset, endpoint)
        steps.add("tls", f"{sending.client.title} sends {opened.words} to {workload.title}: {opened.because}", opened.at)
        leaf = Leaf(workload, opened.tls, None, "allowed", port=endpoint.port)
        _arrive(model, sending, leaf, sent, steps)
        found.leaves.append(leaf)
    modes = {leaf.client_tls for leaf in found.leaves}
    found.client_tls = modes.pop() if len(modes) == 1 else None
    return found


def _explain_balancing(rule: MergedRule | None, target: Target, steps: Steps) -> None:
    """Add steps for outlier detection and locality: the files do not show the health and place of endpoints."""
    outliers = rule.setting("outlierDetection", target.subset, target.port) if rule is not None else None
    if outliers is not None:
        steps.add("destination", "outlier detection may eject endpoints that fail; the trace takes all as healthy", outliers)
    balancing = rule.setting("loadBalancer", target.subset, target.port) if rule is not None else None
    locality = balancing["localityLbSetting"] if balancing is not None else None
    if locality is not None and locality.mapping:
        words = "locality load balancing may choose only some of these endpoints, by the locality of the client"
        steps.add("destination", words, locality)


def deliver_directly(model: Model, sending: Sending, service: Service, port: int, steps: Steps) -> Destination:
    """Send a connection to the address of a Service past the client's proxy: plaintext to any endpoint."""
    found = Destination(service.host, port, "", 100, "passthrough", "plaintext")
    endpoints = _endpoints(model, service, port, {}, steps) if service.port(port) is not None else None
    for workload, container_port in endpoints or ():
        leaf = Leaf(workload, "plaintext", None, "allowed", port=container_port)
        _arrive(model, sending, leaf, Sent(sending.request.path, sending.request.authority), steps)
        found.leaves.append(leaf)
    return found


def _cluster(model: Model, sending: Sending, target: Target, found: Destination, steps: Steps) -> Service | None:
    """Return the service of a target; None, with a step for the reason, if the client has no cluster for it."""
    at = target.at["host"] if target.at is not None else None
    service = sending.scope.clusters.get(target.host)
    if service is None:
        known = model.registry.named(target.host)
        if known:
            place = known[0].resource.metadata["name"] if known[0].resource is not None else None
            visible = model.registry.find(target.host, sending.client.namespace)
            sidecar = sending.scope.sidecar
            if visible is not None and sidecar is not None:
                why, place = f"{sidecar.title} does not import it", sidecar.spec["egress"]
            else:
                why = f"{known[0].title} is not exported to namespace `{sending.client.namespace}`"
            steps.add("destination", f"{target.words}: {why}; Envoy has no cluster for it (503 NC)", at, place)
            return None
        words = f"{target.words}: no Service or ServiceEntry has this host; Envoy has no cluster for it (503 NC)"
        steps.add("destination", words, at)
        if not _is_surely_missing(model, target):
            found.sure = False
            steps.add("destination", f"`{target.host}` may exist outside the files: then the request is routed", kind="unknown")
        return None
    place = service.resource.metadata["name"] if service.resource is not None else None
    if service.lacks(target.port):
        words = f"{target.words}: {service.title} has no port {target.port}; Envoy has no cluster for it (503 NC)"
        steps.add("destination", words, target.at["port"]["number"] if target.at is not None else None, place)
        return None
    steps.add("destination", f"the destination is {target.words}", at, place)
    return service


def _is_surely_missing(model: Model, target: Target) -> bool:
    """Whether a host that is not in the files is not in the cluster either."""
    return (
        target.owner is not None
        and model.mesh.hosts.lacks(target.host, target.owner)
        and not model.mesh.settings.is_known_host(target.host)
    )


def _endpoints(model: Model, service: Service, port: int, labels: dict[str, str], steps: Steps) -> Sequence[Endpoint] | None:
    """Return the workloads behind a service with their container ports; None if its endpoints are not workloads."""
    resource = service.resource
    if resource is None or service.type != "Service":
        selector = resource.spec["workloadSelector"]["labels"].labels if resource is not None else {}
        if not selector:
            return None
        selected = model.mesh.workloads.selected({**selector, **labels}, service.namespace)
        return [Endpoint(workload, port) for workload in selected]
    if service.external or not resource.spec["selector"].mapping:
        return None
    found: list[Endpoint] = []
    for workload in model.mesh.workloads.of_service(resource):
        if not workload.matches(labels) or workload.resource.spec["replicas"].number == 0:
            continue
        target = next((target for _, number, target in ports_of(resource, workload) if number == port), None)
        if target is not None:
            found.append(Endpoint(workload, target))
    if not found:
        wanted = {**resource.spec["selector"].labels, **labels}
        listed = ", ".join(f"`{key}: {value}`" for key, value in wanted.items())
        place = resource.spec["selector"]
        steps.add("destination", f"no workload has the labels {listed}: no healthy endpoint (503 UH)", place)
        if not model.mesh.coverage.shows_workloads(service.namespace):
            words = f"the files hold no workload of namespace `{service.namespace}`: if one matches, the request is routed"
            steps.add("destination", words, place, kind="unknown")
    return found


def _arrive(model: Model, sending: Sending, leaf: Leaf, sent: Sent | None, steps: Steps) -> None:
    """Apply the mTLS mode of a workload, then its policies."""
    server = model.proxy(leaf.workload)
    mode = model.mode(server, leaf.port)
    leaf.mode = mode.mode if mode is not None else None
    steps.add("server", _mode_words(server, mode), mode.at if mode is not None else server.at)
    if server.kind == "sidecar":
        explain_patches(model.envoy_filters, server, "SIDECAR_INBOUND", steps)
    if not server.sure:
        steps.add("server", f"the files do not show whether {server.title} has a sidecar: {server.because}", kind="unknown")
    if not accepts(leaf.mode, leaf.client_tls):
        leaf.verdict, leaf.status = "tls-refused", 503 if sending.http else None
        place = mode.at if mode is not None and mode.at is not None else server.at
        steps.add("server", f"{server.title} does not accept {leaf.client_tls}: the connection fails", place)
        if leaf.client_tls in ("simple", "mutual") and leaf.mode != "STRICT":
            words = f"if the application of {server.title} terminates TLS itself on port {leaf.port}, it receives the request"
            steps.add("server", words, kind="unknown")
        return
    if mode is None:
        leaf.status = 200 if _reads_response(sending) else None
        return
    arrival = arrival_at(model, sending, leaf, sent)
    if arrival.http and arrival.claims is not None:
        authenticated = model.authentication.check(server, arrival.claims)
        steps.add("server", authenticated.words, authenticated.at)
        if authenticated.status is not None:
            leaf.verdict, leaf.status = "denied", authenticated.status
            return
        arrival = replace(arrival, claims=authenticated.claims)
    policies = model.policies.of(server)
    decision = model.policies.decide(policies, arrival)
    leaf.verdict, leaf.decided_by = _verdict(decision), decision.policy
    explain(model.policies, policies, arrival, decision, steps)
    if decision.open:
        leaf.sure = False
        steps.add("server", f"{server.title}: {decision.open}", kind="unknown")
    if decision.allowed:
        leaf.status = 200 if _reads_response(sending) else None
        if policies:
            steps.add("server", f"{server.title}: {decision.words}", decision.rule)
        return
    leaf.policy = decision.policy
    leaf.status = (403 if arrival.http else 503 if sending.http else None) if _reads_response(sending) else None
    does = "denies the request" if arrival.http else "closes the connection"
    places = [decision.rule] if decision.policy is not None else [each.spec for each in allowing(policies)]
    steps.add("server", f"{server.title} {does}: {decision.words}", *places)


def _reads_response(sending: Sending) -> bool:
    """Whether the response is HTTP that a proxy can read, so that it has a status."""
    return sending.request.scheme == "http" or (sending.client.kind == "gateway" and sending.http)


def _verdict(decision: Decision) -> Verdict:
    return "allowed" if decision.allowed else "denied"


def _mode_words(server: Proxy, mode: Effective | None) -> str:
    if mode is None:
        return f"{server.title} has no proxy: {server.because}"
    origin = "" if mode.at is not None else ", Istio's default"
    return f"{server.title} has mTLS mode {mode.mode}{origin}"


def arrival_at(model: Model, sending: Sending, leaf: Leaf, sent: Sent | None) -> Arrival:
    """Return the request as the proxy of a workload receives it."""
    protocol = model.inbound_protocol(leaf.workload, leaf.port)
    ztunnel = model.proxy(leaf.workload).kind == "ambient"
    http = _reads_response(sending) and protocol in ("HTTP", "AUTO") and not ztunnel
    shows_identity = leaf.client_tls == "mtls" and sending.client.kind != "none"
    principal = sending.client.identity(model.trust_domain) if shows_identity else None
    request = sending.request
    if not http or sent is None:
        return Arrival(False, principal, leaf.port)
    headers = {**request.headers, **sent.headers_set}
    for name in sent.headers_removed:
        headers.pop(name, None)
    return Arrival(
        True, principal, leaf.port, request.method, sent.path.partition("?")[0], sent.authority, headers, request.claims
    )
