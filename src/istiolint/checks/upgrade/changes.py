"""What each release of Istio changes for manifests, with the function that finds it."""

from typing import NamedTuple

from istiolint.checks.upgrade import finders as find
from istiolint.checks.upgrade.finders import Finder
from istiolint.mesh.config_sources import CONFIG_KINDS, PROXY_KINDS
from istiolint.resources.kinds import WORKLOADS

_ROUTES = ("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute")
_SELECTING = ("AuthorizationPolicy", "EnvoyFilter", "Gateway", "ProxyConfig", "RequestAuthentication", "Telemetry", "WasmPlugin")


class Change(NamedTuple):
    """A change: its release, whether something stops working, the kinds it affects, how to find it, and what to do."""

    release: str
    breaks: bool
    kinds: tuple[str, ...]
    find: Finder
    what: str
    fix: str


CHANGES = (
    Change("1.18", True, CONFIG_KINDS, find.mesh_setting("certificates"),
           "`certificates` is ignored; istiod issues no certificates for DNS names", "use cert-manager"),
    Change("1.19", True, _ROUTES, find.service_parents,
           "a parent of kind Service requires its group; without it the route is ignored", 'add `group: ""`'),
    Change("1.20", True, ("EnvoyFilter",), find.text_with("forward_downstream_sni", "tcp_cluster_rewrite", "sni_verifier"),
           "the proxy no longer has this filter and rejects the listener", "remove the patch"),
    Change("1.21", False, ("DestinationRule",), find.begun_tls("caCertificates", "credentialName", "insecureSkipVerify"),
           "TLS origination without `caCertificates` verifies against public CAs; servers with a private CA are rejected",
           "set the CA in `caCertificates`"),
    Change("1.21", False, ("DestinationRule",), find.begun_tls("sni"),
           "without `sni`, the SNI in the handshake comes from the request",
           "set `sni` if the server requires a specific name"),
    Change("1.21", True, ("PodDisruptionBudget",), find.served_as("v1beta1"),
           "charts and clusters no longer have `policy/v1beta1`", "use `apiVersion: policy/v1`"),
    Change("1.21", True, ("EnvoyFilter", "Telemetry", "WasmPlugin"), find.text_with("istio_authn"),
           "JWT claims are in the metadata of `envoy.filters.http.jwt_authn`, no longer in `istio_authn`",
           "use `envoy.filters.http.jwt_authn`"),
    Change("1.22", False, ("ServiceEntry",), find.target_ports_of_none,
           "`targetPort` is also honored with resolution `NONE`; traffic goes to this port",
           "remove `targetPort` if that is not intended"),
    Change("1.22", False, ("VirtualService",), find.negative_header_matches,
           "`withoutHeaders` also matches requests that do not have the header", "check the routes after this one"),
    Change("1.22", True, ("AuthorizationPolicy",), find.braces_in_paths,
           "braces in paths are templates; any other than `{*}` and `{**}` is rejected", "use `{*}` for one segment"),
    Change("1.22", True, ("IstioOperator",), find.external_profile, "the profile is named `remote`", "use `profile: remote`"),
    Change("1.22", True, ("EnvoyFilter",), find.types_gone("1.22"),
           "the types of injected credentials have moved; the EnvoyFilter is rejected",
           "use `envoy.extensions.http.injected_credentials...` as part of the upgrade"),
    Change("1.23", True, CONFIG_KINDS, find.provider("stackdriver", "opencensus"),
           "proxies no longer send anything to this provider", "use `opentelemetry` or Prometheus"),
    Change("1.23", False, WORKLOADS, find.dns_left_out,
           "DNS capture honors the exclusion of port 53; these pods no longer resolve ServiceEntry hosts",
           "remove 53 from the list"),
    Change("1.24", False, ("VirtualService",), find.default_retry_conditions,
           "503 responses are not retried by default", "set `retryOn`, with 503 where requests may be repeated"),
    Change("1.24", True, _SELECTING, find.selector_label("istio.io/gateway-name"),
           "gateway pods no longer have this label; the selector matches nothing",
           "use `gateway.networking.k8s.io/gateway-name`"),
    Change("1.24", True, ("Telemetry",), find.old_attributes,
           "expressions no longer have this attribute", "use `filter_state.downstream_peer` or `xds.node`"),
    Change("1.24", True, ("Deployment",), find.operator_controller,
           "the in-cluster operator no longer exists; IstioOperator resources are not installed",
           "install with istioctl or Helm"),
    Change("1.24", False, WORKLOADS, find.annotation("sidecar.istio.io/enableCoreDump"), "the annotation is ignored",
    "remove it"),
    Change("1.24", False, ("DestinationRule",), find.warm_up_seconds,
           "`warmupDurationSecs` is deprecated in favor of `warmup.duration`", "use `warmup: {duration: ...}`"),
    Change("1.24", True, ("EnvoyFilter",), find.types_gone("1.24"),
           "the type of this filter no longer exists; the EnvoyFilter is rejected",
           "remove the patch, or check whether `proto_message_extraction` replaces it"),
    Change("1.25", True, PROXY_KINDS, find.provider("opencensus"), "OpenCensus is no longer supported", "use `opentelemetry`"),
    Change("1.25", False, ("Service",), find.traffic_distribution,
           "sidecars and gateways also honor `trafficDistribution`; traffic goes to nearby endpoints",
           "check that these endpoints can handle the load"),
    Change("1.25", False, WORKLOADS, find.annotation("traffic.sidecar.istio.io/kubevirtInterfaces"),
           "the annotation is deprecated", "use `istio.io/reroute-virtual-interfaces`"),
    Change("1.26", True, ("EnvoyFilter",), find.text_with("istio.envoy.config.filter.http.authn.v2alpha1"),
           "this type no longer exists; the EnvoyFilter is rejected", "remove the patch"),
    Change("1.26", True, ("Secret",), find.incomplete_cacerts,
           "istiod does not start with an incomplete `cacerts`; before, it created its own CA",
           "add the missing files: certificate, key, root and chain"),
    Change("1.27", True, PROXY_KINDS, find.provider("lightstep"), "Lightstep is no longer supported", "use `opentelemetry`"),
    Change("1.27", False, ("CronJob", "Job"), find.quitting_jobs,
           "the proxy is a native sidecar and stops by itself when the job is done",
           "remove the call once all nodes support native sidecars"),
    Change("1.27", True, WORKLOADS, find.annotation("sidecar.istio.io/native-side"),
           "the annotation is named `sidecar.istio.io/nativeSidecar`", "rename it"),
    Change("1.28", False, ("VirtualService",), find.mirrors,
           "mirrored requests keep their `Host`; `-shadow` is no longer appended", "check hosts and logs that rely on it"),
    Change("1.28", True, ("BackendTLSPolicy",), find.served_as("v1alpha2", "v1alpha3"),
           "Istio reads BackendTLSPolicy only as `v1`", "use `apiVersion: gateway.networking.k8s.io/v1`"),
    Change("1.29", True, WORKLOADS, find.annotation("sidecar.istio.io/statsCompression"),
           "the annotation is ignored", "set `statsCompression` in `proxy.istio.io/config`"),
    Change("1.29", True, ("EnvoyFilter",), find.types_gone("1.29"),
           "the type of the Squash filter no longer exists; the EnvoyFilter is rejected", "remove the patch"),
    Change("1.30", False, ("ServiceEntry",), find.hosts_of_two_namespaces,
           "if several namespaces declare a host, the Kubernetes Service wins, then the oldest ServiceEntry, not the first "
           "namespace by name", "declare it once, or limit it with `exportTo`"),
    Change("1.31", True, ("Gateway",), find.gateways_of_other_namespaces,
           "a Gateway applies only to proxies in its own namespace; no proxy serves this one",
           "move it to the namespace of the proxy"),
    Change("1.31", True, (*WORKLOADS, "IstioOperator", "WasmPlugin"), find.old_registries,
           "this registry has no images of 1.31 and closes in December 2026", "use `docker.io/istio`"),
    Change("1.31", False, ("DestinationRule",), find.minimum_health,
           "proxies also receive endpoints that are not ready, and `minHealthPercent` allows traffic to them",
           "check whether that is intended"),
    Change("1.31", False, ("HTTPRoute",), find.empty_backends,
           "a rule without backends returns 500 (404 in 1.30)", "add a backend, or a filter that responds"),
    Change("1.31", False, ("DestinationRule",), find.network_priority,
           "the network in `failoverPriority` is a preference, no longer a requirement",
           "check whether traffic may leave the network"),
)  # fmt: skip
"""Reported for an upgrade that passes their release."""
