"""Charts that a run skipped, with the commands that render and lint them."""

import os
import re
from collections.abc import Iterable, Iterator

from istiolint.findings.report import Chart
from istiolint.primitives.patterns import late
from istiolint.sources import Source

CHART, TEMPLATES, SUBCHARTS = "Chart.yaml", "templates", "charts"
_MESH_KIND = late(r"^\s*-?\s*[\"']?apiVersion[\"']?:\s*[\"']?[\w.-]*(?:\bistio\.io|gateway\.networking\.k8s\.io)/", re.MULTILINE)
_VALUES = late(r"(?:.*[.-])?values(?:[.-].*)?\.ya?ml\Z")
_DEFAULT_VALUES = "values.yaml"
_PRODUCTION = late(r"prod|live")


def mentions_mesh_kind(text: str) -> bool:
    """Whether a text has a resource of Istio or of the Gateway API."""
    return bool(_MESH_KIND.search(text))


def charts_of_templates(paths: Iterable[str], rendered: Iterable[Source] = ()) -> list[Chart]:
    """Return the charts of templates by folder, without charts among the rendered sources.

    Files that are not templates of a chart have none.
    """
    folders = {folder for path in paths if (folder := _chart_folder(path)) is not None}
    done = (
        {os.path.realpath(os.path.dirname(source.path)) for source in rendered if source.origin or source.trouble}
        if folders
        else set()
    )
    return [Chart(folder, _values(folder)) for folder in sorted(folders) if os.path.realpath(folder) not in done]


def _chart_folder(path: str) -> str | None:
    """Return the folder with the Chart.yaml of a template; for a subchart in `charts/`, that of its parent chart."""
    folders = list(_above(path))
    nearest = next((folder for folder in folders if _is_chart(folder)), None)
    if nearest is None or os.path.relpath(path, nearest).split(os.sep)[0] != TEMPLATES:
        return None
    while os.path.basename(parent := os.path.dirname(nearest)) == SUBCHARTS:
        around = os.path.dirname(parent) or os.curdir
        if not _is_chart(around):
            break
        nearest = around
    return nearest


def _above(path: str) -> Iterator[str]:
    folder = os.path.dirname(path)
    while folder and folder != os.path.dirname(folder):
        yield folder
        folder = os.path.dirname(folder)
    yield folder or os.curdir


def _is_chart(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, CHART))


def _values(folder: str) -> str | None:
    """Return a file of values other than the default one, which helm always reads; preferably one named after production."""
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if _VALUES.match(entry.name) and entry.is_file())
    except OSError:
        return None
    others = [name for name in names if name != _DEFAULT_VALUES]
    chosen = next((name for name in others if _PRODUCTION.search(name)), others[0] if others else None)
    return os.path.join("" if folder == os.curdir else folder, chosen) if chosen else None
