"""Lifetime of workload certificates, against outages of istiod and against the limit of istiod."""

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
from istiolint.rules.parameters import Parameter

_TTL, _RATIO = "SECRET_TTL", "SECRET_GRACE_PERIOD_RATIO"
_LONGEST = "MAX_WORKLOAD_CERT_TTL"
_DEFAULT_RATIO = 0.5
_LONGEST_BY_DEFAULT = "2160h"
_HOURS = Parameter("hours", 1.0, "Hours for which certificates must stay valid after istiod fails.", minimum=0)
_PRODUCTION_HOURS = Parameter("production-hours", 6.0, "The same in production.", minimum=0)
_LOWEST = Parameter("lowest-ratio", 0.1, "Highest ratio that is reported as too late.", minimum=0, maximum=1)
_HIGHEST = Parameter("highest-ratio", 0.9, "Lowest ratio that is reported as too early.", minimum=0, maximum=1)
_NUMBER = re.compile(r"\d*\.?\d+", re.ASCII)
_KINDS = ["ProxyConfig", *PROXY_KINDS]


class _Lifetime(NamedTuple):
    """The lifetime of certificates, and the remaining share of it at which they are renewed."""

    ttl: Cursor
    ratio: Cursor


def _lifetimes(resource: Resource) -> Iterator[_Lifetime]:
    """Yield the lifetimes that proxies request, wherever they are set."""
    if resource.type == "ProxyConfig":
        variables = resource.spec["environmentVariables"]
        yield _Lifetime(variables[_TTL], variables[_RATIO])
    for config in proxy_configs(resource) if resource.type in PROXY_KINDS else ():
        yield _Lifetime(config["proxyMetadata"][_TTL], config["proxyMetadata"][_RATIO])


@check(
    "certificate-lifetime-too-short",
    severity="warning",
    evidence="document",
    tags=["production"],
    kinds=_KINDS,
    when=["environmentVariables", "proxyMetadata"],
    parameters=[_HOURS, _PRODUCTION_HOURS],
)
def certificate_lifetime_too_short(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report workload certificates that expire soon after istiod fails."""
    lifetimes = list(_lifetimes(resource))
    stage = mesh.environments.stage(resource) if any(each.ttl.text for each in lifetimes) else None
    for ttl, ratio in lifetimes:
        length = nanoseconds(ttl.text)
        if not ttl.literal or stage == "test":
            continue
        if length is None:
            yield finding(
                ttl,
                f"`{ttl.text}` is not a valid Go duration; the default of 24h applies",
                hint="use hours, such as `48h`",
            )
            continue
        share = float(ratio.text) if _NUMBER.fullmatch(ratio.text) else _DEFAULT_RATIO
        survived = length * share / NANOSECONDS["h"]
        needed = (_PRODUCTION_HOURS if stage == "production" else _HOURS).of(mesh, resource)
        if 0 < survived < needed:
            yield finding(
                ttl,
                f"certificates expire {_time(survived)} after istiod fails (`{_TTL}: {ttl.text}`, renewed with {share:.0%} "
                "left); mTLS then fails",
                hint=f"set `{_TTL}: {max(1, round(needed / share))}h` or more, which leaves {_time(needed)} to repair istiod",
                related=[(ratio, "renewal ratio")] if ratio.text else (),
            )


@check(
    "certificate-lifetime-above-limit",
    severity="error",
    evidence="contradiction",
    tags=["production"],
    kinds=_KINDS,
    when=["environmentVariables", "proxyMetadata"],
)
def certificate_lifetime_above_limit(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report proxies that request certificates with a lifetime above the limit of istiod."""
    limit = mesh.flags.text(_LONGEST)
    longest = nanoseconds(limit.text if limit else _LONGEST_BY_DEFAULT)
    for ttl, _ in _lifetimes(resource):
        length = nanoseconds(ttl.text)
        if length is not None and longest is not None and length > longest:
            most = limit.text if limit else _LONGEST_BY_DEFAULT
            yield finding(
                ttl,
                f"`{_TTL}: {ttl.text}` exceeds the limit of `{most}`; istiod rejects the certificate requests and the proxies "
                "never become ready",
                hint=f"use `{most}` or less, or raise `{_LONGEST}` of istiod",
                related=[(limit, "limit of istiod")] if limit else (),
            )


@check(
    "certificate-renewal-too-late",
    severity="warning",
    evidence="document",
    tags=["production"],
    kinds=_KINDS,
    when=["environmentVariables", "proxyMetadata"],
    parameters=[_LOWEST, _HIGHEST],
)
def certificate_renewal_too_late(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a renewal ratio that is close to 0 or to 1."""
    for _, ratio in _lifetimes(resource):
        share = float(ratio.text) if _NUMBER.fullmatch(ratio.text) else _DEFAULT_RATIO
        if share <= _LOWEST.of(mesh, resource):
            yield finding(
                ratio,
                f"certificates are renewed with only `{ratio.text}` of their lifetime left; an istiod outage of that "
                "length breaks mTLS",
                hint=f"use the default, `{_DEFAULT_RATIO}`",
            )
        elif share >= _HIGHEST.of(mesh, resource):
            yield finding(
                ratio,
                f"certificates are renewed with `{ratio.text}` of their lifetime left; proxies request new ones continuously",
                hint=f"use the default, `{_DEFAULT_RATIO}`",
            )


def _time(hours: float) -> str:
    return f"{hours:g} hour{'' if hours == 1 else 's'}" if hours >= 1 else f"{round(hours * 60)} minutes"
