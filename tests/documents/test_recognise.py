"""Documents that are no resources are left alone, and the summary can say why."""

import pytest
from parsers import documents

from istiolint.documents import patch_paths, read
from istiolint.engine.lint import lint
from istiolint.sources import Source

OBJECT = "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("a.yaml", OBJECT, None),
        ("a.yaml", "kind: List\nitems: []\n", None),
        ("a.yaml", "# c\n", None),
        ("values.yaml", "image: {tag: 1}\n", "no Kubernetes object"),
        ("a.yaml", "- a\n- b\n", "no Kubernetes object"),
        ("a.yaml", "text", "no Kubernetes object"),
        ("a.yaml", "apiVersion: 1\nkind: [x]\n", "no Kubernetes object"),
        ("a.yaml", "- {op: replace, path: /spec/x, value: 1}\n", "JSON patch"),
        ("kustomization.yaml", "resources: [a.yaml]\n", "Kustomization"),
        ("a.yaml", OBJECT + "spec:\n  ports:\n    - {$patch: delete, name: x}\n", "Kustomize patch"),
        ("a.yaml", OBJECT + "data: {x: '$patch: is text'}\n", None),
        ("tests/00-assert.yaml", OBJECT, "test assertion"),
        ("tests/x-assert.yaml", OBJECT, "test assertion"),
        ("tests/01-errors.yaml", OBJECT, "test assertion"),
        ("inject-errors.yaml", OBJECT, None),
    ],
)
def test_reasons(path: str, text: str, reason: str | None) -> None:
    (document,) = documents(text, path=path)
    assert document.skipped == reason
    assert not document.problems


KUSTOMIZATION = """\
patches:
  - path: ../shared/patch.yaml
    target: {kind: Service}
  - patch: |-
      - {op: remove, path: /spec}
patchesStrategicMerge:
  - merge.yaml
  - |-
    apiVersion: v1
    kind: Service
patchesJson6902:
  - {path: json.yaml, target: {kind: Service}}
resources: [service.yaml]
"""


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_files_that_a_kustomization_names_are_patches(name: str) -> None:
    sources = [Source(f"overlays/a/{name}", KUSTOMIZATION)]
    assert patch_paths(sources) == {"overlays/shared/patch.yaml", "overlays/a/merge.yaml", "overlays/a/json.yaml"}


def test_odd_kustomizations_do_no_harm() -> None:
    for text in ("[]", "patches: x", "patches: [1, {path: 2}, [a]]", "a: [", "patches: {{ x }}"):
        assert patch_paths([Source("kustomization.yaml", text)]) == frozenset()


def test_patches_are_skipped_wherever_the_kustomization_stands() -> None:
    patches = {"a/patch.yaml"}
    (patch,) = read(Source("./a/patch.yaml", OBJECT), patches)
    (other,) = read(Source("patch.yaml", OBJECT), patches)
    assert (patch.skipped, other.skipped) == ("Kustomize patch", None)


def test_the_summary_counts_what_was_skipped() -> None:
    sources = [
        Source("a/merge.yaml", OBJECT + "---\n" + OBJECT), Source("a/kustomization.yaml", "patches: [{path: merge.yaml}]\n"),
        Source("a/service.yaml", OBJECT + "---\n# nothing\n---\n"), Source("a/values.yaml", "a: 1\n"),
        Source("b/values.yaml", "b: 1\n", linted=False),
    ]  # fmt: skip
    summary = lint(sources).summary
    assert summary.documents == 1
    assert +summary.skipped == {"Kustomize patch": 2, "Kustomization": 1, "no Kubernetes object": 1}
