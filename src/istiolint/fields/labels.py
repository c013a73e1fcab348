"""Labels that are not valid."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.primitives.labels import key_fault, value_fault
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import finding, rejected


def label_faults(labels: Cursor, kind: str) -> Iterator[Finding]:
    """Report invalid keys and values of labels that Istio compares with those of workloads."""
    for key, value in labels.items():
        if has_placeholder(key) or value.unresolved:
            continue
        if fault := key_fault(key):
            yield finding(
                value.key,
                rejected(f"invalid label key `{key}`: {fault}", kind),
                hint="copy it from the pods' labels",
            )
        if fault := value_fault(value.text):
            yield finding(
                value,
                rejected(f"invalid label value `{value.text}`: {fault}", kind),
                hint="copy it from the pods' labels",
            )
