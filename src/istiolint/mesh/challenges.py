"""Hosts for which cert-manager has to answer HTTP-01 challenges, which arrive on port 80."""

from collections.abc import Callable, Iterable, Iterator

from istiolint.mesh.host_index import HostIndex
from istiolint.resources.resource import Resource


class Challenges:
    """The Certificates whose issuer solves HTTP-01 challenges by an Ingress, by host."""

    def __init__(self, certificates: Iterable[Resource], get: Callable[[str, str, str], Resource | None]):
        self._get = get
        self._index = HostIndex((host, certificate) for certificate in certificates for host in self._hosts(certificate))

    def covered_by(self, host: str) -> Iterator[Resource]:
        """The Certificates for a host, or for hosts that a wildcard covers."""
        return self._index.overlapping(host)

    def _hosts(self, certificate: Resource) -> Iterator[str]:
        issuer = certificate.spec["issuerRef"]
        cluster_wide = issuer["kind"].text == "ClusterIssuer"
        found = self._get("ClusterIssuer" if cluster_wide else "Issuer", "" if cluster_wide else certificate.namespace,
                          issuer["name"].text)  # fmt: skip
        solvers = list(found.spec["acme"]["solvers"]) if found else []
        # which of several solvers is used depends on their selectors
        if solvers and all(solver["http01"]["ingress"].exists for solver in solvers):
            names = (certificate.spec["commonName"], *certificate.spec["dnsNames"])
            yield from {name.text.lower() for name in names if name.text and not name.text.startswith("*")}
