"""Lines of what helm rendered, found again in the templates of the chart."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.rendered.helm import Templates
from istiolint.sources import Source, Stretch

TEMPLATE = """\
{{- range .Values.hosts }}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {{ .name }}
spec:
  hosts: [{{ .host }}]
  http:
    - timeout: {{ .timeout }}
      route:
        - destination:
            host: reviews
      {{- with .retries }}
      retries: {{- toYaml . | nindent 8 }}
      {{- end }}
---
{{- end }}
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
spec:
  servers:
    - port:
        number: 80
    - port:
        number: 80
"""
RENDERED = """\
---
# Source: shop/templates/all.yaml
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: one
spec:
  hosts: [one.example]
  http:
    - timeout: 3x
      route:
        - destination:
            host: reviews
      retries:
        atempts: 3
---
# Source: shop/templates/all.yaml
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
spec:
  servers:
    - port:
        number: 80
    - port:
        number: 80
---
# Source: shop/charts/sub/templates/x.yaml
kind: ConfigMap
"""


@pytest.fixture
def chart(tmp_path: Path) -> str:
    (tmp_path / "chart/templates").mkdir(parents=True)
    (tmp_path / "chart/templates/all.yaml").write_text(TEMPLATE, "utf-8")
    return str(tmp_path / "chart")


def find(chart: str, words: str, nth: int = 0) -> Stretch:
    at = -1
    for _ in range(nth + 1):
        at = RENDERED.index(words, at + 1)
    found = Templates(Source("<stdin>", RENDERED), [chart]).find(at, at + len(words))
    assert found
    return found


def shown(found: Stretch) -> tuple[int, str, bool]:
    return found.source.position(found.start).line, found.source.text[found.start : found.end], found.exact


@pytest.mark.parametrize(
    ("words", "nth", "found"),
    [
        ("host: reviews", 0, (12, "host: reviews", True)),  # the same line
        ("reviews", 0, (12, "reviews", True)),
        ("hosts", 0, (7, "hosts", True)),  # the same key
        ("timeout", 0, (9, "timeout", True)),
        ("3x", 0, (9, "{{ .timeout }}", False)),  # what becomes its value
        ("atempts", 0, (14, "retries: {{- toYaml . | nindent 8 }}"[: len("retries:")], False)),  # below the line that puts it in
        ("kind: Gateway", 0, (19, "kind: Gateway", True)),
        ("number: 80", 0, (25, "number: 80", True)),  # twice in both
        ("number: 80", 1, (27, "number: 80", True)),
        ("name: edge", 0, (21, "name: edge", True)),
    ],
)
def test_lines_are_found_again(chart: str, words: str, nth: int, found: tuple[int, str, bool]) -> None:
    assert shown(find(chart, words, nth)) == found


def test_a_template_that_is_not_at_hand_is_named(chart: str) -> None:
    found = find(chart, "ConfigMap")
    assert (found.source.path, found.source.text, found.exact) == ("shop/charts/sub/templates/x.yaml", "", False)


def test_what_stands_above_the_first_comment_came_from_nowhere(chart: str) -> None:
    assert Templates(Source("<stdin>", "a: 1\n" + RENDERED), [chart]).find(0, 1) is None


def test_a_line_that_the_template_does_not_show_is_reported_at_the_kind(chart: str) -> None:
    rendered = RENDERED.replace("spec:\n  servers", "surprise: 1\nspec:\n  servers")
    at = rendered.index("surprise")
    found = Templates(Source("<stdin>", rendered), [chart]).find(at, at + 8)
    assert found
    assert shown(found) == (19, "kind: Gateway", False)


@pytest.mark.parametrize("path", ["shop/../../secret.yaml", "shop/link.yaml", "/secret.yaml", "shop/", "shop"])
def test_a_comment_names_no_file_outside_the_chart(chart: str, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.yaml").write_text("kind: Secret\n", "utf-8")
    (Path(chart) / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    text = f"---\n# Source: {path}\nkind: Secret\n"
    found = Templates(Source("<stdin>", text), [chart]).find(text.index("kind"), text.index("kind") + 4)
    assert found
    assert found.source.text == ""


LINES = st.sampled_from(
    ["kind: Gateway", "  name: edge", "  hosts:", "    - {{ . }}", "    - a", "---", "", "{{- end }}", "é: '"]
)


@given(st.lists(LINES), st.lists(LINES), st.data())
def test_every_stretch_found_lies_in_its_template(
    tmp_path_factory: pytest.TempPathFactory, template: list[str], rendered: list[str], data: st.DataObject
) -> None:
    chart = tmp_path_factory.getbasetemp() / "any"
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    (chart / "templates/x.yaml").write_text("\n".join(template) + "\n", "utf-8")
    text = "---\n# Source: any/templates/x.yaml\n" + "\n".join(rendered) + "\n"
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = Templates(Source("<stdin>", text), [str(chart)]).find(start, end)
    assert found
    assert 0 <= found.start < found.end <= len(found.source.text)
