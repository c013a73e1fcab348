"""Tokens: whether anybody asks for them, and whether those that are asked for can be had."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.reach import Reached, of_reach
from istiolint.resources.cursor import Cursor
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


@of_reach
def _tokens_matter(workloads: Reached, mesh: Mesh) -> bool:
    """Whether a policy requires a token, or leaves that to an external provider, about which nothing is known."""
    policies = mesh.beside(workloads.policy, "AuthorizationPolicy")
    return any(any(_token_conditions(other)) or other.spec["action"].text == "CUSTOM" for other in policies)


@of_reach
def _issuers(workloads: Reached, mesh: Mesh) -> dict[str, Cursor]:
    readers = mesh.beside(workloads.policy, "RequestAuthentication")
    return {rule["issuer"].text: rule["issuer"] for reader in readers for rule in reader.spec["jwtRules"] if rule["issuer"].text}


@check("token-not-required", severity="warning", evidence="missing", tags=["security"], kinds=["RequestAuthentication"])
def token_not_required(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Tokens that are checked when they come, and not missed when they do not."""
    if not policy.spec["jwtRules"] or mesh.virtual_services.by_claims:
        return
    if mesh.authorization.asks_provider:  # it may ask for the login before requests come here, as at the ingress gateway
        return
    if not _tokens_matter(policy, mesh):
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
    if not mesh.beside(policy, "RequestAuthentication"):
        effect = "nothing is denied" if policy.spec["action"].text == "DENY" else "every request is refused"
        yield finding(
            condition if condition.name == "key" else condition.key,
            f"no RequestAuthentication reads tokens for these workloads: `{condition.text or condition.name}` never matches, "
            f"and {effect}",
            hint="add a RequestAuthentication with the issuer of the tokens for the same workloads",
            known=mesh.settings.whole_mesh or bool(mesh.in_namespace("RequestAuthentication", policy.namespace)),
        )


@check(
    "issuer-not-configured",
    severity="error",
    evidence="contradiction",
    tags=["security"],
    kinds=["AuthorizationPolicy"],
    when=["requestPrincipals"],
)
def issuer_not_configured(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Principals of an issuer that no RequestAuthentication for these workloads knows."""
    wanted = [
        principal
        for rule in policy.spec["rules"] for origin in rule["from"] for principal in origin["source"]["requestPrincipals"]
        if "/" in principal.text and "*" not in principal.text.rpartition("/")[0] and not principal.unresolved
    ]  # fmt: skip
    issuers = _issuers(policy, mesh) if wanted else {}
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
        if "." in host and not host.endswith(_INSIDE) and not host.replace(".", "").isdigit() and not uri.unresolved:
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
