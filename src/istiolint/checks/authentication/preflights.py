"""CORS preflight requests, which never carry a JWT, at gateways that require one."""

from collections.abc import Iterator

from istiolint.authorization.texts import text_covers
from istiolint.findings.finding import Finding, Place
from istiolint.mesh import Mesh
from istiolint.mesh.authorization import is_dry_run
from istiolint.mesh.host_index import overlap
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_EVERY_PATH = ("*", "/*")


@check(
    "preflight-without-jwt",
    severity="warning",
    evidence="contradiction",
    tags=["security"],
    kinds=["AuthorizationPolicy"],
    when=["requestPrincipals", "notRequestPrincipals"],
)
def preflight_without_jwt(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies at a gateway that deny every request without a JWT, OPTIONS included, for hosts with CORS settings."""
    if is_dry_run(policy):
        return
    asking = mesh.cors_preflights.for_policy(policy, mesh.workloads_selected_by)
    demand = (_denial(policy) if policy.spec["action"].text == "DENY" else _allowance(policy, mesh)) if asking else None
    if demand is None:
        return
    at, operation = demand
    for found in asking:
        if mesh.exclusive(policy, found.routes) or mesh.exclusive(policy, found.gateway):
            continue
        if host := next((host.text for host in found.hosts if _concerns(operation, host.text)), None):
            yield finding(
                at,
                f"CORS preflight requests to `{host}` have no JWT and get 403; {found.routes.title} handles CORS after this "
                "policy",
                hint="exclude `OPTIONS` from the DENY rule: `notMethods: [OPTIONS]`"
                if policy.spec["action"].text == "DENY"
                else "add a rule that allows `methods: [OPTIONS]` without a JWT",
                related=[(found.policy, "CORS is configured here")],
            )
            return


def _denial(policy: Resource) -> tuple[Place, Cursor | None] | None:
    """The place where a DENY policy matches requests without a JWT, and the operation that limits it."""
    for rule in policy.spec["rules"]:
        if rule["when"]:
            continue
        for origin in rule["from"]:
            unnamed = origin["source"]["notRequestPrincipals"]
            if len(origin["source"].mapping) != 1 or not any(text.text == "*" for text in unnamed):
                continue
            operations = [target["operation"] for target in rule["to"]]
            concerned = next((operation for operation in operations if _may_be_options(operation, whole=True)), None)
            if concerned is not None or not operations:
                return unnamed.key, concerned
    return None


def _allowance(policy: Resource, mesh: Mesh) -> tuple[Place, Cursor | None] | None:
    """The place where an ALLOW policy requires a JWT, if no other rule that may apply allows OPTIONS without one."""
    if policy.spec["action"].text not in ("", "ALLOW"):
        return None
    at = next(
        (origin["source"]["requestPrincipals"] for rule in policy.spec["rules"] for origin in rule["from"]
         if origin["source"]["requestPrincipals"]),
        None,
    )  # fmt: skip
    if at is None:
        return None
    for namespace in dict.fromkeys([policy.namespace, mesh.root_namespace]):
        for other in mesh.in_namespace("AuthorizationPolicy", namespace):
            if other.spec["action"].text in ("", "ALLOW") and any(map(_lets_options_in, other.spec["rules"])):
                return None
    return at.key, None


def _lets_options_in(rule: Cursor) -> bool:
    """Whether a rule may allow an OPTIONS request without a JWT."""
    if any(condition["key"].text.startswith("request.auth.") and condition["values"] for condition in rule["when"]):
        return False
    sources = [origin["source"] for origin in rule["from"]]
    operations = [target["operation"] for target in rule["to"]]
    return (not sources or not all(source["requestPrincipals"] for source in sources)) and (
        not operations or any(_may_be_options(operation, whole=False) for operation in operations)
    )


def _may_be_options(operation: Cursor, *, whole: bool) -> bool:
    """Whether an operation matches OPTIONS requests; with `whole`, for every path of a host."""
    named = [method.text for method in operation["methods"]]
    excluded = [method.text for method in operation["notMethods"]]
    if (named and not any(text_covers(text, "OPTIONS") for text in named)) or any(
        text_covers(text, "OPTIONS") for text in excluded
    ):
        return False
    paths = [path.text for path in operation["paths"]]
    return not whole or not paths or any(path in _EVERY_PATH for path in paths)


def _concerns(operation: Cursor | None, host: str) -> bool:
    if operation is None or not host:
        return bool(host)
    named = [text.text.lower().removesuffix(":*") for text in operation["hosts"]]
    excluded = [text.text.lower().removesuffix(":*") for text in operation["notHosts"]]
    return (not named or any(overlap(text, host.lower()) for text in named)) and not any(
        overlap(text, host.lower()) for text in excluded
    )
