"""The MeshConfig: ports, times, trust domains, hosts, TLS curves, and how traffic is spread by locality."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import INVALID_HOST, INVALID_PORT, INVALID_TRUST_DOMAIN
from istiolint.fields.durations import finer_than
from istiolint.fields.localities import conflicts, locality_faults, share_faults
from istiolint.fields.ports import port_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, mesh_configs
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.primitives.hosts import is_label, pattern_fault
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import CONFLICTING_FIELDS, INVALID_DURATION

_CURVES = ("", "P-224", "P-256", "P-384", "P-521", "X25519", "X25519Kyber768Draft00", "X25519MLKEM768")
_LONGEST_CONNECT = NANOSECONDS["h"]


@further_check(INVALID_PORT, kinds=CONFIG_KINDS, rows=["MC-01", "P-11"])
def mesh_ports(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The port on which sidecars take what the pod sends."""
    for config in mesh_configs(resource):
        yield from port_faults(config["proxyListenPort"])


@further_check(INVALID_DURATION, kinds=CONFIG_KINDS, rows=["MC-02", "MC-03"])
def mesh_durations(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """How long connecting may take, and the sniffing of protocols."""
    for config in mesh_configs(resource):
        connect = config["connectTimeout"]
        yield from finer_than(connect, "ms", "MeshConfig")
        length = nanoseconds(connect.text)
        if length is not None and not NANOSECONDS["ms"] <= length <= _LONGEST_CONNECT:
            yield finding(
                connect,
                f"`{connect.text}` is not between 1ms and 1h; istiod refuses the MeshConfig",
                hint="write seconds, such as `10s`",
            )
        detection = config["protocolDetectionTimeout"]
        if (length := nanoseconds(detection.text)) is not None and length % NANOSECONDS["ms"]:
            yield finding(
                detection,
                f"`{detection.text}` is finer than a millisecond; istiod refuses the MeshConfig",
                hint="write `100ms`, or `0s`",
            )


@further_check(CONFLICTING_FIELDS, kinds=CONFIG_KINDS, rows=["MC-05"])
def mesh_locality_conflicts(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Settings for localities that exclude each other."""
    for config in mesh_configs(resource):
        for name in ("localityLbSetting", "zoneAwareLbSetting"):
            yield from conflicts(config[name], "MeshConfig")


@check(
    "invalid-mesh-locality", severity="error", evidence="document", kinds=CONFIG_KINDS, rows=["MC-05"],
)  # fmt: skip
def invalid_mesh_locality(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Localities and shares of the mesh as a whole."""
    for config in mesh_configs(resource):
        for name in ("localityLbSetting", "zoneAwareLbSetting"):
            yield from locality_faults(config[name], "MeshConfig")
            yield from share_faults(config[name], "MeshConfig")


@further_check(INVALID_HOST, kinds=CONFIG_KINDS, rows=["MC-06"])
def mesh_hosts(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Hosts of settings for services."""
    for config in mesh_configs(resource):
        for host in (host for setting in config["serviceSettings"] for host in setting["hosts"]):
            if isinstance(host.value, str) and not host.unresolved and (fault := pattern_fault(host.text)):
                yield finding(
                    host,
                    f"`{host.text}` is no host: {fault}; istiod refuses the MeshConfig",
                    hint="write `*.shop.svc.cluster.local`",
                )


@further_check(INVALID_TRUST_DOMAIN, kinds=CONFIG_KINDS, rows=["MC-07", "MC-08"])
def mesh_trust_domains(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The trust domain of the mesh, and those that it takes for its own."""
    for config in mesh_configs(resource):
        for domain in (config["trustDomain"], *config["trustDomainAliases"]):
            if not isinstance(domain.value, str) or domain.unresolved:
                continue
            if not domain.text or not all(map(is_label, domain.text.split("."))):
                yield finding(
                    domain,
                    f"`{domain.text}` is no trust domain; istiod refuses the MeshConfig",
                    hint="write a name such as `cluster.local` or `prod.example.com`, without `spiffe://`",
                )


@check(
    "curves-for-mesh-mtls", severity="error", evidence="document", kinds=CONFIG_KINDS, rows=["MC-09"],
)  # fmt: skip
def curves_for_mesh_mtls(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Curves where they cannot be chosen."""
    for config in mesh_configs(resource):
        curves = config["meshMTLS"]["ecdhCurves"]
        if curves:
            yield finding(
                curves.key,
                "curves cannot be chosen for mTLS of the mesh; istiod refuses the MeshConfig",
                hint="write them under `tlsDefaults`",
            )


@check(
    "unknown-curve", severity="warning", evidence="document", kinds=CONFIG_KINDS, rows=["MC-10", "MC-11"],
)  # fmt: skip
def unknown_curve(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Curves that Envoy does not know, or that are listed twice."""
    for config in mesh_configs(resource):
        seen: set[str] = set()
        for curve in config["tlsDefaults"]["ecdhCurves"]:
            if curve.text not in _CURVES and not curve.unresolved:
                yield finding(curve, f"Istio does not know the curve `{curve.text}`", hint=f"it knows {', '.join(_CURVES[1:])}")
            elif curve.text in seen:
                yield finding(curve, f"the curve `{curve.text}` is listed twice", hint="delete one of them")
            seen.add(curve.text)
