"""JWT rules of RequestAuthentications: the issuer, and the keys that verify its JWTs."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.jwks import jwks_fault, private_keys
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, rejected


@check(
    "jwt-rule-without-issuer", severity="error", evidence="document", kinds=["RequestAuthentication"],
    rows=["RA-05"],
)  # fmt: skip
def jwt_rule_without_issuer(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report rules with neither `issuer` nor `jwksUri`. (The schema checks report empty strings.)"""
    for rule in policy.spec["jwtRules"]:
        named = any(
            rule[field].value is not None for field in ("issuer", "jwksUri", "jwks_uri")
        )  # the schema knows both spellings
        if isinstance(rule.value, dict) and not named:
            yield finding(
                rule,
                rejected("JWT rule has neither `issuer` nor `jwksUri`", "RequestAuthentication"),
                hint="set `issuer` to the value of the `iss` claim in the JWTs",
            )


@check(
    "invalid-jwks", severity="error", evidence="document", kinds=["RequestAuthentication"], rows=["RA-08"],
)  # fmt: skip
def invalid_jwks(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report inline keys that are not a valid JWKS."""
    for rule in policy.spec["jwtRules"]:
        jwks = rule["jwks"]
        if jwks.literal and (fault := jwks_fault(jwks.text)):
            yield finding(
                jwks,
                rejected(f"invalid `jwks`: {fault}", "RequestAuthentication"),
                hint="paste the JSON that the issuer serves at its `jwks_uri`, or set `jwksUri` to that URL",
            )


@check(
    "private-key-in-jwks", severity="warning", evidence="document", kinds=["RequestAuthentication"],
    rows=["RA-09"],
)  # fmt: skip
def private_key_in_jwks(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report private and symmetric keys in a JWKS."""
    for rule in policy.spec["jwtRules"]:
        jwks = rule["jwks"]
        if jwks.literal and jwks_fault(jwks.text) is None and (found := private_keys(jwks.text)):
            yield finding(
                jwks,
                f"key {found[0]} in `jwks` is a private or symmetric key; anyone who can read this policy can sign valid JWTs",
                hint="rotate the key, and include only the public key",
            )
