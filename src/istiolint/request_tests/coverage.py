"""Coverage: routes and AuthorizationPolicies that no test uses."""

from collections.abc import Iterable, Sequence

from istiolint.request_tests.compare import policies
from istiolint.request_tests.run import Result
from istiolint.resources.cursor import Cursor
from istiolint.trace.tracer import Tracer


def untouched(results: Iterable[Result], tracers: Sequence[Tracer]) -> list[tuple[str, Cursor]]:
    """Return the routes and policies that decide no request of any test, with their places."""
    routes: set[str] = set()
    decided: set[str] = set()
    for result in results:
        if result.trace is not None:
            routes |= {result.trace.route.name} if result.trace.route is not None else set()
            decided |= set(policies(result.trace))
    found: dict[str, Cursor] = {}
    for tracer in tracers:
        for virtual_service in tracer.model.virtual_services.all:
            for route in virtual_service.routes:
                if route.name not in routes:
                    found.setdefault(f"route {route.name}", route.rule)
        for policy in tracer.model.mesh.all("AuthorizationPolicy"):
            if f"{policy.namespace}/{policy.name}" not in decided and policy.spec["rules"].value:
                found.setdefault(policy.title, policy)
    return list(found.items())
