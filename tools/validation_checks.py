"""The checks that Istio's own validation makes, family by family: how many there are, and what they do.

A family is the prefix before the number. A check rejects the resource unless it is among `warned` (accepted with a warning),
`logged` (istiod only writes a line into its log) or `apart`: those say when or how other checks apply, and are not counted.
Numbers in `gaps` were never given.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Family:
    """Checks that begin with the same letters."""

    letters: str
    subject: str
    last: int
    first: int = 1
    digits: int = 2
    warned: Collection[int] = ()
    logged: Collection[int] = ()
    gaps: Collection[int] = ()
    apart: Collection[int] = ()

    def checks(self) -> Iterator[tuple[str, str]]:
        """Each check by its identifier, with what Istio does: rejects, warns or logs; nothing for those that stand apart."""
        for number in range(self.first, self.last + 1):
            if number not in self.gaps:
                does = {
                    **dict.fromkeys(self.warned, "warns"),
                    **dict.fromkeys(self.logged, "logs"),
                    **dict.fromkeys(self.apart, ""),
                }
                yield f"{self.letters}{number:0{self.digits}}", does.get(number, "rejects")


FAMILIES = (
    Family("PIPE-", "reading", 4, first=2),
    Family("DEC-", "decoding", 12, gaps=[7, 10]),
    Family("P-", "fields that several kinds share", 35, apart=range(1, 36)),
    Family("X-", "exportTo", 8, digits=1, apart=[8]),
    Family("M-", "metadata", 10, apart=range(7, 11)),
    Family("GW-", "Gateway", 24, warned=[4], apart=[5, 7, 13]),
    Family("GT-", "TLS of servers", 18, warned=[1, 2, 3, 10, 14], apart=[12]),
    Family("VS-", "VirtualService", 144, warned=[79, 84, 98, 124, *range(140, 145)],
           gaps=[*range(13, 20), *range(33, 40), *range(53, 60), *range(114, 120), *range(135, 140)], apart=[20]),
    Family("VS-GW", "names of gateways in a VirtualService", 5, digits=1, warned=[2]),
    Family("D-", "destinations", 4, digits=1),
    Family("DR-", "DestinationRule", 8, apart=[6]),
    Family("TP-", "traffic policies", 8),
    Family("OD-", "outlier detection", 6, warned=[3]),
    Family("CP-", "connection pools", 16),
    Family("LB-", "load balancers", 14, warned=[4]),
    Family("LL-", "locality load balancing", 11, warned=[8]),
    Family("ZA-", "zone-aware load balancing", 5, warned=[2]),
    Family("CT-", "TLS of clients", 7),
    Family("SE-", "ServiceEntry", 42, warned=[2, 7, 14, 18, 30], gaps=[37, 38], apart=[19, 40]),
    Family("WE-", "WorkloadEntry", 8, warned=[2]),
    Family("WG-", "WorkloadGroup", 13),
    Family("SC-", "Sidecar", 52, warned=[2, 25, 46, 47], apart=[11, 28]),
    Family("PA-", "PeerAuthentication", 4),
    Family("RA-", "RequestAuthentication", 15, warned=[9]),
    Family("AP-", "AuthorizationPolicy", 44, warned=[44]),
    Family("TL-", "Telemetry", 16, warned=[5, 9, 10]),
    Family("WP-", "WasmPlugin", 14),
    Family("TX-", "TrafficExtension", 4),
    Family("PC-", "ProxyConfig", 2),
    Family("EF-", "EnvoyFilter", 23, warned=[1, 3, 9, 12, 17, 21, 22, 23], apart=[4]),
    Family("MC-", "MeshConfig", 17, warned=[10, 11, 15, 16, 17]),
    Family("PX-", "proxy configuration", 32, warned=[19], logged=[16], apart=[14]),
    Family("EP-", "extension providers", 12, logged=range(1, 13)),
    Family("MN-", "MeshNetworks", 5),
    Family("IV-", "Services, by istioctl validate alone", 3),
)  # fmt: skip

UNSUPPORTED_CODES: dict[str, str] = {
    "MC-04": "Cannot be written: istiod merges the configuration over its defaults, and null leaves them as they are.",
}
"""Checks that no rule makes, with the reason."""
