"""istioctl's annotation silences rules on the resource that carries it, by code, and no others."""

import pytest

from istiolint.engine.lint import lint
from istiolint.report import Report
from istiolint.settings import Settings
from istiolint.sources import Source

POD = """
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: shop
  annotations: {{galley.istio.io/analyze-suppress: "{codes}"}}
spec:
  containers: [{{name: app, image: "example.com/app:1", securityContext: {{runAsUser: 1337}}}}]
"""


def lint_two(first: str, second: str) -> Report:
    text = "---".join(POD.format(name=name, codes=codes) for name, codes in (("one", first), ("two", second)))
    return lint([Source("pods.yaml", text)], Settings(select=("IST0144",)))


def names(report: Report) -> list[str | None]:
    return [diagnostic.resource.name for diagnostic in report.diagnostics if diagnostic.resource]


@pytest.mark.parametrize("codes", ["IST0144", "*", "IST0101, IST0144", "container-runs-as-proxy-user"])
def test_only_the_resource_that_carries_it(codes: str) -> None:
    report = lint_two(codes, "IST0143")
    assert names(report) == ["two"]
    assert report.summary.suppressed == {"container-runs-as-proxy-user": 1}


def test_other_codes_suppress_nothing() -> None:
    report = lint_two("", "IST014")
    assert names(report) == ["one", "two"]
    assert not report.summary.suppressed
