"""Documents that are no resources are left alone, and the summary can say why."""

import pytest
from parsers import documents

from istiolint.documents import Skip, named_by_others, patch_paths, read
from istiolint.engine.lint import lint
from istiolint.sources import Source

OBJECT = "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n"


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("a.yaml", OBJECT, None),
        ("a.yaml", "kind: List\nitems: []\n", None),
        ("a.yaml", "# c\n", None),
        ("values.yaml", "image: {tag: 1}\n", Skip.OTHER),
        ("a.yaml", "- a\n- b\n", Skip.OTHER),
        ("a.yaml", "text", Skip.OTHER),
        ("a.yaml", "apiVersion: 1\nkind: [x]\n", Skip.OTHER),
        ("a.yaml", "- {op: replace, path: /spec/x, value: 1}\n", "JSON patch"),
        ("kustomization.yaml", "resources: [a.yaml]\n", "Kustomization"),
        ("a.yaml", OBJECT + "spec:\n  ports:\n    - {$patch: delete, name: x}\n", "Kustomize patch"),
        ("a.yaml", OBJECT + "data: {x: '$patch: is text'}\n", None),
        ("tests/00-assert.yaml", OBJECT, "test assertion"),
        ("tests/x-assert.yaml", OBJECT, "test assertion"),
        ("tests/01-errors.yaml", OBJECT, "test assertion"),
        ("tests/01-assert-routes.yml", OBJECT, "test assertion"),
        ("tests/chainsaw-step-01-assert-1.yaml", OBJECT, "test assertion"),
        ("tests/chainsaw-error.yaml", "a: b: c", "test assertion"),
        ("inject-errors.yaml", OBJECT, None),
        ("reassert.yaml", OBJECT, None),
        ("01-error-pages.txt.yaml", OBJECT, None),
        ("deploy.golden.yaml", OBJECT, Skip.EXPECTED_OUTPUT),
        ("samples/verify/example_disallowed.yaml", OBJECT, Skip.TEST_STEP),
        ("samples/verify/example_allowed.yaml", OBJECT, None),
        ("expected.yaml", "a: b: c", Skip.EXPECTED_OUTPUT),
        ("expected_output.json", OBJECT, Skip.EXPECTED_OUTPUT),
        ("expected-traffic.yaml", OBJECT, None),
        ("golden-signals.yaml", OBJECT, None),
        ("a.yaml", "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\n", Skip.CLUSTER_TEST),
        ("a.yaml", "apiVersion: kuttl.dev/v1beta1\nkind: TestStep\n", Skip.CLUSTER_TEST),
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
    patches = {"a/patch.yaml": Skip.KUSTOMIZE_PATCH}
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
    assert +summary.skipped == {"Kustomize patch": 2, "Kustomization": 1, Skip.OTHER: 1}


CHAINSAW = """\
apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: t}
spec:
  steps:
    - try:
        - apply: {file: label.yaml}
        - create: {file: ../../deploy/gateway.yaml}
        - patch: {resource: {apiVersion: v1, kind: Service, metadata: {name: x}}}
        - error: {file: gone.yaml}
        - assert: {file: ../shared/ok-*.yaml}
        - assert: {file: 1}
        - script: {content: "x"}
      catch:
        - apply: {file: repair.yaml}
"""
KUTTL = "apiVersion: kuttl.dev/v1beta1\nkind: TestStep\napply: [a.yaml, 3]\nassert: [b.yaml]\nerror: [../c.yaml]\n"


def named(*sources: Source) -> dict[str, Skip]:
    found = named_by_others([*sources, Source("deploy/gateway.yaml", OBJECT), Source("tests/shared/ok-1.yaml", OBJECT)])
    assert found == named_by_others(
        [Source("tests/shared/ok-1.yaml", OBJECT), Source("deploy/gateway.yaml", OBJECT), *reversed(sources)]
    )
    return found


def test_files_that_chainsaw_names() -> None:
    assert named(Source("tests/a/chainsaw-test.yaml", CHAINSAW)) == {
        "tests/a/label.yaml": Skip.TEST_STEP,
        "tests/a/repair.yaml": Skip.TEST_STEP,
        "tests/a/gone.yaml": Skip.ASSERTION,
        "tests/shared/ok-1.yaml": Skip.ASSERTION,
    }


def test_errors_are_files_beside_a_test_or_an_assertion() -> None:
    beside = Source("tests/a/routes-error.yaml", OBJECT)
    assert named(Source("tests/a/chainsaw-test.yaml", CHAINSAW), beside)["tests/a/routes-error.yaml"] is Skip.ASSERTION
    assert named(Source("tests/a/routes-assert.yaml", OBJECT), beside) == {"tests/a/routes-error.yaml": Skip.ASSERTION}
    assert named(Source("tests/b/routes-assert.yaml", OBJECT), beside) == {}


def test_files_that_kuttl_names() -> None:
    assert named(Source("tests/a/00-run.yaml", KUTTL)) == {
        "tests/a/a.yaml": Skip.TEST_STEP, "tests/a/b.yaml": Skip.ASSERTION, "tests/c.yaml": Skip.ASSERTION,
    }  # fmt: skip


def test_steps_are_numbered_files_beside_a_numbered_assertion() -> None:
    names = ("00-install.yaml", "00-assert.yaml", "01-label.yaml", "notes.yaml")
    assert named(*(Source(f"tests/a/{name}", OBJECT) for name in names)) == {
        "tests/a/00-install.yaml": Skip.TEST_STEP, "tests/a/00-assert.yaml": Skip.ASSERTION,
        "tests/a/01-label.yaml": Skip.TEST_STEP,
    }  # fmt: skip
    assert named(Source("deploy/00-namespace.yaml", OBJECT), Source("deploy/01-gateway.yaml", OBJECT)) == {}


def test_a_folder_of_expected_output_is_one_beside_other_files() -> None:
    inside = Source("tests/golden/a.yaml", OBJECT)
    assert named(inside) == {"tests/golden/a.yaml": Skip.EXPECTED_OUTPUT}
    assert named_by_others([inside, Source("tests/golden/b.yaml", OBJECT)]) == {}


@pytest.mark.parametrize("text", ["a: [", "apiVersion: kuttl.dev/v1\nassert: 3\n", "# kuttl.dev/\n[]", "{{ kuttl.dev/ }}"])
def test_odd_tests_do_no_harm(text: str) -> None:
    assert named(Source("tests/a/x.yaml", text)) == {}


def test_rendered_output_is_linted_whatever_its_path() -> None:
    class Anywhere:
        def find(self, start: int, end: int) -> None:
            return None

    (document,) = read(Source("chart/templates/_x.yaml", OBJECT, origin=Anywhere()))
    assert document.skipped is None
