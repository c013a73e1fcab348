"""Sources, operations and conditions of AuthorizationPolicies that exclude all that they name."""

from collections.abc import Iterator

from istiolint.authorization.rules import exclusions_of_everything
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_NEGATIVE = (
    "notPrincipals", "notRequestPrincipals", "notNamespaces", "notServiceAccounts", "notTrustDomains", "notIpBlocks",
    "notRemoteIpBlocks", "notHosts", "notPorts", "notMethods", "notPaths", "notValues",
)  # fmt: skip


@check(
    "policy-excludes-own-values", severity="warning", evidence="document", tags=["security"], kinds=["AuthorizationPolicy"],
    when=_NEGATIVE,
)  # fmt: skip
def policy_excludes_own_values(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a list of exclusions that covers every value of its counterpart."""
    for excluded, field in exclusions_of_everything(policy):
        action = "denied" if policy.spec["action"].text == "DENY" else "allowed"
        yield finding(
            excluded.key,
            f"`{excluded.name}` excludes every value of `{field}`; both must match, so no request is {action} here",
            hint=f"remove the values from `{excluded.name}`, or remove `{field}`",
        )
