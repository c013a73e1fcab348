"""The proxies of a mesh, with labels and identity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from istiolint.mesh import Mesh
from istiolint.mesh.injection import Membership, is_gateway
from istiolint.mesh.workload import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

ProxyKind: TypeAlias = Literal["sidecar", "gateway", "ambient", "none"]
_KINDS: dict[str, ProxyKind] = {"sidecar": "sidecar", "unknown": "sidecar", "ambient": "ambient", "outside": "none"}


@dataclass(frozen=True, slots=True, eq=False)
class Proxy:
    """A workload and the kind of its proxy. `because` is the reason in words; `sure` is False if the files leave a doubt.

    `workload` is None for a gateway that the mesh must have but that is not in the files; `gateway` is set
    if istiod deploys it for a Gateway of the Gateway API.
    """

    kind: ProxyKind
    title: str
    namespace: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    service_account: str = "default"
    workload: Workload | None = None
    because: str = ""
    at: Cursor | None = None
    sure: bool = True
    gateway: Resource | None = None

    def identity(self, trust_domain: str) -> str:
        """What its certificate says, without the scheme: `cluster.local/ns/shop/sa/web`."""
        return f"{trust_domain}/ns/{self.namespace}/sa/{self.service_account}"


def enforced_by(proxy: Proxy, type_: str, mesh: Mesh) -> list[Resource]:
    """Return the policies of a type that apply to a proxy: those that select it, and those that are bound to its Gateway."""
    index = mesh.policies(type_)
    gateway = proxy.gateway
    bound = index.targeting(gateway.namespace, "Gateway", gateway.name) if gateway is not None else ()
    return [*index.selecting(proxy.namespace, proxy.labels), *bound]


def proxy_of(workload: Workload, mesh: Mesh) -> Proxy:
    """The proxy of a workload. Where the files do not show whether a sidecar is injected, one is assumed."""
    if is_gateway(workload):
        membership = Membership("sidecar", "it is a gateway", workload.metadata["labels"])
        kind: ProxyKind = "gateway"
    else:
        membership = mesh.injection.of(workload)
        kind = _KINDS[membership.state]
    because, at, sure = membership.because, membership.at, membership.sure and membership.state != "unknown"
    return Proxy(
        kind, workload.title, workload.namespace, workload.resource.name, workload.labels, workload.service_account or "default",
        workload, because, at, sure,
    )  # fmt: skip
