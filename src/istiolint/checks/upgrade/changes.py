"""What each release of Istio changes for manifests, with the function that finds it."""

from typing import NamedTuple

from istiolint.checks.upgrade import finders as find
from istiolint.checks.upgrade.finders import Finder
from istiolint.mesh.config_sources import CONFIG_KINDS, PROXY_KINDS
from istiolint.resources.kinds import KUBERNETES_GATEWAY, WORKLOADS

_ROUTES = ("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute")
_SELECTING = ("AuthorizationPolicy", "EnvoyFilter", "Gateway", "ProxyConfig", "RequestAuthentication", "Telemetry", "WasmPlugin")


class Change(NamedTuple):
    """A change: the release that brought it, whether something stops working, where it may be found, and what to do."""

    release: str
    breaks: bool
    kinds: tuple[str, ...]
    find: Finder
    what: str
    mend: str


CHANGES = (
    Change("1.18", True, CONFIG_KINDS, find.mesh_setting("certificates"),
           "`certificates` is not heard any more: istiod makes no certificates for DNS names", "make them with cert-manager"),
    Change("1.19", True, _ROUTES, find.service_parents,
           "a parent of kind Service needs its group: without it the route is ignored", 'write `group: ""` beside it'),
    Change("1.20", True, ("EnvoyFilter",), find.text_with("forward_downstream_sni", "tcp_cluster_rewrite", "sni_verifier"),
           "the proxy has this filter no more, and refuses the listener", "delete the patch"),
    Change("1.21", False, ("DestinationRule",), find.begun_tls("caCertificates", "credentialName", "insecureSkipVerify"),
           "TLS that is begun without `caCertificates` is verified against public authorities: servers with a private one are "
           "refused",
           "name the authority in `caCertificates`"),
    Change("1.21", False, ("DestinationRule",), find.begun_tls("sni"),
           "without `sni` the name in the handshake is taken from the request",
           "write `sni`, if the server wants a certain name"),
    Change("1.21", True, ("PodDisruptionBudget",), find.served_as("v1beta1"),
           "charts and clusters have `policy/v1beta1` no more", "write `apiVersion: policy/v1`"),
    Change("1.21", True, ("EnvoyFilter", "Telemetry", "WasmPlugin"), find.text_with("istio_authn"),
           "what tokens say stands under `envoy.filters.http.jwt_authn`, and no more under `istio_authn`",
           "write `envoy.filters.http.jwt_authn`"),
    Change("1.22", False, ("ServiceEntry",), find.target_ports_of_none,
           "`targetPort` is heard with resolution NONE as well: traffic goes to this port",
           "delete `targetPort`, if it is not meant"),
    Change("1.22", False, ("VirtualService",), find.negative_header_matches,
           "`withoutHeaders` matches requests, too, that do not have the header at all", "look at the routes behind"),
    Change("1.22", True, ("AuthorizationPolicy",), find.braces_in_paths,
           "braces are templates in paths, and others than `{*}` and `{**}` are refused", "write `{*}` for one segment"),
    Change("1.22", True, ("IstioOperator",), find.external_profile, "the profile is called `remote`", "write `profile: remote`"),
    Change("1.22", True, ("EnvoyFilter",), find.types_gone("1.22"),
           "the types of injected credentials stand elsewhere: the EnvoyFilter is refused",
           "write `envoy.extensions.http.injected_credentials...` together with the upgrade"),
    Change("1.23", True, CONFIG_KINDS, find.provider("stackdriver", "opencensus"),
           "nothing is sent to this provider any more", "send it by `opentelemetry`, or to Prometheus"),
    Change("1.23", False, WORKLOADS, find.dns_left_out,
           "DNS heeds the exclusion of port 53: names of ServiceEntries are resolved no more in these pods",
           "leave 53 out of the list"),
    Change("1.24", False, ("VirtualService",), find.default_retry_conditions,
           "503 is not tried again by default", "write `retryOn`, with 503 where a request may be repeated"),
    Change("1.24", True, _SELECTING, find.selector_label("istio.io/gateway-name"),
           "pods of gateways have this label no more: the selector matches nothing",
           "write `gateway.networking.k8s.io/gateway-name`"),
    Change("1.24", True, ("Telemetry",), find.old_attributes,
           "expressions know this attribute no more", "write `filter_state.downstream_peer` and the like, or `xds.node`"),
    Change("1.24", True, ("Deployment",), find.operator_controller,
           "there is no operator any more that runs in the cluster: nobody installs what IstioOperators say",
           "install with istioctl or Helm"),
    Change("1.24", False, WORKLOADS, find.annotation("sidecar.istio.io/enableCoreDump"), "the annotation is ignored",
    "delete it"),
    Change("1.24", False, ("DestinationRule",), find.warm_up_seconds,
           "`warmupDurationSecs` is deprecated in favour of `warmup.duration`", "write `warmup: {duration: ...}`"),
    Change("1.24", True, ("EnvoyFilter",), find.types_gone("1.24"),
           "there is no type of this filter any more: the EnvoyFilter is refused",
           "delete the patch, or look whether `proto_message_extraction` does what it did"),
    Change("1.25", True, PROXY_KINDS, find.provider("opencensus"), "OpenCensus is gone", "send traces by `opentelemetry`"),
    Change("1.25", False, ("Service",), find.traffic_distribution,
           "sidecars and gateways heed `trafficDistribution`, too: traffic goes to near endpoints",
           "look whether they bear the load"),
    Change("1.25", False, WORKLOADS, find.annotation("traffic.sidecar.istio.io/kubevirtInterfaces"),
           "the annotation is deprecated", "write `istio.io/reroute-virtual-interfaces`"),
    Change("1.26", True, ("EnvoyFilter",), find.text_with("istio.envoy.config.filter.http.authn.v2alpha1"),
           "nobody knows this type any more: the EnvoyFilter is refused", "delete the patch"),
    Change("1.26", True, ("Secret",), find.incomplete_cacerts,
           "istiod does not start with an incomplete `cacerts`, where it made an authority of its own before",
           "add what is missing: the certificate, its key, the root and the chain"),
    Change("1.27", True, PROXY_KINDS, find.provider("lightstep"), "Lightstep is gone", "send traces by `opentelemetry`"),
    Change("1.27", False, ("CronJob", "Job"), find.quitting_jobs,
           "the proxy is a native sidecar, and stops by itself when a job is done",
           "leave the call out, when all nodes can do that"),
    Change("1.27", True, WORKLOADS, find.annotation("sidecar.istio.io/native-side"),
           "the annotation is called `sidecar.istio.io/nativeSidecar`", "write that"),
    Change("1.28", False, ("VirtualService",), find.mirrors,
           "copies of requests keep their `Host`: `-shadow` is appended no more", "look at hosts and logs that count on it"),
    Change("1.28", True, ("BackendTLSPolicy",), find.served_as("v1alpha2", "v1alpha3"),
           "Istio reads BackendTLSPolicy as `v1` only", "write `apiVersion: gateway.networking.k8s.io/v1`"),
    Change("1.29", True, WORKLOADS, find.annotation("sidecar.istio.io/statsCompression"),
           "the annotation is ignored", "write `statsCompression` in `proxy.istio.io/config`"),
    Change("1.29", True, ("EnvoyFilter",), find.types_gone("1.29"),
           "there is no type of the Squash filter any more: the EnvoyFilter is refused", "delete the patch"),
    Change("1.30", False, ("ServiceEntry",), find.hosts_of_two_namespaces,
           "of several namespaces that declare a host, the Kubernetes Service counts, then the oldest ServiceEntry, and no "
           "more the first "
           "namespace by name", "declare it once, or limit it with `exportTo`"),
    Change("1.31", True, ("Gateway",), find.gateways_of_other_namespaces,
           "a Gateway is put only on proxies of its own namespace: this one is served nowhere",
           "move it to the namespace of the proxy"),
    Change("1.31", True, (*WORKLOADS, "IstioOperator", "WasmPlugin"), find.old_registries,
           "this registry has no images of 1.31, and closes in December 2026", "take them from `docker.io/istio`"),
    Change("1.31", False, ("DestinationRule",), find.minimum_health,
           "endpoints that are not ready are sent to proxies, and `minHealthPercent` lets them be used in need",
           "look whether that is meant"),
    Change("1.31", False, ("HTTPRoute",), find.empty_backends,
           "a rule without backends answers with 500 (404 in 1.30)", "name a backend, or a filter that answers"),
    Change("1.31", False, ("DestinationRule",), find.network_priority,
           "the network is preferred in `failoverPriority`, and no more demanded", "look whether traffic may leave the network"),
)  # fmt: skip
"""Told for an upgrade that passes their release."""
KINDS = tuple(sorted({kind for change in CHANGES for kind in change.kinds} | {KUBERNETES_GATEWAY}))
