"""Templates are told from manifests that carry templates for somebody else."""

import pytest
from parsers import PARSERS, documents

from istiolint.documents.placeholders import has_placeholder
from istiolint.documents.template import MOST_SEARCHED

HEAD = "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"


def findings(text: str, parser: str = "libyaml", path: str = "example.yaml") -> list[tuple[str, tuple[int, int]]]:
    return [(p.rule, tuple(p.place.span().begins)) for d in documents(text, parser, path) for p in d.problems]


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEAD + "metadata:\n  name: {{ .Values.name }}\n", (4, 9)),
        (HEAD + "metadata:\n  name: x-{{ .Values.name }}\n", (4, 9)),
        (HEAD + 'metadata:\n  namespace: "{{ .Release.Namespace }}"\n', (4, 14)),
        ('apiVersion: "{{ .api }}"\nkind: X\n', (1, 13)),
        ("apiVersion: v1\nkind: '{{ kind }}'\n", (2, 7)),
        (HEAD + "metadata: {name: x}\nspec:\n  hosts: ['{{ .Values.host }}']\n", (5, 11)),
        (HEAD + "metadata:\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\n", (5, 5)),
        ("{{- if .Values.on }}\n" + HEAD + "{{- end }}\n", (1, 1)),
        (
            HEAD + "spec:\n  {{- with .Values.hosts }}\n  hosts:\n  {{- range . }}\n  - {{ . }}\n  {{- end }}\n  {{- end }}\n",
            (4, 3),
        ),
        ('{{- $name := dict\n  "a" 1 }}\n' + HEAD, (1, 1)),
        ("{% if x %}\n" + HEAD + "{% endif %}\n", (1, 1)),
        ("{# note #}\n" + HEAD + "metadata:\n  name: {{ name }}\n", (1, 1)),
        ('{{- include "lib.service" . }}\n', (1, 1)),
    ],
)
def test_templates(parser: str, text: str, place: tuple[int, int]) -> None:
    (document,) = documents(text, parser)
    assert findings(text, parser) == [("unrendered-template", place)]
    assert document.data is None
    assert document.skipped in ("template", "Helm template")


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    "text",
    [
        'apiVersion: v1\nkind: ConfigMap\ndata:\n  a.json: \'{"legend": "{{pod}}"}\'\n  b: |\n    {{- if x }}\n    {{ end }}\n',
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:\n  summary: '{{ $labels.pod }} is down'\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  args: ['{{inputs.parameters.x}}']\n",
        "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nspec:\n  code: 'local x = {{1}}'\n",
        "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  template: '{{ .x }}'\n",
        HEAD + "metadata:\n  annotations: {note: '{{ free }}'}\nspec:\n  hosts: [a]  # {{ comment }}\n",
        "values: '{{ .x }}'\n",
        "a: {b: {c: d}}\n",
    ],
)
def test_manifests_that_hold_braces(parser: str, text: str) -> None:
    assert findings(text, parser) == []


@pytest.mark.parametrize("parser", PARSERS)
def test_a_fault_elsewhere_is_told_in_a_manifest_that_holds_a_template(parser: str) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    {{- if x }}\n    {{ .y }}\n  b: c: d\n"
    assert findings(text, parser) == [("yaml-syntax", (7, 7))]


def test_a_folder_of_templates_tips_the_scales() -> None:
    text = HEAD + "metadata:\n  {{ if x }}name: a: b{{ end }}\n"
    assert findings(text, path="chart/values.yaml") == [("yaml-syntax", (4, 3))]
    assert findings(text, path="chart/templates/x.yaml") == [("unrendered-template", (4, 3))]


def test_a_large_template_is_known_by_its_control_lines() -> None:
    text = "{{- if x }}\n" + HEAD + "data: |\n" + "  text\n" * (MOST_SEARCHED // 7) + "{{- end }}\n"
    assert findings(text) == [("unrendered-template", (1, 1))]


def test_templates_are_told_once_a_file_and_skipped_each() -> None:
    text = "\n---\n".join([HEAD + "metadata: {name: a}\n", "a: {{ b }}\n", "a: {{ .Values.c }}\n"])
    found = documents(text)
    assert [len(document.problems) for document in found] == [0, 1, 0]
    assert [document.skipped for document in found] == [None, "template", "Helm template"]


@pytest.mark.parametrize(
    "text",
    [
        "${NS}",
        "a.${NS}.svc",
        "$NS",
        "$(ns)",
        "($namespace)",
        "{{ .x }}",
        "SERVICE_NAME",
        "DEX_SERVICE.DEX_NAMESPACE",
        "<NAME>",
        "__NAME__",
        "@NAME@",
    ],
)
def test_placeholders(text: str) -> None:
    assert has_placeholder(text)


@pytest.mark.parametrize(
    "text", ["", "a.b.svc.cluster.local", "*", "*.example.com", "Reviews", "HTTP", "my_service", "a$", "./*"]
)
def test_no_placeholders(text: str) -> None:
    assert not has_placeholder(text)


def test_a_placeholder_is_told_once_a_file_at_its_place() -> None:
    text = HEAD + "metadata:\n  name: x\nspec:\n  hosts:\n    - a.${NS}.svc\n---\n" + HEAD + "metadata: {name: $NAME}\n"
    assert findings(text) == [("unrendered-placeholder", (7, 9))]
    assert findings("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: $X}\n") == []
