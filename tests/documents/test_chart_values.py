"""Values for Istio's Helm charts are found where tools read them, and those of other charts are left alone."""

import pytest

from istiolint.documents.chart_values import chart_of, release_of, values_files, values_in
from istiolint.sources import Source

ISTIO = "https://istio-release.storage.googleapis.com/charts"


@pytest.mark.parametrize(
    ("name", "around", "chart"),
    [
        ("istiod", "", "istiod"),
        ("ztunnel", None, "ztunnel"),
        ("gateway", ISTIO, "gateway"),
        ("gateway", "https://charts.example.com", None),
        ("base", {"name": "istio"}, "base"),
        ("istio/gateway", "", "gateway"),
        ("istio-base", ISTIO, None),
        ("gateways", ISTIO, None),
        (None, ISTIO, None),
    ],
)
def test_charts_are_known_by_name_and_origin(name: object, around: object, chart: str | None) -> None:
    assert chart_of(name, around) == chart


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("1.23.5", "1.23"),
        ("~1.24.0", "1.24"),
        ("1.27.x", "1.27"),
        ("v1.30.1-beta.0", "1.30"),
        (">=1.20", ""),
        ("*", ""),
        (None, ""),
    ],
)
def test_release_is_known_where_the_version_says_it(version: object, release: str) -> None:
    assert release_of(version) == release


@pytest.mark.parametrize(
    ("path", "text", "file", "keys"),
    [
        (
            "a/Chart.yaml",
            f"dependencies: [{{name: istiod, alias: pilot, repository: {ISTIO}}}]",
            "a/values-prod.yaml",
            ("pilot",),
        ),
        ("Chart.yaml", f"dependencies: [{{name: gateway, repository: {ISTIO}}}]", "values.yaml", ("gateway",)),
        (
            "a/helmfile.yaml",
            f"repositories: [{{name: i, url: {ISTIO}}}]\nreleases: [{{chart: i/cni, values: [v.yaml]}}]",
            "a/v.yaml",
            (),
        ),
        ("a/kustomization.yaml", f"helmCharts: [{{name: base, repo: {ISTIO}, valuesFile: v.yaml}}]", "a/v.yaml", ()),
        ("a/README.yaml", "x: chart", "a/istiod-values.yaml", ()),
    ],
)
def test_values_files_are_those_that_others_name(path: str, text: str, file: str, keys: tuple[str, ...]) -> None:
    found = values_files([Source(path, text), Source(file, "x: 1"), Source("b/values.yaml", "x: 1")])
    assert [(name, values.path) for name, many in found.items() for values in many] == [(file, keys)]


def test_values_in_a_helmfile_itself() -> None:
    text = (
        f"repositories: [{{name: i, url: {ISTIO}}}]\nreleases: [{{chart: i/istiod, version: 1.30.1, values: [{{pilot: {{}}}}]}}]"
    )
    ((found,),) = values_files([Source("helmfile.yaml", text)]).values()
    assert (found.chart, found.path, found.release) == ("istiod", ("releases", 0, "values", 0), "1.30")


def test_values_in_a_kustomization_itself() -> None:
    text = f"helmCharts: [{{name: gateway, repo: {ISTIO}, version: 1.30.1, valuesInline: {{service: {{}}}}}}]"
    ((found,),) = values_files([Source("a/kustomization.yaml", text)]).values()
    assert (found.chart, found.path, found.release) == ("gateway", ("helmCharts", 0, "valuesInline"), "1.30")


@pytest.mark.parametrize("kind", ["Application", "ApplicationSet"])
def test_values_files_of_another_source_of_an_application(kind: str) -> None:
    spec = f"sources: [{{repoURL: {ISTIO}, chart: istiod, helm: {{valueFiles: [$v/mesh/prod.yaml, $v/both.yaml]}}}}]"
    text = (
        f"kind: {kind}\nspec: {{template: {{spec: {{{spec}}}}}}}"
        if kind == "ApplicationSet"
        else f"kind: {kind}\nspec: {{{spec}}}"
    )
    others = [Source(path, "x: 1") for path in ("git/mesh/prod.yaml", "mesh/other.yaml", "a/both.yaml", "b/both.yaml")]
    assert list(values_files([Source("app.yaml", text), *others])) == ["git/mesh/prod.yaml"]


def test_odd_data_has_no_values() -> None:
    for spec in (None, [], {"chart": []}, {"chart": {"spec": "x"}}, {"source": 1, "sources": [None]}):
        for kind in ("HelmRelease", "HelmChart", "Application", "Deployment"):
            assert not list(values_in({"kind": kind, "spec": spec}))
    assert not values_files([Source("Chart.yaml", "dependencies: 3"), Source("helmfile.yaml", "releases: {chart: x}")])
