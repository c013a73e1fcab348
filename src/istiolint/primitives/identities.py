"""Identities of workloads: service accounts and trust domains, as AuthorizationPolicies name them.

Each `..._fault` returns what is wrong with a text, as words that continue "invalid service account `x`: ", or None.
"""

_LONGEST = 320


def service_account_fault(text: str) -> str | None:
    """What is wrong with a text that should be `NAME` or `NAMESPACE/NAME`."""
    if not text:
        return "it is empty"
    if "*" in text:
        return "wildcards are not supported"
    if len(text.encode()) > _LONGEST:
        return f"longer than {_LONGEST} bytes"
    namespace, slash, name = text.partition("/")
    if slash and not (namespace and name):
        return "the part before or after `/` is empty"
    return "more than one `/`" if "/" in name else None


def trust_domain_fault(text: str, *, slash: bool = False) -> str | None:
    """What is wrong with a trust domain, perhaps with a `*` at one end; `slash` where Istio accepts one."""
    if not text:
        return "it is empty"
    if "/" in text and not slash:
        return "`/` is not allowed"
    if text.count("*") > 1 or "*" in text[1:-1]:
        return "only one `*` is allowed, at the start or end"
    return None
