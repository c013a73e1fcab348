"""Inputs of one shape and any size, in which something is there N times that a careless rule compares pairwise."""

import json
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

Object: TypeAlias = dict[str, Any]
Shape: TypeAlias = Callable[[int, Path], None]

SHAPES: dict[str, tuple[int, Shape]] = {}
"""Each shape by its name, with the size at which it takes a second or two."""

NAMESPACE = "shop"
NETWORKING, SECURITY, GATEWAY_API = "networking.istio.io/v1", "security.istio.io/v1", "gateway.networking.k8s.io/v1"
_PER_FILE = 50


def _shape(size: int) -> Callable[[Callable[[int], Iterable[Object]]], Callable[[int], Iterable[Object]]]:
    """Register a generator of objects; they are written fifty to a file."""

    def register(objects: Callable[[int], Iterable[Object]]) -> Callable[[int], Iterable[Object]]:
        def write(number: int, folder: Path) -> None:
            texts = [json.dumps(each) for each in objects(number)]
            for at in range(0, len(texts), _PER_FILE):
                (folder / f"manifests-{at // _PER_FILE}.yaml").write_text("\n---\n".join(texts[at : at + _PER_FILE]) + "\n")

        SHAPES[objects.__name__.replace("_", "-")] = size, write
        return objects

    return register


def _object(api: str, kind: str, name: str, spec: Object, namespace: str = NAMESPACE) -> Object:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def _namespace(name: str = NAMESPACE) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"istio-injection": "enabled"}}}


def _service(name: str, app: str = "", namespace: str = NAMESPACE) -> Object:
    port = {"name": "http", "port": 80, "targetPort": 8080}
    return _object("v1", "Service", name, {"selector": {"app": app or name}, "ports": [port]}, namespace)


def _deployment(name: str, app: str = "", namespace: str = NAMESPACE, env: Iterable[Object] = ()) -> Object:
    labels = {"app": app or name}
    container = {
        "name": "app", "image": f"registry.example.com/{name}:1.0.0", "ports": [{"containerPort": 8080}], "env": list(env)
    }  # fmt: skip
    pod = {"metadata": {"labels": labels}, "spec": {"serviceAccountName": name, "containers": [container]}}
    return _object(
        "apps/v1", "Deployment", name, {"replicas": 2, "selector": {"matchLabels": labels}, "template": pod}, namespace
    )


def _applications(number: int) -> Iterator[Object]:
    """One namespace with a Service and a Deployment for each number."""
    yield _namespace()
    for at in range(number):
        yield from (_service(f"app-{at}"), _deployment(f"app-{at}"))


def _routes(name: str, host: str, http: list[Object], namespace: str = NAMESPACE, **spec: Any) -> Object:
    return _object(NETWORKING, "VirtualService", name, {"hosts": [host], "http": http, **spec}, namespace)


def _to(host: str, **fields: Any) -> list[Object]:
    return [{"destination": {"host": host, **fields}}]


def _gateway(name: str, servers: list[Object], namespace: str = NAMESPACE) -> Object:
    return _object(NETWORKING, "Gateway", name, {"selector": {"istio": "ingressgateway"}, "servers": servers}, namespace)


def _plain(*hosts: str) -> Object:
    return {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": list(hosts)}


def _tls(name: str, host: str) -> Object:
    tls = {"mode": "SIMPLE", "credentialName": f"certificate-{name}"}
    return {"port": {"number": 443, "name": f"https-{name}", "protocol": "HTTPS"}, "hosts": [host], "tls": tls}


def _policy(name: str, rule: Object, app: str = "", kind: str = "AuthorizationPolicy", namespace: str = NAMESPACE) -> Object:
    selector = {"selector": {"matchLabels": {"app": app}}} if app else {}
    return _object(SECURITY, kind, name, {**selector, **rule}, namespace)


@_shape(800)
def one_namespace(number: int) -> Iterator[Object]:
    """N applications with routes, traffic policies and authorization in one namespace."""
    yield from _applications(number)
    yield _policy("default", {"mtls": {"mode": "STRICT"}}, kind="PeerAuthentication")
    for at in range(number):
        name = f"app-{at}"
        yield _routes(name, name, [{"route": _to(name, subset="v1"), "timeout": "5s", "retries": {"attempts": 2}}])
        subset = {"name": "v1", "labels": {"app": name}}
        policy = {"connectionPool": {"tcp": {"maxConnections": 100}}, "outlierDetection": {"consecutive5xxErrors": 5}}
        yield _object(NETWORKING, "DestinationRule", name, {"host": name, "trafficPolicy": policy, "subsets": [subset]})
        caller = {"source": {"principals": [f"cluster.local/ns/{NAMESPACE}/sa/app-{(at + 1) % number}"]}}
        yield _policy(name, {"rules": [{"from": [caller]}]}, name)


@_shape(800)
def one_label(number: int) -> Iterator[Object]:
    """N Services and N Deployments that share one label."""
    yield _namespace()
    for at in range(number):
        yield from (_service(f"app-{at}", "all"), _deployment(f"app-{at}", "all"))


@_shape(1500)
def routes_of_one_service(number: int) -> Iterator[Object]:
    """A VirtualService with N prefixes."""
    yield from _applications(1)
    http = [{"match": [{"uri": {"prefix": f"/thing-{at}/"}}], "route": _to("app-0"), "timeout": "5s"} for at in range(number)]
    yield _routes("many", "app-0", http)


@_shape(1500)
def routes_by_regex(number: int) -> Iterator[Object]:
    """A VirtualService with N regular expressions, each with a header."""
    yield from _applications(1)
    matches = ({"uri": {"regex": f"/thing-{at}/.*"}, "headers": {"x-a": {"exact": f"v{at}"}}} for at in range(number))
    yield _routes("many", "app-0", [{"match": [match], "route": _to("app-0")} for match in matches])


@_shape(1500)
def routes_by_header(number: int) -> Iterator[Object]:
    """A VirtualService with N values of one header."""
    yield from _applications(1)
    matches = ({"headers": {"x-tenant": {"exact": f"t{at}"}}} for at in range(number))
    yield _routes("many", "app-0", [{"match": [match], "route": _to("app-0")} for match in matches])


@_shape(8000)
def matches_of_one_route(number: int) -> Iterator[Object]:
    """A route with N matches."""
    yield from _applications(1)
    yield _routes("many", "app-0", [{"match": [{"uri": {"prefix": f"/t-{at}/"}} for at in range(number)], "route": _to("app-0")}])


@_shape(1000)
def service_entries(number: int) -> Iterator[Object]:
    """N ServiceEntries with addresses below one with a wildcard."""
    port = {"number": 443, "name": "tls", "protocol": "TLS"}
    everything = {"hosts": ["*.example.com"], "ports": [port], "resolution": "NONE", "location": "MESH_EXTERNAL"}
    yield _object(NETWORKING, "ServiceEntry", "wildcard", everything)
    for at in range(number):
        own = {"hosts": [f"api-{at}.example.com"], "addresses": [f"10.0.{at // 256}.{at % 256}"], "resolution": "DNS"}
        yield _object(NETWORKING, "ServiceEntry", f"api-{at}", {**everything, **own})


@_shape(800)
def policies_of_workloads(number: int) -> Iterator[Object]:
    """N AuthorizationPolicies, each for a different workload in one namespace."""
    yield from _applications(number)
    for at in range(number):
        rule = {"from": [{"source": {"principals": [f"cluster.local/ns/{NAMESPACE}/sa/app-{(at + 1) % number}"]}}]}
        yield _policy(f"app-{at}", {"rules": [{**rule, "to": [{"operation": {"paths": [f"/a/{at}/*"]}}]}]}, f"app-{at}")


@_shape(600)
def policies_of_namespace(number: int) -> Iterator[Object]:
    """N AuthorizationPolicies of a namespace with N workloads."""
    yield from _applications(number)
    for at in range(number):
        rule = {"from": [{"source": {"principals": [f"cluster.local/ns/{NAMESPACE}/sa/app-{(at + 1) % number}"]}}]}
        operation = {"methods": ["GET"], "paths": [f"/a/{at}/*"], "ports": ["8080"]}
        yield _policy(f"policy-{at}", {"rules": [{**rule, "to": [{"operation": operation}]}]})


@_shape(400)
def policies_of_mesh(number: int) -> Iterator[Object]:
    """N AuthorizationPolicies of the root namespace and N workloads."""
    yield from _applications(number)
    for at in range(number):
        operation = {"methods": ["GET"], "paths": [f"/a/{at}/*"], "ports": ["8080"]}
        rule = {"from": [{"source": {"namespaces": [f"n{at}"]}}], "to": [{"operation": operation}]}
        yield _policy(f"policy-{at}", {"rules": [rule]}, namespace="istio-system")


@_shape(1000)
def policies_of_one_workload(number: int) -> Iterator[Object]:
    """N AuthorizationPolicies that select one workload."""
    yield from _applications(1)
    for at in range(number):
        operation = {"methods": ["GET"], "paths": [f"/a/{at}/*"]}
        yield _policy(f"policy-{at}", {"rules": [{"to": [{"operation": operation}]}]}, "app-0")
        addresses = {"source": {"ipBlocks": [f"10.{at // 256}.{at % 256}.0/24"]}}
        yield _policy(f"addresses-{at}", {"rules": [{"from": [addresses]}]}, "app-0")


@_shape(600)
def tokens(number: int) -> Iterator[Object]:
    """N policies that require tokens, and N RequestAuthentications, in one namespace, for N workloads."""
    yield from _applications(number)
    issuer = "https://issuer.example.com"
    for at in range(number):
        source = {"source": {"requestPrincipals": [f"{issuer}/*"]}}
        yield _policy(f"app-{at}", {"rules": [{"from": [source]}]}, f"app-{at}")
        rules = {"jwtRules": [{"issuer": issuer, "jwksUri": f"{issuer}/keys"}]}
        yield _policy(f"app-{at}", rules, f"app-{at}", "RequestAuthentication")


@_shape(600)
def tokens_of_namespace(number: int) -> Iterator[Object]:
    """N policies that require tokens, and N RequestAuthentications, for all N workloads of a namespace."""
    yield from _applications(number)
    for at in range(number):
        issuer = f"https://issuer-{at}.example.com"
        yield _policy(f"policy-{at}", {"rules": [{"from": [{"source": {"requestPrincipals": [f"{issuer}/*"]}}]}]})
        rules = {"jwtRules": [{"issuer": issuer, "jwksUri": f"{issuer}/keys"}]}
        yield _policy(f"issuer-{at}", rules, kind="RequestAuthentication")


@_shape(1000)
def peer_authentications(number: int) -> Iterator[Object]:
    """N PeerAuthentications, each for a different workload."""
    yield from _applications(number)
    yield from (_policy(f"app-{at}", {"mtls": {"mode": "STRICT"}}, f"app-{at}", "PeerAuthentication") for at in range(number))


@_shape(600)
def misspelled_selectors(number: int) -> Iterator[Object]:
    """N PeerAuthentications that select nothing beside N workloads."""
    yield from _applications(number)
    for at in range(number):
        yield _policy(f"app-{at}", {"mtls": {"mode": "STRICT"}}, f"server-{at}", "PeerAuthentication")


@_shape(600)
def misspelled_hosts(number: int) -> Iterator[Object]:
    """N routes to unknown hosts beside N Services."""
    yield from _applications(number)
    yield from (_routes(f"app-{at}", f"app-{at}", [{"route": _to(f"ap-{at}")}]) for at in range(number))


@_shape(600)
def misspelled_subsets(number: int) -> Iterator[Object]:
    """N routes to unknown subsets of a host with N subsets."""
    yield from _applications(1)
    subsets = [{"name": f"version-{at}", "labels": {"version": f"v{at}"}} for at in range(number)]
    yield _object(NETWORKING, "DestinationRule", "many", {"host": "app-0", "subsets": subsets})
    matches = [{"uri": {"exact": f"/t{at}"}} for at in range(number)]
    http = [{"match": [match], "route": _to("app-0", subset=f"verzion-{at}")} for at, match in enumerate(matches)]
    yield _routes("many", "app-0", http)


@_shape(2000)
def findings_in_one_document(number: int) -> Iterator[Object]:
    """A VirtualService with N invalid timeouts."""
    yield from _applications(1)
    matches = ({"uri": {"prefix": f"/thing-{at}/"}} for at in range(number))
    yield _routes("many", "app-0", [{"match": [match], "route": _to("app-0"), "timeout": 5} for match in matches])


@_shape(1000)
def findings_in_a_list(number: int) -> Iterator[Object]:
    """A List of N VirtualServices with invalid timeouts."""
    items = [_routes(f"route-{at}", f"app-{at}", [{"route": _to(f"app-{at}"), "timeout": 5}]) for at in range(number)]
    yield {"apiVersion": "v1", "kind": "List", "items": items}


@_shape(1000)
def services_of_a_gateway(number: int) -> Iterator[Object]:
    """N VirtualServices with their own hosts on one Gateway, each with a CORS policy."""
    yield from _applications(number)
    yield _gateway("gateway", [_plain("*.example.com")])
    cors = {"allowOrigins": [{"exact": "https://app.example.com"}]}
    for at in range(number):
        yield _routes(f"r-{at}", f"h{at}.example.com", [{"route": _to(f"app-{at}"), "corsPolicy": cors}], gateways=["gateway"])


@_shape(600)
def services_of_a_gateway_host(number: int) -> Iterator[Object]:
    """N VirtualServices with their own prefixes of one host on one Gateway."""
    yield from _applications(number)
    yield _gateway("gateway", [_plain("*.example.com")])
    for at in range(number):
        http = [{"match": [{"uri": {"prefix": f"/p{at}/"}}], "route": _to(f"app-{at}")}]
        yield _routes(f"route-{at}", "www.example.com", http, gateways=["gateway"])


@_shape(600)
def servers_of_a_gateway(number: int) -> Iterator[Object]:
    """A Gateway with N servers, and a VirtualService for each."""
    yield from _applications(number)
    yield _gateway("gateway", [_tls(f"{at}", f"h{at}.example.com") for at in range(number)])
    for at in range(number):
        yield _routes(f"route-{at}", f"h{at}.example.com", [{"route": _to(f"app-{at}")}], gateways=["gateway"])


@_shape(600)
def gateways_for_everything(number: int) -> Iterator[Object]:
    """N Gateways with port 80 and host `*` for one selector."""
    for at in range(number):
        yield _namespace(f"team-{at}")
        yield _gateway("gateway", [_plain("*")], f"team-{at}")


@_shape(1000)
def gateways_with_hosts(number: int) -> Iterator[Object]:
    """N Gateways with their own hosts for one selector."""
    for at in range(number):
        yield _namespace(f"team-{at}")
        yield _gateway("gateway", [_tls(f"{at}", f"h{at}.example.com")], f"team-{at}")


@_shape(600)
def services_of_one_host(number: int) -> Iterator[Object]:
    """N VirtualServices of N namespaces for one external host."""
    port = {"number": 443, "name": "tls", "protocol": "TLS"}
    entry = {"hosts": ["api.example.com"], "ports": [port], "resolution": "DNS", "location": "MESH_EXTERNAL"}
    yield _object(NETWORKING, "ServiceEntry", "api", entry)
    for at in range(number):
        yield _namespace(f"team-{at}")
        yield _routes("api", "api.example.com", [{"route": _to("api.example.com")}], f"team-{at}")


@_shape(800)
def wildcard_services(number: int) -> Iterator[Object]:
    """N VirtualServices for wildcards, N for hosts below them, and one for all."""
    yield from _applications(1)
    yield _routes("all", "*.example.com", [{"route": _to("app-0")}])
    for at in range(number):
        yield _routes(f"wide-{at}", f"*.d{at}.example.com", [{"route": _to("app-0")}])
        yield _routes(f"narrow-{at}", f"a.d{at}.example.com", [{"route": _to("app-0")}])


@_shape(2400)
def rules_of_one_host(number: int) -> Iterator[Object]:
    """N DestinationRules for one host."""
    yield from _applications(1)
    for at in range(number):
        subset = {"name": f"s{at}", "labels": {"app": "app-0"}}
        yield _object(NETWORKING, "DestinationRule", f"rule-{at}", {"host": "app-0", "subsets": [subset]})


@_shape(800)
def rules_under_a_wildcard(number: int) -> Iterator[Object]:
    """N DestinationRules and one for all hosts of the cluster."""
    yield from _applications(number)
    policy = {"trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}}}
    yield _object(NETWORKING, "DestinationRule", "all", {"host": "*.local", **policy}, "istio-system")
    yield from (_object(NETWORKING, "DestinationRule", f"app-{at}", {"host": f"app-{at}", **policy}) for at in range(number))


@_shape(800)
def sidecars(number: int) -> Iterator[Object]:
    """N Sidecars, each for a different workload in one namespace."""
    yield from _applications(number)
    for at in range(number):
        egress = [{"hosts": [f"./app-{(at + 1) % number}.{NAMESPACE}.svc.cluster.local", "istio-system/*"]}]
        yield _object(
            NETWORKING, "Sidecar", f"app-{at}", {"workloadSelector": {"labels": {"app": f"app-{at}"}}, "egress": egress}
        )


@_shape(800)
def sidecars_of_namespaces(number: int) -> Iterator[Object]:
    """N namespaces with a Sidecar that imports everything."""
    for at in range(number):
        namespace = f"team-{at}"
        yield _namespace(namespace)
        yield from (_service("app", namespace=namespace), _deployment("app", namespace=namespace))
        yield _object(NETWORKING, "Sidecar", "default", {"egress": [{"hosts": ["*/*"]}]}, namespace)


@_shape(800)
def network_policies(number: int) -> Iterator[Object]:
    """N NetworkPolicies and N workloads in one namespace."""
    yield from _applications(number)
    for at in range(number):
        caller = {"podSelector": {"matchLabels": {"app": f"app-{(at + 1) % number}"}}}
        spec = {"podSelector": {"matchLabels": {"app": f"app-{at}"}}, "policyTypes": ["Ingress"]}
        ingress = [{"from": [caller], "ports": [{"port": 8080}]}]
        yield _object("networking.k8s.io/v1", "NetworkPolicy", f"app-{at}", {**spec, "ingress": ingress})


@_shape(600)
def http_routes(number: int) -> Iterator[Object]:
    """N HTTPRoutes of one Gateway and hostname, each with its own prefix, and N with their own hostnames."""
    yield from _applications(number)
    listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}]
    yield _object(GATEWAY_API, "Gateway", "gateway", {"gatewayClassName": "istio", "listeners": listeners})
    for at in range(number):
        backend = {"backendRefs": [{"name": f"app-{at}", "port": 80}]}
        prefix = {"matches": [{"path": {"type": "PathPrefix", "value": f"/p{at}"}}]}
        shared = {"parentRefs": [{"name": "gateway"}], "hostnames": ["www.example.com"], "rules": [{**prefix, **backend}]}
        yield _object(GATEWAY_API, "HTTPRoute", f"shared-{at}", shared)
        own = {"parentRefs": [{"name": "gateway"}], "hostnames": [f"h{at}.example.com"], "rules": [backend]}
        yield _object(GATEWAY_API, "HTTPRoute", f"own-{at}", own)


@_shape(1000)
def envoy_filters(number: int) -> Iterator[Object]:
    """N EnvoyFilters, each for a different workload."""
    manager = {"filterChain": {"filter": {"name": "envoy.filters.network.http_connection_manager"}}}
    script = {"@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua", "inlineCode": "function f() end"}
    patch = {"operation": "INSERT_BEFORE", "value": {"name": "envoy.filters.http.lua", "typed_config": script}}
    entry = {"applyTo": "HTTP_FILTER", "match": {"context": "SIDECAR_INBOUND", "listener": manager}, "patch": patch}
    for at in range(number):
        spec = {"workloadSelector": {"labels": {"app": f"app-{at}"}}, "configPatches": [entry]}
        yield _object("networking.istio.io/v1alpha3", "EnvoyFilter", f"filter-{at}", spec)


@_shape(600)
def calls(number: int) -> Iterator[Object]:
    """N workloads that call ten Services each, with retries."""
    yield _namespace()
    for at in range(number):
        name = f"app-{at}"
        env = [{"name": f"S{k}_URL", "value": f"http://app-{(at + k) % number}:80/"} for k in range(1, 11)]
        yield from (_service(name), _deployment(name, env=env))
        yield _routes(name, name, [{"route": _to(name), "retries": {"attempts": 3}}])


@_shape(150)
def environments(number: int) -> Iterator[Object]:
    """Ten copies of N applications, as environments of a repository have them."""
    for _ in range(10):
        yield from _applications(number)
        yield from (_routes(f"app-{at}", f"app-{at}", [{"route": _to(f"app-{at}")}]) for at in range(number))


def nested_folders(number: int, folder: Path) -> None:
    """A chain of N folders with a manifest and a .gitignore each."""
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    for at in range(number):
        folder = folder / "n"
        folder.mkdir()
        (folder / ".gitignore").write_text("*.tmp\n")
        data = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c-{at}", "namespace": NAMESPACE}}
        (folder / "map.yaml").write_text(json.dumps(data))


SHAPES["nested-folders"] = 400, nested_folders


def overlays(number: int, folder: Path) -> None:
    """N overlays of one base with 20 applications, each with a namespace, labels and its own patch."""
    base = [*_applications(20), *(_routes(f"app-{at}", f"app-{at}", [{"route": _to(f"app-{at}")}]) for at in range(20))]
    _kustomization(folder / "base", resources=["all.yaml"])
    (folder / "base/all.yaml").write_text("\n---\n".join(map(json.dumps, base)))
    for at in range(number):
        patch = json.dumps([{"op": "add", "path": "/spec/http/0/timeout", "value": "3s"}])
        _kustomization(
            folder / f"overlay-{at}",
            resources=["../base"],
            namespace=f"shop-{at}",
            commonLabels={"environment": f"e{at}"},
            patches=[{"target": {"kind": "VirtualService", "name": "app-1"}, "patch": patch}],
        )


def environment_folders(number: int, folder: Path) -> None:
    """N folders that define the same application, beside one that they share."""
    shared = folder / "shared"
    shared.mkdir()
    (shared / "all.yaml").write_text("\n---\n".join(json.dumps(one) for one in _applications(50)))
    for at in range(number):
        (folder / f"e{at}").mkdir()
        own = [_service("own"), _deployment("own"), _routes("own", "own", [{"route": _to("own")}])]
        (folder / f"e{at}/all.yaml").write_text("\n---\n".join(map(json.dumps, own)))


def _kustomization(folder: Path, **fields: Any) -> None:
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(json.dumps(fields))


SHAPES["overlays"] = 40, overlays
SHAPES["environment-folders"] = 300, environment_folders
