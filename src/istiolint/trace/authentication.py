"""RequestAuthentication at a proxy: whether the JWT of a request is accepted, and which claims policies and routes see."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.proxies import Proxy, enforced_by


class Authenticated(NamedTuple):
    """The result of validating a JWT: its claims (None without a valid one), or the status with which the proxy rejects it.

    `forwarded` is whether the workload behind the proxy receives the JWT as well.
    """

    claims: Mapping[str, Any] | None
    status: int | None = None
    words: str = ""
    at: Cursor | None = None
    forwarded: bool = True


class Authentication:
    """The RequestAuthentications of a mesh by the proxies that they apply to."""

    def __init__(self, mesh: Mesh):
        self._mesh = mesh

    def of(self, proxy: Proxy) -> list[Resource]:
        """Return the RequestAuthentications that a proxy enforces."""
        return sorted(enforced_by(proxy, "RequestAuthentication", self._mesh), key=lambda each: (each.namespace, each.name))

    def bound_to(self, waypoint: Resource, service: Resource | None) -> list[Resource]:
        """Return the RequestAuthentications that a waypoint enforces for a Service: waypoints ignore selectors."""
        index = self._mesh.policies("RequestAuthentication")
        bound = [] if service is None else index.targeting(service.namespace, service.type or "", service.name)
        return list(dict.fromkeys([*index.targeting(waypoint.namespace, "Gateway", waypoint.name), *bound]))

    def check(self, proxy: Proxy, claims: Mapping[str, Any] | None, policies: Sequence[Resource] | None = None) -> Authenticated:
        """Validate the claims of a JWT whose signature is valid; a request without a JWT is accepted.

        `policies` are those that the proxy enforces; None for those that its labels select.
        """
        rules = [rule for policy in (self.of(proxy) if policies is None else policies) for rule in policy.spec["jwtRules"]]
        if claims is None:
            return Authenticated(None)
        if not rules:
            return Authenticated(None, None, f"no RequestAuthentication applies to {proxy.title}: it does not validate the JWT")
        issuer = claims.get("iss")
        mine = [rule for rule in rules if issuer is None or rule["issuer"].text == issuer]
        if not mine:
            words = f"no RequestAuthentication of {proxy.title} has the issuer `{issuer}`: it responds with 401"
            return Authenticated(None, 401, words, rules[0]["issuer"])
        wanted = [audience.text for audience in mine[0]["audiences"]]
        audience = claims.get("aud")
        given: Sequence[Any] = audience if isinstance(audience, list | tuple) else [audience]
        if wanted and audience is not None and not set(map(str, given)) & set(wanted):
            words = f"the audience of the JWT is not one of {', '.join(wanted)}: {proxy.title} responds with 403"
            return Authenticated(None, 403, words, mine[0]["audiences"])
        full = {"iss": mine[0]["issuer"].text, **claims}
        forwarded = mine[0]["forwardOriginalToken"].value is True
        return Authenticated(full, None, f"{proxy.title} validates the JWT", mine[0]["issuer"], forwarded)
