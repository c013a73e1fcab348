"""`--kustomize` and `--helm`: the programs are small scripts, put on PATH in place of the real ones."""

import json
import os
from pathlib import Path

import pytest
from commands import Process, Run
from manifests import as_text, deployment

from istiolint.rendered import programs

ROUTES = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
spec:
  hosts: [reviews]
  http:
    - timout: 3s
      route:
        - destination:
            host: reviews
"""
HELM = "---\n# Source: shop/templates/routes.yaml\n" + ROUTES


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PATH, which holds the shell's programs alone."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "cat", "sleep"):
        (folder / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put(folder: Path, name: str, output: str, more: str = "") -> None:
    """A program that notes its arguments, prints a text, and does what `more` says."""
    (folder / f"{name}.out").write_text(output, "utf-8")
    script = f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {folder}/{name}.arguments\ncat {folder}/{name}.out\n{more}\n"
    (folder / name).write_text(script, "utf-8")
    (folder / name).chmod(0o755)


def arguments(folder: Path, name: str) -> list[str]:
    return (folder / f"{name}.arguments").read_text("utf-8").splitlines()


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    chart = tmp_path / "charts/shop"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("name: shop\n", "utf-8")
    (chart / "templates/routes.yaml").write_text(
        "{{ if .Values.on }}\n" + ROUTES.replace("3s", "{{ .Values.t }}") + "{{ end }}\n"
    )
    (chart / "live.yaml").write_text("on: true\n", "utf-8")
    return chart


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "kustomization.yaml").write_text("resources: [routes.yaml]\n", "utf-8")
    (overlay / "routes.yaml").write_text("# routes\n" + ROUTES, "utf-8")
    return overlay


def test_helm(run: Run, path: Path, chart: Path) -> None:
    put(path, "helm", HELM)
    found = run("--helm", "charts/shop", "--values", "charts/shop/live.yaml")
    assert found.exit_code == 1
    assert arguments(path, "helm") == ["template", "--values=charts/shop/live.yaml", "charts/shop"]
    assert "charts/shop/templates/routes.yaml:9:7: error[unknown-field]" in found.output
    assert "- timout: {{ .Values.t }}" in found.output
    assert "1 error in 1 file" in found.output  # the current folder is not read beside it


def test_kustomize(run: Run, path: Path, overlay: Path) -> None:
    put(path, "kustomize", ROUTES)
    put(path, "kubectl", "")
    found = run("--kustomize", "overlay")
    assert found.exit_code == 1
    assert arguments(path, "kustomize") == ["build", "overlay"]
    assert "overlay/routes.yaml:9:7: error[unknown-field]" in found.output
    assert "1 error in 1 file" in found.output


def test_kubectl_stands_in_for_kustomize(run: Run, path: Path, overlay: Path) -> None:
    put(path, "kubectl", ROUTES)
    assert "overlay/routes.yaml:9:7: error[unknown-field]" in run("--kustomize", "overlay").output
    assert arguments(path, "kubectl") == ["kustomize", "overlay"]


def test_rendered_and_other_files_are_one_mesh(run: Run, path: Path, overlay: Path, tmp_path: Path) -> None:
    put(path, "kustomize", ROUTES.replace("timout", "timeout").replace("spec:", "  namespace: shop\nspec:"))
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: ratings, namespace: shop}\n"
    (tmp_path / "services.yaml").write_text(service, "utf-8")
    found = run("--kustomize", "overlay", "--context", "services.yaml")
    assert "error[host-not-found]: VirtualService shop/reviews: no service `reviews`" in found.output
    both = run("--kustomize", "overlay", "services.yaml")
    assert "2 resources" in both.output


@pytest.mark.parametrize("format_", ["text", "json", "sarif", "github"])
def test_every_format_names_the_template(run: Run, path: Path, chart: Path, format_: str) -> None:
    put(path, "helm", HELM)
    found = run("--helm", "charts/shop", "--format", format_)
    assert found.exit_code == 1
    assert "charts/shop/templates/routes.yaml" in found.output
    assert "&lt;helm" not in found.output


def test_what_is_rendered_has_no_fix(run: Run, path: Path, overlay: Path) -> None:
    """In the file itself it would be one; in the rendered text it would be lost."""
    put(path, "kustomize", ROUTES)
    (plain,) = json.loads(run("overlay", "--format", "json").output)["diagnostics"]
    (rendered,) = json.loads(run("--kustomize", "overlay", "--format", "json").output)["diagnostics"]
    assert plain["fix"]
    assert rendered == plain | {"fix": None}


def test_a_note_tells_what_a_line_was_rendered_as(run: Run, path: Path, chart: Path) -> None:
    put(path, "helm", HELM.replace("timout: 3s", "timeout: soon"))
    found = run("--helm", "charts/shop")
    assert "charts/shop/templates/routes.yaml:8:5: error" not in found.output
    assert "charts/shop/<helm template>:10:16: rendered as `- timeout: soon`" in found.output


def test_a_loop_is_one_finding_per_line(run: Run, path: Path, chart: Path) -> None:
    """A loop over documents, and one over the items of a list: `toYaml` below the same line is another field."""
    (chart / "templates/routes.yaml").write_text(
        """\
{{ range .Values.hosts }}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: {{ .name }}
spec:
  hosts: [{{ .name }}]
  http:
    {{- range .routes }}
    - timeout: {{ .timeout }}
      retries: {{ .retries }}
      route:
        - destination:
            host: reviews
    {{- end }}
{{ end }}
"""
    )
    route = "    - timeout: {}\n      retries: {{atempts: 1, perTryTimout: 1s}}\n"
    route += "      route: [{{destination: {{host: reviews}}}}]\n"
    head = HELM[: HELM.index("    - timout")]
    one = head + route.format("soon") + route.format("later")
    put(path, "helm", one + one.replace("name: reviews", "name: other").replace("[reviews]", "[other]"))
    found = json.loads(run("--helm", "charts/shop", "--format", "json").output)["diagnostics"]
    more = "3 more from this line, the next one rendered as"
    shown = [(one["rule"], one["line"], one["related"][-1]["message"]) for one in found if one["line"] in (11, 12)]
    assert shown[1:] == [  # the first is that the second route is never reached
        ("invalid-duration", 11, f"{more} `- timeout: later`"),
        ("unknown-field", 12, f"{more} `retries: {{atempts: 1, perTryTimout: 1s}}`"),
        ("unknown-field", 12, f"{more} `retries: {{atempts: 1, perTryTimout: 1s}}`"),
    ]
    every = json.loads(run("--helm", "charts/shop", "--format", "json", "--select", "ALL").output)["diagnostics"]
    assert len([one for one in every if one["line"] == 11 and one["rule"] == "invalid-duration"]) == 2  # of two texts


def test_helm_on_standard_input(run: Run, chart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "charts/shop/templates/routes.yaml:9:7: error[unknown-field]" in run("-", input=HELM).output
    monkeypatch.chdir(chart)
    assert "\ntemplates/routes.yaml:9:7: error[unknown-field]" in "\n" + run("-", input=HELM).output
    monkeypatch.chdir(chart / "templates")
    elsewhere = run("-", input=HELM).output
    assert "<stdin>:10:7: error[unknown-field]" in elsewhere
    assert "= note: shop/templates/routes.yaml:1:1: rendered from this file" in elsewhere


@pytest.mark.parametrize("option", ["--helm", "--kustomize"])
def test_a_program_that_is_not_there(run: Run, path: Path, overlay: Path, option: str) -> None:
    found = run(option, "overlay")
    assert found.exit_code == 2
    wanted = {"--helm": "`helm`, and", "--kustomize": "`kustomize` or `kubectl`, and"}[option]
    assert f"{option} needs {wanted} there is none on PATH; install it, or run it where it is: " in found.output
    assert found.output.rstrip().endswith("overlay | istiolint -")


@pytest.mark.parametrize(("option", "name"), [("--helm", "helm"), ("--kustomize", "kustomize"), ("--kustomize", "kubectl")])
def test_a_program_that_fails(run: Run, path: Path, overlay: Path, option: str, name: str) -> None:
    advice = "echo \"# Warning: 'vars' is deprecated. Error: none\" >&2; "
    put(path, name, ROUTES, advice + "echo 'Error: oh\033[31m' >&2; echo 'no chart' >&2; exit 3")
    found = run(option, "overlay")
    assert found.exit_code == 2
    assert "failed with exit status 3: oh\\x1b[31m no chart" in found.output
    assert "unknown-field" not in found.output


def test_a_program_that_fails_without_a_word(run: Run, path: Path, overlay: Path) -> None:
    put(path, "helm", "", "exit 1")
    assert "`helm template overlay` failed with exit status 1: it does not say why" in run("--helm", "overlay").output


@pytest.mark.parametrize("call", ["--helm charts/shop", "--kustomize overlay"])
def test_what_is_rendered_is_limited(run: Run, path: Path, chart: Path, overlay: Path, call: str) -> None:
    option, name = call.split()
    put(path, option.removeprefix("--"), "a: " + "a" * 1024 * 1024)
    assert "1 MiB is larger than the limit of 1 MiB" in run(option, name, "--max-file-size", "1", "--concise").output
    assert "larger" not in run(option, name, "--max-file-size", "2", "--concise").output


def test_a_program_that_is_too_slow(run: Run, path: Path, overlay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "LONGEST", 0.05)
    put(path, "helm", ROUTES, "sleep 30")
    found = run("--helm", "overlay")
    assert found.exit_code == 2
    assert "`helm template overlay` was stopped after 0.05 seconds; run it by hand, and lint what it prints" in found.output


def test_a_program_that_cannot_be_started(run: Run, path: Path, overlay: Path) -> None:
    (path / "helm").write_text("#!/no/such/shell\n")
    (path / "helm").chmod(0o755)
    found = run("--helm", "overlay")
    assert found.exit_code == 2
    assert "`helm template overlay` cannot be started: No such file or directory" in found.output


def test_no_path_is_an_option_or_a_command(run: Run, path: Path, tmp_path: Path) -> None:
    odd = tmp_path / "-x; touch owned"
    odd.mkdir()
    (tmp_path / "--post,renderer").write_text("", "utf-8")
    put(path, "helm", ROUTES)
    put(path, "kustomize", ROUTES)
    assert run("--helm", odd.name, "--values", "--post,renderer").exit_code == 1
    assert arguments(path, "helm") == ["template", '--values="./--post,renderer"', f"./{odd.name}"]
    assert run("--kustomize", odd.name).exit_code == 1
    assert arguments(path, "kustomize") == ["build", f"./{odd.name}"]
    assert "owned" not in os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--helm", "oci://example.com/shop"], "no such file or folder: oci://example.com/shop"),
        (["--kustomize", "https://example.com/x"], "no such file or folder: https://example.com/x"),
        (["--helm", "overlay", "--values", "gone.yaml"], "no such file or folder: gone.yaml"),
        (["--values", "overlay/routes.yaml"], "--values needs exactly one --helm CHART; "),
        (["--helm", "overlay", "--helm", ".", "--values", "overlay/routes.yaml"], "--values needs exactly one --helm CHART; "),
        (["--helm", "overlay", "--against", "HEAD"], "--against compares files"),
    ],
)
def test_calls_that_cannot_be_carried_out(run: Run, path: Path, overlay: Path, options: list[str], words: str) -> None:
    put(path, "helm", ROUTES)
    put(path, "kustomize", ROUTES)
    found = run(*options)
    assert found.exit_code == 2
    assert words in " ".join(found.output.split())


def test_output_that_is_no_text(run: Run, path: Path, overlay: Path) -> None:
    put(path, "helm", "a: \0")
    assert "overlay/<helm template>:1:1: error[unreadable-file]" in run("--helm", "overlay").output


def test_mtls_reads_what_is_rendered(run: Run, path: Path, overlay: Path) -> None:
    put(path, "kustomize", as_text(deployment("stock", labels={"sidecar.istio.io/inject": "true"})))
    assert "stock" in run("mtls", "--kustomize", "overlay").output
    assert "stock" not in run("mtls", "overlay").output


def test_a_process_without_standard_input(process: Process, path: Path, overlay: Path) -> None:
    """helm must not read what is meant for istiolint."""
    put(path, "helm", ROUTES, "cat")
    found = process("--helm", "overlay", "-", input="kind: Unread\n", PATH=os.environ["PATH"])
    assert (found.returncode, found.stderr) == (1, "")
    assert "1 error in 2 files" in found.stdout


def test_suppressions_that_outlive_rendering(run: Run, path: Path, chart: Path, overlay: Path) -> None:
    """Helm keeps comments, Kustomize annotations."""
    put(path, "helm", HELM.replace("timout: 3s", "timout: 3s # istiolint: ignore[unknown-field] on trial"))
    assert run("--helm", "charts/shop").exit_code == 0
    put(path, "kustomize", ROUTES.replace("spec:", "  annotations: {istiolint.io/ignore: 'unknown-field: on trial'}\nspec:"))
    assert run("--kustomize", "overlay").exit_code == 0


def test_render_finds_charts_and_overlays(run: Run, path: Path, chart: Path, overlay: Path) -> None:
    put(path, "helm", HELM)
    put(path, "kustomize", ROUTES)
    found = run("--render", ".")
    assert found.exit_code == 1
    assert arguments(path, "helm") == ["template", "charts/shop"]
    assert arguments(path, "kustomize") == ["build", "overlay"]
    assert "charts/shop/templates/routes.yaml:9:7: error[unknown-field]" in found.output
    assert "overlay/routes.yaml:9:7: error[unknown-field]" in found.output
    assert "in target overlay" in found.output
    assert "Not rendered" not in found.output


def test_what_cannot_be_rendered_does_not_stop_the_run(run: Run, path: Path, chart: Path, overlay: Path) -> None:
    put(path, "kustomize", ROUTES)
    found = run("--render", ".")
    assert found.exit_code == 1
    assert "charts/shop/Chart.yaml:1:1: error[unreadable-file]" in found.output
    assert "overlay/routes.yaml:9:7: error[unknown-field]" in found.output


def test_targets_of_the_configuration(run: Run, path: Path, chart: Path, tmp_path: Path) -> None:
    put(path, "helm", HELM)
    (tmp_path / ".istiolint.yaml").write_text(
        "render: true\n"
        "targets:\n"
        '  live: {helm: charts/shop, values: [charts/shop/live.yaml], set: {t: "3"},\n'
        "    namespace: shop, environment: production}\n",
        "utf-8",
    )
    found = json.loads(run(".", "--format", "json").output)
    assert arguments(path, "helm") == [
        "template",
        "--values=charts/shop/live.yaml",
        "--set=t=3",
        "--namespace=shop",
        "charts/shop",
    ]
    assert {one["rule"] for one in found["diagnostics"]} >= {"unknown-field"}


def test_a_target_is_a_chart_or_an_overlay(run: Run, path: Path, tmp_path: Path) -> None:
    (tmp_path / ".istiolint.yaml").write_text("targets:\n  live: {helm: a, kustomize: b}\n", "utf-8")
    found = run(".")
    assert found.exit_code == 2
    assert "`live` needs either `helm` or `kustomize`" in found.output


def test_two_overlays_do_not_hide_each_others_errors(run: Run, path: Path, tmp_path: Path) -> None:
    """Each rendered overlay is a mesh of its own: a subset that only one of them has is missing in the other one."""
    rule = (
        "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: reviews, namespace: shop}\n"
        "spec: {host: reviews, subsets: [{name: NAME, labels: {version: v1}}]}\n"
    )
    route = ROUTES.replace("timout", "timeout").replace("name: reviews", "name: reviews\n  namespace: shop")
    route = route.replace("            host: reviews\n", "            host: reviews\n            subset: v1\n")
    for name, subset in (("dev", "v1"), ("prod", "v2")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "kustomization.yaml").write_text("resources: [all.yaml]\n", "utf-8")
        (folder / "all.yaml").write_text(route + rule.replace("NAME", subset), "utf-8")
    (path / "kustomize").write_text('#!/bin/sh\ncat "$2/all.yaml"\n', "utf-8")
    (path / "kustomize").chmod(0o755)
    found = json.loads(run("--kustomize", "dev", "--kustomize", "prod", "--format", "json").output)
    assert [(one["rule"], one["path"]) for one in found["diagnostics"]] == [("route-to-missing-subset", "prod/all.yaml")]
