"""`--upgrade-to`: what is reported, and which releases are not an upgrade."""

import pytest
from commands import Run

RETRIES = """\
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: {name: cart, namespace: storefront}
spec:
  hosts: [cart.example.com]
  http: [{retries: {attempts: 3}, route: [{destination: {host: cart.example.com}}]}]
"""


def test_what_changes_is_reported(run: Run) -> None:
    result = run("-", "--istio-version", "1.23", "--upgrade-to", "1.24", input=RETRIES)
    assert result.exit_code == 0
    assert "starting with Istio 1.24, 503 responses are not retried by default" in result.stdout
    assert "503" not in run("-", "--istio-version", "1.23", input=RETRIES).stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--upgrade-to", "1.31"], "--upgrade-to needs --istio-version"),
        (["--istio-version", "1.30", "--upgrade-to", "1.30"], "is not newer than 1.30"),
        (["--istio-version", "1.30", "--upgrade-to", "1.99"], "1.99"),
    ],
)
def test_what_is_no_upgrade(run: Run, options: list[str], words: str) -> None:
    result = run("-", *options, input=RETRIES)
    assert result.exit_code == 2
    assert words in result.stderr
