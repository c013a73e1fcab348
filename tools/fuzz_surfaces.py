"""What tools/fuzz.py tries besides linting manifests: sessions, editors, settings, contexts, snapshots, and the other files read.

A surface has inputs to mutate and a function that returns what is wrong with the way istiolint treats one of them. The first
step of the path of an input names its surface; what follows is the path that the input has there.
"""

import json
import os
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from lsprotocol import types

from istiolint.cache import Folder as CacheFolder
from istiolint.cache import Pack
from istiolint.cli.inputs import inputs
from istiolint.cli.refusal import Refusal
from istiolint.cli.snapshot import snapshot_of
from istiolint.comparison import baseline
from istiolint.comparison.earlier import Earlier
from istiolint.config.files import load_all
from istiolint.documents import version
from istiolint.engine.lint import lint, understand
from istiolint.engine.session import Session
from istiolint.findings.finding import Diagnostic, Span
from istiolint.findings.report import Report
from istiolint.rendered.helm import Templates
from istiolint.request_tests import report as test_report
from istiolint.request_tests.coverage import untouched
from istiolint.request_tests.run import run as run_tests
from istiolint.rules.cel import Expression, ExpressionError
from istiolint.rules.registry import define
from istiolint.server.features import Features
from istiolint.server.folder import Folder
from istiolint.server.positions import Positions
from istiolint.settings import Environment, Settings
from istiolint.sources import InputError, Source
from istiolint.sources.decode import source_of
from istiolint.suppression.writing import suppress
from istiolint.trace.tracer import Tracer

ROOT = Path(__file__).parents[1]
SHOP = ROOT / "fixtures/shop/broken"
APPLICATION = ROOT / "fixtures/projects/bookstore/apps/catalog"
EVERYTHING = Settings(
    select=("ALL",),
    istio_version="1.18",
    upgrade_to="1.31",
    whole_mesh=True,
    show_unchecked=True,
    environments=(Environment("production", ("*",)),),
)
EXPRESSIONS = (
    "object.spec.http.all(r, has(r.timeout) && duration(r.timeout) < duration('5s'))",
    "has(object.metadata.labels) && 'owner' in object.metadata.labels",
    "'gateway ' + object.metadata.name + ' has ' + string(size(object.spec.hosts))",
    "object.spec.hosts.exists_one(h, h.matches('^[a-z]+[.]') || h.startsWith(\"a\"))",
    "self == null || int(self) % 7 >= -1 && !(self in [1, 2.5, 3u]) ? true : double(self) / 0.0 > 1e3",
    "namespaceObject != null && namespaceObject.metadata.labels['istio-injection'] == \"enabled\"",
    "object.spec.hosts.map(h, h + h).filter(h, size(h) > 3) == [] || environment == 'production'",
    "timestamp('2026-01-01T00:00:00Z') + duration('1h') > timestamp(\"2025-01-01T00:00:00Z\") && type(object) == map",
)  # fmt: skip
_CODE = re.compile(r"```(?:yaml|toml)[^\n]*\n(.*?)```", re.DOTALL)
_POSITIONS = 12
"""Places in a text at which an editor asks."""


class Surface(NamedTuple):
    """Inputs by path, and what is wrong with one of them: its bytes and its path."""

    seeds: Callable[[], dict[str, bytes]]
    failure: Callable[[bytes, str], str]


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the manifests of a folder by their path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


@cache
def session_files() -> dict[str, bytes]:
    """Return the files of a session: a part of the shop, a Kustomize application, and a chart."""
    files = {
        path: text for path, text in files_of(SHOP).items() if path.startswith(("checkout", "ingress", "namespaces", "mesh"))
    }
    files |= {f"catalog/{path}": text for path, text in files_of(APPLICATION).items()}
    files["chart/Chart.yaml"] = (
        b"apiVersion: v2\nname: mesh\nversion: 1.0.0\ndependencies:\n- {name: istiod, version: 1.24.0, "
        b"repository: https://istio-release.storage.googleapis.com/charts}\n"
    )
    files["chart/values.yaml"] = b"istiod:\n  meshConfig:\n    enableAutoMtls: true\n    acessLogFile: /dev/stdout\n"
    return files


def sources_of(files: Mapping[str, bytes]) -> list[Source]:
    """Return sources that are not on disk."""
    return [replace(source_of(path, data), on_disk=False) for path, data in files.items()]


def facts(diagnostics: Iterable[Diagnostic]) -> list[object]:
    """Return what a reader sees of findings."""
    return [
        (one.rule, one.severity, one.message, one.hint, _place(one.span), one.targets, one.partial,
         [(*_place(span), words) for span, words in one.related])
        for one in diagnostics
    ]  # fmt: skip


def _place(span: Span) -> tuple[str, int, int]:
    return span.source.path, span.start, span.end


def difference(name: str, found: Sequence[object], expected: Sequence[object]) -> str:
    """Return the first things that differ between two lists of findings; "" if nothing does."""
    if found == expected:
        return ""
    more, missing = [one for one in found if one not in expected], [one for one in expected if one not in found]
    return f"{name}: unexpected {more[:2]}, missing {missing[:2]}, {len(found)} for {len(expected)}"


def _session(data: bytes, path: str) -> str:
    """Change a file to the text, to half of it, remove it, and add it again; a fresh run must find the same."""
    files = {each: text for each, text in session_files().items() if crc32(data + each.encode()) % 3}
    original = session_files().get(path, b"")
    session = Session(Settings(), sources_of(files))
    session.report(files)
    half = b"".join(data.splitlines(keepends=True)[::2])
    for step, text in (("changed", data), ("halved", half), ("removed", None), ("added", data), ("restored", original)):
        if text is None:
            files.pop(path, None)
            session.remove(path)
        else:
            files[path] = text
            session.change(*sources_of({path: text}))
        report, fresh = session.report(files), lint(sources_of(files))
        if report.internal_errors or fresh.internal_errors:
            return [*report.internal_errors, *fresh.internal_errors][0]
        if words := difference(step, facts(report.diagnostics), facts(fresh.diagnostics)):
            return words
    return ""


def _everything(data: bytes, path: str) -> str:
    """All rules; a baseline and comments of what is found leave nothing to report."""
    sources = sources_of({path: data})

    def run(sources: Iterable[Source]) -> Report:
        return lint(list(sources), EVERYTHING)

    report = run(sources)
    if report.internal_errors:
        return report.internal_errors[0]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "baseline.json")
        file.write_text(baseline.Baseline(file).renewed(report).text(), "utf-8", "surrogatepass")
        known = baseline.load(file)
    known.keep_new(report)
    if report.diagnostics or report.stale:
        return f"new to their own baseline: {facts(report.diagnostics)[:1]}, {report.stale} stale"
    report = run(sources)
    Earlier(sources, run).keep_new(report)
    if report.diagnostics:
        return f"new to the same files: {facts(report.diagnostics)[:1]}"
    suppressed = suppress(sources, run)
    after = run([replace(source, text=suppressed.texts.get(source.path, source.text)) for source in sources])
    return difference("suppressed", facts(after.diagnostics), facts(suppressed.left))


def _context(data: bytes, path: str) -> str:
    """A file that is only read for reference: nothing is reported in it."""
    given = [replace(source, linted=False) for source in sources_of({"context/all.yaml": data})]
    report = lint([*sources_of(files_of(APPLICATION)), *given])
    found = [one for one in report.diagnostics if one.span.source.path == "context/all.yaml"]
    return report.internal_errors[0] if report.internal_errors else difference("in context", facts(found), [])


def _cache(data: bytes, path: str) -> str:
    """Runs without a cache, with an empty one and with a full one must find the same; some files are only read for reference."""

    def sources() -> list[Source]:
        given = sources_of({**session_files(), path: data})
        return [replace(source, linted=source.path == path or number % 2 == 0) for number, source in enumerate(given)]

    expected = lint(sources(), EVERYTHING)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("empty cache", "full cache"):
            report = lint(sources(), EVERYTHING, cache=Pack(CacheFolder(os.path.join(folder, "cache")), version()))
            if report.internal_errors or expected.internal_errors:
                return [*report.internal_errors, *expected.internal_errors][0]
            if words := difference(name, facts(report.diagnostics), facts(expected.diagnostics)):
                return words
    return ""


def _clusters(data: bytes, path: str) -> str:
    """The same file in two clusters, with other files in one of them."""
    east = [replace(source, cluster="east") for source in sources_of({f"east/{path}": data})]
    west = [replace(source, cluster="west") for source in sources_of({f"west/{path}": data} | files_of(APPLICATION))]
    report = lint([*east, *west])
    return report.internal_errors[0] if report.internal_errors else ""


def _snapshot(data: bytes, path: str) -> str:
    """A snapshot can be read, and the snapshot of a snapshot is the same."""
    texts = [data]
    for _ in range(2):
        found = understand(sources_of({path: texts[-1]}), joined=True)
        text, _, _ = snapshot_of(mesh for _, mesh in found.meshes)
        texts.append(text.encode("utf-8"))
    report = lint(
        [*sources_of(files_of(APPLICATION)), *(replace(each, linted=False) for each in sources_of({"s.json": texts[1]}))]
    )
    if report.internal_errors:
        return report.internal_errors[0]
    return "" if json.loads(texts[1]) == json.loads(texts[2]) else "the snapshot of the snapshot differs"


def _editor(data: bytes, path: str) -> str:
    """All that an editor asks about a text, at some places in it."""
    choose = random.Random(len(data))
    with tempfile.TemporaryDirectory() as root:
        folder, positions = Folder(root, whole=False), Positions()
        for name, content in (("other.yaml", files_of(SHOP)["checkout/routes.yaml"]), (path, data)):
            folder.open(name, source_of(name, content).text)
        found = folder.report().diagnostics
        here = [one for one in found if one.span.source.path == path]
        features = Features(folder, path, positions, lambda each: f"file:///{each}")
        features.symbols()
        features.lenses()
        source = folder.session.source(path)
        assert source is not None
        for offset in [0, len(source.text), *(choose.randint(0, len(source.text)) for _ in range(_POSITIONS))]:
            at = positions.position(source, offset)
            if positions.offset(source, at) != offset and source.text[offset - 1 : offset + 1] != "\r\n":
                return f"position {at} of offset {offset} is that of {positions.offset(source, at)}"
            features.hover(here, at)
            features.definitions(at)
            features.references(at, declaration=True)
            features.completions(at)
            features.actions(here, types.Range(at, at), None)
        features.actions(here, types.Range(types.Position(0, 0), positions.position(source, len(source.text))), None)
    return ""


def _configuration(data: bytes, path: str) -> str:
    """A configuration file, and a manifest that it applies to. Files above the folder that it names are not read."""
    with tempfile.TemporaryDirectory() as root:
        Path(root, ".git").mkdir()
        Path(root, "apps").mkdir()
        Path(root, "apps/all.yaml").write_bytes(files_of(SHOP)["checkout/routes.yaml"])
        file = Path(root, path)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
        try:
            config = load_all(file)
            named = (*config.paths("context"), *config.paths("mesh-config"), *config.paths("mesh-networks"))
            named += tuple(place for _, place in config.clusters())
            if any(not os.path.abspath(each).startswith(root) for each in named):
                return ""
            empty = ("context", "cluster", "kustomize", "helm", "values", "select", "extend_select", "ignore", "exclude")
            options: dict[str, Any] = defaultdict(lambda: None)
            options |= dict.fromkeys(empty, ()) | {"render": False}
            given = inputs((os.path.join(root, "apps"),), options)
            report = lint(list(given.sources()), given.settings_in_folders(options))
        except (InputError, Refusal) as error:
            return "" if str(error) or getattr(error, "message", "") else "an error without words"
        finally:
            define(())
        return report.internal_errors[0] if report.internal_errors else ""


def _baseline(data: bytes, path: str) -> str:
    """A baseline, applied to a report and written again."""
    with tempfile.TemporaryDirectory() as root:
        file = Path(root, path)
        file.write_bytes(data)
        try:
            known = baseline.load(file)
        except baseline.BaselineError as error:
            return "" if str(error) else "an error without words"
        report = lint(sources_of({"checkout/routes.yaml": files_of(SHOP)["checkout/routes.yaml"]}))
        known.keep_new(report)
        renewed = known.renewed(report)
        file.write_text(renewed.text(), "utf-8")
        return "" if baseline.load(file).entries == renewed.entries else "written otherwise than read"


def _expression(data: bytes, path: str) -> str:
    """An expression in CEL, evaluated for some resources."""
    try:
        expression = Expression(data.decode("utf-8", "replace"))
    except ExpressionError as error:
        return "" if str(error) else "an error without words"
    for value in _values():
        try:
            expression.evaluate(
                {"object": value, "self": value.get("spec"), "namespaceObject": None, "environment": "production"}
            )
        except ExpressionError as error:
            if not str(error):
                return "an error without words"
    return ""


@cache
def _values() -> list[dict[str, Any]]:
    found = understand(sources_of({"a.yaml": files_of(SHOP)["checkout/routes.yaml"]}), joined=True)
    return [resource.value for _, mesh in found.meshes for resource in mesh.all("VirtualService", "DestinationRule")][:4]


@cache
def _tracers() -> list[Tracer]:
    found = understand(sources_of(files_of(ROOT / "fixtures/shop/healthy")), joined=True)
    return [Tracer(mesh, name) for name, mesh in found.meshes]


def _requests(data: bytes, path: str) -> str:
    """A file with tests of requests."""
    try:
        results = list(run_tests(sources_of({path: data}), _tracers()))
    except InputError as error:
        return "" if str(error) else "an error without words"
    for render in test_report.FORMATS.values():
        render(results)
    untouched(results, _tracers())
    return ""


def _template(data: bytes, path: str) -> str:
    """A template of which helm has made a manifest: findings are mapped back to it."""
    with tempfile.TemporaryDirectory() as root:
        file = Path(root, path)
        file.parent.mkdir()
        Path(root, "Chart.yaml").write_text("apiVersion: v2\nname: chart\nversion: 1.0.0\n")
        file.write_bytes(data)
        text = files_of(SHOP)["checkout/routes.yaml"].decode()
        comment = f"---\n# Source: chart/{path}\n"
        source = Source(os.path.join(root, "<helm template>"), comment + text.replace("---\n", comment))
        source.origin, source.target = Templates(source, [root]), root
        report = lint([source])
        return report.internal_errors[0] if report.internal_errors else ""


def _configurations() -> dict[str, bytes]:
    pages = (ROOT / f"docs/{name}.md" for name in ("configuration", "custom-rules", "rendered", "targets"))
    blocks = [block for page in pages for block in _CODE.findall(page.read_text("utf-8"))]
    blocks.append((ROOT / "examples/custom-rules/.istiolint.yaml").read_text("utf-8"))
    found = {f"{number}/.istiolint.yaml": text.encode() for number, text in enumerate(blocks)}
    found["t/pyproject.toml"] = (
        b'[tool.istiolint]\nselect = ["routing"]\nexclude = ["/vendor/", "!a/**"]\nistio-version = "1.24"\n'
        b'[tool.istiolint.severity]\nunknown-field = "off"\n[[tool.istiolint.custom-rules]]\nid = "a-rule"\n'
        b'kinds = ["VirtualService"]\nexpression = """\nhas(object.spec.http)"""\nat = "spec.http[*]"\n'
        b"[tool.istiolint.parameters.too-many-retries]\nattempts = 3\n"
    )
    return found


def _baselines() -> dict[str, bytes]:
    report = lint(sources_of({path: text for path, text in files_of(SHOP).items() if path.startswith("checkout")}))
    file = Path("baseline.json")
    return {"baseline.json": baseline.Baseline(file).renewed(report).text().encode()[:15_000]}


def _test_files() -> dict[str, bytes]:
    files = [ROOT / "fixtures/shop/requests.istiotest.yaml", ROOT / "fixtures/payments.istiotest.yaml"]
    return {f"{number}.istiotest.yaml": file.read_bytes() for number, file in enumerate(files)}


def _templates() -> dict[str, bytes]:
    text = files_of(SHOP)["checkout/routes.yaml"].decode()
    return {"templates/all.yaml": re.sub(r": (\w+)$", r": {{ .Values.\1 | quote }}", text, count=9, flags=re.M).encode()}


def with_surfaces(seeds: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield inputs of all surfaces with their paths; those that take any manifest get one of the seeds each."""
    for name, surface in SURFACES.items():
        for path, data in surface.seeds().items():
            yield f"{name}/{path}", data
    for number, data in enumerate(seeds):
        yield f"{_ANY[number % len(_ANY)]}/fuzz.yaml", data


def failure(data: bytes, path: str) -> str:
    """Return what is wrong with the way the surface that a path names treats an input."""
    name, _, rest = path.partition("/")
    return SURFACES[name].failure(data, rest)


SURFACES = {
    "session": Surface(session_files, _session),
    "everything": Surface(dict, _everything),
    "context": Surface(dict, _context),
    "cache": Surface(session_files, _cache),
    "clusters": Surface(dict, _clusters),
    "snapshot": Surface(dict, _snapshot),
    "editor": Surface(dict, _editor),
    "configuration": Surface(_configurations, _configuration),
    "baseline": Surface(_baselines, _baseline),
    "expression": Surface(lambda: {f"{number}.cel": text.encode() for number, text in enumerate(EXPRESSIONS)}, _expression),
    "requests": Surface(_test_files, _requests),
    "template": Surface(_templates, _template),
}
_ANY = ("session", "everything", "context", "cache", "clusters", "snapshot", "editor")
"""The surfaces that take any manifest."""
