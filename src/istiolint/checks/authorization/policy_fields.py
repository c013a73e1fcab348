"""Actions of AuthorizationPolicies, and the fields that each of them requires."""

from collections.abc import Iterator, Sequence

from istiolint.fields.service_ports import carries_http
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.selected_workloads import once_per_selection
from istiolint.mesh.selection import selector
from istiolint.mesh.waypoints import is_waypoint
from istiolint.mesh.workload import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, rejected

_BY_CONNECTION = ("principals", "namespaces", "ipBlocks", "remoteIpBlocks", "serviceAccounts")
_NOT_IN_CUSTOM = (
    *_BY_CONNECTION[:2], "serviceAccounts", "trustDomains", "requestPrincipals", "notPrincipals", "notNamespaces",
    "notServiceAccounts", "notTrustDomains", "notRequestPrincipals",
)  # fmt: skip
_KEYS_NOT_IN_CUSTOM = ("source.namespace", "source.serviceAccount", "source.trustDomain", "source.principal")


@check(
    "custom-action-incomplete", severity="error", evidence="document", kinds=["AuthorizationPolicy"],
    rows=["AP-04", "AP-05"],
    when=["action"],
)  # fmt: skip
def custom_action_incomplete(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report CUSTOM without rules or provider."""
    action, rules = policy.spec["action"], policy.spec["rules"]
    if action.text != "CUSTOM":
        return
    if rules.value in (None, []):
        yield finding(
            rules if rules.exists else action,
            rejected("action `CUSTOM` without `rules`", "AuthorizationPolicy"),
            hint="add `rules: [{}]` to delegate every request",
        )
    elif not policy.spec["provider"]["name"].text:
        yield finding(
            action,
            rejected("action `CUSTOM` without `provider`", "AuthorizationPolicy"),
            hint="add `provider: {name: ...}` with a name from `extensionProviders` in the MeshConfig",
        )


@check(
    "provider-without-custom", severity="error", evidence="document", kinds=["AuthorizationPolicy"],
    rows=["AP-18"],
    when=["provider"],
)  # fmt: skip
def provider_without_custom(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a provider with an action other than CUSTOM."""
    provider, action = policy.spec["provider"], policy.spec["action"]
    if isinstance(provider.value, dict) and action.literal != "CUSTOM" and (action.value is None or action.literal):
        yield finding(
            provider.key,
            rejected(
                f"`provider` requires action `CUSTOM`, but the action is `{action.literal or 'ALLOW'}`", "AuthorizationPolicy"
            ),
            hint="set `action: CUSTOM`, or remove `provider`",
        )


@check(
    "deny-without-rules", severity="error", evidence="document", kinds=["AuthorizationPolicy"],
    rows=["AP-19"],
    when=["action"],
)  # fmt: skip
def deny_without_rules(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report DENY without rules."""
    action, rules = policy.spec["action"], policy.spec["rules"]
    if action.text == "DENY" and rules.value in (None, []):
        yield finding(
            rules.key if rules.exists else action,
            rejected("action `DENY` without `rules` would deny nothing", "AuthorizationPolicy"),
            hint="add `rules: [{}]` to deny everything, or remove `action` to allow nothing",
        )


@check(
    "unsupported-custom-condition", severity="error", evidence="document", kinds=["AuthorizationPolicy"],
    rows=[*(f"AP-{number:02}" for number in range(6, 18))],
    when=["action"],
)  # fmt: skip
def unsupported_custom_condition(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report conditions that are not available before external authorization."""
    if policy.spec["action"].text != "CUSTOM":
        return
    for rule in policy.spec["rules"]:
        for origin in rule["from"]:
            for field in _NOT_IN_CUSTOM:
                if origin["source"][field]:
                    yield _unsupported(origin["source"][field], f"`{field}`")
        for condition in rule["when"]:
            key = condition["key"]
            if key.text in _KEYS_NOT_IN_CUSTOM or key.text.startswith("request.auth."):
                yield _unsupported(key, f"`{key.text}`")


def _unsupported(at: Cursor, what: str) -> Finding:
    return finding(
        at if at.name == "key" else at.key,
        rejected(f"{what} is not supported with action `CUSTOM`", "AuthorizationPolicy"),
        hint="move the condition to a separate policy with action `DENY` or `ALLOW`",
    )


@check(
    "deny-rule-blocks-all-tcp", severity="warning", evidence="document", kinds=["AuthorizationPolicy"],
    rows=["AP-44"],
    when=["action"],
)  # fmt: skip
def deny_rule_blocks_all_tcp(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report DENY rules with HTTP conditions only, where ports may carry raw TCP."""
    if policy.spec["action"].text != "DENY" or _only_http(policy, mesh):
        return
    for rule in policy.spec["rules"]:
        sources = [origin["source"] for origin in rule["from"] if origin["source"].mapping]
        operations = [target["operation"] for target in rule["to"] if target["operation"].mapping]
        by_connection = any(_uses(source, _BY_CONNECTION) for source in sources)
        by_port = any(_uses(operation, ("ports",)) for operation in operations)
        if (sources and not operations and not by_connection) or (operations and not by_port):
            yield finding(
                (operations[0] if operations else sources[0]).key,
                "DENY rule with HTTP conditions only; on TCP ports it denies every connection",
                hint='limit the rule to HTTP ports, as in `ports: ["8080"]`',
            )


def _only_http(policy: Resource, mesh: Mesh) -> bool:
    """Whether the input shows that all ports of the workloads carry HTTP. (Istio does not check, and always warns.)"""
    if targets := [ref for ref in (policy.spec["targetRef"], *policy.spec["targetRefs"]) if ref["name"].text]:
        return all(_target_has_only_http(target, policy, mesh) for target in targets)
    return _selects_gateway(policy) or _workloads_have_only_http(policy, mesh)


def _selects_gateway(policy: Resource) -> bool:
    """Whether the labels of the selector are those of a gateway, whose proxies read requests."""
    labels = selector(policy)
    return any(labels.get(key, "").endswith("gateway") for key in ("app", "istio"))


@once_per_selection
def _workloads_have_only_http(selected: Sequence[Workload], mesh: Mesh) -> bool:
    workloads = [workload for workload in selected if not is_gateway(workload)]
    services = [service for workload in workloads for service in mesh.workloads.services_of(workload)]
    found = bool(services) or (not workloads and bool(selected))
    return found and all(carries_http(port) for service in services for port in service.spec["ports"])


def _target_has_only_http(target: Cursor, policy: Resource, mesh: Mesh) -> bool:
    """Whether all ports of a Service, of the Services behind a waypoint, or of a gateway carry HTTP."""
    if target["kind"].text == "Service":
        service = mesh.get("Service", policy.namespace, target["name"].text)
        return service is not None and all(carries_http(port) for port in service.spec["ports"])
    gateway = mesh.get(KUBERNETES_GATEWAY, policy.namespace, target["name"].text)
    if gateway is None or target["kind"].text != "Gateway":
        return False
    if is_waypoint(gateway):
        served = mesh.waypoints.services(gateway)
        return bool(served) and all(carries_http(port) for service in served for port in service.spec["ports"])
    return all(listener["protocol"].text in ("HTTP", "HTTPS") for listener in gateway.spec["listeners"])


def _uses(part: Cursor, fields: tuple[str, ...]) -> bool:
    return any(part[field] or part[f"not{field[0].upper()}{field[1:]}"] for field in fields)
