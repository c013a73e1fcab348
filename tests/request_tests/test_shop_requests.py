"""The tests of the example shop: all pass on the healthy one; the broken one fails those that its mistakes break."""

from pathlib import Path

import pytest

from istiolint.engine.lint import understand
from istiolint.request_tests.report import details
from istiolint.request_tests.run import Result, run
from istiolint.settings import Settings
from istiolint.sources import discover
from istiolint.trace.tracer import Tracer

SHOP = Path(__file__).parents[2] / "fixtures/shop"
BROKEN = {
    "plain HTTP is redirected to HTTPS": "has this host, but is bound to `storefront/shop`",
    "customers reach the pages": "has this host, but is bound to `storefront/shop`",
    "one request in ten goes to the canary": "has this host, but is bound to `storefront/shop`",
    "customers search": "has this host, but is bound to `storefront/shop`",
    "customers with a login reach their cart": "has this host, but is bound to `storefront/shop`",
    "customers with a login pay": "has this host, but is bound to `storefront/shop`",
    "the mesh uses the version in service": "the route has no destination with a weight",
    "testers see the canary": "the route has no destination with a weight",
    "the cart asks for prices": "no rule of an ALLOW policy matches it",
    "five payments in a hundred use the new version": "no DestinationRule for this client defines subset `v2`",
    "orders are shipped": "AuthorizationPolicy warehouse/nobody denies it",
    "the legacy system reads the stock in plaintext": "does not accept plaintext",
    "shipping calls the legacy system": "does not accept mtls",
}
"""The failing tests with what the step that breaks them says."""


@pytest.fixture(scope="module")
def results() -> dict[str, list[Result]]:
    found = {}
    for state in ("healthy", "broken"):
        meshes = understand(discover([str(SHOP / state)]), Settings()).meshes
        tests = discover([str(SHOP / "requests.istiotest.yaml")])
        found[state] = list(run(tests, [Tracer(mesh) for _, mesh in meshes]))
    return found


def test_the_healthy_shop(results: dict[str, list[Result]]) -> None:
    assert len({result.name for result in results["healthy"]}) >= 20
    assert not [details(result) for result in results["healthy"] if not result.passed]


@pytest.mark.parametrize("name", BROKEN)
def test_the_broken_shop(results: dict[str, list[Result]], name: str) -> None:
    failed = [result for result in results["broken"] if result.name == name and not result.passed]
    assert failed
    for result in failed:
        assert any(BROKEN[name] in line for line in details(result)), details(result)
