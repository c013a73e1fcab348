"""Identities of workloads: service accounts and trust domains, as AuthorizationPolicies name them.

Each `..._fault` gives what is wrong with a text, as words that continue "`x` is no service account: ", or None when nothing is.
"""

_LONGEST = 320


def service_account_fault(text: str) -> str | None:
    """What keeps a text from being `NAME` or `NAMESPACE/NAME`."""
    if not text:
        return "it is empty"
    if "*" in text:
        return "it knows no wildcards"
    if len(text.encode()) > _LONGEST:
        return f"it has more than {_LONGEST} characters"
    namespace, slash, name = text.partition("/")
    if slash and not (namespace and name):
        return "a part beside its `/` is empty"
    return "it has more than one `/`" if "/" in name else None


def trust_domain_fault(text: str, *, slash: bool = False) -> str | None:
    """What keeps a text from being a trust domain, perhaps with a `*` at one end; `slash` where Istio lets one pass."""
    if not text:
        return "it is empty"
    if "/" in text and not slash:
        return "it has a `/`"
    if text.count("*") > 1 or "*" in text[1:-1]:
        return "a `*` may stand once, at its beginning or end"
    return None
