"""Fixing until nothing is left: on every bad example of every rule, and on resources made at random."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import kinds, resources
from test_rules import examples

from istiolint.documents import read
from istiolint.engine.lint import lint
from istiolint.findings.finding import Diagnostic, Fix, Place, Rename
from istiolint.fix import apply, fix_all, text_edits
from istiolint.report import Report
from istiolint.rules.pages import Example, Page
from istiolint.sources import Source
from istiolint.sources.decode import source_of
from istiolint.sources.source import Enclosing
from istiolint.testing import settings_of

BAD = [param for param in examples() if not param.values[1].good]


def sources_of(example: Example) -> list[Source]:
    encoding = example.settings.get("encoding", "utf-8")
    sources = [source_of(name, text.encode(encoding)) for name, text in example.files.items()]
    for source in sources if "clusters" in example.settings else ():
        source.cluster = source.path.partition("/")[0]
    return sources


def mendable(report: Report) -> list[Diagnostic]:
    return [found for found in report.diagnostics if found.fix and text_edits(found.fix)]


def errors(report: Report) -> int:
    return sum(found.severity == "error" for found in report.diagnostics)


@pytest.mark.parametrize(("page", "example"), BAD)
def test_examples_are_fixed_for_good(page: Page, example: Example) -> None:
    """What can be fixed is gone; a second time changes nothing; there are no more errors than before."""
    sources, chosen = sources_of(example), settings_of(page, example)
    before = lint(sources, chosen)
    result = fix_all(sources, chosen, unsafe=True)
    assert result.settled
    assert bool(result.texts) == bool(mendable(before))
    assert not mendable(result.report)
    assert errors(result.report) <= errors(before)
    after = [replace(source, text=result.texts.get(source.path, source.text)) for source in sources]
    assert not fix_all(after, chosen, unsafe=True).texts


@pytest.mark.parametrize(("page", "example"), BAD)
def test_each_fix_fixes_its_finding_and_leaves_the_rest_as_it_is(page: Page, example: Example) -> None:
    sources, chosen = sources_of(example), settings_of(page, example)
    before = lint(sources, chosen)
    for diagnostic in mendable(before):
        assert diagnostic.fix
        edits = sorted(text_edits(diagnostic.fix), key=lambda edit: edit.span[1:])
        texts = apply(replace(before, diagnostics=[diagnostic]), {source.path for source in sources}, unsafe=True).texts
        for source in sources:
            at, rest = 0, texts.get(source.path, source.text)
            for edit in [edit for edit in edits if edit.span.source is source]:
                kept = source.text[at : edit.span.start]
                assert rest.startswith(kept)
                rest = rest[len(kept) :].removeprefix(edit.text)
                at = edit.span.end
            assert rest == source.text[at:]
        after = lint([replace(source, text=texts.get(source.path, source.text)) for source in sources], chosen)
        assert like(diagnostic, after) < like(diagnostic, before)


def like(diagnostic: Diagnostic, report: Report) -> int:
    """How many findings say the same of the same resource."""
    return sum(
        (found.rule, found.message, found.field_path) == (diagnostic.rule, diagnostic.message, diagnostic.field_path)
        for found in report.diagnostics
    )


def misspelt(value: Any, random: Random) -> Any:
    """A resource in which some keys of its spec lack a letter or have two of one."""
    if isinstance(value, dict):
        return {_misspelt(key, random): misspelt(child, random) for key, child in value.items()}
    return [misspelt(child, random) for child in value] if isinstance(value, list) else value


def _misspelt(key: str, random: Random) -> str:
    if len(key) < 4 or random.random() < 0.8:
        return key
    at = random.randrange(1, len(key))
    return random.choice([key[:at] + key[at + 1 :], key[:at] + key[at] + key[at:]])


@pytest.mark.parametrize("kind", kinds())
@settings(max_examples=20)
@given(data=st.data())
def test_fixes_never_make_a_valid_document_invalid(kind: str, data: st.DataObject) -> None:
    """Sound resources beside spoilt ones: the sound ones have no more errors than before, whatever is mended in them."""
    random = Random(data.draw(st.integers(0, 2**32)))
    found = [data.draw(resources(kind)) for _ in range(4)]
    sources = [
        Source(f"{number}.yaml", json.dumps(resource if number % 2 else resource | {"spec": misspelt(resource["spec"], random)}))
        for number, resource in enumerate(found)
    ]
    before = lint(sources)
    result = fix_all(sources, unsafe=True)
    assert result.settled
    for source in sources:
        was, now = (
            [one for one in report.diagnostics if one.severity == "error" and one.span.source.path == source.path]
            for report in (before, result.report)
        )
        assert was or not now
    assert not mendable(result.report)


def linter(*, wrong: dict[str, str], broken: frozenset[str] = frozenset()) -> Any:
    """A linter that has other keys for some, as a warning, and an error for each key in `broken`."""

    def run(sources: Any) -> Report:
        report = lint([])
        for source in sources:
            for document in read(source):
                for key in document.data:
                    place = Place(document, (key,), "key")
                    facts = ("wrong", None, place.span(), key, None)
                    if key in wrong:
                        fix = Fix("rename it", (Rename(place, wrong[key]),))
                        report.diagnostics.append(Diagnostic("rule", (), "schema", "schema", "warning", *facts, fix=fix))
                    if key in broken:
                        report.diagnostics.append(Diagnostic("broken", (), "schema", "schema", "error", *facts))
        return report

    return run


def test_a_fix_that_would_leave_an_error_in_a_sound_file_is_not_made() -> None:
    run = linter(wrong={"a": "b", "c": "d"}, broken=frozenset("b"))
    result = fix_all([Source("one.yaml", "a: 1\n"), Source("two.yaml", "c: 1\n")], lint=run)
    assert result.texts == {"two.yaml": "d: 1\n"}
    assert (result.fixed, result.settled) == ({"rule": 1}, True)
    assert [found.field_path for found in result.report.diagnostics] == ["a"]


def test_fixes_that_undo_each_other_come_to_an_end() -> None:
    result = fix_all([Source("one.yaml", "a: 1\n")], lint=linter(wrong={"a": "b", "b": "a"}))
    assert not result.settled
    assert result.texts["one.yaml"] in ("a: 1\n", "b: 1\n")


def test_as_many_fields_of_one_mapping_as_there_are() -> None:
    text = "".join(f"k{number}: 1\n" for number in range(60))
    run = linter(wrong={f"k{number}": f"n{number}" for number in range(60)})
    assert fix_all([Source("one.yaml", text)], lint=run).texts == {"one.yaml": text.replace("k", "n")}


def test_yaml_within_yaml_is_left_as_it_is() -> None:
    """Its characters are not those of the file around it."""
    document = next(read(Source("one.yaml", "timout: 1s", enclosing=Enclosing(Source("one.yaml"), range(11)))))
    assert text_edits(Fix("rename it", (Rename(Place(document, ("timout",)), "timeout"),))) == ()
