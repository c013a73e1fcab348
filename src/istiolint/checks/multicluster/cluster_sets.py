"""Services that several clusters share (the Multi-Cluster Services API): the flags and hosts that go with them."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.flags import FLAG_KINDS, flags_of
from istiolint.mesh.hosts import CLUSTER_SET
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
"""Flags, and those without which istiod does not look at them."""
_ON = ("1", "t", "true")


@check("flag-needs-another", severity="warning", evidence="contradiction", kinds=list(FLAG_KINDS))
def flag_needs_another(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A flag that does nothing without a second one, which is not set."""
    for flag in flags_of(resource):
        absent = [name for name in _NEEDS.get(flag.name, ()) if mesh.flags.off(name)]
        if absent and str(flag.value.value).lower() in _ON:
            others = " and ".join(f"`{name}`" for name in absent)
            yield finding(
                flag.at if flag.at is not flag.value else flag.at.key,
                f"`{flag.name}` does nothing: istiod looks at it only where {others} {'is' if len(absent) == 1 else 'are'} on",
                hint=f"set {others} to `true` as well, or delete this one",
            )


@check(
    "cluster-set-not-enabled", severity="error", evidence="contradiction", kinds=["VirtualService", "DestinationRule"],
)  # fmt: skip
def cluster_set_not_enabled(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A host of the cluster set, where istiod makes no such hosts."""
    absent = [flag for flag in (_DISCOVERY, _HOST) if mesh.flags.off(flag)]
    if not absent:
        return
    for at, effect in _hosts(resource):
        if at.text.lower().endswith(f".svc.{CLUSTER_SET}") and not _declared(at.text.lower(), mesh):
            yield finding(
                at,
                f"istiod does not know `{at.text}`: it makes hosts under `{CLUSTER_SET}` only where "
                f"{' and '.join(f'`{flag}`' for flag in absent)} {'is' if len(absent) == 1 else 'are'} on; {effect}",
                hint=f"set `{_DISCOVERY}` and `{_HOST}` to `true` for istiod, or write the host under "
                f"`{mesh.settings.cluster_domain}`",
            )


def _hosts(resource: Resource) -> Iterator[tuple[Cursor, str]]:
    """The hosts that have to be known, and what happens when they are not."""
    if resource.type == "DestinationRule":
        yield resource.spec["host"], "the rule holds for nobody"
        return
    for protocol in ("http", "tls", "tcp"):
        for route in resource.spec[protocol]:
            for target in route["route"]:
                yield target["destination"]["host"], "requests get a 503" if protocol == "http" else "connections are closed"
            for mirror in (route["mirror"], *(mirror["destination"] for mirror in route["mirrors"])):
                yield mirror["host"], "no request is mirrored"


def _declared(host: str, mesh: Mesh) -> bool:
    """Whether a ServiceEntry brings the host into the registry, whatever the flags."""
    return any(known.resource is not None and known.resource.type == "ServiceEntry" for known in mesh.hosts.behind(host))
