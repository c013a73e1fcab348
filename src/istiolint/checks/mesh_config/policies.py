"""The mesh-wide policies of the MeshConfig: limits, outlier detection and inbound retries."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import INVALID_PERCENTAGE
from istiolint.fields.connection_pools import keep_alive_faults, upgrade_faults
from istiolint.fields.durations import limits_of_time, not_milliseconds
from istiolint.fields.outlier_detection import share_faults, split_faults
from istiolint.fields.retry_conditions import is_retry_condition
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, mesh_configs
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import INVALID_DURATION, UNKNOWN_VALUE

_KIND = "MeshConfig"
_UPGRADES = ("DEFAULT", "DO_NOT_UPGRADE", "UPGRADE")
_IGNORED = ("perTryTimeout", "retryRemoteLocalities", "retryIgnorePreviousHosts")


@further_check(INVALID_PERCENTAGE, kinds=CONFIG_KINDS, rows=["MC-12"])
def mesh_ejection(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid percentages of the default outlier detection."""
    for config in mesh_configs(resource):
        yield from share_faults(config["defaultTrafficPolicy"]["outlierDetection"], _KIND)


@further_check(INVALID_DURATION, kinds=CONFIG_KINDS, rows=["MC-12", "MC-13"])
def mesh_policy_durations(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid durations of the default policies."""
    for config in mesh_configs(resource):
        policy, retries = config["defaultTrafficPolicy"], config["defaultInboundHttpRetryPolicy"]
        outlier = policy["outlierDetection"]
        for duration in (
            *limits_of_time(policy["connectionPool"]), outlier["baseEjectionTime"], outlier["interval"],
            retries["perTryTimeout"], retries["backoff"],
        ):  # fmt: skip
            yield from not_milliseconds(duration, _KIND)


@further_check(UNKNOWN_VALUE, kinds=CONFIG_KINDS, rows=["MC-12"])
def mesh_upgrade_policy(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an invalid `h2UpgradePolicy`."""
    for config in mesh_configs(resource):
        policy = config["defaultTrafficPolicy"]["connectionPool"]["http"]["h2UpgradePolicy"]
        if policy.literal and policy.text not in _UPGRADES:
            yield finding(
                policy, f"invalid value `{policy.text}` for `h2UpgradePolicy`; istiod cannot read the MeshConfig",
                hint=f"use one of {', '.join(f'`{word}`' for word in _UPGRADES)}",
            )  # fmt: skip


@check(
    "mesh-policy-contradiction", severity="error", evidence="document", kinds=CONFIG_KINDS,
    rows=["MC-12", "MC-13", "MC-14"],
)  # fmt: skip
def mesh_policy_contradiction(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report default policies that contradict themselves."""
    for config in mesh_configs(resource):
        policy = config["defaultTrafficPolicy"]
        yield from split_faults(policy["outlierDetection"], _KIND)
        yield from _pool_faults(policy["connectionPool"])
        yield from _retry_faults(config["defaultInboundHttpRetryPolicy"])


def _pool_faults(pool: Cursor) -> Iterator[Finding]:
    if isinstance(pool.value, dict) and pool["http"].value is None and pool["tcp"].value is None:
        yield finding(
            pool.key,
            rejected("`connectionPool` has neither `http` nor `tcp`", "MeshConfig", by="istiod"),
            hint="set limits under `http` or `tcp`",
        )
    for count in (value for part in ("http", "tcp") for _, value in pool[part].items()):
        if count.number is not None and count.number < 0:
            yield finding(
                count, rejected(f"negative limit `{count.name}: {count.number}`", "MeshConfig", by="istiod"), hint="remove it"
            )
    yield from upgrade_faults(pool, _KIND)
    yield from keep_alive_faults(pool, _KIND)


def _retry_faults(retries: Cursor) -> Iterator[Finding]:
    attempts, retry_on = retries["attempts"], retries["retryOn"]
    if attempts.number is not None and attempts.number < 0:
        yield finding(
            attempts,
            rejected(f"negative `attempts: {attempts.number}`", "MeshConfig", by="istiod"),
            hint="use `0` for no retries",
        )
    elif not attempts.number and not attempts.unresolved:
        counted = "with `attempts: 0`" if attempts.exists else "without `attempts`"
        for setting in (retries["backoff"], retry_on):
            if setting:
                yield finding(
                    setting.key,
                    rejected(f"`{setting.name}` {counted}", "MeshConfig", by="istiod"),
                    hint=f"set `attempts`, or remove `{setting.name}`",
                )
    if retry_on.literal:
        for part in retry_on.text.split(","):
            if not is_retry_condition(part):
                yield finding(
                    retry_on,
                    rejected(f"invalid retry condition `{part}` in `retryOn`", "MeshConfig", by="istiod"),
                    hint="use Envoy's retry conditions, separated by commas without spaces, as in `5xx,reset`",
                )


@check(
    "ignored-inbound-retries", severity="warning", evidence="document", kinds=CONFIG_KINDS,
    rows=["MC-15", "MC-16", "MC-17"],
)  # fmt: skip
def ignored_inbound_retries(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report fields that inbound retries ignore."""
    for config in mesh_configs(resource):
        retries = config["defaultInboundHttpRetryPolicy"]
        for name in _IGNORED:
            if retries[name].value is not None:
                yield finding(
                    retries[name].key,
                    f"`{name}` has no effect on inbound retries; Istio logs a warning",
                    hint="remove it",
                )
