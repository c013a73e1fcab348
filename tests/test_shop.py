"""The shop of fixtures/shop: its healthy half has no findings, its broken half those that fixtures/shop/expected.txt lists.

Beside each planted mistake a comment says what is `wrong:`. Mistakes for which there is no rule yet are listed, too.
"""

from expected import findings, linted, planted

MIN_MISTAKES = 50
MIN_RULES = 30


def test_healthy_is_silent() -> None:
    assert findings("healthy") == []
    assert findings("healthy", whole_mesh=True) == []


def test_all_that_is_found_is_planted() -> None:
    assert [str(line) for line in findings("broken") if (line.path, line.line) not in {*planted()}] == []


def test_both_halves_together() -> None:
    """The halves are alternatives of one mesh: linted in one run, the broken one puts nothing of the healthy one in the wrong."""
    found = findings("")
    assert [str(line) for line in found if not line.path.startswith("broken/")] == []
    assert len({line.found for line in found}) >= MIN_RULES


def test_broken_is_rich() -> None:
    assert len(list(planted())) >= MIN_MISTAKES
    assert len({line.found for line in findings("broken")}) >= MIN_RULES


def test_shop_is_a_mesh() -> None:
    """As large as its description says: three namespaces with applications, ten Services, in both halves."""
    for half in ("healthy", "broken"):
        kinds = linted(half).summary.kinds
        assert kinds["Namespace"] >= 3
        assert kinds["Service"] >= 10
        assert {"Gateway", "VirtualService", "DestinationRule", "ServiceEntry", "AuthorizationPolicy"} <= kinds.keys()
