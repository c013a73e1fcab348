"""Fields of what kustomize built, found again in the files of the overlay."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from istiolint.rendered.kustomize import Overlay
from istiolint.sources import Source

BASE = """\
# the routes
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
spec:
  hosts: ["reviews"]   # quoted
  http:
    - timout: 3s
      route: [{destination: {host: reviews}}]
"""
BUILT = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: live-reviews-blue
  namespace: prod
spec:
  gateways:
  - edge
  hosts:
  - reviews
  http:
  - route:
    - destination:
        host: reviews
    timout: 3s
"""


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    write(tmp_path / "base", "kustomization.yaml", "resources: [routes.yaml]\nnameSuffix: -blue\n")
    write(tmp_path / "base", "routes.yaml", BASE)
    write(
        tmp_path / "live",
        "kustomization.yaml",
        "resources: [../base]\nnamePrefix: live-\nnamespace: prod\npatches: [{path: edge.yaml}]\n",
    )
    patch = BASE[: BASE.index("  hosts")] + "  gateways: [edge]\n"
    write(tmp_path / "live", "edge.yaml", patch)
    return tmp_path / "live"


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def find(folder: Path, words: str, built: str = BUILT) -> tuple[str, int, str, bool] | None:
    at = built.index(words)
    found = Overlay(Source("<built>", built), str(folder)).find(at, at + len(words))
    if not found:
        return None
    text = found.source.text[found.start : found.end]
    return Path(found.source.path).name, found.source.position(found.start).line, text, found.exact


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("timout", ("routes.yaml", 9, "timout", True)),
        ("3s", ("routes.yaml", 9, "3s", True)),
        ("reviews\n  http", ("routes.yaml", 7, '"reviews"', True)),
        ("edge", ("edge.yaml", 7, "edge", True)),  # a patch sets it
        ("gateways", ("edge.yaml", 7, "gateways", True)),
        ("live-reviews-blue", ("routes.yaml", 5, "reviews", False)),  # a transformer has changed it
        ("prod", ("kustomization.yaml", 3, "prod", True)),  # the kustomization sets it
        ("namespace", ("kustomization.yaml", 3, "namespace", True)),
    ],
)
def test_fields_are_found_again(overlay: Path, words: str, found: tuple[str, int, str, bool]) -> None:
    assert find(overlay, words) == found


def test_a_list_that_a_patch_replaces_is_found_in_the_patch(overlay: Path) -> None:
    patch = BASE.replace("# the routes\n", "").replace("# quoted", "# ours")
    (overlay / "edge.yaml").write_text(patch, "utf-8")
    assert find(overlay, "timout") == ("edge.yaml", 8, "timout", True)
    assert find(overlay, "reviews\n  http") == ("edge.yaml", 6, '"reviews"', True)
    assert find(overlay, "VirtualService") == ("routes.yaml", 3, "VirtualService", True)  # the patch only names its target


def test_what_patches_within_the_kustomization_set_is_found_there(overlay: Path) -> None:
    write(
        overlay,
        "kustomization.yaml",
        """\
resources: [../base]
namePrefix: live-
patches:
  - target: {kind: VirtualService}
    patch: |-
      - {op: add, path: /spec/gateways, value: [edge]}
      - op: replace
        path: /spec/http/0/timout
        value: 3s
""",
    )
    assert find(overlay, "edge") == ("kustomization.yaml", 6, "edge", True)
    assert find(overlay, "3s") == ("kustomization.yaml", 9, "3s", True)
    assert find(overlay, "reviews\n  http") == ("routes.yaml", 7, '"reviews"', True)


def test_a_value_that_the_files_do_not_show_is_found_at_its_field(overlay: Path) -> None:
    assert find(overlay, "5s", BUILT.replace("3s", "5s")) == ("routes.yaml", 9, "3s", False)
    added = BUILT.replace("  gateways", "  unseen: 1\n  gateways")
    assert find(overlay, "unseen", added) == ("routes.yaml", 3, "VirtualService", False)


def test_a_resource_of_another_name_or_kind_is_found_nowhere(overlay: Path) -> None:
    assert find(overlay, "3s", BUILT.replace("live-reviews-blue", "reviews")) is None
    assert find(overlay, "3s", BUILT.replace("kind: VirtualService", "kind: Service")) is None


def test_two_files_that_define_it_tell_nothing_unless_the_namespace_does(tmp_path: Path) -> None:
    write(tmp_path, "kustomization.yml", "resources: [a.yaml, b.yaml]\n")
    text = BASE.replace("name: reviews\n", "name: reviews\n  namespace: {}\n")
    write(tmp_path, "a.yaml", text.replace("{}", "a", 1))
    write(tmp_path, "b.yaml", text.replace("{}", "b", 1))
    built = BUILT.replace("live-reviews-blue", "reviews")
    assert find(tmp_path, "3s", built) is None
    assert find(tmp_path, "3s", built.replace("prod", "b")) == ("b.yaml", 10, "3s", True)


def test_files_that_the_kustomization_does_not_name_do_not_count(overlay: Path) -> None:
    write(overlay, "unused.yaml", BASE.replace("name: reviews", "name: live-reviews-blue"))
    assert find(overlay, "3s") == ("routes.yaml", 9, "3s", True)


def test_kustomizations_in_a_circle_end(tmp_path: Path) -> None:
    write(tmp_path, "kustomization.yaml", "resources: [., https://example.com/x, gone.yaml, 5]\nbases: x\npatches: [.]\n")
    assert find(tmp_path, "3s") is None


FRAGMENTS = st.sampled_from(
    [
        BASE,
        BUILT,
        "---\n",
        "a: &x [1]\nb: *x\n",
        "  - {a: 1}\n",
        "kind: X\n",
        "apiVersion: v1\n",
        "<<: {a: b}\n",
        "a: 1\na: 2\n",
        "'",
        "é",
    ]
)
DOCUMENTS = st.lists(FRAGMENTS, max_size=4).map("".join).map(lambda text: text.replace("live-reviews-blue", "reviews"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DOCUMENTS, DOCUMENTS, st.data())
def test_whatever_the_files_hold(tmp_path: Path, built: str, base: str, data: st.DataObject) -> None:
    write(tmp_path, "kustomization.yaml", "resources: [x.yaml]\n")
    write(tmp_path, "x.yaml", base)
    start = data.draw(st.integers(0, max(len(built) - 1, 0)))
    found = Overlay(Source("<built>", built), str(tmp_path)).find(start, start + 1)
    assert found is None or 0 <= found.start < found.end <= len(found.source.text)
