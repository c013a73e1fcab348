"""The repositories of fixtures/projects: each finding is marked `wrong:` there, and each mark has a finding."""

import shutil
import subprocess
from pathlib import Path

import pytest

from istiolint.documents import named_by_others, read
from istiolint.engine.lint import lint
from istiolint.report import Report
from istiolint.resources.resource import resources
from istiolint.sources import Source, discover
from istiolint.targets import Library
from istiolint.targets.kustomization import build

PROJECT = Path(__file__).parents[1] / "fixtures/projects/bookstore"
OVERLAYS = PROJECT / "apps/catalog/overlays"


def linted(*paths: Path) -> Report:
    return lint(discover([str(path) for path in paths or (PROJECT,)]))


def found(report: Report) -> set[tuple[str, int]]:
    return {(one.span.source.path, one.span.begins.line) for one in report.diagnostics}


def planted() -> set[tuple[str, int]]:
    return {
        (str(path), number)
        for path in PROJECT.rglob("*.yaml")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "# wrong:" in line
    }


def test_what_is_planted_is_found_and_nothing_else() -> None:
    assert found(linted()) == planted()


def test_findings_name_the_targets_that_show_them() -> None:
    subset = next(one for one in linted().diagnostics if one.rule == "route-to-missing-subset")
    assert [Path(target).name for target in subset.targets] == ["prod"]
    assert subset.partial


@pytest.mark.parametrize(
    ("overlay", "rules"),
    [
        ("dev", set()),
        ("staging", {"host-not-found", "destination-rule-host-not-found"}),
        ("prod", {"route-to-missing-subset"}),
    ],
)
def test_each_overlay(overlay: str, rules: set[str]) -> None:
    report = linted(PROJECT / "apps/catalog/base", OVERLAYS / overlay)
    assert {one.rule for one in report.diagnostics} == rules


def test_an_overlay_alone_reads_its_base() -> None:
    report = linted(OVERLAYS / "prod")
    [subset] = report.diagnostics
    assert subset.rule == "route-to-missing-subset"
    assert Path(subset.span.source.path).resolve() == PROJECT / "apps/catalog/base/routes.yaml"


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
@pytest.mark.parametrize("overlay", ["dev", "staging", "prod"])
def test_builds_are_those_of_kustomize(overlay: str) -> None:
    """The real program, where there is one, makes the same of the files."""
    sources = list(discover([str(PROJECT)]))
    named = named_by_others(sources)
    documents = [document for source in sources for document in read(source, named)]
    pieces = build(str(OVERLAYS / overlay), Library(documents)).pieces
    ours = {resource.title: resource.value for resource in (piece.finish() for piece in pieces)}
    output = subprocess.run(["kubectl", "kustomize", OVERLAYS / overlay], capture_output=True, text=True, check=True).stdout
    theirs = {one.title: one.value for document in read(Source("built.yaml", output)) for one in resources(document)}
    assert ours == theirs
