"""A session has the same findings as a fresh run over the same files, after any edits."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from istiolint.engine.lint import lint
from istiolint.engine.session import Session
from istiolint.findings.finding import Diagnostic
from istiolint.settings import Settings
from istiolint.sources import Source

SHOP = Path(__file__).parents[2] / "fixtures" / "shop" / "broken"
SETTINGS = Settings(extend_select=("production", "security"))
KUSTOMIZED = {
    "base/kustomization.yaml": "resources: [route.yaml]\n",
    "base/route.yaml": (
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: cart}\nspec:\n  hosts: [cart]\n"
        "  http:\n    - route:\n        - destination: {host: cart, subset: v3}\n"
    ),
    "prod/kustomization.yaml": "namespace: prod\nresources: [../base, rule.yaml]\npatches: [{path: patch.yaml}]\n",
    "prod/patch.yaml": (
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: cart}\nspec:\n  http:\n"
        "    - route:\n        - destination: {host: cart, subset: v9}\n      timout: 5s\n"
    ),
    "prod/rule.yaml": (
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: cart}\nspec:\n  host: cart\n"
        "  subsets:\n    - name: v3\n      labels: {version: v3}\n"
    ),
}
CHARTS = {
    "charts/Chart.yaml": (
        "apiVersion: v2\nname: mesh\nversion: 1.0.0\n"
        "dependencies: [{name: istiod, version: 1.24.0, repository: https://istio-release.storage.googleapis.com/charts}]\n"
    ),
    "charts/values.yaml": "istiod:\n  meshConfig:\n    enableAutoMtls: true\n    acessLogFile: /dev/stdout\n",
}
PLAIN = {
    str(path.relative_to(SHOP)): path.read_text("utf-8")
    for path in (
        SHOP / "namespaces.yaml",
        *sorted((SHOP / "checkout").rglob("*.yaml")),
        *sorted((SHOP / "ingress").rglob("*.yaml")),
    )
}
MESHES = [PLAIN, PLAIN | KUSTOMIZED, PLAIN | CHARTS]


def facts(diagnostics: list[Diagnostic]) -> list[object]:
    return [
        (one.rule, one.severity, one.message, one.hint, one.span.source.path, one.span.start, one.span.end, one.targets,
         one.partial, [(span.source.path, span.start, span.end, words) for span, words in one.related])
        for one in diagnostics
    ]  # fmt: skip


def fresh(files: dict[str, str], paths: list[str]) -> list[object]:
    report = lint([Source(path, text, on_disk=False) for path, text in files.items()], SETTINGS)
    assert not report.internal_errors
    return facts([one for one in report.diagnostics if one.span.source.path in paths])


@st.composite
def edit(draw: st.DrawFn, files: dict[str, str]) -> tuple[str, str]:
    """A file and its new text: lines are removed, repeated, renamed or broken."""
    path = draw(st.sampled_from(sorted(files)))
    lines = files[path].splitlines(keepends=True) or ["\n"]
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        line = lines[at]
        changes: list[list[str]] = [
            [],
            [line, line],
            [line.rstrip("\n") + "  # istiolint: ignore[production]\n"],
            [line.replace("cart", "basket").replace("v1", "v2").replace("checkout", "depot")],
            [line.rstrip("\n") + " [\n"],
            ["---\n", line],
            ["\n", line],
        ]
        lines[at : at + 1] = draw(st.sampled_from(changes))
        lines = lines or ["\n"]
    return path, "".join(lines)


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(MESHES), st.data())
def test_edits_give_what_a_fresh_start_gives(mesh: dict[str, str], data: st.DataObject) -> None:
    files = dict(mesh)
    session = Session(SETTINGS, [Source(path, text, on_disk=False) for path, text in files.items()])
    session.report([next(iter(files))])
    for _ in range(data.draw(st.integers(1, 6))):
        path, text = data.draw(edit(files))
        files[path] = text
        session.change(Source(path, text, on_disk=False))
        paths = [path, data.draw(st.sampled_from(sorted(files)))]
        assert facts(session.report(paths).diagnostics) == fresh(files, paths)
    session.remove(path)
    del files[path]
    assert facts(session.report(list(files)).diagnostics) == fresh(files, list(files))


def test_a_comment_keeps_the_indexes_of_the_mesh() -> None:
    session = Session(SETTINGS, [Source(path, text, on_disk=False) for path, text in PLAIN.items()])
    path = next(path for path in PLAIN if "VirtualService" in PLAIN[path])
    before = session.report([path])
    [(mesh, _)] = session.meshes([path])
    hosts = mesh.hosts
    session.change(Source(path, f"# a comment\n{PLAIN[path]}", on_disk=False))
    after = session.report([path])
    assert session.meshes([path])[0][0].hosts is hosts
    assert [one.span.begins.line + 1 for one in before.diagnostics] == [one.span.begins.line for one in after.diagnostics]
