"""JWTs: whether a policy requires them, and whether a RequestAuthentication validates those that are required."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.selected_workloads import SelectedWorkloads, once_per_selection
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_INSIDE = (".svc", ".local", ".internal", ".localhost", ".lan", ".test", ".example")
"""Suffixes of names that stay inside a network, or are reserved."""
_SCHEMES = ("Bearer", "JWT", "Token")


def _token_conditions(policy: Resource) -> Iterator[Cursor]:
    """The conditions of a policy on JWTs: request principals, and attributes of `request.auth`."""
    for rule in policy.spec["rules"]:
        for origin in rule["from"]:
            # misspelled fields count too: the schema checks report them, and the intent is clear
            yield from (values for field, values in origin["source"].items() if "requestprincipal" in field.lower() and values)
        yield from (condition["key"] for condition in rule["when"] if condition["key"].text.startswith("request.auth."))


@once_per_selection
def _tokens_matter(workloads: SelectedWorkloads, mesh: Mesh) -> bool:
    """Whether a policy requires a JWT, or delegates to an external provider, whose decisions are not known."""
    policies = mesh.overlapping_policies(workloads.policy, "AuthorizationPolicy")
    return any(any(_token_conditions(other)) or other.spec["action"].text == "CUSTOM" for other in policies)


@once_per_selection
def _issuers(workloads: SelectedWorkloads, mesh: Mesh) -> dict[str, Cursor]:
    readers = mesh.overlapping_policies(workloads.policy, "RequestAuthentication")
    return {rule["issuer"].text: rule["issuer"] for reader in readers for rule in reader.spec["jwtRules"] if rule["issuer"].text}


@check("jwt-not-required", severity="warning", evidence="missing", tags=["security"], kinds=["RequestAuthentication"])
def jwt_not_required(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report RequestAuthentications without an AuthorizationPolicy that requires a JWT."""
    if not policy.spec["jwtRules"] or mesh.virtual_services.by_claims:
        return
    if mesh.authorization.asks_provider:  # it may require a login before requests arrive here, as at the ingress gateway
        return
    if not _tokens_matter(policy, mesh):
        yield finding(
            policy.metadata["name"],
            "requests without a JWT are allowed; RequestAuthentication rejects only invalid JWTs",
            hint='add an AuthorizationPolicy with `from: [{source: {requestPrincipals: ["*"]}}]` for the same workloads',
            known=mesh.settings.whole_mesh or bool(mesh.in_namespace("AuthorizationPolicy", policy.namespace)),
        )


@check(
    "jwt-without-request-authentication", severity="error", evidence="missing", tags=["security"], kinds=["AuthorizationPolicy"]
)
def jwt_without_request_authentication(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies that require a JWT where no RequestAuthentication applies."""
    condition = next(_token_conditions(policy), None)
    if condition is None or policy.spec["action"].text == "CUSTOM":
        return
    if not mesh.overlapping_policies(policy, "RequestAuthentication"):
        effect = "denies nothing" if policy.spec["action"].text == "DENY" else "allows no request"
        yield finding(
            condition if condition.name == "key" else condition.key,
            f"`{condition.text or condition.name}` never matches and the rule {effect}; no RequestAuthentication validates JWTs "
            "for these workloads",
            hint="add a RequestAuthentication with the issuer of the JWTs for the same workloads",
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
    """Report request principals with an issuer that no RequestAuthentication for these workloads configures."""
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
            f"`{principal.text}` never matches; its issuer is not configured for these workloads (configured: {listed})",
            hint=f"use the configured issuer, then `/` and the subject: `{near}/...`"
            if near
            else "use the form `ISSUER/SUBJECT`",
            related=[(issuers[near or next(iter(issuers))], "configured issuer")],
        )


@check("issuer-listed-twice", severity="warning", evidence="document", tags=["security"], kinds=["RequestAuthentication"])
def issuer_listed_twice(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report rules that repeat an issuer and read JWTs from the same place."""
    seen: dict[tuple[str, str], Cursor] = {}
    for rule in policy.spec["jwtRules"]:
        issuer = rule["issuer"]
        places = str([rule[name].value for name in ("fromHeaders", "fromParams", "fromCookies")])
        if issuer.text and (first := seen.setdefault((issuer.text, places), issuer)) is not issuer:
            yield finding(
                issuer,
                f"duplicate JWT rule for issuer `{issuer.text}`; Istio uses only the first rule and ignores the audiences and "
                "keys of this one",
                hint="merge the rules into one per issuer",
                related=[(first, "the first rule")],
            )


@check(
    "jwt-prefix-without-space", severity="warning", evidence="document", tags=["security"], kinds=["RequestAuthentication"],
    fixable=True,
)  # fmt: skip
def jwt_prefix_without_space(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a token prefix without the space that follows it."""
    for rule in policy.spec["jwtRules"]:
        for header in rule["fromHeaders"]:
            prefix = header["prefix"]
            if prefix.text in _SCHEMES:
                yield finding(
                    prefix,
                    f"prefix `{prefix.text}` lacks the trailing space; Envoy reads a JWT that starts with a space and rejects it",
                    hint=f'use `"{prefix.text} "`',
                    fix=Fix(f'use `"{prefix.text} "`', (Replace(prefix.place, f'"{prefix.text} "'),)),
                )


@check("jwks-over-plain-http", severity="warning", evidence="document", tags=["security"], kinds=["RequestAuthentication"])
def jwks_over_plain_http(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report keys that are fetched from outside the cluster without TLS."""
    for rule in policy.spec["jwtRules"]:
        uri = rule["jwksUri"]
        host = _host_of(uri.text)
        if "." in host and not host.endswith(_INSIDE) and not host.replace(".", "").isdigit() and not uri.unresolved:
            yield finding(
                uri,
                f"signing keys of `{host}` are fetched over plain HTTP; an attacker on the network can replace them and forge "
                "JWTs",
                hint="use `https://`",
            )


def _host_of(uri: str) -> str:
    """The host of an `http://` URL, without its port; "" for others."""
    if not uri.lower().startswith("http://"):
        return ""
    return uri[len("http://") :].partition("/")[0].rpartition("@")[2].partition(":")[0].lower()
