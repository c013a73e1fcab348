"""Where documents give values to Istio's Helm charts: Flux, Argo CD, k3s, Helmfile, Kustomize, charts that depend on them, files.

Chart names such as `gateway` and `base` are common. They count where the repository, the release or the namespace names Istio.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from istiolint.documents.store import Store
from istiolint.findings.finding import Path
from istiolint.primitives.patterns import late
from istiolint.sources import Source, StoredSource

CHARTS = ("base", "cni", "gateway", "istiod", "ztunnel")
_UNMISTAKABLE = ("istiod", "ztunnel")
_RELEASE = late(r"\s*[~^=v]{0,2}\s*(1\.\d+)(?:\.(?:\d+|x|\*)(?:-[\w.]+)?)?\s*")
_FILE_NAMES = (
    (late(r"istiod"), "istiod"),
    (late(r"ztunnel"), "ztunnel"),
    (late(r"istio-?base"), "base"),
    (late(r"istio-?cni"), "cni"),
    (late(r"istio-?(?:ingress|egress|eastwest)?-?gateway|istio-(?:ingress|egress)"), "gateway"),
)
_FILES = ("Chart.yaml", "helmfile.yaml", "helmfile.yml")


class ChartValues(NamedTuple):
    """Values for a chart: where they are in a document, and the release of the chart as `1.24`, or "" if it is not known.

    `text` says that the values are YAML in a string.
    """

    chart: str
    path: Path = ()
    release: str = ""
    text: bool = False


def values_in(data: Any) -> Iterator[ChartValues]:
    """Yield the values for Istio's charts that an object gives itself."""
    if not isinstance(data, dict) or not isinstance(data.get("spec"), dict):
        return
    spec = data["spec"]
    match data.get("kind"):
        case "HelmRelease":
            inner = _mapping(_mapping(spec.get("chart")).get("spec"))
            around = _mapping(inner.get("sourceRef")), spec.get("targetNamespace"), data.get("metadata"), spec.get("chartRef")
            name = inner.get("chart") or _mapping(spec.get("chartRef")).get("name")
            if chart := chart_of(name, around):
                yield ChartValues(chart, ("spec", "values"), release_of(inner.get("version")))
        case "HelmChart":
            if chart := chart_of(spec.get("chart"), (spec.get("repo"), spec.get("targetNamespace"))):
                yield ChartValues(chart, ("spec", "valuesContent"), release_of(spec.get("version")), text=True)
        case "Application" | "ApplicationSet":
            for path, source, destination in _argo_sources(data):
                if chart := chart_of(source.get("chart"), (source.get("repoURL"), destination)):
                    release = release_of(source.get("targetRevision"))
                    yield ChartValues(chart, (*path, "helm", "valuesObject"), release)
                    yield ChartValues(chart, (*path, "helm", "values"), release, text=True)


def may_name_values(source: Source) -> bool:
    """Return whether `values_files` depends on the text of a source."""
    return _may_name_values(source.path) or _may_refer_to_values(source.text)


_NAMING = ("Chart.yaml", "kustomization.", "helmfile")


def _may_name_values(path: str) -> bool:
    if not any(part in path for part in _NAMING):  # nearly always
        return False
    name = os.path.basename(path)
    return name in _FILES or name.startswith("kustomization.") or "helmfile" in os.path.dirname(path)


def _may_refer_to_values(text: str) -> bool:
    return "valueFiles" in text and "chart:" in text


def values_files(sources: Iterable[Source], store: Store | None = None) -> dict[str, tuple[ChartValues, ...]]:
    """Return the values files of Istio's charts among the sources, by normal path: those that others name, and those named so."""
    from istiolint.documents.reader import read

    sources = list(sources)
    referring = [source for source in sources if not isinstance(source, StoredSource) and _may_refer_to_values(source.text)]
    all_paths = "\n".join([source.path for source in sources])
    if not (referring or any(part in all_paths for part in _NAMING) or "values" in all_paths.lower()):  # nearly always
        return {}
    found: dict[str, list[ChartValues]] = {}
    names = [os.path.normpath(source.path) for source in sources]
    paths = set(names)
    for source in sources:
        if _may_name_values(source.path):
            folder = os.path.dirname(source.path)
            for document in read(source, store=store) if "hart" in source.text or "dependencies" in source.text else ():
                for values in (*_in_helmfile(document.data), *_in_kustomization(document.data)):
                    found.setdefault(os.path.normpath(source.path), []).append(values)
                for path, values in _named(document.data, folder, paths):
                    found.setdefault(os.path.normpath(path), []).append(values)
    for source in referring:
        for document in read(source, store=store):
            for path, values in _named_by_argo(document.data, paths):
                found.setdefault(os.path.normpath(path), []).append(values)
    for path in names:
        if "values" in path.lower() and path not in found and (chart := _by_name(os.path.basename(path))):
            found[path] = [ChartValues(chart)]
    return {path: tuple(dict.fromkeys(values)) for path, values in found.items() if path in paths}


def chart_of(name: Any, around: Any) -> str | None:
    """Return Istio's chart of this name; `around` is what the name is written with. None for a chart of another origin."""
    if not isinstance(name, str):
        return None
    origin, _, chart = name.rpartition("/")
    if chart not in CHARTS:
        return None
    return chart if chart in _UNMISTAKABLE or "istio" in f"{origin} {around}".lower() else None


def release_of(version: Any) -> str:
    """Return the release of a chart's version as `1.24`; "" where it leaves the release open."""
    found = _RELEASE.fullmatch(str(version)) if isinstance(version, str | float) else None
    return found[1] if found else ""


def _named(data: Any, folder: str, paths: Iterable[str]) -> Iterator[tuple[str, ChartValues]]:
    """The values files that a Chart.yaml, a Helmfile or a kustomization names."""
    data = _mapping(data)
    for dependency in _mappings(data.get("dependencies")):
        if chart := chart_of(dependency.get("name"), dependency.get("repository")):
            key = dependency.get("alias") or dependency["name"]
            values = ChartValues(chart, (str(key),), release_of(dependency.get("version")))
            yield from ((path, values) for path in paths if _is_beside(path, folder))
    for _, chart, release in _releases(data):
        values = ChartValues(chart, (), release_of(release.get("version")))
        yield from ((os.path.join(folder, file), values) for file in _texts(release.get("values")))
    for entry in _mappings(data.get("helmCharts")):
        if chart := chart_of(entry.get("name"), entry.get("repo")):
            values = ChartValues(chart, (), release_of(entry.get("version")))
            named = [entry.get("valuesFile"), *_texts(entry.get("additionalValuesFiles"))]
            yield from ((os.path.join(folder, file), values) for file in named if isinstance(file, str))


def _in_helmfile(data: Any) -> Iterator[ChartValues]:
    """The values that a Helmfile gives a release itself."""
    for number, chart, release in _releases(_mapping(data)):
        values = release.get("values")
        for index, item in enumerate(values if isinstance(values, list) else ()):
            if isinstance(item, dict):
                yield ChartValues(chart, ("releases", number, "values", index), release_of(release.get("version")))


def _in_kustomization(data: Any) -> Iterator[ChartValues]:
    """The values that a kustomization gives a chart itself."""
    entries = _mapping(data).get("helmCharts")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if (chart := chart_of(_mapping(entry).get("name"), _mapping(entry).get("repo"))) and entry.get("valuesInline"):
            yield ChartValues(chart, ("helmCharts", number, "valuesInline"), release_of(entry.get("version")))


def _releases(helmfile: dict[str, Any]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The releases of Istio's charts in a Helmfile, with their numbers."""
    repositories = {str(one.get("name")): one.get("url") for one in _mappings(helmfile.get("repositories"))}
    releases = helmfile.get("releases")
    for number, release in enumerate(releases if isinstance(releases, list) else ()):
        name = _mapping(release).get("chart")
        if chart := chart_of(name, repositories.get(str(name).partition("/")[0])):
            yield number, chart, release


def _is_beside(path: str, folder: str) -> bool:
    name = os.path.basename(path)
    return os.path.dirname(path) == os.path.normpath(folder or ".").removeprefix(".") and "values" in name and _is_yaml(name)


def _by_name(name: str) -> str | None:
    """The chart that a values file is named after: `istiod-values.yaml`, `values-istio-gateway.yaml`."""
    stem = name.lower()
    if "values" not in stem or not _is_yaml(stem):
        return None
    return next((chart for pattern, chart in _FILE_NAMES if pattern.search(stem)), None)


def _is_yaml(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _argo_sources(data: Mapping[str, Any]) -> Iterator[tuple[Path, dict[str, Any], Any]]:
    """The sources of an Application, or of the template of an ApplicationSet: where they are, and where they are applied to."""
    path: Path = ("spec",)
    if data.get("kind") == "ApplicationSet":
        data, path = _mapping(_mapping(data.get("spec")).get("template")), ("spec", "template", "spec")
    spec = _mapping(data.get("spec"))
    yield (*path, "source"), _mapping(spec.get("source")), spec.get("destination")
    sources = spec.get("sources")
    for number, source in enumerate(sources if isinstance(sources, list) else ()):
        yield (*path, "sources", number), _mapping(source), spec.get("destination")


def _named_by_argo(data: Any, paths: Iterable[str]) -> Iterator[tuple[str, ChartValues]]:
    """The values files `$REF/PATH` of an Application. Where the root of that repository is among the files is not known.

    A file counts if it is the only one with this path at the end.
    """
    if _mapping(data).get("kind") not in ("Application", "ApplicationSet"):
        return
    for _, source, destination in _argo_sources(data):
        chart = chart_of(source.get("chart"), (source.get("repoURL"), destination))
        values = ChartValues(chart or "", (), release_of(source.get("targetRevision")))
        for file in _texts(_mapping(source.get("helm")).get("valueFiles")) if chart else ():
            reference, _, inside = file.partition("/")
            if reference.startswith("$") and inside:
                ending = os.path.normpath(inside)
                meant = [path for path in paths if path == ending or path.endswith(os.sep + ending)]
                yield from ((path, values) for path in meant if len(meant) == 1)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    yield from (item for item in (value if isinstance(value, list) else ()) if isinstance(item, dict))


def _texts(value: Any) -> Iterator[str]:
    yield from (item for item in (value if isinstance(value, list) else ()) if isinstance(item, str))
