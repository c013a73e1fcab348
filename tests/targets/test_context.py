"""What is read for reference, clusters, and the order of files."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from repositories import DEPLOYMENT, ROUTE, SERVICE, report, sources, targets

from istiolint.documents import Document, read
from istiolint.engine.lint import lint
from istiolint.sources import Source
from istiolint.targets import Library, targets_of

FILES = {
    "base/kustomization.yaml": "resources: [cart.yaml]\n",
    "base/cart.yaml": f"{SERVICE}---\n{DEPLOYMENT}---\n{ROUTE}",
    "dev/kustomization.yaml": "namespace: dev\nresources: [../base]\n",
    "prod/kustomization.yaml": "namespace: prod\nresources: [../base]\nnamePrefix: live-\n",
    "steps/1/route.yaml": ROUTE.replace("timeout", "timout"),
    "steps/2/route.yaml": ROUTE,
    "steps/service.yaml": SERVICE,
}


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_files_does_not_matter(chance: random.Random) -> None:
    names = list(FILES)
    chance.shuffle(names)
    shuffled = report({name: FILES[name] for name in names})
    expected = report(FILES)
    assert [(one.message, one.targets, one.partial) for one in shuffled.diagnostics] == [
        (one.message, one.targets, one.partial) for one in expected.diagnostics
    ]


def test_context_joins_what_is_linted() -> None:
    found = targets(
        {"mesh/cart.yaml": SERVICE, "app/kustomization.yaml": "resources: [r.yaml]\n", "app/r.yaml": ROUTE}, context=("mesh/",)
    )
    [target] = found
    assert [resource.kind for resource in target.resources] == ["VirtualService"]
    assert [resource.kind for resource in target.context] == ["Service"]


def test_context_does_not_replace_what_a_target_defines() -> None:
    files = {
        "mesh/cart.yaml": SERVICE,
        "mesh/k/kustomization.yaml": "resources: [s.yaml]\n",
        "mesh/k/s.yaml": SERVICE,
        "cart.yaml": SERVICE,
    }
    assert [(target.name, target.context) for target in targets(files, context=("mesh/",))] == [(".", [])]


def test_findings_in_a_base_that_is_read_for_reference_are_not_shown() -> None:
    files = {
        "base/kustomization.yaml": "resources: [r.yaml]\n",
        "base/r.yaml": ROUTE.replace("timeout", "timout"),
        "prod/kustomization.yaml": "namespace: prod\nresources: [../base]\npatches: [{path: p.yaml}]\n",
        "prod/p.yaml": "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: cart}\nspec: {hots: []}\n",
    }
    found = report(files, context=("base/",)).diagnostics
    assert [one.span.source.path for one in found if one.rule == "unknown-field"] == ["prod/p.yaml"]


def test_files_outside_of_the_input_are_loaded() -> None:
    given_ = sources({"prod/kustomization.yaml": "namespace: prod\nresources: [../base]\n"})
    there = {name: text for name, text in FILES.items() if name.startswith("base/")}
    documents = [document for source in given_ for document in read(source)]

    def load(path: str, by: Source) -> list[Document]:
        return list(read(Source(path, there[path], linted=False))) if path in there else []

    [target] = targets_of(Library(documents, load))
    assert {resource.namespace for resource in target.resources} == {"prod"}


@pytest.mark.parametrize("names", [("east", "west"), ("west", "east")])
def test_clusters(names: tuple[str, str]) -> None:
    found = [Source(f"{name}/cart.yaml", SERVICE, cluster=name) for name in names]
    report_ = lint([*found, Source("shared.yaml", ROUTE)])
    assert report_.summary.documents == 3
