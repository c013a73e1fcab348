"""AuthorizationPolicies that allow or deny something other than what they seem to."""

from collections.abc import Iterator

from istiolint.authorization.operations import operations
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.schema.spelling import nearest

KIND = ("AuthorizationPolicy",)
_SEVERAL_AUTHORIZERS, _SEVERAL_SINCE = "PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS", 30
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE")
_WEBDAV = (
    "ACL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL",
    "MKWORKSPACE", "MOVE", "ORDERPATCH", "PROPFIND", "PROPPATCH", "PURGE", "REBIND", "REPORT", "SEARCH", "UNBIND", "UNCHECKOUT",
    "UNLINK", "UNLOCK", "UPDATE", "VERSION-CONTROL",
)  # fmt: skip
_KNOWN = (*_METHODS, *_WEBDAV)
"""The registered methods, and those of caches; any other may be specific to an application."""


@check("policy-allows-everything", severity="warning", evidence="document", tags=["security"], kinds=KIND)
def policy_allows_everything(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a rule without conditions among others, which it makes redundant; alone, it is intentional."""
    rules = list(policy.spec["rules"])
    if policy.spec["action"].text in ("", "ALLOW") and len(rules) > 1:
        for rule in rules:
            if rule.value == {}:
                yield finding(
                    rule,
                    "empty rule matches every request; the other rules of this policy have no effect",
                    hint="remove this rule, or remove the others",
                )


@check("separate-from-and-to-rules", severity="warning", evidence="heuristic", tags=["security"], kinds=KIND, default=False)
def separate_from_and_to_rules(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report one rule for callers and one for requests, of which only one has to match."""
    rules = list(policy.spec["rules"])
    if policy.spec["action"].text not in ("", "ALLOW") or len(rules) != 2:
        return
    fields = [{name for name in ("from", "to", "when") if rule[name]} for rule in rules]
    if {"from"} in fields and {"to"} in fields:
        at = rules[fields.index({"to"})]["to"]
        yield finding(
            at.key,
            "`from` and `to` are in separate rules; these callers may send any request, and any caller may send these requests",
            hint="move both into one item of `rules`, without a `-` before the second",
            related=[(rules[fields.index({"from"})]["from"].key, "the other rule")],
        )


@check(
    "method-in-lower-case", severity="error", evidence="document", tags=["security"], kinds=KIND, fixable=True,
    codes=["KIA0102"],
    when=["methods", "notMethods"],
)  # fmt: skip
def method_in_lower_case(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report methods that are not in upper case."""
    for operation in operations(policy):
        for field in ("methods", "notMethods"):
            for method in operation[field]:
                right = method.text.upper()
                if method.text != right and right in _METHODS:
                    yield finding(
                        method,
                        f"method `{method.text}` never matches; HTTP methods are case-sensitive",
                        hint=f"use `{right}`",
                        fix=Fix(f"use `{right}`", (Replace(method.place, right),)),
                    )


@check(
    "unknown-method",
    severity="warning",
    evidence="document",
    tags=["security"],
    kinds=KIND,
    codes=["KIA0102"],
    when=["methods", "notMethods"],
)
def unknown_method(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report methods that never match: gRPC paths, misspelled methods, and a `*` in the middle."""
    for operation in operations(policy):
        for field in ("methods", "notMethods"):
            for method in operation[field]:
                text = method.text
                if not text or text.upper() in _METHODS or method.unresolved or _matches_some(text):
                    continue
                if "/" in text:
                    yield finding(
                        method,
                        f"method `{text}` never matches; gRPC calls are `POST` requests with this path",
                        hint=f'use `paths: ["{text if text.startswith("/") else f"/{text}"}"]`',
                    )
                elif "*" in text.strip("*") or (text.startswith("*") and text.endswith("*")):
                    yield finding(
                        method,
                        f"method `{text}` never matches; a `*` is a wildcard only at one end of the value",
                        hint="list the methods",
                    )
                else:
                    near = [known for distance, known in nearest(text.strip("*"), _METHODS) if distance <= 1]
                    yield finding(
                        method,
                        f"`{text}` is not a standard HTTP method",
                        hint=f"did you mean `{near[0]}`?" if near else "check that clients send this method",
                        severity=None if near else "info",
                    )


def _matches_some(text: str) -> bool:
    """Whether a value with a wildcard matches a known method."""
    if text.startswith("*"):
        return any(method.endswith(text[1:]) for method in _KNOWN)
    if text.endswith("*"):
        return any(method.startswith(text[:-1]) for method in _KNOWN)
    return text in _KNOWN


@check(
    "multiple-authorization-providers",
    severity="error",
    evidence="contradiction",
    tags=["security"],
    kinds=KIND,
    fold="pair",
    when=["provider"],
)
def multiple_authorization_providers(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report workloads with more than one external authorization provider."""
    provider = policy.spec["provider"]["name"]
    if policy.spec["action"].text != "CUSTOM" or not provider.text or mesh.flags.on(_SEVERAL_AUTHORIZERS):
        return
    workloads = {id(workload): workload for workload in mesh.workloads_selected_by(policy)}
    for namespace in dict.fromkeys([policy.namespace, mesh.root_namespace]):
        for other in mesh.in_namespace("AuthorizationPolicy", namespace):
            theirs = other.spec["provider"]["name"]
            if (
                other is policy
                or other.spec["action"].text != "CUSTOM"
                or theirs.text in ("", provider.text)
                or mesh.exclusive(policy, other)
            ):
                continue
            if common := next((workload for workload in mesh.workloads_selected_by(other) if id(workload) in workloads), None):
                yield finding(
                    provider,
                    f"`{common.title}` has two external authorization providers, `{provider.text}` and `{theirs.text}`; Istio "
                    "supports one and denies every request",
                    hint="use the same provider in all policies for a workload"
                    + (f", or set `{_SEVERAL_AUTHORIZERS}` on istiod" if mesh.settings.istio_minor >= _SEVERAL_SINCE else ""),
                    related=[(theirs, "other provider")],
                )
                return


_AUTHORIZERS = ("envoyExtAuthzGrpc", "envoyExtAuthzHttp")


@check("unknown-authorization-provider", severity="error", evidence="contradiction", kinds=KIND, when=["provider"])
def unknown_authorization_provider(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report external authorization providers that the MeshConfig does not define."""
    provider = policy.spec["provider"]["name"]
    defined = mesh.config["extensionProviders"]
    written = mesh.config.at("extensionProviders")
    if policy.spec["action"].text != "CUSTOM" or not provider.text or written is None or provider.unresolved:
        return
    known = [item.get("name") for item in defined if isinstance(item, dict)] if isinstance(defined, list) else []
    if provider.text not in known and len(mesh.config.sources) == 1:  # of several, another one may be in effect
        listed = ", ".join(f"`{name}`" for name in known) or "none"
        yield finding(
            provider,
            f"unknown extension provider `{provider.text}`; Istio denies every request that this policy matches",
            hint=f"use a provider that the MeshConfig defines: {listed}" if known else "define the provider in the MeshConfig",
            related=[(written, "extension providers of the mesh")],
        )
    elif provider.text in known and len(mesh.config.sources) == 1:
        chosen = next(item for item in written if item["name"].text == provider.text)
        kinds = [name for name in chosen.mapping if name != "name"]
        if kinds and not any(name in _AUTHORIZERS for name in kinds):
            yield finding(
                provider,
                f"extension provider `{provider.text}` is of type `{kinds[0]}`, which does not authorize requests; Istio denies "
                "every request that this policy matches",
                hint=f"use a provider of type `{_AUTHORIZERS[0]}` or `{_AUTHORIZERS[1]}`",
                related=[(chosen["name"], "the provider")],
            )
