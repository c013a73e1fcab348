"""Inputs that failed once, found by tools/fuzz.py, and a few new ones."""

import math
from random import Random

import fuzz
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istiolint.documents.scalars import plain

SEEDS = fuzz.seeds()


@pytest.mark.parametrize(("path", "file"), list(fuzz.saved()), ids=lambda each: getattr(each, "stem", ""))
def test_inputs_that_failed_once(path: str, file: "fuzz.Path") -> None:
    assert fuzz.failure(file.read_bytes(), path) == ""


def test_failing_inputs_are_saved_with_their_place(tmp_path: "fuzz.Path", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SAVED", tmp_path)
    monkeypatch.setattr(fuzz, "ROOT", tmp_path)
    fuzz.save(b"a", "failed")
    fuzz.save(b"b", "failed", "overlays/prod/kustomization.yaml")
    assert {(path, file.read_bytes()) for path, file in fuzz.saved()} == {
        ("fuzz.yaml", b"a"),
        ("overlays/prod/kustomization.yaml", b"b"),
    }


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_kustomizations(seed: int) -> None:
    choose = Random(seed)
    path, data = choose.choice([*fuzz.application_seeds().items()])
    assert fuzz.failure(fuzz.tokens_mutated(data, choose)[: fuzz.MAX_SIZE], path) == ""


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["bytes", "tokens", "structure"]))
def test_mutated_manifests(seed: int, level: str) -> None:
    choose = Random(seed)
    data, other = choose.choice(SEEDS), choose.choice(SEEDS)
    mutated = {
        "bytes": lambda: fuzz.bytes_mutated(data, choose),
        "tokens": lambda: fuzz.tokens_mutated(data, choose),
        "structure": lambda: fuzz.structure_mutated(data, other, choose),
    }[level]()
    assert fuzz.failure(mutated[: fuzz.MAX_SIZE]) == ""


@pytest.mark.parametrize("text", ["9" * 400, "9" * 5000, "-" + "9" * 400, "0x" + "f" * 5000, "1e999999", "-1.5e400"])
def test_numbers_that_no_type_can_represent_are_strings(text: str) -> None:
    assert plain(text) == text


@given(st.from_regex(r"[-+]?[0-9]{1,30}(\.[0-9]{1,5})?([eE][-+]?[0-9]{1,3})?", fullmatch=True))
def test_numbers_are_finite(text: str) -> None:
    value = plain(text)
    assert isinstance(value, str) or math.isfinite(value)  # type: ignore[arg-type]
