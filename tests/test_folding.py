"""One problem, one finding: which findings are merged, and how suppressions and fixes treat them."""

import pytest

from istiolint.engine.lint import lint
from istiolint.fix import fix_all
from istiolint.report import Report
from istiolint.settings import PathIgnore, Settings
from istiolint.sources import Source

PAIR = "two-virtual-services-for-one-host"


def routes(name: str, hosts: str = "reviews", comment: str = "") -> str:
    return f"""apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts: [{hosts}]{comment}
  http: [{{route: [{{destination: {{host: reviews}}}}]}}]
"""


def run(*texts: str, settings: Settings | None = None) -> Report:
    sources = [Source(f"{number}.yaml", text) for number, text in enumerate(texts)]
    return lint(sources, settings or Settings())


def places(report: Report, rule: str = PAIR) -> list[str]:
    return [found.span.source.path for found in report.diagnostics if found.rule == rule]


def test_two_resources_give_one_finding_at_the_later_one() -> None:
    one, two = routes("a"), routes("b")
    assert places(run(one, two)) == ["1.yaml"]
    assert places(lint([Source("1.yaml", two), Source("0.yaml", one)], Settings())) == ["1.yaml"]


def test_three_resources_give_two_findings() -> None:
    assert len(places(run(routes("a"), routes("b"), routes("c")))) == 2


def test_items_of_a_list_are_resources_of_their_own() -> None:
    items = [
        {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": name, "namespace": "shop"},
         "spec": {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews"}}]}]}}
        for name in "ab"
    ]  # fmt: skip
    import json

    assert len(places(run(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1)))) == 1


@pytest.mark.parametrize("suppressed", [0, 1])
def test_a_suppression_at_either_side_hides_both(suppressed: int) -> None:
    comments = ["", ""]
    comments[suppressed] = f"  # istiolint: ignore[{PAIR}] known"
    report = run(routes("a", comment=comments[0]), routes("b", comment=comments[1]))
    assert not report.diagnostics
    assert [each.diagnostic.rule for each in report.suppressed] == [PAIR]


def test_each_resource_keeps_its_finding_with_select_all() -> None:
    assert places(run(routes("a"), routes("b"), settings=Settings(select=("ALL",)))) == ["0.yaml", "1.yaml"]


def test_path_ignores_leave_the_other_side() -> None:
    settings = Settings(per_path_ignores=(PathIgnore(".", "1.yaml", (PAIR,)),))
    assert places(run(routes("a"), routes("b"), settings=settings)) == ["0.yaml"]


def pod(name: str) -> str:
    return f"""apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: shop
  annotations:
    sidecar.istio.io/inject: "false"
spec:
  containers: [{{name: app, image: "example.com/app:1"}}]
"""


def test_deprecated_annotations_once_in_a_file() -> None:
    report = run(f"{pod('a')}---\n{pod('b')}---\n{pod('c')}", pod("d"))
    assert places(report, "deprecated-annotation") == ["0.yaml", "1.yaml"]
    assert report.diagnostics[0].related[0][1].startswith("2 more in this file")


def test_the_fix_of_a_folded_finding_is_for_all_places() -> None:
    fixed = fix_all([Source("0.yaml", f"{pod('a')}---\n{pod('b')}")], Settings(), unsafe=True).texts["0.yaml"]
    assert fixed.count("labels:") == 2


RULE = "apiVersion: config.istio.io/v1alpha2\nkind: rule\nmetadata: {{name: {}, namespace: istio-system}}\n"
CRD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: rules.config.istio.io}\n"


def test_removed_kinds_of_an_installation_are_one_finding() -> None:
    rules = [RULE.format(name) for name in ("a", "b", "c")]
    assert len(places(run("---\n".join(rules)), "retired-api")) == 3
    assert len(places(run("---\n".join([CRD, *rules])), "retired-api")) == 1


def dumped(kind: str, name: str, owner: str = "", drain: str = "60s") -> str:
    """A workload of a cluster dump that drains longer than Kubernetes waits."""
    owners = f"\n  ownerReferences: [{{kind: ReplicaSet, name: {owner}}}]" if owner else ""
    pod = f"annotations: {{proxy.istio.io/config: 'terminationDrainDuration: {drain}'}}"
    spec = "containers: []" if kind == "Pod" else f"template: {{metadata: {{{pod}}}, spec: {{containers: []}}}}"
    own = f"\n  {pod}" if kind == "Pod" else ""
    api = "v1" if kind == "Pod" else "apps/v1"
    return f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: shop{owners}{own}\nspec: {{{spec}}}\n"


DRAIN = "drain-longer-than-grace-period"
PODS = (dumped("Pod", "cart-1-a", "cart-1"), dumped("Pod", "cart-1-b", "cart-1"))


def test_what_pods_repeat_is_reported_at_their_controller() -> None:
    assert places(run(*PODS, dumped("Deployment", "cart")), DRAIN) == ["2.yaml"]
    assert places(run(*PODS, dumped("Deployment", "stock")), DRAIN) == ["0.yaml", "2.yaml"]
    assert places(run(*PODS, dumped("Deployment", "cart"), settings=Settings(extend_select=("ALL",))), DRAIN) == [
        "0.yaml",
        "1.yaml",
        "2.yaml",
    ]


def test_what_only_pods_have_is_reported_at_the_first() -> None:
    report = run(*PODS, dumped("Deployment", "cart", drain="1s"))
    assert places(report, DRAIN) == ["0.yaml"]
    (found,) = (found for found in report.diagnostics if found.rule == DRAIN)
    assert found.related[-1][1] == "1 more of `Deployment shop/cart`, the next one here"
