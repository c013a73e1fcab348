"""What rules claim about the broken shop happens: a request that meets the mistake gets the status that the message names."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from istiolint.engine.lint import lint, understand
from istiolint.findings.finding import Diagnostic
from istiolint.settings import Settings
from istiolint.sources import Source, discover
from istiolint.trace import text
from istiolint.trace.request import OUTSIDE, request
from istiolint.trace.tracer import Tracer

SHOP = Path(__file__).parents[2] / "fixtures/shop/broken"
WHOLE = Settings(whole_mesh=True)
STATUS = re.compile(r"(?:gets?|returns?|respond(?:s)? with|fail with(?: HTTP)?) ([45]\d\d)\b")


class Meets(NamedTuple):
    """A request that meets a mistake. `instead` is what other mistakes, which keep requests from this one, are replaced by."""

    source: str
    url: str
    sni: str = ""
    instead: tuple[tuple[str, str], ...] = ()


ATTACHED = (("gateways: [shop]  # wrong", "gateways: [istio-ingress/shop]  # wrong"),)
READABLE = (*ATTACHED, ("            exact: /checkout", "            # exact"))
WEIGHTED = (("subset: v2\n          weight: 0", "subset: v2\n          weight: 100"),)
WITHOUT_SUBSET = (("            subset: v1  # wrong: the rule", "            # the rule"),)
CLAIMS = {
    ("destination-port-not-found", "payments"): Meets("storefront/web", "http://payments.checkout/"),
    ("route-to-missing-subset", "payments"): Meets("storefront/web", "http://payments.checkout/"),
    ("route-to-missing-subset", "catalog"): Meets(OUTSIDE, "https://shop.example.com/api/catalog", "", ATTACHED),
    ("host-not-found", "orders"): Meets(OUTSIDE, "https://shop.example.com/checkout", "", READABLE),
    ("fault-injection-in-production", "5%"): Meets(OUTSIDE, "https://shop.example.com/checkout", "", READABLE),
    ("subset-without-workload", "catalog"): Meets("storefront/web", "http://catalog/", "", WEIGHTED),
    ("gateway-not-found", "shop"): Meets(OUTSIDE, "https://shop.example.com/"),
    ("gateway-not-allowed", "points"): Meets(OUTSIDE, "https://gold.clubs.example.com/"),
    ("gateway-not-allowed", "rewards"): Meets(OUTSIDE, "https://points.example.com/rewards"),
    ("gateway-not-allowed", "gifts"): Meets(OUTSIDE, "http://gifts.example.com/", "", WITHOUT_SUBSET),
    ("subset-not-visible", "gifts"): Meets(OUTSIDE, "http://gifts.example.com/"),
    ("virtual-service-hidden-from-gateway", "gifts"): Meets(OUTSIDE, "http://cards.example.com/"),
    ("gateway-host-without-gateways", "bonus"): Meets(OUTSIDE, "https://bonus.example.com/"),
    ("certificate-on-several-servers", "points-certificate"): Meets(OUTSIDE, "https://bonus.example.com/", "points.example.com"),
    ("host-covered-by-wildcard-server", "gold"): Meets(OUTSIDE, "https://gold.clubs.example.com/", "silver.clubs.example.com"),
    ("host-not-visible", "offers"): Meets(OUTSIDE, "https://points.example.com/offers"),
    ("routed-workload-denied", "offers"): Meets("partner/offers", "http://offers/"),
    ("service-entry-selects-nothing", "ledger"): Meets("storefront/web", "http://ledger.example.com/"),
    ("hostname-not-served-by-listener", "reviews"): Meets(OUTSIDE, "http://reviews.example.com/"),
}
"""Requests by the rule and a word of the message."""
NOT_SEEN = {"http-route-to-tls-port"}
"""What servers outside of the mesh respond is not part of a trace."""


def sources(meets: Meets) -> list[Source]:
    found = []
    for source in discover([str(SHOP)]):
        text = source.text
        for old, new in meets.instead:
            text = text.replace(old, new)
        found.append(Source(source.path, text))
    return found


@pytest.fixture(scope="module")
def claims() -> list[Diagnostic]:
    found = lint(discover([str(SHOP)]), WHOLE).diagnostics
    return [each for each in found if STATUS.search(each.message)]


def test_each_claim_of_a_status_is_traced(claims: list[Diagnostic]) -> None:
    left = [each for each in claims if not any(each.rule == rule and word in each.message for rule, word in CLAIMS)]
    assert {each.rule for each in left} <= NOT_SEEN, [(each.rule, each.message) for each in left]


@pytest.mark.parametrize("claim", CLAIMS, ids="-".join)
def test_a_claim_happens(claim: tuple[str, str], claims: list[Diagnostic]) -> None:
    rule, word = claim
    named = [each for each in claims if each.rule == rule and word in each.message]
    assert named
    meets = CLAIMS[claim]
    mesh = understand(sources(meets), WHOLE).meshes[0][1]
    trace = Tracer(mesh).trace(request(meets.source, "GET", meets.url, sni=meets.sni))
    status = STATUS.search(named[0].message)
    assert status
    assert int(status[1]) in trace.statuses, text.render(trace)
