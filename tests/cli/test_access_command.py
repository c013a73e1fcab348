"""`istiolint access`."""

import json

from commands import ROOT, Run

HEALTHY, BROKEN = (str(ROOT / "fixtures/shop" / state) for state in ("healthy", "broken"))


def test_the_shop(run: Run) -> None:
    found = run("access", "--to", "checkout/orders", HEALTHY)
    assert found.exit_code == 0
    assert found.stdout.startswith(
        "Service checkout/orders port 80 (HTTP)\n  istio-ingress/gateway\n      GET, POST /checkout*: "
    )
    value = json.loads(run("access", "--from", "legacy", "--to", "warehouse", "--format", "json", HEALTHY).stdout)
    assert [(row["service"], row["verdict"]) for row in value["access"]] == [
        ("warehouse/shipping", "none"),
        ("warehouse/stock", "all"),
    ]


def test_a_change(run: Run) -> None:
    found = run("access", "--against", BROKEN, HEALTHY)
    assert "allows legacy/erp to call Service warehouse/stock port 80 without mTLS: all requests, before denied" in found.stdout
    assert run("access", "--against", HEALTHY, HEALTHY).stdout == "This change opens and closes nothing.\n"
    assert run("access", "nowhere").exit_code == 2


def test_unknown_names(run: Run) -> None:
    found = run("access", "--from", "legacy/epr", HEALTHY)
    assert found.exit_code == 2
    assert "no client `legacy/epr` in the files; did you mean `legacy/erp`?" in found.stderr
    assert "no Service `checkout/order`" in run("access", "--to", "checkout/order", HEALTHY).stderr
