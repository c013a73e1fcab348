"""External authorization providers whose service is not exported to the proxies that call it."""

from collections.abc import Iterator

from istiolint.checks.routing.destinations import HOST_NOT_VISIBLE
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.visibility import in_words, sees
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check

_AUTHORIZERS = ("envoyExtAuthzGrpc", "envoyExtAuthzHttp")


@further_check(HOST_NOT_VISIBLE, kinds=["AuthorizationPolicy"], when=["provider"])
def provider_not_visible(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report CUSTOM policies whose provider is a service that the proxies of their namespace do not see."""
    name, written = policy.spec["provider"]["name"], mesh.config.at("extensionProviders")
    if policy.spec["action"].text != "CUSTOM" or written is None or policy.namespace == mesh.root_namespace:
        return
    chosen = next((each for each in written if name.literal and each["name"].text == name.text), None)
    if chosen is None:
        return
    for kind in _AUTHORIZERS:
        namespace, _, host = chosen[kind]["service"].text.rpartition("/")
        known = [each for each in mesh.hosts.exact(host) if namespace in ("", each.namespace)]
        if not known or any(sees(policy.namespace, each.scope) for each in known):
            continue
        if policy.placed and not any(each.resource is None or mesh.exclusive(policy, each.resource) for each in known):
            yield finding(
                name,
                f"`{host}` is exported only to {in_words(known[0].scope)}; proxies in `{policy.namespace}` cannot call it and "
                "deny every request that this policy matches",
                hint="add the namespace to its `exportTo` (for a Service, the annotation `networking.istio.io/exportTo`)",
                related=[*(place for each in known[:1] if (place := each.place)), (chosen["name"], "the provider")],
            )
