"""Any number of processes makes the same report, and one that dies is reported."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.engine import lint as engine
from istiolint.engine import workers
from istiolint.engine.tasks import Tasks
from istiolint.findings.report import Report
from istiolint.rules.pages import Example, pages
from istiolint.settings import NEWEST, Settings
from istiolint.sources import Source, discover

FIXTURES = Path(__file__).parents[1] / "fixtures"

pytestmark = pytest.mark.skipif(not workers.can_fork(), reason="processes cannot be forked here")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ENOUGH", 1)
    monkeypatch.setattr(workers, "BLOCK", 2)


@given(st.integers(0, 200_000), st.integers(1, 100), st.integers(1, 500))
def test_blocks_have_all_tasks_in_order(count: int, size: int, jobs: int) -> None:
    blocks = list(workers.blocks_of(range(count), size, jobs))
    lengths = list(map(len, blocks))
    assert [task for block in blocks for task in block] == list(range(count))
    assert lengths == sorted(lengths, reverse=True)
    assert len(blocks) <= workers._MOST_BLOCKS
    largest = max(size, -(-2 * count // workers._MOST_BLOCKS))
    assert not blocks or lengths[0] <= largest
    assert not blocks or lengths[-1] <= -(-largest // 8)


def shown(report: Report) -> list[Any]:
    assert not report.internal_errors
    return [
        [
            (d.rule, d.severity, d.message, d.hint, d.span[1:], d.span.source.path, d.field_path, d.resource, d.targets)
            for d in found
        ]
        + [(source.path, *rest) for d in found for (source, *rest), _ in d.related]
        + [str(d.fix and d.fix.title) for d in found]
        for found in (report.diagnostics, report.unchecked)
    ] + [str(report.summary)]


def examples() -> list[Any]:
    """Examples whose findings are in YAML within scalars, or in several documents."""
    return [
        pytest.param(example, id=f"{page.topic}/{page.rule}:{example.line}")
        for page in pages().values()
        for example in page.examples()
        if not example.good and (page.topic == "mesh_config" or len(example.files) > 1)
    ]


@pytest.mark.parametrize("example", examples())
def test_examples(example: Example) -> None:
    version = example.settings.get("istio-version", NEWEST)
    settings = Settings(select=("ALL",), istio_version=version, whole_mesh=True, show_unchecked=True)
    reports = [engine.lint([Source(name, text) for name, text in example.files.items()], settings, jobs=jobs) for jobs in (1, 2)]
    assert shown(reports[0]) == shown(reports[1])


@pytest.mark.parametrize(("count", "jobs"), [(0, 2), (1, 2), (3, 4), (100, 3), (5000, 2)])
def test_each_task_is_done_once(count: int, jobs: int) -> None:
    found = workers.results(count, jobs, lambda number: (number, os.getpid()), [0][:count], ())
    assert [number for number, _ in found] == list(range(count))
    assert len({process for _, process in found}) <= jobs
    assert len({process for _, process in found[1:]}) >= min(jobs, (count - 1) // workers.BLOCK)


@pytest.mark.parametrize("jobs", [2, 4])
def test_fixtures(jobs: int) -> None:
    settings = Settings(select=("ALL",), show_unchecked=True)
    reports = [engine.lint(discover([str(FIXTURES / "shop")]), settings, jobs=number) for number in (1, jobs)]
    assert shown(reports[0]) == shown(reports[1])


def test_a_worker_that_dies_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    process, run = os.getpid(), Tasks.run

    def die(tasks: Tasks, number: int) -> Any:
        if os.getpid() != process:
            os._exit(0)
        return run(tasks, number)

    monkeypatch.setattr(Tasks, "run", die)
    report = engine.lint(discover([str(FIXTURES / "shop")]), jobs=2)
    assert any("worker" in error for error in report.internal_errors)


def test_a_check_that_crashes_in_a_worker_is_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> Any:
        raise LookupError("oops")

    monkeypatch.setattr("istiolint.engine.tasks.schema.check", crash)
    reports = [engine.lint(discover([str(FIXTURES / "shop")]), jobs=jobs) for jobs in (1, 2)]
    assert reports[0].internal_errors == reports[1].internal_errors
    assert "LookupError: oops" in reports[0].internal_errors[0]


@pytest.mark.parametrize("jobs", [2, 4])
def test_files_are_read_by_workers(jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(select=("ALL",), show_unchecked=True)
    expected = engine.lint(discover([str(FIXTURES)]), settings)
    monkeypatch.setattr(engine, "ENOUGH_TEXT", 1)
    monkeypatch.setattr(engine, "MANY", 1)
    assert shown(engine.lint(discover([str(FIXTURES)]), settings, jobs=jobs)) == shown(expected)


def test_workers_read_files_of_kinds_without_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    role = "apiVersion: rbac.istio.io/v1alpha1\nkind: ServiceRole\nmetadata: {name: %s}\n"
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(role % name, "utf-8")
    expected = engine.lint(discover([str(tmp_path)]))
    monkeypatch.setattr(engine, "ENOUGH_TEXT", 1)
    monkeypatch.setattr(engine, "MANY", 1)
    assert shown(engine.lint(discover([str(tmp_path)]), jobs=2)) == shown(expected)


def test_a_reader_that_dies_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    process, prepare = os.getpid(), engine.prepare
    monkeypatch.setattr(engine, "ENOUGH_TEXT", 1)
    monkeypatch.setattr(engine, "prepare", lambda *given: prepare(*given) if os.getpid() == process else os._exit(0))
    report = engine.lint(discover([str(FIXTURES / "shop")]), jobs=2)
    assert any("worker" in error for error in report.internal_errors)
    assert report.diagnostics


@pytest.mark.parametrize("jobs", [2, 4])
def test_small_targets_are_shared_by_workers(jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        folder = tmp_path / f"overlay-{number}"
        folder.mkdir()
        for file in (FIXTURES / "shop" / "broken").rglob("*.yaml"):
            (folder / file.name).write_text(file.read_text("utf-8").replace("timeout: 1s", f"timeout: {number}s"), "utf-8")
    settings = Settings(select=("ALL",), show_unchecked=True)
    expected = engine.lint(discover([str(tmp_path)]), settings)
    monkeypatch.setattr(engine, "ENOUGH", 100)
    forked: list[int] = []
    monkeypatch.setattr(os, "fork", lambda fork=os.fork: forked.append(1) or fork())
    found = engine.lint(discover([str(tmp_path)]), settings, jobs=jobs)
    assert shown(found) == shown(expected)
    assert len(forked) >= jobs - 1
