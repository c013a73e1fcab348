"""Templates are distinguished from manifests that contain templates for other programs, and from mistakes."""

import pytest
from parsers import PARSERS, documents

from istiolint.documents import Skip
from istiolint.documents.placeholders import can_be_name, has_placeholder, has_variable
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
        (
            HEAD
            + "metadata:\n  name: x\n  {{ if .a }}\n    {{ range $k, $v := .a }}\n    {{ $k }}: y\n    {{ end }}\n  {{ end }}\n",
            (5, 3),
        ),
        (HEAD + "metadata:\n  namespace: {{.Namespace | quote}}\n      name: {{ .Name }}\n", (4, 14)),
        (HEAD + 'metadata:\n  name: x\n  labels: {"{{ .key }}": y}\n', (5, 26)),
        (HEAD + "metadata:\n  name: x\n  labels:\n    app: '{{ .app }}'\n", (6, 10)),
        (HEAD + "metadata:\n  name: x\n%{ if on ~}\nspec: {}\n%{ endif ~}\n", (5, 1)),
    ],
)
def test_templates(parser: str, text: str, place: tuple[int, int]) -> None:
    (document,) = documents(text, parser)
    assert findings(text, parser) == [("unrendered-template", place)]
    assert document.data is None
    assert document.skipped in (Skip.TEMPLATE, Skip.HELM_TEMPLATE, Skip.GO_TEMPLATE, Skip.JINJA_TEMPLATE)


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
        HEAD + "metadata:\n  annotations:\n    note: '{{ free }}'\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: |\n    #@ if x:\n    {% if x %}\n",
        "a: {b: {c: d}}\n",
    ],
)
def test_manifests_that_hold_braces(parser: str, text: str) -> None:
    assert findings(text, parser) == []


@pytest.mark.parametrize("parser", PARSERS)
def test_a_fault_elsewhere_is_reported_in_a_manifest_that_holds_a_template(parser: str) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |\n    {{- if x }}\n    {{ .y }}\n  b: c: d\n"
    assert findings(text, parser) == [("yaml-syntax", (7, 7))]


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEAD + "metadata:\n  name: x\n  labels: {{app: y}}\n", (5, 12)),  # a brace too many
        (HEAD + "metadata:\n  name: a: b\nspec:\n  # {{ if x }}\n  hosts: [x]\n", (4, 10)),
        ("apiVersion: v1\nkind: ConfigMap\ndata:\n  a: |-\n    {{ if x }}\n  b: c: d\n", (6, 7)),
        ("apiVersion: v1\nkind: ConfigMap\ndata:\n- |2\n   {{ if x }}\n- b: c: d\n", (6, 7)),
        (HEAD + "spec:\n  http:\n  - match:\n    - method: [GET] [POST]\n", (6, 21)),
        (HEAD + "metadata:\n  name: x\n  <x>: y: z\n", (5, 9)),
        ("apiVersion: v1\nkind: ConfigMap\ndata:\n  a.xml: |\n<config>\n</config>\n", (5, 1)),
        (HEAD + "metadata:\n  name: ${NAME}: x\n", (4, 16)),
        (HEAD + "metadata: {name: x}\n<<<<<<< HEAD\nspec: {}\n>>>>>>> main\n", (4, 1)),
        (HEAD + "metadata:\n  name: x\n  labels: [app]: y\n", (5, 16)),
    ],
)
def test_mistakes_that_look_like_templates(parser: str, text: str, place: tuple[int, int]) -> None:
    assert findings(text, parser) == [("yaml-syntax", place)]


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEAD + 'metadata:\n  annotations:\n    x: "y"\n    <CERT_ANNOTATION_1>\n    <CERT_ANNOTATION_2>\n', (6, 1)),
        (HEAD + "metadata:\n  annotations:\n    x: y\n    <issuer annotations>\nspec: {}\n", (6, 1)),
        (HEAD + "metadata:\n  name: [PRODUCT]-adaptor\n", (4, 9)),
        (HEAD + "metadata:\n  labels:\n    app: x\n    ${EXTRA_LABELS}\nspec: {}\n", (6, 1)),
        (HEAD + "metadata:\n  labels: {app: ${APP}}\n", (4, 17)),
        (HEAD + "metadata:\n  name: x\n[EXTRA_FIELDS]\nspec: {}\n", (5, 1)),
        (HEAD + "metadata:\n  name: x\n  labels:\n    [APP_LABEL]: y\n", (6, 5)),
        (HEAD + "metadata:\n  name: [Your Name]-gateway\n", (4, 9)),
        (HEAD + "metadata:\n  name: [team].[domain].example.com\n", (4, 9)),
        (HEAD + "metadata:\n  name: x\n$ANNOTATIONS\nspec: {}\n", (5, 1)),
        (HEAD + "metadata:\n  name: x\n  <<ANNOTATIONS>>\nspec: {}\n", (5, 1)),
        (HEAD + "metadata:\n  name: @NAME@\n", (4, 9)),
        (HEAD + "metadata:\n  name: %NAME%\n", (4, 9)),
    ],
)
def test_placeholders_that_break_the_syntax(parser: str, text: str, place: tuple[int, int]) -> None:
    (document,) = documents(text, parser)
    assert findings(text, parser) == [("unrendered-template", place)]
    assert document.skipped is Skip.WITH_PLACEHOLDERS


@pytest.mark.parametrize(
    ("text", "skip"),
    [
        ("name: {{ .Values.name }}\n", Skip.HELM_TEMPLATE),
        ('a: {{ include "x" . | nindent 4 }}\n', Skip.HELM_TEMPLATE),
        ("name: {{ .Name | quote }}\n", Skip.GO_TEMPLATE),
        ("{{ range $x := .xs }}\na: {{ $x }}\n{{ end }}\n", Skip.GO_TEMPLATE),
        ("{% for x in xs %}\na: {{ x }}\n{% endfor %}\n", Skip.JINJA_TEMPLATE),
        ("a: {{ x }}\n", Skip.TEMPLATE),
        ("{{#tls}}\na: 1\n{{/tls}}\n", Skip.TEMPLATE),
    ],
)
def test_the_engine_that_a_template_is_for(text: str, skip: Skip) -> None:
    (document,) = documents(text)
    assert document.skipped is skip


def test_a_folder_of_templates_tips_the_scales() -> None:
    text = HEAD + "metadata:\n  name: a: {{ x }}: b\n"
    assert findings(text, path="chart/values.yaml") == [("yaml-syntax", (4, 10))]
    assert findings(text, path="chart/templates/x.yaml") == [("unrendered-template", (4, 12))]


@pytest.mark.parametrize(
    ("path", "skip"),
    [
        ("chart/templates/_rbac.yaml", Skip.HELM_PARTIAL),
        ("chart/templates/rbac/_a.yaml", Skip.HELM_PARTIAL),
        ("templates/_a.yaml", Skip.HELM_PARTIAL),
        ("samples/_a.yaml", None),
        ("chart/_templates/a.yaml", None),
        ("chart/templates/a_.yaml", None),
    ],
)
def test_partials_of_helm(path: str, skip: Skip | None) -> None:
    (document,) = documents(HEAD + "metadata: {name: x}\n", path=path)
    assert document.skipped is skip


YTT = [
    '#@ load("@ytt:data", "data")\n---\n' + HEAD + "metadata:\n  name: x\nspec:\n  hosts:\n  - #@ data.values.host\n",
    HEAD + "metadata:\n  name: #@ name\n",
    HEAD + "metadata:\n  name: x\nspec:\n  #@ if/end on:\n  hosts: [x]\n",
    HEAD + "metadata: {name: x}\n#@ for host in hosts:\n#@ end\n",
    "#@overlay/match by=overlay.all\n---\n" + HEAD + "spec: {hosts: [x]}\n",
    "#@ def labels():\napp: x\n#@ end\n---\n" + HEAD + "metadata: {name: x}\n",
    "#! comment\n#@data/values\n---\na: 1\n",
]


@pytest.mark.parametrize("text", YTT)
def test_ytt(text: str) -> None:
    found = documents(text)
    assert {document.skipped for document in found if document.text.strip("-\n") and document.text[:2] != "#@"} <= {
        Skip.YTT_TEMPLATE
    }
    assert any(document.skipped for document in found)
    assert all(document.data is None for document in found)
    assert {rule for rule, _ in findings(text)} == {"unrendered-template"}


@pytest.mark.parametrize(
    "text",
    [
        "#! only a comment of ytt\n" + HEAD + "metadata: {name: x}\n",
        '#@ load("@ytt:overlay", "overlay")\n---\n' + HEAD + "metadata: {name: x}\n",
        "#@ TODO: a decorated comment\n" + HEAD + "metadata: {name: x}\n",
        "#@author somebody\n" + HEAD + "metadata: {name: x}\n",
        "## @param name\n" + HEAD + "metadata: {name: x}\n",
        HEAD + "metadata: {name: x, annotations: {a: 'b #@ if c: d'}}\n",
        HEAD + 'metadata:\n  name: x\n  annotations:\n    a: "#@ b"\n',
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a.yml: |\n    a: #@ b\n    #@ end\n",
    ],
)
def test_no_ytt(text: str) -> None:
    (document,) = documents(text)
    assert (document.skipped, document.problems) == (None, [])
    assert document.data["metadata"]["name"] == "x"


def test_a_large_template_is_known_by_its_control_lines() -> None:
    text = "{{- if x }}\n" + HEAD + "data: |\n" + "  text\n" * (MOST_SEARCHED // 7) + "{{- end }}\n"
    assert findings(text) == [("unrendered-template", (1, 1))]


def test_templates_are_reported_once_a_file_and_skipped_each() -> None:
    text = "\n---\n".join([HEAD + "metadata: {name: a}\n", "a: {{ b }}\n", "a: {{ .Values.c }}\n"])
    found = documents(text)
    assert [len(document.problems) for document in found] == [0, 1, 0]
    assert [document.skipped for document in found] == [None, Skip.TEMPLATE, Skip.HELM_TEMPLATE]


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
    assert not can_be_name(text)


@pytest.mark.parametrize(
    "text", ["", "a.b.svc.cluster.local", "*", "*.example.com", "Reviews", "HTTP", "my_service", "a$", "./*"]
)
def test_no_placeholders(text: str) -> None:
    assert not has_placeholder(text)


@pytest.mark.parametrize("text", ["^/(?P<version>v[0-9]+)/", "(?<!x)y", "^a$", "NOT_FOUND", "$1", "a < b and c > d", "5%"])
def test_no_variables(text: str) -> None:
    assert not has_variable(text)


@pytest.mark.parametrize(
    ("text", "possible"), [("reviews.shop", True), ("Reviews", True), ("V1", True), ("HOST", False), ("a.NS", False)]
)
def test_words_in_capitals_name_nothing(text: str, *, possible: bool) -> None:
    assert can_be_name(text) is possible


def test_a_placeholder_is_reported_once_a_file_at_its_place() -> None:
    text = HEAD + "metadata:\n  name: x\nspec:\n  hosts:\n    - a.${NS}.svc\n---\n" + HEAD + "metadata: {name: $NAME}\n"
    assert findings(text) == [("unrendered-placeholder", (7, 9))]
    assert findings("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: $X}\n") == []
