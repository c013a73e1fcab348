"""The MeshConfig: ports, durations, trust domains, hosts, TLS curves and locality load balancing."""

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
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import CONFLICTING_FIELDS, INVALID_DURATION

_CURVES = ("", "P-224", "P-256", "P-384", "P-521", "X25519", "X25519Kyber768Draft00", "X25519MLKEM768")
_LONGEST_CONNECT = NANOSECONDS["h"]


@further_check(INVALID_PORT, kinds=CONFIG_KINDS, rows=["MC-01", "P-11"])
def mesh_ports(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an invalid outbound port of sidecars."""
    for config in mesh_configs(resource):
        yield from port_faults(config["proxyListenPort"])


@further_check(INVALID_DURATION, kinds=CONFIG_KINDS, rows=["MC-02", "MC-03"])
def mesh_durations(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid timeouts of connecting and protocol detection."""
    for config in mesh_configs(resource):
        connect = config["connectTimeout"]
        yield from finer_than(connect, "ms", "MeshConfig")
        length = nanoseconds(connect.text)
        if length is not None and not NANOSECONDS["ms"] <= length <= _LONGEST_CONNECT:
            yield finding(
                connect,
                rejected(f"`connectTimeout: {connect.text}` is not between 1ms and 1h", "MeshConfig", by="istiod"),
                hint="use seconds, such as `10s`",
            )
        detection = config["protocolDetectionTimeout"]
        if (length := nanoseconds(detection.text)) is not None and length % NANOSECONDS["ms"]:
            yield finding(
                detection,
                rejected(
                    f"`protocolDetectionTimeout: {detection.text}` has fractions of a millisecond", "MeshConfig", by="istiod"
                ),
                hint="use whole milliseconds such as `100ms`, or `0s`",
            )


@further_check(CONFLICTING_FIELDS, kinds=CONFIG_KINDS, rows=["MC-05"])
def mesh_locality_conflicts(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report mutually exclusive locality settings."""
    for config in mesh_configs(resource):
        for name in ("localityLbSetting", "zoneAwareLbSetting"):
            yield from conflicts(config[name], "MeshConfig")


@check(
    "invalid-mesh-locality", severity="error", evidence="document", kinds=CONFIG_KINDS, rows=["MC-05"],
)  # fmt: skip
def invalid_mesh_locality(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid mesh-wide localities and weights."""
    for config in mesh_configs(resource):
        for name in ("localityLbSetting", "zoneAwareLbSetting"):
            yield from locality_faults(config[name], "MeshConfig")
            yield from share_faults(config[name], "MeshConfig")


@further_check(INVALID_HOST, kinds=CONFIG_KINDS, rows=["MC-06"])
def mesh_hosts(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid hosts in `serviceSettings`."""
    for config in mesh_configs(resource):
        for host in (host for setting in config["serviceSettings"] for host in setting["hosts"]):
            if isinstance(host.value, str) and not host.unresolved and (fault := pattern_fault(host.text)):
                yield finding(
                    host,
                    rejected(f"invalid host `{host.text}`: {fault}", "MeshConfig", by="istiod"),
                    hint="use a host such as `*.shop.svc.cluster.local`",
                )


@further_check(INVALID_TRUST_DOMAIN, kinds=CONFIG_KINDS, rows=["MC-07", "MC-08"])
def mesh_trust_domains(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an invalid trust domain of the mesh, or an invalid alias."""
    for config in mesh_configs(resource):
        for domain in (config["trustDomain"], *config["trustDomainAliases"]):
            if not isinstance(domain.value, str) or domain.unresolved:
                continue
            if not domain.text or not all(map(is_label, domain.text.split("."))):
                yield finding(
                    domain,
                    rejected(f"invalid trust domain `{domain.text}`", "MeshConfig", by="istiod"),
                    hint="use a name such as `cluster.local` or `prod.example.com`, without `spiffe://`",
                )


@check(
    "curves-for-mesh-mtls", severity="error", evidence="document", kinds=CONFIG_KINDS, rows=["MC-09"],
)  # fmt: skip
def curves_for_mesh_mtls(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report curves where they cannot be configured."""
    for config in mesh_configs(resource):
        curves = config["meshMTLS"]["ecdhCurves"]
        if curves:
            yield finding(
                curves.key,
                rejected("`ecdhCurves` cannot be set for mesh mTLS", "MeshConfig", by="istiod"),
                hint="move them to `tlsDefaults`",
            )


@check(
    "unknown-curve", severity="warning", evidence="document", kinds=CONFIG_KINDS, rows=["MC-10", "MC-11"],
)  # fmt: skip
def unknown_curve(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report unknown and duplicate curves."""
    for config in mesh_configs(resource):
        seen: set[str] = set()
        for curve in config["tlsDefaults"]["ecdhCurves"]:
            if curve.text not in _CURVES and not curve.unresolved:
                yield finding(
                    curve,
                    f"unknown curve `{curve.text}`; Istio logs a warning",
                    hint=f"use one of {', '.join(f'`{name}`' for name in _CURVES[1:])}",
                )
            elif curve.text in seen:
                yield finding(curve, f"duplicate curve `{curve.text}`; Istio logs a warning", hint="remove one of them")
            seen.add(curve.text)
