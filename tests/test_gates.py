"""A check that is skipped because a resource lacks its fields would have found nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.documents import read
from istiolint.engine.lint import understand
from istiolint.resources.resource import resources
from istiolint.rules.gates import Gates
from istiolint.rules.pages import Example, pages
from istiolint.rules.registry import all_rules, checks_of, walk
from istiolint.settings import NEWEST, Settings
from istiolint.sources import Source, discover

FIXTURES = Path(__file__).parents[1] / "fixtures"
KINDS = sorted({kind for rule in all_rules().values() for kind in rule.kinds})
VALUES = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def skipped(sources: list[Source], settings: Settings) -> None:
    """Run all checks that the gates skip."""
    for _, mesh in understand(sources, settings).meshes:
        types = {type_ for type_ in KINDS if mesh.all(type_)}
        walk()
        gates, checks = Gates(all_rules(), types), {type_: checks_of(type_, ()) for type_ in types}
        for resource in mesh.all(*types):
            open_ = {run for _, run in gates.of(resource, mesh.occurring)}
            for id, registered in checks[resource.type or ""]:
                if registered.run not in open_:
                    assert not list(registered.run(resource, mesh)), (
                        f"{id} needs more than `when={registered.when}` and `beside={registered.beside}`"
                    )


def examples() -> list[Any]:
    return [
        pytest.param(example, id=f"{page.topic}/{page.rule}:{example.line}")
        for page in pages().values()
        for example in page.examples()
        if not example.good
    ]


@pytest.mark.parametrize("example", examples())
def test_skipped_checks_find_nothing_in_pages(example: Example) -> None:
    settings = Settings(
        istio_version=example.settings.get("istio-version", NEWEST),
        upgrade_to=example.settings.get("upgrade-to"),
        whole_mesh=True,
    )
    skipped([Source(name, text) for name, text in example.files.items()], settings)


@pytest.mark.parametrize("folder", sorted(path for path in FIXTURES.glob("*/*") if path.is_dir()), ids=str)
def test_skipped_checks_find_nothing_in_fixtures(folder: Path) -> None:
    skipped(list(discover([str(folder)])), Settings(whole_mesh=True))


@given(VALUES, st.sampled_from(["plain", "json", "yaml"]))
def test_a_field_opens_its_gate_wherever_it_is(value: Any, form: str) -> None:
    fault: Any = {"fault": value}
    if form == "json":
        fault = json.dumps(fault)
    elif form == "yaml":
        fault = f"route:\n  fault: {json.dumps(value)}\n"
    manifest = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "a"},
        "spec": [{"x": [fault]}],
    }
    (resource,) = resources(next(read(Source("a.yaml", json.dumps(manifest)))))
    names = {run.__name__ for _, run in Gates(all_rules(), ["VirtualService"]).of(resource, frozenset())}
    assert "fault_without_kind" in names
    assert "unknown_method" not in names or "corsPolicy" in json.dumps(manifest)
