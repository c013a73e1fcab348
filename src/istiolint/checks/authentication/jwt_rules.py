"""Rules of RequestAuthentications: who issues tokens, and with which keys they are verified."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.jwks import jwks_fault, private_keys
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "token-without-issuer", severity="error", evidence="document", kinds=["RequestAuthentication"],
    rows=["RA-05"],
)  # fmt: skip
def token_without_issuer(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A rule that says neither who issues tokens nor where the keys are. (Of empty texts the schema tells.)"""
    for rule in policy.spec["jwtRules"]:
        said = any(
            rule[field].value is not None for field in ("issuer", "jwksUri", "jwks_uri")
        )  # the schema knows both spellings
        if isinstance(rule.value, dict) and not said:
            yield finding(
                rule,
                "this rule has neither `issuer` nor `jwksUri`; Istio refuses the RequestAuthentication",
                hint="write `issuer` as it stands in the tokens' `iss`",
            )


@check(
    "invalid-jwks", severity="error", evidence="document", kinds=["RequestAuthentication"], rows=["RA-08"],
)  # fmt: skip
def invalid_jwks(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Keys that nobody can read."""
    for rule in policy.spec["jwtRules"]:
        jwks = rule["jwks"]
        if jwks.literal and (fault := jwks_fault(jwks.text)):
            yield finding(
                jwks,
                f"`jwks` is no set of keys: {fault}; Istio refuses the RequestAuthentication",
                hint="write what the issuer serves at its `jwks_uri`, or name that place as `jwksUri`",
            )


@check(
    "private-key-in-jwks", severity="warning", evidence="document", kinds=["RequestAuthentication"],
    rows=["RA-09"],
)  # fmt: skip
def private_key_in_jwks(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Keys that sign tokens, where those that verify them would do."""
    for rule in policy.spec["jwtRules"]:
        jwks = rule["jwks"]
        if jwks.literal and jwks_fault(jwks.text) is None and (found := private_keys(jwks.text)):
            yield finding(
                jwks,
                f"key {found[0]} of `jwks` can sign tokens: whoever reads this policy can make them",
                hint="publish the public part only, and replace the key",
            )
