"""The first configuration of a repository: settings from what was found, and comments on the others."""

from collections.abc import Iterator, Sequence

from istiolint.bootstrap.survey import Clue, Survey
from istiolint.documents.quoting import as_flow, as_scalar
from istiolint.findings.escape import printable
from istiolint.settings import NEWEST

_MOST = 8
"""Of longer lists only so much is shown."""


def configuration(found: Survey, schema: str | None = None) -> str:
    """Return the text of an `.istiolint.yaml`; `schema` is the address of its schema, for editors."""
    parts = (_head(schema), _release(found.releases), _whole(found), _environments(found), _clusters(found.clusters), _rules())
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def _head(schema: str | None) -> Iterator[str]:
    if schema:
        yield f"# yaml-language-server: $schema={schema}"
    yield "# Configuration of istiolint. All settings are optional; `istiolint config` shows where each comes from."


def _release(clues: Sequence[Clue]) -> Iterator[str]:
    if not clues:
        yield "# The Istio version that runs. The files do not show it; the default is the newest that istiolint supports."
        yield f'# istio-version: "{NEWEST}"'
        return
    oldest = clues[0].release
    others = sorted({clue.release for clue in clues} - {oldest}, key=lambda release: int(release.partition(".")[2]))
    also = f"; {', '.join(others)} also found: the oldest applies until no cluster runs it" if others else ""
    yield f"# The Istio version that runs, from {printable(clues[0].where)}{also}."
    yield f'istio-version: "{oldest}"'


def _whole(found: Survey) -> Iterator[str]:
    yield "# Set this if the files contain the entire mesh: hosts, subsets and gateways that are not in them are then reported."
    yield "# whole-mesh: true"
    yield ""
    yield "# Files and folders with other parts of the mesh: references to them resolve, but nothing is reported in them."
    yield "# context: [../platform/base]"
    yield ""
    yield "# Hosts and gateways that no file contains but that exist: full names or patterns."
    yield f"# known-hosts: {_shown(found.hosts, ['*.legacy.svc.cluster.local'])}"
    yield f"# known-gateways: {_shown(found.gateways, ['istio-system/*'])}"
    for chart in found.charts[:_MOST]:
        yield ""
        yield f"# To lint a chart as Helm renders it: `istiolint --helm {printable(chart)}`"


def _environments(found: Survey) -> Iterator[str]:
    yield "# Environments are recognized by names, labels and paths. Describe here those that are not recognized."
    for stage, namespaces in found.environments.items():
        yield f"# Recognized as {stage}: {_listed(namespaces)}"
    yield "# environments:"
    yield "#   production:"
    yield f"#     namespaces: {_shown(found.environments.get('production', ()), ['shop-*'])}"
    yield "#     severity: {permissive-in-production: error}"


def _clusters(clusters: dict[str, str]) -> Iterator[str]:
    yield "# The clusters of the mesh. Without this, all files belong to one cluster."
    yield "# clusters:"
    for name, path in clusters.items() or (("east", "clusters/east"), ("west", "clusters/west")):
        yield f"#   {as_scalar(name)}: {as_flow([path])}"


def _rules() -> Iterator[str]:
    yield "# Rules are named by id, by code of istioctl or Kiali, or by topic or tag; `istiolint rules` lists them."
    yield "# extend-select: [port-without-protocol]"
    yield "# ignore: [IST0118]"
    yield "# severity: {unknown-annotation: info}"
    yield "# per-path-ignores: {legacy/**: [production]}"
    yield "# parameters: {retries-multiply: {most-requests: 20}}"
    yield ""
    yield "# The lowest severity that causes exit status 1."
    yield "fail-on: error"


def _shown(found: Sequence[str], example: Sequence[str]) -> str:
    """Return a YAML list of the first values found, or of an example."""
    return as_flow(list(found[:_MOST] or example))


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _MOST
    return ", ".join(map(printable, names[:_MOST])) + (f" and {rest} more" if rest > 0 else "")
