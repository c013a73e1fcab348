"""istioctl's annotation silences rules on the resource that carries it, by code, and no others."""

import pytest

from istiolint.engine.lint import lint
from istiolint.report import Report
from istiolint.settings import Settings
from istiolint.sources import Source

SIDECAR = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata:
  name: {name}
  namespace: shop
  annotations: {{galley.istio.io/analyze-suppress: "{codes}"}}
spec:
  egress: [{{hosts: ["./*"]}}]
"""


def lint_two(first: str, second: str) -> Report:
    text = "---".join(SIDECAR.format(name=name, codes=codes) for name, codes in (("one", first), ("two", second)))
    return lint([Source("sidecars.yaml", text)], Settings(select=("IST0111",)))


def names(report: Report) -> list[str | None]:
    return [diagnostic.resource.name for diagnostic in report.diagnostics if diagnostic.resource]


@pytest.mark.parametrize("codes", ["IST0111", "*", "IST0101, IST0111", "two-namespace-wide-sidecars"])
def test_only_the_resource_that_carries_it(codes: str) -> None:
    report = lint_two(codes, "IST0110")
    assert names(report) == ["two"]
    assert report.summary.suppressed == {"two-namespace-wide-sidecars": 1}


def test_other_codes_suppress_nothing() -> None:
    report = lint_two("", "IST011")
    assert names(report) == ["one", "two"]
    assert not report.summary.suppressed
