"""Charts that are not rendered: found from their templates, with the command that lints them."""

import shlex
from pathlib import Path

import pytest

from istiolint.findings.report import Chart
from istiolint.rendered.charts import charts_of_templates, mentions_mesh_kind
from istiolint.rendered.helm import Templates
from istiolint.sources import Source


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def chart(folder: Path, *values: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("Chart.yaml", *values):
        (folder / name).write_text("", "utf-8")


def test_the_folder_above_templates(tree: Path) -> None:
    chart(tree / "charts/shop", "values.yaml")
    found = charts_of_templates(
        ["charts/shop/templates/a.yaml", "charts/shop/templates/deep/b.yaml", "charts/other/templates/c.yaml"]
    )
    assert found == [Chart("charts/shop")]
    assert found[0].command == "istiolint --helm charts/shop"


def test_the_current_folder(tree: Path) -> None:
    chart(tree, "values-live.yaml")
    assert charts_of_templates(["templates/a.yaml"]) == [Chart(".", "values-live.yaml")]


def test_charts_that_are_rendered(tree: Path) -> None:
    chart(tree / "charts/shop")
    chart(tree / "charts/edge")
    rendered = Source(str(tree / "charts/shop/<helm template>"), origin=Templates(Source("x"), []))
    paths = ["charts/shop/templates/a.yaml", "charts/edge/templates/a.yaml"]
    assert charts_of_templates(paths, rendered=[rendered, Source("charts/edge/values.yaml")]) == [Chart("charts/edge")]


def test_files_beside_templates_are_not_rendered(tree: Path) -> None:
    chart(tree / "shop")
    assert charts_of_templates(["shop/crds/a.yaml", "shop/values.yaml"]) == []


def test_a_subchart_is_rendered_with_the_chart_around_it(tree: Path) -> None:
    chart(tree / "shop")
    chart(tree / "shop/charts/cart")
    chart(tree / "alone/charts/cart")
    paths = ["shop/charts/cart/templates/a.yaml", "alone/charts/cart/templates/a.yaml"]
    assert charts_of_templates(paths) == [Chart("alone/charts/cart"), Chart("shop")]


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["values.yaml"], None),
        (["values-dev.yaml", "values-prod.yaml", "values.yaml"], "values-prod.yaml"),
        (["dev.values.yml", "values.schema.json", "notvalues.txt"], "dev.values.yml"),
        (["values.test.yaml", "values.live.yaml"], "values.live.yaml"),
    ],
)
def test_values(tree: Path, names: list[str], chosen: str | None) -> None:
    chart(tree / "shop", *names)
    (found,) = charts_of_templates(["shop/templates/a.yaml"])
    assert found.values == (f"shop/{chosen}" if chosen else None)


def test_the_command_is_quoted_for_a_shell() -> None:
    command = Chart("my shop; rm -rf", "my shop; rm -rf/$(x)-values.yaml").command
    assert shlex.split(command) == ["istiolint", "--helm", "my shop; rm -rf", "--values", "my shop; rm -rf/$(x)-values.yaml"]


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("{{ if .Values.on }}\napiVersion: networking.istio.io/v1\nkind: Gateway\n", True),
        ('  - "apiVersion": "gateway.networking.k8s.io/v1beta1"\n', True),
        ("apiVersion: telemetry.istio.io/v1alpha1\n", True),
        ("apiVersion: apps/v1\nkind: Deployment\nannotations: {sidecar.istio.io/inject: 'true'}\n", False),
        ("apiVersion: networking.notistio.io/v1\n", False),
        ("# see networking.istio.io/v1\n", False),
    ],
)
def test_kinds_of_the_mesh(text: str, mentions: bool) -> None:
    assert mentions_mesh_kind(text) is mentions
