"""How long the certificates of workloads live, against outages of istiod and against what istiod signs."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import PROXY_KINDS, proxy_configs
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_TTL, _RATIO = "SECRET_TTL", "SECRET_GRACE_PERIOD_RATIO"
_LONGEST = "MAX_WORKLOAD_CERT_TTL"
_DEFAULT_RATIO = 0.5
_LONGEST_BY_DEFAULT = "2160h"
_SHORT = {"production": 6, None: 1}
"""So many hours without istiod a proxy should survive, by environment."""
_NUMBER = re.compile(r"\d*\.?\d+", re.ASCII)
_KINDS = ["ProxyConfig", *PROXY_KINDS]


class _Lifetime(NamedTuple):
    """How long certificates live, and at what share of it that is left they are renewed."""

    ttl: Cursor
    ratio: Cursor


def _lifetimes(resource: Resource) -> Iterator[_Lifetime]:
    """What proxies ask for, wherever it is set."""
    if resource.type == "ProxyConfig":
        variables = resource.spec["environmentVariables"]
        yield _Lifetime(variables[_TTL], variables[_RATIO])
    for config in proxy_configs(resource) if resource.type in PROXY_KINDS else ():
        yield _Lifetime(config["proxyMetadata"][_TTL], config["proxyMetadata"][_RATIO])


@check(
    "certificates-outlived-by-outage",
    severity="warning",
    evidence="document",
    tags=["production"],
    kinds=_KINDS,
    when=["environmentVariables", "proxyMetadata"],
)
def certificates_outlived_by_outage(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Workload certificates that expire before anybody has repaired istiod."""
    lifetimes = list(_lifetimes(resource))
    stage = mesh.environments.stage(resource) if any(each.ttl.text for each in lifetimes) else None
    for ttl, ratio in lifetimes:
        length = nanoseconds(ttl.text)
        if not ttl.literal or stage == "test":
            continue
        if length is None:
            yield finding(
                ttl,
                f"`{ttl.text}` is no duration to Go: the default of 24h is taken",
                hint="write it in hours, such as `48h`",
            )
            continue
        share = float(ratio.text) if _NUMBER.fullmatch(ratio.text) else _DEFAULT_RATIO
        survived = length * share / NANOSECONDS["h"]
        needed = _SHORT["production" if stage == "production" else None]
        if 0 < survived < needed:
            yield finding(
                ttl,
                f"certificates live `{ttl.text}` and are renewed when {share:g} of that is left: {_time(survived)} after istiod "
                "fails, the first "
                "proxies have none that is valid, and the mesh stops",
                hint=f"give repairs {needed} hours at least: `{_TTL}: {max(1, round(needed / share))}h` or more",
                related=[(ratio, "renewed with so much left")] if ratio.text else (),
            )


@check(
    "certificate-lifetime-refused",
    severity="error",
    evidence="contradiction",
    tags=["production"],
    kinds=_KINDS,
    when=["environmentVariables", "proxyMetadata"],
)
def certificate_lifetime_refused(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Proxies that ask for certificates of a lifetime that istiod does not sign."""
    limit = mesh.flags.text(_LONGEST)
    longest = nanoseconds(limit.text if limit else _LONGEST_BY_DEFAULT)
    for ttl, _ in _lifetimes(resource):
        length = nanoseconds(ttl.text)
        if length is not None and longest is not None and length > longest:
            most = limit.text if limit else _LONGEST_BY_DEFAULT
            yield finding(
                ttl,
                f"istiod signs certificates of at most `{most}`, and refuses each request for `{ttl.text}`: these proxies get "
                "none, and are never ready",
                hint=f"write `{most}` or less, or raise `{_LONGEST}` of istiod",
                related=[(limit, "the limit of istiod")] if limit else (),
            )


@check(
    "certificate-renewal-too-late",
    severity="warning",
    evidence="document",
    tags=["production"],
    kinds=_KINDS,
    when=["environmentVariables", "proxyMetadata"],
)
def certificate_renewal_too_late(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A share of the lifetime for renewal that is hardly any of it, or nearly all."""
    for _, ratio in _lifetimes(resource):
        share = float(ratio.text) if _NUMBER.fullmatch(ratio.text) else _DEFAULT_RATIO
        if share <= 0.1:
            yield finding(
                ratio,
                f"certificates are renewed when only `{ratio.text}` of their life is left: an outage of istiod of that time "
                "stops the mesh",
                hint=f"write `{_DEFAULT_RATIO}`, which is the default",
            )
        elif share >= 0.9:
            yield finding(
                ratio,
                f"certificates are renewed when `{ratio.text}` of their life is left, as soon as they are there: istiod signs "
                "without end",
                hint=f"write `{_DEFAULT_RATIO}`, which is the default",
            )


def _time(hours: float) -> str:
    return f"{hours:g} hours" if hours >= 1 else f"{round(hours * 60)} minutes"
