"""Whether a kind exists under its apiVersion in this version of Istio."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.resources.kinds import ISTIO
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding
from istiolint.schema.loader import Node, minor, schema_of
from istiolint.schema.rules import FIELD_NEEDS_NEWER_ISTIO, RETIRED_API, RETIRED_KUBERNETES_API, UNKNOWN_KIND, WRONG_API_VERSION
from istiolint.schema.spelling import nearest, plain_form

REJECTED = "the API server rejects it"
GATEWAY_API = "gateway.networking.k8s.io"
KUBERNETES = {"", "apps", "extensions", "networking.k8s.io", GATEWAY_API}
"""API groups of other projects that cannot hold a kind with one of Istio's names."""

OLD_GATEWAY_API = {
    "BackendTLSPolicy": ("v1alpha2",),
    "GRPCRoute": ("v1alpha2",),
    "GatewayClass": ("v1alpha2",),
    "HTTPRoute": ("v1alpha2",),
    "KubernetesGateway": ("v1alpha2",),
    "ReferenceGrant": ("v1alpha2",),
}
"""API versions that early releases of the Gateway API served, and clusters with their CRDs still do."""

_POLICY = "use PeerAuthentication for mTLS and RequestAuthentication for JWTs"
_RBAC = "use AuthorizationPolicy (`security.istio.io/v1`)"
_MIXER = "Istio 1.8 removed Mixer: use Telemetry, EnvoyFilter, WasmPlugin or an external authorization provider"
RETIRED = {
    "authentication.istio.io": {"": _POLICY},
    "rbac.istio.io": {"": _RBAC},
    "config.istio.io": {
        "": _MIXER,
        "RouteRule": "use VirtualService",
        "EgressRule": "use ServiceEntry",
        "DestinationPolicy": "use DestinationRule",
    },
    "install.istio.io": {"IstioControlPlane": "use IstioOperator, and install with `istioctl` or Helm"},
    "networking.istio.io": {"EgressRule": "use ServiceEntry", "RouteRule": "use VirtualService"},
}
"""APIs that Istio had once, with their successors, by group and kind ("" for all other kinds of the group)."""

_APPS = ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")
RETIRED_KUBERNETES: dict[tuple[str, str], tuple[str, str]] = {
    **{(f"apps/v1beta{number}", kind): ("1.16", "apps/v1") for number in (1, 2) for kind in _APPS},
    **{("extensions/v1beta1", kind): ("1.16", "apps/v1") for kind in _APPS},
    ("extensions/v1beta1", "NetworkPolicy"): ("1.16", "networking.k8s.io/v1"),
    ("extensions/v1beta1", "Ingress"): ("1.22", "networking.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "Ingress"): ("1.22", "networking.k8s.io/v1"),
    ("batch/v1beta1", "CronJob"): ("1.25", "batch/v1"),
    ("policy/v1beta1", "PodDisruptionBudget"): ("1.25", "policy/v1"),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler"): ("1.25", "autoscaling/v2"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): ("1.26", "autoscaling/v2"),
}
"""API versions that Kubernetes removed: the release, and the API version that serves the kind now."""

_LAST_WITH_OLD_KUBERNETES = "1.25"
"""Later releases of Istio support only releases of Kubernetes without any of these API versions."""

_NOT_APPLIED = "IstioOperator"
"""A file for istioctl, which ignores the API version."""

_OURS = {kind: group for group in ISTIO if group.endswith("istio.io") for kind in ISTIO[group]}
_OURS_ALONE = _OURS.keys() - {"Gateway", "AuthorizationPolicy", "Sidecar", "Telemetry", "ProxyConfig"}


def api_version(resource: Resource, istio_version: str) -> Iterator[Finding]:
    """Report a kind that does not exist under the resource's apiVersion."""
    if has_placeholder(resource.api_version) or has_placeholder(resource.kind):
        return
    if retired := RETIRED_KUBERNETES.get((resource.api_version, resource.kind)):
        release, replacement = retired
        served = minor(istio_version) <= minor(_LAST_WITH_OLD_KUBERNETES) and minor(release) > (1, 22)
        yield finding(
            resource["apiVersion"],
            f"Kubernetes {release} removed `{resource.api_version}` of {resource.kind}; the API server rejects it",
            hint=f"use `{replacement}`",
            severity="warning" if served else None,
            rule=RETIRED_KUBERNETES_API,
        )
        return
    if resource.type == _NOT_APPLIED:
        return
    schema = schema_of(resource.type) if resource.type else None
    words = RETIRED.get(resource.group, {})
    if (successor := words.get(resource.kind, words.get(""))) and not (schema and resource.group in ISTIO):
        message = f"`{resource.kind}` of `{resource.group}` was removed from Istio; {REJECTED}"
        yield finding(resource["apiVersion"], message, hint=successor, rule=RETIRED_API)
    elif schema and resource.type:
        yield from _version(resource, schema, istio_version)
    elif not resource.type:
        yield from _kind(resource, istio_version)


def _version(resource: Resource, schema: Node, istio_version: str) -> Iterator[Finding]:
    known, versions = schema["x-versions"], _served(schema, istio_version)
    if resource.group != schema["x-group"]:
        yield _elsewhere(resource, schema, istio_version)
    elif not versions:
        message = f"{resource.kind} requires Istio {schema['x-since']}; with Istio {istio_version} the API server rejects it"
        yield finding(resource["kind"], message, rule=FIELD_NEEDS_NEWER_ISTIO)
    elif resource.version in versions:
        return
    elif since := known.get(resource.version, {}).get("since"):
        message = f"`{resource.api_version}` requires Istio {since}; with Istio {istio_version} the API server rejects it"
        yield _rewritten(resource, schema, versions[0], message)
    elif resource.version in OLD_GATEWAY_API.get(resource.type or "", ()):
        message = f"only early releases of the Gateway API serve `{resource.version}` of {resource.kind}; later ones reject it"
        right = f"{schema['x-group']}/{versions[0]}"
        yield finding(resource["apiVersion"], message, hint=f"use `{right}`", severity="warning", rule=WRONG_API_VERSION)
    else:
        message = f"unknown version `{resource.version}` of {resource.kind}; {REJECTED}"
        yield _rewritten(resource, schema, versions[0], message)


def _served(schema: Node, istio_version: str) -> list[str]:
    """The API versions of a kind in a version of Istio, the stable one first."""
    now = minor(istio_version)
    served = [
        name
        for name, history in schema["x-versions"].items()
        if minor(history.get("since", "")) <= now and not ("removed" in history and minor(history["removed"]) <= now)
    ]
    return sorted(served, key=lambda name: ("alpha" in name, "beta" in name, name))


def _elsewhere(resource: Resource, schema: Node, istio_version: str) -> Finding:
    served = _served(schema, istio_version) or list(schema["x-versions"])
    version = resource.version if resource.version in served else served[0]
    message = (
        f"{resource.kind} belongs to API group `{schema['x-group']}`, not `{resource.group or resource.api_version}`; {REJECTED}"
    )
    return _rewritten(resource, schema, version, message)


def _rewritten(resource: Resource, schema: Node, version: str, message: str) -> Finding:
    right = f"{schema['x-group']}/{version}"
    fix = Fix(f"set `apiVersion: {right}`", (Replace(resource["apiVersion"].place, right),))
    return finding(resource["apiVersion"], message, hint=f"use `{right}`", fix=fix, rule=WRONG_API_VERSION)


def _kind(resource: Resource, istio_version: str) -> Iterator[Finding]:
    """Report an unknown kind of its group: misspelled, or an Istio kind in another project's group."""
    group, kind = resource.group, resource.kind
    ours = schema_of(kind) if kind in _OURS else None
    if ours and (("istio" in group and not group.endswith("istio.io")) or (group in KUBERNETES and kind in _OURS_ALONE)):
        yield _elsewhere(resource, ours, istio_version)
    elif group in ISTIO and group in _OURS.values():
        # Kinds end differently (`Policy`, `Rule`, `Entry`): only few letters may be wrong.
        near = [name for distance, name in nearest(kind.removesuffix("List"), _OURS) if distance <= 2]
        hint = f"did you mean `{near[0]}`?" if near else f"use one of {', '.join(f'`{name}`' for name in ISTIO[group])}"
        fix = None
        if near:
            same = plain_form(near[0]) == plain_form(kind)
            fix = Fix(f"set `kind: {near[0]}`", (Replace(resource["kind"].place, near[0]),), same)
        message = f"unknown kind `{kind}` in API group `{group}`; the API server rejects it"
        yield finding(resource["kind"], message, hint=hint, fix=fix, rule=UNKNOWN_KIND)
