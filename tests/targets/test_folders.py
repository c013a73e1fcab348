"""Plain manifests: folders that define the same resources are alternatives."""

import random

from hypothesis import given
from hypothesis import strategies as st
from repositories import ROUTE, SERVICE, documents, report, targets

from istiolint.settings import Settings
from istiolint.targets.folders import MAX_SHARED, partition
from istiolint.targets.library import Library


def test_one_repository_is_one_target() -> None:
    [target] = targets({"services/cart.yaml": SERVICE, "routes/cart.yaml": ROUTE})
    assert (target.name, target.guessed) == ("", False)


def test_environments_are_targets_with_what_they_share() -> None:
    gateway = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: edge}\n"
    found = targets({"dev/cart.yaml": SERVICE, "prod/cart.yaml": SERVICE, "edge.yaml": gateway})
    assert {target.name: sorted(resource.kind for resource in target.resources) for target in found} == {
        "dev": ["Gateway", "Service"],
        "prod": ["Gateway", "Service"],
    }
    assert all(target.guessed for target in found)


def test_folders_may_be_nested_deeply() -> None:
    deep = "/".join(["n"] * 600)
    [target] = targets({f"{deep}/cart.yaml": SERVICE, f"{deep}/n/route.yaml": ROUTE})
    assert len(target.resources) == 2


def test_namespaces_may_be_repeated() -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    assert len(targets({"a/ns.yaml": namespace, "b/ns.yaml": namespace, "a/s.yaml": SERVICE})) == 1


def test_steps_of_a_tutorial_do_not_contradict_each_other() -> None:
    rule = (
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: cart, namespace: shop}\n"
        "spec: {host: cart, subsets: [{name: NAME, labels: {version: v1}}]}\n"
    )
    route = ROUTE.replace("{name: cart}", "{name: cart, namespace: shop}")
    files = {"1/rule.yaml": rule.replace("NAME", "v1"), "1/route.yaml": route, "2/rule.yaml": rule.replace("NAME", "v2")}
    assert not [one for one in report(files).diagnostics if one.rule == "route-to-missing-subset"]
    del files["1/rule.yaml"]
    assert [one.rule for one in report(files).diagnostics if one.severity == "error"] == ["route-to-missing-subset"]


def test_charts_are_targets_that_are_not_complete() -> None:
    found = targets({"chart/Chart.yaml": "name: chart\n", "chart/templates/s.yaml": SERVICE, "s.yaml": SERVICE})
    assert {target.name: bool(target.gaps) for target in found} == {"chart": True, "": False}


FILES = st.dictionaries(
    st.sampled_from(["x.yaml", "a/x.yaml", "a/y.yaml", "a/b/x.yaml", "b/x.yaml", "b/c/y.yaml", "c/x.yaml"]),
    st.lists(st.sampled_from("pqrs"), min_size=1, max_size=3, unique=True),
    min_size=1,
)


def _parts(files: dict[str, list[str]], names: list[str]) -> list[tuple[str, list[str]]]:
    named = {path: "---\n".join(SERVICE.replace("cart", name) for name in files[path]) for path in names}
    defining = list(Library(documents(named)).files())
    return [(part.folder, sorted(file.source.path for file in part.files)) for part in partition(defining)]


@given(FILES, st.randoms(use_true_random=False))
def test_partitions(files: dict[str, list[str]], chance: random.Random) -> None:
    names = sorted(files)
    parts = _parts(files, names)
    shuffled = list(names)
    chance.shuffle(shuffled)
    assert _parts(files, shuffled) == parts
    assert {path for _, paths in parts for path in paths} == set(files)
    for _, paths in parts:
        for one in paths:
            for other in paths:
                if one.partition("/")[0] != other.partition("/")[0] and "/" in one and "/" in other:
                    assert not set(files[one]) & set(files[other])


def test_many_alternatives_are_not_multiplied_with_what_they_share() -> None:
    files = {f"step{number}/cart.yaml": SERVICE for number in range(50)} | {f"lib/{n}.yaml": ROUTE for n in range(1)}
    found = targets(files)
    assert len(found) == 50 + 1 > MAX_SHARED
    assert sum(len(target.resources) for target in found) == 51


def test_settings_do_not_matter_for_what_is_read() -> None:
    files = {"dev/cart.yaml": SERVICE, "prod/cart.yaml": SERVICE}
    assert report(files).summary.documents == report(files, settings=Settings(whole_mesh=True)).summary.documents == 2
