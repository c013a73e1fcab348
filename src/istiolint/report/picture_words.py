"""The labels of nodes and edges in pictures."""

from collections.abc import Iterable, Sequence

from istiolint.findings.finding import SEVERITIES, Diagnostic, Severity
from istiolint.graph.picture import Edge, Node
from istiolint.report.counts import counted

TLS = {
    "mtls": "mTLS", "plaintext": "plaintext", "simple": "TLS", "mutual": "TLS with client certificate",
    "passthrough": "TLS passthrough", "mixed": "mixed TLS", "": "",
}  # fmt: skip
_MODES = {"outside": "outside the mesh", "mixed": "mixed mTLS", "bypassed": "bypasses the proxy"}
_KINDS = {"host": "external host", "missing": "not in the files", "gateway": "gateway"}


def node_lines(node: Node, diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Return the label of a node as lines: name, kind or mTLS mode, number of findings."""
    kind = counted(node.members, "node") if node.kind == "namespace" else _KINDS.get(node.kind, "")
    kind = "gateway not in the files" if node.kind == "missing" and node.proxy == "gateway" else kind
    second = ", ".join(filter(None, (kind, _MODES.get(node.mtls, node.mtls))))
    return list(filter(None, (node.name, second, finding_counts(node.findings, diagnostics))))


def edge_words(edge: Edge, diagnostics: Sequence[Diagnostic]) -> str:
    """Return the label of an edge: weights, TLS, whether calls fail, number of findings."""
    words = {"mirror": "mirrored", "selects": ""}.get(edge.kind, TLS[edge.tls])
    fails = "fails" if edge.broken else ""
    return ", ".join(filter(None, (edge.label, words, fails, finding_counts(edge.findings, diagnostics))))


def finding_counts(numbers: Iterable[int], diagnostics: Sequence[Diagnostic]) -> str:
    """Return the counts of findings by severity: `2 errors, 1 info`."""
    severities = [diagnostics[number].severity for number in numbers]
    counts = ((severities.count(severity), severity) for severity in SEVERITIES)
    return ", ".join(counted(count, severity) for count, severity in counts if count)


def worst_of(numbers: Iterable[int], diagnostics: Sequence[Diagnostic]) -> Severity | None:
    """Return the highest severity of some findings."""
    return min((diagnostics[number].severity for number in numbers), key=SEVERITIES.index, default=None)
