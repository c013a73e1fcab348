"""Tokens: whether anybody asks for them, and whether those that are asked for can be had."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_deployments import GATEWAY_NAME, pod_labels
from istiolint.mesh.selection import selector
from istiolint.mesh.waypoints import is_waypoint
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_INSIDE = (".svc", ".local", ".internal", ".localhost", ".lan", ".test", ".example")
"""Ends of names that stay inside a network, or are nobody's."""
_SCHEMES = ("Bearer", "JWT", "Token")


def _token_conditions(policy: Resource) -> Iterator[Cursor]:
    """What a policy asks of tokens: principals of requests, and attributes of `request.auth`."""
    for rule in policy.spec["rules"]:
        for origin in rule["from"]:
            # misspelt ones count as well: the schema tells of them, and they say what was meant
            yield from (values for field, values in origin["source"].items() if "requestprincipal" in field.lower() and values)
        yield from (condition["key"] for condition in rule["when"] if condition["key"].text.startswith("request.auth."))


class _Target(NamedTuple):
    """What a policy is bound to; kind and name are empty where a selector says it."""

    kind: str = ""
    name: str = ""


def _targets(policy: Resource) -> list[_Target]:
    refs = (policy.spec["targetRef"], *policy.spec["targetRefs"])
    return [_Target(ref["kind"].text, ref["name"].text) for ref in refs if ref["name"].text]


def _places(policy: Resource) -> list[_Target]:
    return _targets(policy) or [_Target()]


def _at_one_proxy(ours: _Target, one: Resource, theirs: _Target, other: Resource, mesh: Mesh) -> bool:
    """Whether two policies, at least one of which has targets, may meet at a waypoint or gateway."""
    if ours.kind == theirs.kind:
        return ours.name == theirs.name and one.namespace == other.namespace
    if "GatewayClass" in (ours.kind, theirs.kind):
        return bool(ours.kind and theirs.kind)
    if theirs.kind == "Gateway":
        ours, one, theirs, other = theirs, other, ours, one
    if ours.kind != "Gateway":
        return False
    gateway = mesh.get(KUBERNETES_GATEWAY, one.namespace, ours.name)
    if theirs.kind:  # a Service or ServiceEntry: which waypoint serves it, its labels say
        service = mesh.get(theirs.kind, other.namespace, theirs.name)
        use = mesh.waypoints.use(service) if service else None
        return use is None or use.name == (one.namespace, ours.name)
    if (gateway and is_waypoint(gateway)) or other.namespace not in (one.namespace, mesh.root_namespace):
        return False  # waypoints ignore selectors
    labels = pod_labels(gateway) if gateway else {GATEWAY_NAME: ours.name}
    return selector(other).items() <= labels.items()


def _meets(one: Resource, other: Resource, mesh: Mesh) -> bool:
    """Whether two policies hold for a workload or target in common, as far as the input shows."""
    if _targets(one) or _targets(other):
        return any(_at_one_proxy(ours, one, theirs, other, mesh) for ours in _places(one) for theirs in _places(other))
    scopes = {one.namespace, other.namespace}
    if len(scopes) > 1 and mesh.root_namespace not in scopes:
        return False
    reached = {id(workload) for workload in mesh.reached(one)}
    theirs = mesh.reached(other)
    if reached and theirs:
        return any(id(workload) in reached for workload in theirs)
    ours, others = selector(one).items(), selector(other).items()
    return ours <= others or others <= ours


def _beside(policy: Resource, type_: str, mesh: Mesh) -> Iterator[Resource]:
    """Policies of a kind that may hold for the same workloads."""
    namespaces = dict.fromkeys([policy.namespace, mesh.root_namespace])
    found = [other for namespace in namespaces for other in mesh.in_namespace(type_, namespace)]
    if policy.namespace == mesh.root_namespace:
        found = list(mesh.all(type_))
    yield from (other for other in found if not mesh.rivals(policy, other) and _meets(policy, other, mesh))


@check("token-not-required", severity="warning", evidence="missing", tags=["security"], kinds=["RequestAuthentication"])
def token_not_required(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Tokens that are checked when they come, and not missed when they do not."""
    if not policy.spec["jwtRules"] or mesh.virtual_services.by_claims:
        return
    policies = _beside(policy, "AuthorizationPolicy", mesh)
    # what an external authorization provider decides, only the provider knows
    if not any(any(_token_conditions(other)) or other.spec["action"].text == "CUSTOM" for other in policies):
        yield finding(
            policy.metadata["name"],
            "requests without a token get in: this policy refuses wrong tokens, and none that are missing",
            hint='add an AuthorizationPolicy with `from: [{source: {requestPrincipals: ["*"]}}]` for the same workloads',
            known=mesh.settings.whole_mesh or bool(mesh.in_namespace("AuthorizationPolicy", policy.namespace)),
        )


@check("token-never-accepted", severity="error", evidence="missing", tags=["security"], kinds=["AuthorizationPolicy"])
def token_never_accepted(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A policy that asks for a token where nobody reads one."""
    condition = next(_token_conditions(policy), None)
    if condition is None or policy.spec["action"].text == "CUSTOM":
        return
    if not any(_beside(policy, "RequestAuthentication", mesh)):
        effect = "nothing is denied" if policy.spec["action"].text == "DENY" else "every request is refused"
        yield finding(
            condition if condition.name == "key" else condition.key,
            f"no RequestAuthentication reads tokens for these workloads: `{condition.text or condition.name}` never matches, "
            f"and {effect}",
            hint="add a RequestAuthentication with the issuer of the tokens for the same workloads",
            known=mesh.settings.whole_mesh or bool(mesh.in_namespace("RequestAuthentication", policy.namespace)),
        )


@check("issuer-not-configured", severity="error", evidence="contradiction", tags=["security"], kinds=["AuthorizationPolicy"])
def issuer_not_configured(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Principals of an issuer that no RequestAuthentication for these workloads knows."""
    wanted = [
        principal
        for rule in policy.spec["rules"] for origin in rule["from"] for principal in origin["source"]["requestPrincipals"]
        if "/" in principal.text and "*" not in principal.text.rpartition("/")[0] and not has_placeholder(principal.text)
    ]  # fmt: skip
    readers = list(_beside(policy, "RequestAuthentication", mesh)) if wanted else []
    issuers = {
        rule["issuer"].text: rule["issuer"] for reader in readers for rule in reader.spec["jwtRules"] if rule["issuer"].text
    }
    for principal in wanted:
        if not issuers or any(principal.text.startswith(f"{issuer}/") for issuer in issuers):
            continue
        near = next((issuer for issuer in issuers if principal.text.startswith(issuer.rstrip("/"))), None)
        listed = ", ".join(f"`{issuer}`" for issuer in issuers)
        yield finding(
            principal,
            f"`{principal.text}` is of an issuer that no RequestAuthentication here knows ({listed}): it never matches",
            hint=f"write the issuer as it stands there, then `/` and the subject: `{near}/...`"
            if near
            else "write `ISSUER/SUBJECT`",
            related=[(issuers[near or next(iter(issuers))], "the issuer that is known")],
        )


@check("issuer-listed-twice", severity="warning", evidence="document", tags=["security"], kinds=["RequestAuthentication"])
def issuer_listed_twice(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two rules for one issuer that read tokens from the same place."""
    seen: dict[tuple[str, str], Cursor] = {}
    for rule in policy.spec["jwtRules"]:
        issuer = rule["issuer"]
        places = str([rule[name].value for name in ("fromHeaders", "fromParams", "fromCookies")])
        if issuer.text and (first := seen.setdefault((issuer.text, places), issuer)) is not issuer:
            yield finding(
                issuer,
                f"tokens of `{issuer.text}` are read by the first of two rules: what this one says of audiences and keys is "
                "not heeded",
                hint="write one rule for each issuer",
                related=[(first, "the first rule")],
            )


@check(
    "token-prefix-without-space", severity="warning", evidence="document", tags=["security"], kinds=["RequestAuthentication"],
    fixable=True,
)  # fmt: skip
def token_prefix_without_space(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A prefix that leaves the space before the token behind."""
    for rule in policy.spec["jwtRules"]:
        for header in rule["fromHeaders"]:
            prefix = header["prefix"]
            if prefix.text in _SCHEMES:
                yield finding(
                    prefix,
                    f"what follows `{prefix.text}` is taken for the token, with the space before it: no token can be read",
                    hint=f'write `"{prefix.text} "`',
                    fix=Fix(f'write `"{prefix.text} "`', (Replace(prefix.place, f'"{prefix.text} "'),)),
                )


@check("keys-over-plain-http", severity="warning", evidence="document", tags=["security"], kinds=["RequestAuthentication"])
def keys_over_plain_http(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Keys that are fetched from outside the cluster without TLS."""
    for rule in policy.spec["jwtRules"]:
        uri = rule["jwksUri"]
        host = _host_of(uri.text)
        if "." in host and not host.endswith(_INSIDE) and not host.replace(".", "").isdigit() and not has_placeholder(uri.text):
            yield finding(
                uri,
                f"the keys of `{host}` are fetched over plain HTTP: whoever is on the way can put in keys of their own, and then "
                "sign any token",
                hint="write `https://`",
            )


def _host_of(uri: str) -> str:
    """The host of an `http://` URL, without its port; "" for others."""
    if not uri.lower().startswith("http://"):
        return ""
    return uri[len("http://") :].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()
