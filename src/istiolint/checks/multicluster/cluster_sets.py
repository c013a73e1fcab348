"""Services shared by clusters (Multi-Cluster Services API): their flags and hosts."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.flags import FLAG_KINDS, flags_of
from istiolint.mesh.hosts import CLUSTER_SET
from istiolint.mesh.virtual_services import destinations
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_DISCOVERY, _HOST = "ENABLE_MCS_SERVICE_DISCOVERY", "ENABLE_MCS_HOST"
_BETWEEN_NETWORKS = "AMBIENT_ENABLE_MULTI_NETWORK"
_NEEDS = {
    _HOST: (_DISCOVERY,),
    "ENABLE_MCS_CLUSTER_LOCAL": (_HOST, _DISCOVERY),
    "AMBIENT_ENABLE_MULTI_NETWORK_INGRESS": (_BETWEEN_NETWORKS,),
    "AMBIENT_ENABLE_MULTI_NETWORK_WAYPOINT": (_BETWEEN_NETWORKS,),
}
"""Flags, each with the flags that istiod requires for it."""
_ON = ("1", "t", "true")


@check("flag-needs-another", severity="warning", evidence="contradiction", kinds=list(FLAG_KINDS))
def flag_needs_another(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a flag that has no effect because another flag is not set."""
    for flag in flags_of(resource):
        absent = [name for name in _NEEDS.get(flag.name, ()) if mesh.flags.off(name)]
        if absent and str(flag.value.value).lower() in _ON:
            others = " and ".join(f"`{name}`" for name in absent)
            yield finding(
                flag.at if flag.at is not flag.value else flag.at.key,
                f"`{flag.name}` has no effect; istiod reads it only if {others} {'is' if len(absent) == 1 else 'are'} enabled",
                hint=f"also set {others} to `true`, or remove this flag",
            )


@check(
    "cluster-set-not-enabled", severity="error", evidence="contradiction", kinds=["VirtualService", "DestinationRule"],
)  # fmt: skip
def cluster_set_not_enabled(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a host of the cluster set, where istiod does not create such hosts."""
    named = [resource.spec] if resource.type == "DestinationRule" else destinations(resource)
    if not any(_is_shared(each["host"]) for each in named):
        return
    absent = [flag for flag in (_DISCOVERY, _HOST) if mesh.flags.off(flag)]
    for at, effect in _hosts(resource) if absent else ():
        if _is_shared(at) and not _declared(at.text.lower(), mesh):
            yield finding(
                at,
                f"unknown host `{at.text}`; istiod creates hosts under `{CLUSTER_SET}` only if "
                f"{' and '.join(f'`{flag}`' for flag in absent)} {'is' if len(absent) == 1 else 'are'} enabled, so {effect}",
                hint=f"set `{_DISCOVERY}` and `{_HOST}` to `true` for istiod, or use the host under "
                f"`{mesh.settings.cluster_domain}`",
            )


def _hosts(resource: Resource) -> Iterator[tuple[Cursor, str]]:
    """Yield the hosts that must be known, and the effect when they are not."""
    if resource.type == "DestinationRule":
        yield resource.spec["host"], "the rule has no effect"
        return
    for protocol in ("http", "tls", "tcp"):
        for route in resource.spec[protocol]:
            for target in route["route"]:
                yield target["destination"]["host"], "requests fail with 503" if protocol == "http" else "connections are closed"
            for mirror in (route["mirror"], *(mirror["destination"] for mirror in route["mirrors"])):
                yield mirror["host"], "no request is mirrored"


def _is_shared(host: Cursor) -> bool:
    return host.text.lower().endswith(f".svc.{CLUSTER_SET}")


def _declared(host: str, mesh: Mesh) -> bool:
    """Whether a ServiceEntry adds the host to the registry regardless of the flags."""
    return any(known.resource is not None and known.resource.type == "ServiceEntry" for known in mesh.hosts.covering(host))
